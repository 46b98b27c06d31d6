"""Trust data at the station: what it verifies passes against, fetched when it can and kept for when it cannot."""

from checkpoint.trust.errors import TrustImportError, TrustStoreError
from checkpoint.trust.in_force import Imported, InForce
from checkpoint.trust.limits import Limits
from checkpoint.trust.store import TrustStatus, TrustStore

__all__ = ["Imported", "InForce", "Limits", "TrustImportError", "TrustStatus", "TrustStore", "TrustStoreError"]
