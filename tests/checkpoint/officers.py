"""Officers of the tests' station, with PINs."""

from protocol import pins
from protocol.roster import Officer, OfficerRole

PEPPER, SALT = bytes(range(32)), bytes(16)
CHIEF, INSPECTOR = OfficerRole.CHIEF, OfficerRole.INSPECTOR
PIN, OTHER_PIN = "402917", "835160"


def officer(officer_id: str, name: str, role: OfficerRole, pin: str | None, serial: int = 1) -> Officer:
    return Officer(officer_id, name, role, pin and pins.make_verifier(pin, officer_id, PEPPER, SALT), serial)


AN = officer("cb-an", "Đào Văn An", CHIEF, PIN)
BINH = officer("cb-binh", "Bùi Thị Bình", INSPECTOR, OTHER_PIN)
NEW = officer("cb-new", "Người mới", INSPECTOR, None)
