"""What never goes back from one publication to the next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from protocol.progress import WentBackError, lost_tombstones, require_progress
from protocol.status import StatusList, build_token
from protocol.trust import Trust, dump_head
from tests.protocol.samples import DAY, ISSUER, LOCKDOWN, NOW, SIGNER, SUCCESSOR_KEY, trust_with

RETIRED = replace(SUCCESSOR_KEY, retired_at=NOW - DAY, reason="lộ khóa")


def with_list(signed_at: timedelta, path: str = "status/0") -> Trust:
    """Trust with one more status list, or another in its place."""
    return trust_with(others={path: build_token(StatusList(), path, NOW + signed_at, SIGNER)})


def refused(before: Trust, after: Trust) -> str:
    with pytest.raises(WentBackError) as caught:
        require_progress(before, after)
    return str(caught.value)


def test_the_same_and_the_next_publication_are_progress() -> None:
    require_progress(trust_with(), trust_with())
    require_progress(trust_with(), trust_with(zones=[LOCKDOWN], others={"live/head": dump_head(NOW, 8)}))
    require_progress(trust_with(), with_list(timedelta(seconds=1)))
    require_progress(trust_with(), with_list(timedelta(0), "status/1"))


def test_an_older_generation_is_refused() -> None:
    assert "generation 6" in refused(trust_with(), trust_with(others={"live/head": dump_head(NOW, 6)}))


def test_a_status_list_signed_earlier_is_refused_whatever_else_is_newer() -> None:
    after = replace(with_list(-timedelta(seconds=1)), generation=100)
    assert "status/0" in refused(trust_with(), after)


def test_a_status_list_that_is_gone_is_refused() -> None:
    before = with_list(timedelta(0), "status/1")
    assert "status/1 is missing" in refused(before, trust_with())


def test_a_retired_key_stays_and_stays_retired() -> None:
    before = trust_with([ISSUER, RETIRED])
    require_progress(before, trust_with([ISSUER, replace(RETIRED, retired_at=NOW, reason="again")]))
    for issuers in ([ISSUER], [ISSUER, SUCCESSOR_KEY]):
        assert RETIRED.kid.hex() in refused(before, trust_with(issuers))
        assert lost_tombstones(before.issuers, trust_with(issuers).issuers) == (RETIRED.kid,)


def test_a_key_that_was_never_retired_may_go() -> None:
    require_progress(trust_with([ISSUER, SUCCESSOR_KEY]), trust_with())
