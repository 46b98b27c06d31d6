"""What the vectors are made of: fixed keys, fixed dates, two credentials and one trust repository."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from protocol import base45, cbor, claims, cose, deflate, documents, policy, status, trust
from protocol.claims import (
    Amendment,
    CargoClass,
    Credential,
    CrewCard,
    CrewEntry,
    Role,
    StatusRef,
    VehicleClass,
    VehiclePass,
)
from protocol.dictionaries import DICTIONARIES
from protocol.envelope import FORM_PLAIN, Prefix, pack
from protocol.policy import Extension, Policy
from protocol.trust import IssuerKey, StationInfo, StationKind
from protocol.zones import Zone, ZoneKind

AT = datetime(2021, 9, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

ISSUING = cose.SoftwareSigner.from_seed(bytes(range(32)))
WITHDRAWN = cose.SoftwareSigner.from_seed(bytes(range(32, 64)))
SELF_MADE = cose.SoftwareSigner.from_seed(bytes(range(64, 96)))
DEVICE = cose.SoftwareSigner.from_seed(bytes(range(96, 128)))

VALID_INDEX, REVOKED_INDEX, SUSPENDED_INDEX, UNASSIGNED_INDEX = 0, 1, 2, 3
STATUS_LIST_COMPRESSED = bytes.fromhex("78daedc18100000000c3a0fb730ee4225503") + bytes(31) + bytes.fromhex("0e86ae00e5")
"""The list in which index 1 is revoked, 2 suspended and 3 has the value that means nothing, as zlib once wrote it.

Other versions of zlib write other bytes for the same list; the vectors must not depend on the one installed.
"""

PASS = VehiclePass(
    iss="VN-HN",
    cti=bytes.fromhex("0102030405060708"),
    issued_at=datetime(2021, 9, 12, 17, 0, tzinfo=UTC),
    not_before=datetime(2021, 9, 12, 17, 0, tzinfo=UTC),
    expires_at=datetime(2021, 9, 15, 17, 0, tzinfo=UTC),
    plate="29C12345",
    vehicle_class=VehicleClass.TRUCK,
    payload_tonnes=Decimal("3.5"),
    carrier="Công ty TNHH Vận tải Sông Hồng",
    crew=(
        CrewEntry(Role.DRIVER, "Nguyễn Văn Bình", "0123"),
        CrewEntry(Role.ASSISTANT, "Trần Đức Anh", "4567", datetime(2021, 9, 14, 7, 0, tzinfo=UTC)),
    ),
    route=("79", "00355", "281"),
    cargo=CargoClass.FOOD,
    status=StatusRef("status/0", VALID_INDEX),
)
CARD = CrewCard(
    iss="VN-HN",
    cti=bytes.fromhex("1112131415161718"),
    issued_at=datetime(2021, 9, 13, 2, 0, tzinfo=UTC),
    not_before=datetime(2021, 9, 13, 2, 0, tzinfo=UTC),
    expires_at=datetime(2021, 9, 16, 2, 0, tzinfo=UTC),
    role=Role.DRIVER,
    name="Lê Thị Hoa",
    id_last4="0089",
    licence_class="C",
    district="281",
    status=StatusRef("status/0", VALID_INDEX),
)
SUBSTITUTE = CrewEntry(Role.DRIVER, "Phạm Quốc Toàn", "7788", datetime(2021, 9, 14, 11, 0, tzinfo=UTC))
SLIP = Amendment(
    iss="VN-HN",
    cti=bytes.fromhex("2122232425262728"),
    issued_at=datetime(2021, 9, 13, 10, 0, tzinfo=UTC),
    not_before=datetime(2021, 9, 13, 10, 0, tzinfo=UTC),
    expires_at=PASS.expires_at,
    pass_cti=PASS.cti,
    joining=((2, SUBSTITUTE),),
    renewed=((1, datetime(2021, 9, 15, 1, 0, tzinfo=UTC)),),
    leaving=(0,),
    leg=("018", "79"),
    cargo=CargoClass.EMPTY,
    status=StatusRef("status/0", VALID_INDEX),
)
"""The assistant's test is renewed, another driver takes over, and the truck goes back empty over another district."""

ASSISTANTS_CARD = CARD._replace(
    role=Role.ASSISTANT, name=PASS.crew[1].name, id_last4=PASS.crew[1].id_last4, licence_class=""
)

STREAM = deflate.compress(claims.encode(PASS), DICTIONARIES[1])
STORED = (
    b"\x01" + len(claims.encode(PASS)).to_bytes(2, "little") + (0xFFFF - len(claims.encode(PASS))).to_bytes(2, "little")
)
STORED += claims.encode(PASS)
"""The same claims as one block without any compression."""

FIRST_REASONS = """NOT_A_PASS FORMAT_INVALID FORMAT_UNSUPPORTED ISSUER_UNKNOWN ISSUER_KEY_REVOKED SIGNATURE_INVALID
NOT_YET_VALID EXPIRED EXTENDED REVOKED SUSPENDED PLATE_MISMATCH CREW_MISMATCH CREW_EXPIRED NO_VALID_DRIVER PASS_MISSING
SUPPLEMENT_UNUSABLE OFF_ROUTE ARRIVED_FROM_ZONE ENTERING_ZONE ALREADY_SCANNED IMPOSSIBLE_TRAVEL TRUST_STALE
TRUST_EXPIRED CLOCK_DOUBT""".split()
"""The reasons that there were when the first vectors were frozen."""

STATIONS = (
    StationInfo("chot-1", "Chốt Pháp Vân", StationKind.ROAD, "00319", within=("008", "01")),
    StationInfo("kho-1", "Kho Gia Lâm", StationKind.FREIGHT, "00565", site="gia-lam", within=("018", "01")),
)
WARD_ZONE = Zone(
    id="pp-2021-09",
    version=1,
    name="Phường trong khu vực phong tỏa",
    kind=ZoneKind.LOCKDOWN,
    areas=("00355",),
    covers=frozenset({"00355"}),
    sites=frozenset(),
    starts_at=datetime(2021, 9, 10, 17, 0, tzinfo=UTC),
    ends_at=None,
    passage=True,
    monitoring_days=14,
    decision="4321/QĐ-UBND",
)
PROVINCE_ZONE = replace(WARD_ZONE, id="pp-79", areas=("79",), covers=frozenset({"79", "760", "26734"}))
EXTENSION = Extension(PASS.issued_at - DAY, PASS.issued_at + DAY, PASS.expires_at + 7 * DAY, "17/TB-UBND")

ISSUERS = (
    IssuerKey("VN-HN", ISSUING.kid, ISSUING.public_raw),
    IssuerKey("VN-HN", WITHDRAWN.kid, WITHDRAWN.public_raw, datetime(2021, 9, 1, tzinfo=UTC), "Khóa bị lộ"),
)


def targets(
    zones: Sequence[Zone] = (),
    extensions: tuple[Extension, ...] = (),
    published_at: datetime = AT - HOUR,
    issuers: Sequence[IssuerKey] = ISSUERS,
    rules: Policy | None = None,
) -> dict[str, bytes]:
    """The trust repository's targets, published an hour before the verdict unless said otherwise."""
    token = {
        2: "status/0",
        6: int((AT - DAY).timestamp()),
        65533: {"bits": 2, "lst": STATUS_LIST_COMPRESSED},
    }
    return {
        "issuers": trust.dump_issuers(issuers, None),
        "policy": _first_reasons_only(policy.dump(rules or replace(policy.default_policy(), extensions=extensions))),
        "zones": trust.dump_zones(zones),
        "stations": trust.dump_stations(STATIONS),
        "live/head": trust.dump_head(published_at, 12),
        "status/0": cose.sign1(cbor.dumps(token), ISSUING, status.TOKEN_TYPE),
    }


def _first_reasons_only(target: bytes) -> bytes:
    """A policy without the reasons that came later, which keep their default: frozen vectors know nothing of them."""
    document = json.loads(target)
    document["severities"] = {code: document["severities"][code] for code in FIRST_REASONS}
    return documents.dump(document)


def issued(credential: Credential = PASS, signer: cose.Signer = ISSUING) -> str:
    """The text of a credential, in the form that is shorter: with dictionary 1."""
    return claims.issue(credential, signer)


def plain(credential: Credential = PASS, signer: cose.Signer = ISSUING) -> str:
    """The text of a credential in the plain form."""
    return pack(claims.prefix_of(credential), FORM_PLAIN, cose.sign1(claims.encode(credential), signer))


def with_stream(stream: bytes, signer: cose.Signer = ISSUING) -> str:
    """A text whose compressed claims are these bytes, signed by our issuer."""
    return pack(Prefix.VEHICLE_PASS, 1, cose.sign_short(stream, signer, 1))


def with_short(change: Callable[[bytes], bytes]) -> str:
    """The text of the pass with dictionary 1, its short message changed afterwards."""
    return pack(Prefix.VEHICLE_PASS, 1, change(cose.sign_short(STREAM, ISSUING, 1)))


def with_message(change: Callable[[bytes], bytes], prefix: Prefix = Prefix.VEHICLE_PASS) -> str:
    """The text of the pass in the plain form, its signed message changed afterwards."""
    return pack(prefix, FORM_PLAIN, change(cose.sign1(claims.encode(PASS), ISSUING)))


def with_claims(change: Callable[[dict[int, object]], object], prefix: Prefix = Prefix.VEHICLE_PASS) -> str:
    """The text of the pass in the plain form, its claims changed before our issuer signed them."""
    content = cbor.loads(claims.encode(PASS))
    assert isinstance(content, dict)
    change(content)
    return pack(prefix, FORM_PLAIN, cose.sign1(cbor.dumps(content), ISSUING))


def with_form(form: int) -> str:
    """The text of the pass with dictionary 1, another form in its first byte."""
    return "VP1:" + base45.encode(bytes([form]) + cose.sign_short(STREAM, ISSUING, 1))
