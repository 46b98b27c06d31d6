"""The interface for stations: whatever is sent, it answers in CBOR with a code; its descriptions say all of it."""

from __future__ import annotations

import ast
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from passes.movement import ingest
from protocol import cbor
from protocol.cose import sign1
from protocol.device import BATCH_TYPE, make_request_token, sign_batch
from tests.counts import count
from tests.passes.post import Post, answer_of, road_post

ROOT = Path(__file__).parents[2]
DESCRIBED = json.loads((ROOT / "docs" / "stations-api.openapi.json").read_text("utf-8"))
CODES = set(DESCRIBED["components"]["schemas"]["Error"]["properties"]["error"]["enum"])
BODIES = count("random requests to the interface for stations", 60, 1_000)
PATHS = ("/api/v1/enrol", "/api/v1/scans", "/api/v1/keys")
FUZZ = settings(max_examples=BODIES, suppress_health_check=list(HealthCheck))

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20) | st.binary(max_size=70)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner))
enrolments = st.fixed_dictionaries(
    {},
    optional={
        "secret": st.binary(min_size=15, max_size=33) | plain,
        "public_key": st.binary(min_size=32, max_size=32) | plain,
        "encryption_key": st.binary(min_size=32, max_size=32) | plain,
        "proof": st.binary(min_size=64, max_size=64) | plain,
    },
)
bodies = st.binary(max_size=300) | values.map(cbor.dumps) | enrolments.map(cbor.dumps)


@pytest.fixture
def post(session: Session, client: FlaskClient) -> Post:
    return road_post(session, client)


def check(answer: object, *, may_be_well: bool = False) -> None:
    status = answer.status_code
    assert status < 500
    if status == 405:
        return
    said = answer_of(answer)
    assert (may_be_well and status == 200) or said["error"] in CODES, said


@FUZZ
@given(path=st.sampled_from(PATHS), body=bodies, token=st.text(max_size=40), data=st.data())
def test_strangers_get_an_answer_whatever_they_send(
    app: Flask, path: str, body: bytes, token: str, data: st.DataObject
) -> None:
    mimetype = data.draw(st.sampled_from(["application/cbor", "application/cose", "application/json", ""]))
    method = data.draw(st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "DELETE"]))
    header = token.encode("ascii", "ignore").decode().translate({10: None, 13: None, 0: None})
    headers = {"Authorization": f"CWT {header}"} if data.draw(st.booleans()) else {}
    check(app.test_client().open(path, method=method, data=body, content_type=mimetype, headers=headers))


@FUZZ
@given(
    body=bodies, batched=st.lists(st.binary(max_size=80) | values.map(cbor.dumps), max_size=5), how=st.integers(0, 3)
)
def test_a_device_that_went_mad_gets_an_answer_whatever_it_signs(
    post: Post, body: bytes, batched: list[bytes], how: int
) -> None:
    path, mimetype = ("/api/v1/keys", "application/cbor") if how == 0 else ("/api/v1/scans", "application/cose")
    sent = (body, body, sign1(body, post.signer, BATCH_TYPE), sign_batch(batched, post.signer))[how]
    token = make_request_token(post.signer, "road-1", "POST", path, sent, secrets.token_bytes(16), datetime.now(UTC))
    headers = {"Authorization": f"CWT {token}"}
    answer = post.client.post(path, data=sent, content_type=mimetype, headers=headers)
    check(answer, may_be_well=how == 3 or path.endswith("scans"))


@FUZZ
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), how=st.integers(0, 2))
def test_a_good_request_that_was_changed_on_its_way_is_refused(post: Post, where: float, bit: int, how: int) -> None:
    now = datetime.now(UTC)
    body = sign_batch([post.record(now).encode()], post.signer)
    token = make_request_token(post.signer, "road-1", "POST", "/api/v1/scans", body, secrets.token_bytes(16), now)
    at = int(len(body) * where)
    changed = (body[:at], body + b"\0", body[:at] + bytes([body[at] ^ (1 << bit)]) + body[at + 1 :])[how]
    answer = post.send_body(changed, token=token)
    check(answer)
    assert answer.status_code in {400, 401}


def test_every_call_stands_in_both_descriptions(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    text = (ROOT / "docs" / "stations-api.md").read_text("utf-8")
    assert rules == set(DESCRIBED["paths"]) == set(PATHS)
    assert all(f"`POST {rule}`" in text for rule in rules)


def test_every_code_that_the_source_can_answer_stands_in_both_descriptions() -> None:
    raised = set()
    for name in ("api", "requests", "devices"):
        tree = ast.parse((ROOT / "passes" / "stations" / f"{name}.py").read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        named = {"ApiError", "RequestRefusedError", "StationError"}
        for call in calls:
            if call.func.id in named:
                raised |= {leaf.value for leaf in ast.walk(call.args[0]) if isinstance(leaf, ast.Constant)}
    at_the_command_line = {"station_unknown"}
    assert raised - at_the_command_line <= CODES
    text = (ROOT / "docs" / "stations-api.md").read_text("utf-8")
    records = {ingest.MALFORMED, ingest.WRONG_STATION, ingest.OTHER_STATIONS_SCAN, ingest.CONFLICT}
    assert records == set(
        DESCRIBED["components"]["schemas"]["Taken"]["properties"]["refused"]["additionalProperties"]["enum"]
    )
    assert all(f"`{code}`" in text for code in CODES | records)
