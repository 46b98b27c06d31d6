"""A second verifier, written from docs/format.md alone and on other libraries; nothing of `protocol` is used here.

It is as short as the document allows: plain dicts for what was signed. Section numbers are those of the document.
"""

import base64
import json
import unicodedata
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import base45
import cbor2
import cwt
from cwt import COSE, COSEKey

DICTIONARIES = {1: (Path(__file__).parents[1] / "vectors" / "dictionary_1.bin").read_bytes()}
ALPHABET = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
ORDER = """NOT_A_PASS FORMAT_INVALID FORMAT_UNSUPPORTED ISSUER_UNKNOWN ISSUER_KEY_REVOKED SIGNATURE_INVALID
NOT_YET_VALID EXPIRED EXTENDED REVOKED SUSPENDED PLATE_MISMATCH CREW_MISMATCH CREW_EXPIRED NO_VALID_DRIVER PASS_MISSING
SUPPLEMENT_UNUSABLE OFF_ROUTE ARRIVED_FROM_ZONE ENTERING_ZONE ALREADY_SCANNED IMPOSSIBLE_TRAVEL TRUST_STALE
TRUST_EXPIRED CLOCK_DOUBT""".split()
GRAVITY = ["note", "refer", "refuse"]
NOTED = {"EXTENDED", "OFF_ROUTE", "TRUST_STALE", "CLOCK_DOUBT"}
REFERRED = """SUSPENDED CREW_MISMATCH CREW_EXPIRED PASS_MISSING SUPPLEMENT_UNUSABLE ARRIVED_FROM_ZONE ENTERING_ZONE
ALREADY_SCANNED IMPOSSIBLE_TRAVEL TRUST_EXPIRED""".split()
DEFAULTS = {reason: dict.fromkeys(("road", "freight"), "refuse") for reason in ORDER}
DEFAULTS |= {reason: dict.fromkeys(("road", "freight"), "note") for reason in NOTED}
DEFAULTS |= {reason: dict.fromkeys(("road", "freight"), "refer") for reason in REFERRED}
DEFAULTS["ALREADY_SCANNED"] = {"road": "refer", "freight": "note"}
PRIVATE = {"VP1:": -65537, "CC1:": -65538, "AM1:": -65540}
ROLES = ["driver", "assistant"]
VEHICLES = "OTHER VAN TRUCK TRACTOR CONTAINER REFRIGERATED TANKER DUMP TRAILER TOW PICKUP".split()
CARGOES = """OTHER FOOD MEDICAL FUEL ESSENTIALS FARMING LIVESTOCK PRODUCTION CONSTRUCTION IMPORT_EXPORT PARCELS WASTE
EMPTY""".split()


class Failed(Exception):  # noqa: N818 - a step of section 4.1 that ends the matter
    """The reason why a text is not verified."""


def seconds(moment: str | None) -> int | None:
    """A moment in JSON as a NumericDate."""
    return None if moment is None else int(datetime.fromisoformat(moment).timestamp())


def check(condition: object, reason: str = "FORMAT_INVALID") -> None:
    if not condition:
        raise Failed(reason)


def a_text(value: object, at_most: int, at_least: int = 1) -> str:
    check(type(value) is str and at_least <= len(value) <= at_most)
    check(unicodedata.is_normalized("NFC", value))
    check(
        all(c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp", "Zs"} for c in value)
    )
    return value


def an_integer(value: object, end: int, start: int = 0) -> int:
    check(type(value) is int and start <= value < end)
    return value


def an_array(value: object, at_most: int, at_least: int = 1) -> list:
    check(type(value) is list and at_least <= len(value) <= at_most)
    return value


def some_bytes(value: object, at_most: int, at_least: int) -> bytes:
    check(type(value) is bytes and at_least <= len(value) <= at_most)
    return value


# --- 6, 7: trust ---


def load_trust(targets: dict[str, str]) -> dict[str, Any]:
    """The targets of a vector, base64."""
    raw = {path: base64.b64decode(content) for path, content in targets.items()}
    documents = {path: json.loads(raw[path]) for path in ("issuers", "policy", "zones", "stations", "live/head")}
    keys = documents["issuers"]["issuers"]
    zones: dict[str, dict] = {}
    for zone in sorted(documents["zones"]["zones"], key=lambda zone: (zone["id"], zone["version"])):
        zones[zone["id"]] = zone
    good = [key for key in keys if key["retired_at"] is None]
    lists = {path: read_status_list(path, raw[path], good) for path in raw if path.startswith("status/")}
    stations = {station["id"]: station for station in documents["stations"]["stations"]}
    policy, head = documents["policy"], documents["live/head"]
    return {"keys": keys, "policy": policy, "zones": zones, "stations": stations, "head": head, "lists": lists}


def read_status_list(path: str, token: bytes, keys: list[dict]) -> bytes:
    payload = next(p for p in (opened(token, key) for key in keys) if p is not None)
    claims = cbor2.loads(payload)
    assert (claims[2], claims[65533]["bits"]) == (path, 2)
    packed = zlib.decompress(claims[65533]["lst"])
    assert len(packed) == 32_768
    return packed


def opened(message: bytes, key: dict, external: bytes = b"") -> bytes | None:
    """The payload of a message that a key signed."""
    kid, public = bytes.fromhex(key["kid"]), bytes.fromhex(key["public_key"])
    try:
        cose_key = COSEKey.new({1: 1, -1: 6, -2: public, 2: kid, 3: -8})
        return COSE.new().decode(message, keys=[cose_key], external_aad=external)
    except (cwt.VerifyError, ValueError):
        return None


# --- 1, 2, 4.1: one text ---


def verify(text: str, trust: dict) -> dict[str, Any]:
    """The claims of a text, or `Failed`."""
    prefix = text[:4]
    check(prefix in PRIVATE, "NOT_A_PASS")
    check(len(text) <= 2_000 and set(text[4:]) <= ALPHABET and len(text[4:]) % 3 != 1)
    try:
        data = base45.b45decode(text[4:])
    except ValueError as error:
        raise Failed("FORMAT_INVALID") from error
    check(data)
    form, message = data[0], data[1:]
    check(form == 0 or form in DICTIONARIES, "FORMAT_UNSUPPORTED")
    kid, payload, whole = whole_message(message) if form == 0 else short_message(message)
    keys = [key for key in trust["keys"] if key["kid"] == kid.hex()]
    check(keys, "ISSUER_UNKNOWN")
    external = bytes([form]) if form else b""
    key = next((key for key in keys if opened(whole, key, external) is not None), None)
    check(key, "SIGNATURE_INVALID")
    check(key["retired_at"] is None, "ISSUER_KEY_REVOKED")
    found = read_claims(prefix, inflate(payload, DICTIONARIES[form]) if form else payload)
    check(found["iss"] == key["iss"], "ISSUER_UNKNOWN")
    return found


def whole_message(message: bytes) -> tuple[bytes, bytes, bytes]:
    head = bytes.fromhex("d2844da201270448")
    check(message.startswith(head) and message[16:17] == b"\xa0" and message[-66:-64] == b"\x58\x40")
    counted = message[17:-66]
    check(counted)
    try:
        payload = cbor2.loads(counted)
    except (cbor2.CBORDecodeError, ValueError, EOFError) as error:
        raise Failed("FORMAT_INVALID") from error
    check(type(payload) is bytes and cbor2.dumps(payload) == counted)
    return message[8:16], payload, message


def short_message(message: bytes) -> tuple[bytes, bytes, bytes]:
    kid, stream, signature = message[:8], message[8:-64], message[-64:]
    check(stream)
    whole = bytes.fromhex("d2844da201270448") + kid + b"\xa0" + cbor2.dumps(stream) + b"\x58\x40" + signature
    return kid, stream, whole


def inflate(stream: bytes, dictionary: bytes) -> bytes:
    inflater = zlib.decompressobj(-15, zdict=dictionary)
    try:
        content = inflater.decompress(stream, 4_097)
    except zlib.error as error:
        raise Failed("FORMAT_INVALID") from error
    check(inflater.eof and not inflater.unused_data and len(content) <= 4_096)
    return content


# --- 3: claims ---


def read_claims(prefix: str, payload: bytes) -> dict[str, Any]:
    try:
        claims = cbor2.loads(payload)
    except Exception as error:
        raise Failed("FORMAT_INVALID") from error
    check(type(claims) is dict)
    label = PRIVATE[prefix]
    check([key for key in claims if type(key) is int and key < -65536] == [label])
    fields = claims[label]
    check(type(fields) is dict)
    an_integer(fields.get(0), 2**63)
    check(fields[0] == 1 and all(type(key) is int and key >= 0 for key in fields), "FORMAT_UNSUPPORTED")
    found = {"kind": prefix, "iss": a_text(claims.get(1), 32), "cti": some_bytes(claims.get(7), 8, 8)}
    for name, key in (("exp", 4), ("nbf", 5), ("iat", 6)):
        found[name] = an_integer(claims.get(key), 2**33)
    check(found["nbf"] < found["exp"])
    check(type(claims.get(65535)) is dict and type(claims[65535].get("status_list")) is dict)
    status = claims[65535]["status_list"]
    found["status"] = (a_text(status.get("uri"), 64), an_integer(status.get("idx"), 131_072))
    reader = {"VP1:": read_pass, "CC1:": read_card, "AM1:": read_amendment}[prefix]
    return found | reader(fields, found["nbf"] // 60 * 60)


def read_pass(fields: dict, minute: int) -> dict[str, Any]:
    plate = some_bytes(fields.get(1), 8, 1)
    check(plate[0])
    crew = an_array(fields.get(6), 8)
    return {
        "plate": a_text(in_base_36(int.from_bytes(plate, "big")), 12),
        "vehicle_class": one_of(VEHICLES, fields.get(2)),
        "cargo": one_of(CARGOES, fields.get(3)),
        "payload_tonnes": f"{an_integer(fields.get(4), 10_000) / 10:.1f}",
        "carrier": a_text(fields.get(5), 60),
        "crew": [person(an_array(entry, 3, 2), minute) for entry in crew],
        "route": [area(number) for number in an_array(fields.get(7), 12, 2)],
    }


def read_card(fields: dict, _minute: int) -> dict[str, Any]:
    district = area(fields.get(4))
    check(len(district) == 3)
    licence = a_text(fields.get(3), 8, at_least=0)
    holder = person([fields.get(1), fields.get(2)], 0)
    return {**holder, "licence_class": licence, "district": district}


def read_amendment(fields: dict, minute: int) -> dict[str, Any]:
    def items(label: int, at_most: int) -> list:
        return an_array(fields[label], at_most) if label in fields else []

    check(fields.keys() & {2, 3, 4, 5, 6})
    joining = [(an_integer(item[0], 64), person(item[1:], minute)) for item in items(2, 8) if an_array(item, 4, 3)]
    renewed = [(an_integer(item[0], 64), own_expiry(item[1], minute)) for item in items(3, 63) if an_array(item, 2, 2)]
    leaving = [an_integer(index, 64) for index in items(4, 63)]
    named = [index for index, _ in (*joining, *renewed)] + leaving
    check(len(named) == len(set(named)))
    return {
        "pass_cti": some_bytes(fields.get(1), 8, 8),
        "joining": joining,
        "renewed": renewed,
        "leaving": leaving,
        "leg": [area(number) for number in items(5, 12)],
        "cargo": one_of(CARGOES, fields[6]) if 6 in fields else None,
    }


def person(entry: list, minute: int) -> dict[str, Any]:
    role, last4 = divmod(an_integer(entry[1], 2**63), 10_000)
    check(role < 2, "FORMAT_UNSUPPORTED")
    expires = own_expiry(entry[2], minute) if len(entry) > 2 else None
    return {"role": ROLES[role], "name": a_text(entry[0], 60), "id_last4": f"{last4:04}", "expires": expires}


def own_expiry(minutes: object, minute: int) -> int:
    return an_integer(minute + 60 * an_integer(minutes, 5_270_400, -5_270_399), 2**33)


def in_base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits


def one_of(names: list[str], number: object) -> str:
    check(an_integer(number, 2**63) < len(names), "FORMAT_UNSUPPORTED")
    return names[number]


def area(number: object) -> str:
    an_integer(number, 101_100)
    return f"{number:02}" if number < 100 else f"{number - 100:03}" if number < 1_100 else f"{number - 1_100:05}"


# --- 4.2, 4.3: the papers together ---


def judge(texts: list[str], trust: dict, context: dict, now: int) -> dict[str, Any]:
    """The verdict on the papers of one vehicle."""
    papers, failures = [], []
    for text in dict.fromkeys(texts):
        try:
            papers.append(verify(text, trust))
        except Failed as error:
            failures.append(str(error))
    reasons = set(failures) - {"NOT_A_PASS"} or (set() if papers else {"NOT_A_PASS"})
    findings = [{"reason": reason, "crew": [], "zone": None} for reason in reasons]
    journey = main = None
    if papers:
        main = max(papers, key=lambda p: (p["kind"] == "VP1:", p["kind"] == "AM1:", p["iat"], p["cti"]))
        journey, unusable = arrange(main, papers, trust, now) if main["kind"] == "VP1:" else (None, [])
        findings += observe(main, journey, unusable, papers, trust, context, now)
    station = trust["stations"][context["station"]] if context["station"] else None
    kind = station["kind"] if station else "road"
    for finding in findings:
        finding["severity"] = (DEFAULTS | trust["policy"]["severities"])[finding["reason"]][kind]
    findings.sort(key=lambda f: (-GRAVITY.index(f["severity"]), ORDER.index(f["reason"]), f["zone"] or ""))
    gravest = max((GRAVITY.index(finding["severity"]) for finding in findings), default=0)
    outcome = ["ADMIT", "REFER", "REFUSE"][gravest]
    return {"outcome": outcome, "findings": findings, "credential": main, "journey": journey}


def arrange(main: dict, papers: list[dict], trust: dict, now: int) -> tuple[dict, list[dict]]:
    beside = [paper for paper in papers if (paper["iss"], paper["cti"]) != (main["iss"], main["cti"])]
    count = len(main["crew"])
    slips = [
        paper
        for paper in beside
        if paper["kind"] == "AM1:"
        and (paper["iss"], paper["pass_cti"]) == (main["iss"], main["cti"])
        and all(index >= count for index, _ in paper["joining"])
        and is_in_force(paper, trust, now)
    ]
    slips.sort(key=lambda slip: (slip["iat"], slip["cti"]))
    crew = {index: {**entry, "iat": main["iat"]} for index, entry in enumerate(main["crew"])}
    route, cargo = list(main["route"]), main["cargo"]
    for slip in slips:
        for index in slip["leaving"]:
            crew.pop(index, None)
        crew.update({index: {**entry, "iat": slip["iat"]} for index, entry in slip["joining"]})
        for index, end in slip["renewed"]:
            if index in crew:
                crew[index] = {**later(crew[index], end), "iat": slip["iat"]}
        route += slip["leg"]
        cargo = slip["cargo"] or cargo
    cards = [
        (paper, indexes)
        for paper in beside
        if paper["kind"] == "CC1:" and paper["iss"] == main["iss"] and is_in_force(paper, trust, now)
        if (indexes := [i for i, p in crew.items() if all(p[k] == paper[k] for k in ("role", "name", "id_last4"))])
    ]
    for card, indexes in cards:
        for index in indexes:
            if card["iat"] > crew[index]["iat"]:
                crew[index] = later(crew[index], card["exp"])
    counted = [*slips, *(card for card, _ in cards)]
    unusable = [paper for paper in beside if not any(paper is one for one in counted)]
    return {"crew": dict(sorted(crew.items())), "route": route, "cargo": cargo, "amendments": slips}, unusable


def later(entry: dict, end: int) -> dict:
    return entry if entry["expires"] is None else {**entry, "expires": max(entry["expires"], end)}


def window(paper: dict, trust: dict, now: int) -> str | None:
    if now >= paper["exp"]:
        covered = paper["kind"] != "CC1:" and any(
            seconds(e["issued_from"]) <= paper["iat"] < seconds(e["issued_before"]) and now < seconds(e["until"])
            for e in trust["policy"]["extensions"]
        )
        return "EXTENDED" if covered else "EXPIRED"
    return "NOT_YET_VALID" if now + 60 * trust["policy"]["clock_tolerance_minutes"] < paper["nbf"] else None


def status(paper: dict, trust: dict) -> int:
    uri, index = paper["status"]
    return trust["lists"][uri][index // 4] >> 2 * (index % 4) & 3 if uri in trust["lists"] else 0


def is_in_force(paper: dict, trust: dict, now: int) -> bool:
    return window(paper, trust, now) in {None, "EXTENDED"} and status(paper, trust) == 0


def observe(
    main: dict, journey: dict | None, unusable: list, papers: list[dict], trust: dict, context: dict, now: int
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def find(reason: str | None, condition: object = True, crew: tuple = (), zone: str | None = None) -> None:  # noqa: FBT002 - a default, not a flag
        if condition and reason:
            found.append({"reason": reason, "crew": list(crew), "zone": zone})

    ended = window(main, trust, now)
    find(ended)
    find({1: "REVOKED", 2: "SUSPENDED", 3: "REVOKED"}.get(status(main, trust)))
    find("PLATE_MISMATCH", context["plate_mismatch"])
    find("CREW_MISMATCH", context["crew_mismatch"])
    find("PASS_MISSING", journey is None)
    if journey is not None and ended != "EXPIRED":
        ticked = context["crew_present"] or journey["crew"]
        present = {index: entry for index, entry in journey["crew"].items() if index in ticked}
        expired = [i for i, entry in present.items() if entry["expires"] is not None and now >= entry["expires"]]
        find("CREW_EXPIRED", expired, crew=tuple(expired))
        find("NO_VALID_DRIVER", not any(e["role"] == "driver" and i not in expired for i, e in present.items()))
    find("SUPPLEMENT_UNUSABLE", unusable)
    route = journey["route"] if journey else []
    station = trust["stations"][context["station"]] if context["station"] else None
    if journey and station and station["kind"] == "freight" and len(station["area"]) == 5 and station["within"]:
        find("OFF_ROUTE", not {station["area"], *station["within"]} & set(route))
    for zone in trust["zones"].values():
        ends = seconds(zone["ends_at"])
        in_force = seconds(zone["starts_at"]) <= now and (ends is None or now < ends)
        covers = {*zone["areas"], *zone["covers"]}
        find("ARRIVED_FROM_ZONE", in_force and covers & {*route[:1], context["coming_from"]}, zone=zone["id"])
        find("ENTERING_ZONE", in_force and covers & set(route[1:]), zone=zone["id"])
    seen, policy = seconds(context["last_seen_here"]), trust["policy"]
    find("ALREADY_SCANNED", seen is not None and abs(now - seen) < 60 * policy["already_scanned_minutes"])
    find("IMPOSSIBLE_TRAVEL", context["impossible_travel"])
    age = now - seconds(trust["head"]["published_at"])
    missing = any(paper["status"][0] not in trust["lists"] for paper in papers)
    is_expired = age >= 3600 * policy["trust_expired_hours"]
    find("TRUST_EXPIRED", is_expired)
    find("TRUST_STALE", not is_expired and (age >= 3600 * policy["trust_stale_hours"] or missing))
    find("CLOCK_DOUBT", context["clock_in_doubt"] or -age > 60 * policy["clock_tolerance_minutes"])
    return found
