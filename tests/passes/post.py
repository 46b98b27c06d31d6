"""A checkpoint as the issuer sees it: an enrolled device that seals, signs and sends records."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from passes.issuing.models import VehiclePass
from passes.stations import services as stations
from passes.trust import publishing
from passes.trust.repository import TrustRepository
from protocol import cbor, sealing
from protocol.cose import SoftwareSigner
from protocol.device import make_request_token, sign_batch
from protocol.enrolment import make_proof
from protocol.reasons import Outcome
from protocol.scan_record import Action, PersonSeen, RecordKind, ScanRecord, SealedDetails
from protocol.trust import StationKind, Trust

SCANS = "/api/v1/scans"
ENROL = "/api/v1/enrol"


def current_trust() -> Trust:
    """What a station with the newest publication knows."""
    return publishing.current_trust(TrustRepository(current_app.extensions["instance"].trust_dir))


@dataclass
class Post:
    """One enrolled device of one station."""

    client: FlaskClient
    station: str
    signer: SoftwareSigner
    seq: int = 0

    def record(self, scanned_at: datetime, **values: Any) -> ScanRecord:
        """A record of this station; `details` is sealed to the issuer."""
        details = values.pop("details", None)
        self.seq += 1
        values = {
            "id": secrets.token_hex(16),
            "station": self.station,
            "seq": self.seq,
            "at": scanned_at,
            "scanned_at": scanned_at,
        } | values
        record = ScanRecord(**values)
        return record if details is None else self.sealed(record, details)

    def sealed(self, record: ScanRecord, details: SealedDetails) -> ScanRecord:
        """The record with details that only the issuer can open."""
        key = current_trust().sealing_key
        assert key is not None
        info = sealing.record_info(record.id, self.station)
        return replace(record, sealed=sealing.seal(details.encode(), key.public_key, info))

    def scan(self, vehicle_pass: VehiclePass, scanned_at: datetime, **values: Any) -> ScanRecord:
        """A scan of a pass whose signature was verified; `lodging` (a ward) is that of the first in the crew."""
        lodging = values.pop("lodging", None)
        people = (PersonSeen(crew_index=0, lodging=lodging),) if lodging else ()
        values = {
            "kind": RecordKind.CODE,
            "outcome": Outcome.ADMIT,
            "action": Action.ADMITTED,
            "iss": vehicle_pass.iss,
            "cti": bytes.fromhex(vehicle_pass.cti),
            "details": SealedDetails(text=vehicle_pass.text, people=people),
        } | values
        return self.record(scanned_at, **values)

    def void(self, record: ScanRecord, at: datetime) -> ScanRecord:
        """A later record that takes a scan back."""
        return self.record(record.scanned_at, at=at, of=record.of or record.id, kind=RecordKind.VOID)

    def restated(self, record: ScanRecord, at: datetime, **values: Any) -> ScanRecord:
        """A later record that says the whole of a scan anew."""
        self.seq += 1
        details = values.pop("details", SealedDetails())
        of = record.of or record.id
        return self.sealed(
            replace(record, **({"id": secrets.token_hex(16), "seq": self.seq, "at": at, "of": of} | values)), details
        )

    def send(self, *records: ScanRecord, now: datetime | None = None, nonce: bytes | None = None) -> TestResponse:
        """Send a batch."""
        return self.send_body(sign_batch([record.encode() for record in records], self.signer), now=now, nonce=nonce)

    def send_body(
        self,
        body: bytes,
        now: datetime | None = None,
        nonce: bytes | None = None,
        path: str = SCANS,
        token: str | None = None,
        signer: SoftwareSigner | None = None,
    ) -> TestResponse:
        """Send bytes as a batch, with a token that fits unless told otherwise."""
        moment = now or datetime.now(UTC)
        nonce = nonce or secrets.token_bytes(16)
        token = token or make_request_token(signer or self.signer, self.station, "POST", path, body, nonce, moment)
        return self.client.post(
            SCANS, data=body, content_type="application/cose", headers={"Authorization": f"CWT {token}"}
        )


def answer_of(response: TestResponse) -> dict[str, Any]:
    """The CBOR of an answer."""
    assert response.mimetype == "application/cbor"
    answer = cbor.loads(response.get_data())
    assert isinstance(answer, dict)
    return answer


def enrol_body(secret: bytes, signer: SoftwareSigner, **values: Any) -> bytes:
    """The body of an enrolment request."""
    said = {"secret": secret, "public_key": signer.public_raw, "proof": make_proof(signer, secret)}
    return cbor.dumps(said | values)


def new_signer() -> SoftwareSigner:
    """A device's new key."""
    return SoftwareSigner.from_seed(secrets.token_bytes(32))


def enrolled_post(session: Session, client: FlaskClient, station_id: str) -> Post:
    """Enrol a device for a station, over the wire."""
    moment = datetime.now(UTC)
    root = TrustRepository(current_app.extensions["instance"].trust_dir).root_sha256()
    code = stations.issue_enrolment_code(session, None, station_id, "https://issuer.example", root, moment)
    session.commit()
    signer = new_signer()
    response = client.post(ENROL, data=enrol_body(code.secret, signer), content_type="application/cbor")
    assert response.status_code == 200, response.get_data()
    return Post(client, station_id, signer)


def road_post(session: Session, client: FlaskClient, station_id: str = "road-1", area: str = "00337") -> Post:
    """A road checkpoint with an enrolled device."""
    stations.create_station(
        session,
        None,
        station_id=station_id,
        name=f"Chốt {station_id}",
        kind=StationKind.ROAD,
        area_code=area,
        now=datetime.now(UTC),
    )
    return enrolled_post(session, client, station_id)


def freight_post(session: Session, client: FlaskClient, station_id: str = "depot-in", area: str = "00355") -> Post:
    """A freight point without a registered site, with an enrolled device."""
    stations.create_station(
        session,
        None,
        station_id=station_id,
        name=f"Điểm tập kết {station_id}",
        kind=StationKind.FREIGHT,
        area_code=area,
        now=datetime.now(UTC),
    )
    return enrolled_post(session, client, station_id)
