"""What the texts of a scan prove: papers verified with what is known today, whatever the station could verify then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passes.issuing import services as issuing
from passes.movement.readings import credential_in
from protocol.assess import VerifyError, verify
from protocol.claims import Amendment
from protocol.credentials import identity_of
from protocol.envelope import Prefix
from protocol.papers import main_of
from protocol.reasons import Reason

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from passes.movement.readings import Reading
    from protocol.claims import Credential
    from protocol.trust import Trust


def proven(session: Session, reading: Reading, trust: Trust | None) -> list[Credential]:
    """Return the papers in a scan that prove more than its record says: none if the station verified the only one.

    That is every paper whose signature is good today. So is one whose key was retired since, if it says what the
    register says: people travel on it until it is printed anew. What only a thief of the key can have signed proves
    nothing.
    """
    texts = reading.details.texts
    is_told = reading.record.iss is not None and not any(text.startswith(Prefix.AMENDMENT) for text in texts)
    if trust is None or is_told:
        return []
    found = [_proven(session, text, trust) for text in texts]
    return [credential for credential in found if credential is not None]


def _proven(session: Session, text: str, trust: Trust) -> Credential | None:
    try:
        return verify(text, trust)
    except VerifyError as error:
        void = credential_in(text) if error.reason is Reason.ISSUER_KEY_REVOKED else None
        return void if void is not None and issuing.is_as_issued(session, void) else None


def named_by(reading: Reading, papers: list[Credential]) -> Reading:
    """Return a reading that names what its papers prove, where a station with older data could not verify them."""
    if reading.record.iss is not None or not papers:
        return reading
    iss, cti = identity_of(main_of(papers))
    return replace(reading, record=replace(reading.record, iss=iss, cti=cti))


def slips_in(reading: Reading, papers: list[Credential]) -> tuple[Amendment, ...]:
    """Return the slips among the papers of a scan that amend the pass that it names."""
    named = (reading.record.iss, reading.record.cti)
    return tuple(paper for paper in papers if isinstance(paper, Amendment) and identity_of(paper) == named)
