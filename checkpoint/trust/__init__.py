"""Trust data at the station: what it verifies passes against, fetched when it can and kept for when it cannot."""

from checkpoint.trust.errors import TrustImportError, TrustStoreError
from checkpoint.trust.limits import Limits
from checkpoint.trust.once import Anchor, load_once
from checkpoint.trust.store import MAX_AHEAD, Imported, TrustStatus, TrustStore

__all__ = [
    "MAX_AHEAD",
    "Anchor",
    "Imported",
    "Limits",
    "TrustImportError",
    "TrustStatus",
    "TrustStore",
    "TrustStoreError",
    "load_once",
]
