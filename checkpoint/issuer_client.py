"""Talking to the issuer: three requests, CBOR in the answers, and one kind of error for everything that goes wrong."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3

from checkpoint.device_keys import DeviceKeys
from checkpoint.errors import StationError
from protocol import cbor, fields
from protocol.cose import SoftwareSigner
from protocol.device import make_request_token, sign_batch
from protocol.enrolment import make_proof, make_roll_proof

TIMEOUT = urllib3.Timeout(connect=5, read=60)
MAX_ANSWER_BYTES = 1024 * 1024
NONCE_BYTES = 16
ENROL_PATH, SCANS_PATH, KEYS_PATH = "/api/v1/enrol", "/api/v1/scans", "/api/v1/keys"
CBOR, COSE = "application/cbor", "application/cose"
OK, CLIENT_ERRORS = 200, range(400, 500)
TOO_MANY_REQUESTS = 429
CLOCKS_DIFFER = timedelta(minutes=1)
_NOT_CONNECTED = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


class IssuerError(StationError):
    """The issuer did not take a request.

    `issuer_unreachable`: no connection, or it broke off; `issuer_busy`: ask again later; `issuer_answer_invalid`: what
    came was no answer of an issuer; `issuer_refused`: it said no, and `refusal` is the code it gave.
    """

    @property
    def broke_off(self) -> bool:
        """Whether there was an issuer at the other end, and what failed was the way: it may go better at once."""
        # A nonce that was used: the link delivered the request twice, and the first copy was the one that counted.
        is_lost = self.code == "issuer_answer_invalid" or self.refusal == "nonce_used"
        return is_lost or bool(self.params.get("broke_off"))

    @property
    def refusal(self) -> str | None:
        """The code that the issuer gave, if it said no."""
        return str(self.params["refusal"]) if self.code == "issuer_refused" else None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What the issuer says about a batch.

    Attributes:
        accepted: ids of the records that it has now.
        refused: what it does not take: an id, or `#n` for the n-th record of the batch, and a code.
    """

    accepted: tuple[str, ...]
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Sender:
    signer: SoftwareSigner
    station: str
    now: datetime


class IssuerClient:
    """Asks one issuer.

    Args:
        url: where it answers, `https://…`; a path before `/api` is kept.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False, headers={"User-Agent": "checkpoint"})

    def enrol(self, keys: DeviceKeys, secret: bytes) -> str:
        """Make this device's keys known; return the id of the station that it is for.

        Args:
            keys: the device's keys.
            secret: from the enrolment code.

        Raises:
            IssuerError: it did not.
        """
        encryption_key = keys.encryption.public_key().public_bytes_raw()
        said = {"secret": secret, "public_key": keys.signer.public_raw, "encryption_key": encryption_key}
        body = cbor.dumps(said | {"proof": make_proof(keys.signer, secret, encryption_key)})
        return self._station_of(self._post(ENROL_PATH, body, {"Content-Type": CBOR}))

    def roll(self, keys: DeviceKeys, signer: SoftwareSigner, station: str, now: datetime) -> None:
        """Let new keys take the place of this device's present ones; asking again after a lost answer does no harm.

        Args:
            keys: the new keys.
            signer: the present key.
            station: the id of this station.
            now: the station's clock.

        Raises:
            IssuerError: the issuer did not, or did not say so.
        """
        encryption_key = keys.encryption.public_key().public_bytes_raw()
        said = {"public_key": keys.signer.public_raw, "encryption_key": encryption_key}
        body = cbor.dumps(said | {"proof": make_roll_proof(keys.signer, signer.kid, encryption_key)})
        if self._station_of(self._ask(KEYS_PATH, CBOR, body, _Sender(signer, station, now))) != station:
            raise IssuerError("issuer_answer_invalid", url=self.url)

    def send(self, records: Sequence[bytes], signer: SoftwareSigner, station: str, now: datetime) -> BatchAnswer:
        """Hand in records; those that were handed in before do no harm.

        Args:
            records: encoded records, at most a batch.
            signer: the device's key.
            station: the id of this station.
            now: the station's clock. If it is wrong, the issuer's own is used for the request.

        Raises:
            IssuerError: it did not answer for them.
        """
        answer = self._ask(SCANS_PATH, COSE, sign_batch(records, signer), _Sender(signer, station, now))
        try:
            said = fields.mapping(cbor.loads(answer))
            accepted = [
                fields.text(item, 64)
                for name in ("accepted", "known")
                for item in fields.array(said.get(name), len(records))
            ]
            refused = {
                fields.text(item, 64): fields.text(code, 64)
                for item, code in fields.mapping(said.get("refused")).items()
            }
        except (cbor.CborError, fields.FieldError) as error:
            raise IssuerError("issuer_answer_invalid", url=self.url) from error
        return BatchAnswer(tuple(accepted), refused)

    def _station_of(self, answer: bytes) -> str:
        try:
            return fields.text(fields.mapping(cbor.loads(answer)).get("station"), 64)
        except (cbor.CborError, fields.FieldError) as error:
            raise IssuerError("issuer_answer_invalid", url=self.url) from error

    def _ask(self, path: str, mimetype: str, body: bytes, sender: "_Sender") -> bytes:
        """Send a request that the device signs; once more, at the issuer's time, if this clock is wrong."""
        try:
            return self._ask_at(path, mimetype, body, sender, sender.now)
        except IssuerError as error:
            issuer_time = error.params.get("issuer_time")
            if not isinstance(issuer_time, datetime) or abs(issuer_time - sender.now) < CLOCKS_DIFFER:
                raise
        return self._ask_at(path, mimetype, body, sender, issuer_time)

    def _ask_at(self, path: str, mimetype: str, body: bytes, sender: "_Sender", at: datetime) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        whole_path = urlsplit(self.url).path + path
        token = make_request_token(sender.signer, sender.station, "POST", whole_path, body, nonce, at)
        return self._post(path, body, {"Content-Type": mimetype, "Authorization": f"CWT {token}"})

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        try:
            response = self._http.request(
                "POST", self.url + path, body=body, headers=headers, redirect=False, preload_content=False
            )
            try:
                answer = response.read(MAX_ANSWER_BYTES)
            finally:
                response.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            broke_off = not isinstance(error, _NOT_CONNECTED)
            raise IssuerError("issuer_unreachable", url=self.url, detail=str(error), broke_off=broke_off) from error
        if response.status == OK:
            return answer
        if response.status == TOO_MANY_REQUESTS or response.status not in CLIENT_ERRORS:
            raise IssuerError("issuer_busy", url=self.url, status=response.status)
        raise IssuerError(
            "issuer_refused",
            url=self.url,
            status=response.status,
            refusal=_error_code(answer),
            issuer_time=_date(response.headers.get("Date")),
        )


def _error_code(answer: bytes) -> str:
    try:
        return fields.text(fields.mapping(cbor.loads(answer)).get("error"), 64)
    except (cbor.CborError, fields.FieldError):
        return "unknown"


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header or "").astimezone(UTC)
    except ValueError:
        return None
