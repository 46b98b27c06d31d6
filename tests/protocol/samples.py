"""Credentials, keys and trust of the protocol's tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from protocol import policy, status, trust
from protocol.claims import (
    Amendment,
    CargoClass,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    VehicleClass,
    VehiclePass,
)
from protocol.cose import SoftwareSigner
from protocol.policy import Policy
from protocol.status import Status, StatusList
from protocol.trust import IssuerKey, SealingKey, StationInfo, StationKind, Trust
from protocol.zones import Zone, ZoneKind

NOW = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SIGNER = SoftwareSigner.from_seed(b"an issuer of the protocol tests.")
STRANGER = SoftwareSigner.from_seed(b"somebody who printed a QR code..")
SUCCESSOR = SoftwareSigner.from_seed(b"the same issuer, one key later..")
ISSUER = IssuerKey("VN-HN", SIGNER.kid, SIGNER.public_raw)

SUCCESSOR_KEY = IssuerKey("VN-HN", SUCCESSOR.kid, SUCCESSOR.public_raw)

REVOKED_INDEX = 1
SUSPENDED_INDEX = 2

DRIVER = CrewEntry(Role.DRIVER, "Nguyễn Văn Bình", "0123", NOW + 12 * HOUR)
ASSISTANT = CrewEntry(Role.ASSISTANT, "Trần Đức Anh", "4567", NOW + 5 * HOUR)

PASS = VehiclePass(
    iss="VN-HN",
    cti=bytes.fromhex("0102030405060708"),
    issued_at=NOW - DAY,
    not_before=NOW - DAY,
    expires_at=NOW + 15 * HOUR,
    plate="29C12345",
    vehicle_class=VehicleClass.TRUCK,
    payload_tonnes=Decimal("3.5"),
    carrier="Công ty TNHH Vận tải Sông Hồng",
    crew=(DRIVER, ASSISTANT),
    route=("79", "00001", "281"),
    cargo=CargoClass.FOOD,
    status=StatusRef("status/0", 7),
)

CARD = CrewCard(
    iss="VN-HN",
    cti=bytes.fromhex("1112131415161718"),
    issued_at=NOW - DAY,
    not_before=NOW - DAY,
    expires_at=NOW + 15 * HOUR,
    role=Role.DRIVER,
    name="Nguyễn Văn Bình",
    id_last4="0123",
    licence_class="C",
    district="281",
    status=StatusRef("status/0", 8),
)

SUBSTITUTE = CrewEntry(Role.DRIVER, "Phạm Quốc Toàn", "7788", NOW + 9 * HOUR)

SLIP = Amendment(
    iss="VN-HN",
    cti=bytes.fromhex("2122232425262728"),
    issued_at=NOW - HOUR,
    not_before=NOW - HOUR,
    expires_at=NOW + 15 * HOUR,
    pass_cti=PASS.cti,
    joining=((2, SUBSTITUTE),),
    renewed=((1, NOW + 11 * HOUR),),
    leaving=(0,),
    leg=("00355", "79"),
    cargo=CargoClass.EMPTY,
    status=StatusRef("status/0", 9),
)

ROAD = StationInfo("chot-1", "Chốt Pháp Vân", StationKind.ROAD, "00319", within=("008", "01"))
DEPOT = StationInfo("kho-1", "Kho Ứng Hòa", StationKind.FREIGHT, "10354", site="site-1", within=("281", "01"))

LOCKDOWN = Zone(
    id="z-1",
    version=1,
    name="Phường Chương Dương",
    kind=ZoneKind.LOCKDOWN,
    areas=("001",),
    covers=frozenset({"001", "00001", "00067"}),
    sites=frozenset({"site-9"}),
    starts_at=NOW - 3 * DAY,
    ends_at=NOW + 3 * DAY,
    passage=True,
    monitoring_days=14,
    decision="4321/QĐ-UBND",
)


def status_token(statuses: StatusList | None = None, uri: str = "status/0", signer: SoftwareSigner = SIGNER) -> bytes:
    """A signed status list in which the one index is revoked and the other suspended, unless another is given."""
    entries = {REVOKED_INDEX: Status.REVOKED, SUSPENDED_INDEX: Status.SUSPENDED}
    return status.build_token(statuses or StatusList.from_entries(entries), uri, NOW, signer)


def targets(
    issuers: Sequence[IssuerKey] = (ISSUER,),
    zones: Sequence[Zone] = (),
    rules: Policy | None = None,
    published_at: datetime = NOW,
    sealing_key: SealingKey | None = None,
) -> dict[str, bytes]:
    """The targets of a trust repository."""
    return {
        "issuers": trust.dump_issuers(issuers, sealing_key),
        "policy": policy.dump(rules or policy.default_policy()),
        "zones": trust.dump_zones(zones),
        "stations": trust.dump_stations([ROAD, DEPOT]),
        "live/head": trust.dump_head(published_at, 7),
        "status/0": status_token(),
    }


def trust_with(
    issuers: Sequence[IssuerKey] = (ISSUER,),
    zones: Sequence[Zone] = (),
    rules: Policy | None = None,
    published_at: datetime = NOW,
    others: Mapping[str, bytes] | None = None,
) -> Trust:
    """What a station trusts, loaded as a station loads it."""
    return trust.load(targets(issuers, zones, rules, published_at) | dict(others or {}))


def pass_with_status(index: int) -> VehiclePass:
    """The pass, its status at another place of the list."""
    return PASS._replace(status=StatusRef("status/0", index))
