"""What a reviewer had before them, as a short mark: what is approved is what was looked at.

The carrier keeps its vehicles and people up to date while an application waits, and may have one that was returned
again within minutes; a page that was opened before then shows another plate, another driver, or checks that passed.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from passes.applications.findings import CheckReport
    from passes.applications.models import Application, ApplicationVehicle


def mark_of(application: Application, report: CheckReport) -> str:
    """Return the mark of what an application says now and what the checks find; 64 hexadecimal digits.

    Args:
        application: one that waits.
        report: of its checks, just made.
    """
    said = {
        "route": application.route,
        "cargo": application.cargo,
        "days": (application.first_day, application.last_day),
        "vehicles": [_vehicle(item) for item in application.vehicles],
        "checks": [(check.code, check.outcome) for check in report],
    }
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def _vehicle(item: ApplicationVehicle) -> tuple[Any, ...]:
    vehicle, people = item.vehicle, [entry.member for entry in item.crew]
    return (
        item.id,
        vehicle.plate,
        vehicle.vehicle_class,
        vehicle.payload_tonnes.normalize(),
        vehicle.inspection_expires_on,
        [
            (one.person_id, one.role, one.person.name, one.licence_class, one.licence_expires_on, one.test_expires_at)
            for one in people
        ],
    )
