"""What can be wrong with trust data, as stable codes."""

from checkpoint.errors import StationError


class TrustStoreError(StationError):
    """The station has no trust data to decide with: `trust_empty` or `trust_damaged`."""


class TrustImportError(StationError):
    """Trust data were refused; what the station accepted before is untouched.

    Codes: `trust_busy`, `trust_source_missing`, `trust_source_unreadable`, `trust_unreachable`, `trust_incomplete`,
    `trust_archive_damaged`, `trust_archive_unsafe`, `trust_too_large`, `trust_wrong_anchor`, `trust_signature_invalid`,
    `trust_metadata_invalid`, `trust_altered`, `trust_expired`, `trust_rollback`, `trust_in_future`,
    `trust_content_invalid`, `trust_unwritable`. Parameters: `source`, and `detail` for the log.
    """
