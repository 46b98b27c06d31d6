"""Stations, their devices and receipts: what the rest of the issuer uses of them.

What takes in the records of a stick stands in `handover.py`: it uses movements, which use this.
"""

from __future__ import annotations

from passes.stations.devices import (
    ENROLMENT_LIFETIME,
    device_for,
    devices_of,
    encryption_keys,
    enrol,
    get_device,
    issue_enrolment_code,
    revoke_device,
    roll_key,
)
from passes.stations.errors import StationError
from passes.stations.models import Station
from passes.stations.places import create_station, get_station, published_stations, stations_by_id
from passes.stations.receipts import keep_receipt, receipts_by_station

__all__ = [
    "ENROLMENT_LIFETIME",
    "Station",
    "StationError",
    "create_station",
    "device_for",
    "devices_of",
    "encryption_keys",
    "enrol",
    "get_device",
    "get_station",
    "issue_enrolment_code",
    "keep_receipt",
    "published_stations",
    "receipts_by_station",
    "revoke_device",
    "roll_key",
    "stations_by_id",
]
