"""Every page of accounts; importing the modules adds them to the blueprint."""

from __future__ import annotations

from passes.accounts import organisation_views, registration_views
from passes.accounts.blueprint import bp

__all__ = ["bp", "organisation_views", "registration_views"]
