"""Enrolling a machine as a station: with a one-time code, once, and again after its keys were lost or revoked."""

from datetime import datetime

from checkpoint.device_keys import DeviceKeys
from checkpoint.errors import StationError
from checkpoint.home import Enrolment, Home
from checkpoint.issuer_client import IssuerClient, IssuerError
from checkpoint.trust import TrustImportError, TrustStore
from protocol.enrolment import EnrolmentCode, EnrolmentError


class EnrolError(StationError):
    """The station cannot be enrolled.

    `enrolment_code_invalid`; `enrolled_already`, for another station or without saying that it is to be enrolled again;
    `enrolled_elsewhere`: the issuer means another station than the code; `enrolment_unreachable`: nobody answers there.
    """


def enrol(home: Home, code_text: str, now: datetime, *, is_again: bool = False) -> Enrolment:
    """Enrol this station: fetch the trust that the code vouches for, then make this device's new keys known.

    Args:
        home: the station's folder; made if it is not there.
        code_text: the code, as typed or scanned.
        now: the machine's clock.
        is_again: the machine is this station already, and gets new keys: it was revoked, or restored from a copy. What
            it has recorded stays, and goes to the issuer under the new keys.

    Returns:
        What the station is enrolled as.

    Raises:
        EnrolError: the code is not one, the station is enrolled, or the issuer means another station.
        TrustImportError: the trust could not be fetched, or is not what the code vouches for.
        IssuerError: the issuer did not take the code.
        HomeError: the folder cannot be written.
    """
    try:
        code = EnrolmentCode.from_text(code_text)
    except EnrolmentError as error:
        raise EnrolError("enrolment_code_invalid") from error
    if home.is_enrolled and not (is_again and home.enrolment().station == code.station):
        raise EnrolError("enrolled_already", station=home.enrolment().station)
    home.make()
    # First the anchor: a code whose root does not match must not get to see this device's key.
    store = TrustStore(home.path / "trust", code.root_sha256, station=code.station)
    try:
        store.import_from(f"{code.url.rstrip('/')}/trust", now)
    except TrustImportError as error:
        if error.code != "trust_unreachable":
            raise
        raise EnrolError("enrolment_unreachable", url=code.url) from error
    station = _make_known(home, code)
    if station != code.station:
        raise EnrolError("enrolled_elsewhere", station=station, expected=code.station)
    take_keys(home)
    enrolment = Enrolment(code.url.rstrip("/"), station, code.root_sha256.hex())
    home.save_enrolment(enrolment)
    return enrolment


def take_keys(home: Home) -> None:
    """Put the coming keys, which the issuer knows by now, in the place of the present ones, in the log as well.

    Raises:
        HomeError: the disk refused; the same call again goes on.
        ScanLogError: the log cannot be written.
    """
    keys = home.coming_keys()
    if keys is None:
        return
    log = home.scan_log()
    try:
        log.begin_key(keys.signer)
    finally:
        log.close()
    home.take_coming_keys()


def _make_known(home: Home, code: EnrolmentCode) -> str:
    """Tell the issuer of new keys; return the station that it means."""
    client = IssuerClient(code.url)
    try:
        return client.enrol(_new_keys(home), code.secret)
    except IssuerError as error:
        if error.refusal != "key_taken":
            raise
    # These keys were to follow others, and the issuer heard of them, but the answer was lost. It takes each key once.
    home.forget_coming_keys()
    return client.enrol(_new_keys(home), code.secret)


def _new_keys(home: Home) -> DeviceKeys:
    """Return the keys to enrol; after an interruption, the same ones again."""
    if home.is_enrolled:
        return home.make_coming_keys()
    return DeviceKeys(home.device_key(make=True), home.encryption_key(make=True))
