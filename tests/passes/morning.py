"""The morning on which the tests of the issuer take place, whenever and wherever they are run."""

from datetime import UTC, datetime

from passes.local_time import local_date, start_of_day

MORNING = datetime(2026, 3, 17, 2, 30, tzinfo=UTC)
"""A Tuesday, 9:30 here: far from midnight, from the ends of a week, a month and a year, and from 29 February."""
TODAY = local_date(MORNING)
DAY = start_of_day(TODAY)
"""The local midnight with which that day begins."""
