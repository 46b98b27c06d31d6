"""A second verifier, written from the document and on other libraries, says what the first one says."""

import ast
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import cbor, claims, cose, deflate
from protocol.assess import Context, assess
from protocol.dictionaries import DICTIONARIES
from protocol.envelope import FORM_PLAIN, pack
from protocol.times import to_rfc3339
from tests.protocol import independent_verifier as other
from tests.protocol.samples import CARD, NOW, PASS, SIGNER, SLIP, targets, trust_with

VECTORS = sorted((Path(__file__).parents[1] / "vectors").glob("*.json"))


TRUST = trust_with()
THEIR_TRUST = other.load_trust({path: base64.b64encode(content).decode() for path, content in targets().items()})
NO_CONTEXT = {"station": None, "plate_mismatch": False, "crew_present": None, "crew_mismatch": False}
NO_CONTEXT |= {"coming_from": None, "last_seen_here": None, "impossible_travel": False, "clock_in_doubt": False}


def moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(person: dict[str, Any]) -> dict[str, Any]:
    shown = {name: person[name] for name in ("role", "name", "id_last4")}
    return shown | {"expires_at": moment(person["expires"])}


def credential_document(paper: dict[str, Any]) -> dict[str, Any]:
    """What the second verifier read, as the vectors write it."""
    uri, index = paper["status"]
    common = {"iss": paper["iss"], "cti": paper["cti"].hex(), "status": {"uri": uri, "idx": index}}
    common |= {
        "issued_at": moment(paper["iat"]),
        "not_before": moment(paper["nbf"]),
        "expires_at": moment(paper["exp"]),
    }
    if paper["kind"] == "VP1:":
        names = ("plate", "vehicle_class", "payload_tonnes", "carrier", "route", "cargo")
        return common | {name: paper[name] for name in names} | {"crew": [entry(person) for person in paper["crew"]]}
    if paper["kind"] == "CC1:":
        return common | {name: paper[name] for name in ("role", "name", "id_last4", "licence_class", "district")}
    return common | {
        "pass_cti": paper["pass_cti"].hex(),
        "joining": [{"index": index, **entry(person)} for index, person in paper["joining"]],
        "renewed": [{"index": index, "expires_at": moment(end)} for index, end in paper["renewed"]],
        **{name: paper[name] for name in ("leaving", "leg", "cargo")},
    }


def journey_document(journey: dict[str, Any]) -> dict[str, Any]:
    """What the papers come to, as the vectors write it."""
    return {
        "crew": [{"index": index, **entry(person)} for index, person in journey["crew"].items()],
        "route": journey["route"],
        "cargo": journey["cargo"],
        "amendments": [slip["cti"].hex() for slip in journey["amendments"]],
    }


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_the_second_verifier_agrees_on_every_vector(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    trust = other.load_trust(vector["trust"])
    verdict = other.judge(vector["texts"], trust, vector["context"], other.seconds(vector["at"]) or 0)
    expected = vector["expected"]
    assert verdict["outcome"] == expected["outcome"]
    assert [finding["reason"] for finding in verdict["findings"]] == expected["reasons"]
    assert verdict["findings"] == expected["findings"]
    told = verdict["credential"] and credential_document(verdict["credential"])
    assert told == expected["credential"]
    assert (verdict["journey"] and journey_document(verdict["journey"])) == expected["journey"]


def test_the_second_verifier_stands_on_its_own() -> None:
    tree = ast.parse(Path(other.__file__).read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.split(".")[0] in {"protocol", "passes", "checkpoint", "tests"}}
    assert {"base45", "cbor2", "cwt"} <= imported


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**10)
    | st.binary(max_size=9)
    | st.text(max_size=14)
    | st.sampled_from([b"\x00", b"\xff" * 8, bytes(8), "A\u0301", "x" * 61, 2**33, 2**33 - 1, 101_100, 20_000, -1]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(-3, 9) | st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = [(PASS, -65537, 9), (CARD, -65538, 6), (SLIP, -65540, 8)]


@given(st.sampled_from(KINDS), st.sampled_from([0, 1]), st.data())
def test_both_verifiers_agree_on_claims_that_were_changed_before_signing(
    kind: tuple[claims.Credential, int, int], form: int, data: st.DataObject
) -> None:
    credential, private, labels = kind
    content = cbor2.loads(claims.encode(credential))
    changed = content if data.draw(st.booleans()) else content[private]
    label = data.draw(
        st.sampled_from([1, 4, 5, 6, 7, 65535, private]) if changed is content else st.integers(-1, labels)
    )
    value = data.draw(VALUES | st.just("left out"))
    if value == "left out":
        changed.pop(label, None)
    else:
        changed[label] = value
    payload, prefix = cbor.dumps(content), claims.prefix_of(credential)
    short = cose.sign_short(deflate.compress(payload, DICTIONARIES[1]), SIGNER, 1)
    text = pack(prefix, form, short) if form else pack(prefix, FORM_PLAIN, cose.sign1(payload, SIGNER))
    ours = assess(text, TRUST, Context(), NOW)
    theirs = other.judge([text], THEIR_TRUST, NO_CONTEXT, other.seconds(to_rfc3339(NOW)) or 0)
    assert [finding["reason"] for finding in theirs["findings"]] == list(ours.reasons)
    assert (theirs["credential"] is None) == (ours.credential is None)
