"""Talking to the issuer: two requests, CBOR in the answers, and one kind of error for everything that goes wrong."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3

from checkpoint.errors import StationError
from protocol import cbor, fields
from protocol.cose import SoftwareSigner
from protocol.device import make_request_token, sign_batch
from protocol.enrolment import make_proof

TIMEOUT = urllib3.Timeout(connect=5, read=60)
MAX_ANSWER_BYTES = 1024 * 1024
NONCE_BYTES = 16
ENROL_PATH, SCANS_PATH = "/api/v1/enrol", "/api/v1/scans"
OK, CLIENT_ERRORS = 200, range(400, 500)
TOO_MANY_REQUESTS = 429
CLOCKS_DIFFER = timedelta(minutes=1)


class IssuerError(StationError):
    """The issuer did not take a request.

    `issuer_unreachable`: no connection, or it broke off; `issuer_busy`: ask again later; `issuer_answer_invalid`: what
    came was no answer of an issuer; `issuer_refused`: it said no, and `refusal` is the code it gave.
    """

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


class IssuerClient:
    """Asks one issuer.

    Args:
        url: where it answers, `https://…`; a path before `/api` is kept.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False, headers={"User-Agent": "checkpoint"})

    def enrol(self, signer: SoftwareSigner, secret: bytes, encryption_key: bytes) -> str:
        """Make this device's keys known; return the id of the station that it is for.

        Args:
            signer: the device's key.
            secret: from the enrolment code.
            encryption_key: public half of the key that opens what only this station may read, 32 raw bytes.

        Raises:
            IssuerError: it did not.
        """
        said = {"secret": secret, "public_key": signer.public_raw, "encryption_key": encryption_key}
        body = cbor.dumps(said | {"proof": make_proof(signer, secret, encryption_key)})
        answer = self._post(ENROL_PATH, body, {"Content-Type": "application/cbor"})
        try:
            return fields.text(fields.mapping(cbor.loads(answer)).get("station"), 64)
        except (cbor.CborError, fields.FieldError) as error:
            raise IssuerError("issuer_answer_invalid", url=self.url) from error

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
        body = sign_batch(records, signer)
        try:
            answer = self._send(body, signer, station, now)
        except IssuerError as error:
            issuer_time = error.params.get("issuer_time")
            if not isinstance(issuer_time, datetime) or abs(issuer_time - now) < CLOCKS_DIFFER:
                raise
            answer = self._send(body, signer, station, issuer_time)
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

    def _send(self, body: bytes, signer: SoftwareSigner, station: str, now: datetime) -> bytes:
        path = urlsplit(self.url).path + SCANS_PATH
        token = make_request_token(signer, station, "POST", path, body, secrets.token_bytes(NONCE_BYTES), now)
        headers = {"Content-Type": "application/cose", "Authorization": f"CWT {token}"}
        return self._post(SCANS_PATH, body, headers)

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
            raise IssuerError("issuer_unreachable", url=self.url, detail=str(error)) from error
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
