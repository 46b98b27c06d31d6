"""The committed vectors are judged as they say."""

import base64
import json
from pathlib import Path

import pytest

from protocol import trust
from protocol.assess import Context, VerifyError, assess, verify
from protocol.base45 import Base45Error
from protocol.claims import ClaimsError
from protocol.cose import CoseError
from protocol.envelope import EnvelopeError, NotAPassError
from protocol.reasons import Reason
from protocol.times import from_rfc3339
from tests.vectors import build
from tests.vectors.cases import UNVERIFIED
from tests.vectors.edges import REFUSED

FILES = sorted(build.DIRECTORY.glob("*.json"))
LAYERS = {
    "prefix": NotAPassError,
    "size": EnvelopeError,
    "base45": EnvelopeError,
    "envelope": EnvelopeError,
    "short": CoseError,
    "inflate": EnvelopeError,
    "cose": CoseError,
    "kid": type(None),
    "signature": type(None),
    "claims": (ClaimsError, type(None)),
}


def test_every_reason_has_a_vector_named_after_it() -> None:
    for reason in Reason:
        named = [path for path in FILES if f"_{reason.lower()}" in path.name]
        assert any(reason in json.loads(path.read_text("utf-8"))["expected"]["reasons"] for path in named), reason


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_vector_is_judged_as_it_says(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    published = trust.load({name: base64.b64decode(content) for name, content in vector["trust"].items()})
    known = vector["context"]
    context = Context(
        station=published.stations[known["station"]] if known["station"] else None,
        plate_mismatch=known["plate_mismatch"],
        crew_present=None if known["crew_present"] is None else tuple(known["crew_present"]),
        crew_mismatch=known["crew_mismatch"],
        coming_from=known["coming_from"],
        last_seen_here=known["last_seen_here"] and from_rfc3339(known["last_seen_here"]),
        impossible_travel=known["impossible_travel"],
        clock_in_doubt=known["clock_in_doubt"],
    )
    texts = vector["texts"]
    verdict = assess(texts, published, context, from_rfc3339(vector["at"]))
    assert assess(texts[::-1], published, context, from_rfc3339(vector["at"])) == verdict
    assert len(texts) > 1 or assess(texts[0], published, context, from_rfc3339(vector["at"])) == verdict
    expected = vector["expected"]
    assert (verdict.outcome, list(verdict.reasons)) == (expected["outcome"], expected["reasons"])
    assert (
        json.loads(json.dumps([build.finding_document(finding) for finding in verdict.findings]))
        == (expected["findings"])
    )
    told = None if verdict.credential is None else json.loads(json.dumps(build.credential_document(verdict.credential)))
    assert told == expected["credential"]
    journey = None if verdict.journey is None else json.loads(json.dumps(build.journey_document(verdict.journey)))
    assert journey == expected["journey"]


@pytest.mark.parametrize("name", UNVERIFIED | REFUSED)
def test_a_vector_fails_in_the_layer_that_it_is_named_after(name: str) -> None:
    case = (UNVERIFIED | REFUSED)[name]
    with pytest.raises(VerifyError) as caught:
        verify(case.texts[0], trust.load(case.trust))
    layer = name.partition("_")[0]
    cause = caught.value.__cause__
    assert isinstance(cause, LAYERS[layer])
    assert isinstance(cause and cause.__cause__, Base45Error) == (layer == "base45")
