"""Every page of administration; importing the modules adds them to the blueprint."""

from __future__ import annotations

from passes.administration import (
    audit_views,
    key_views,
    list_views,
    mode_views,
    organisation_views,
    policy_views,
    user_views,
)
from passes.administration.blueprint import bp

__all__ = [
    "audit_views",
    "bp",
    "key_views",
    "list_views",
    "mode_views",
    "organisation_views",
    "policy_views",
    "user_views",
]
