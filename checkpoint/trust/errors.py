"""What can be wrong with trust data, as stable codes."""

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)

from checkpoint.errors import StationError

_HTTP_ABSENT = frozenset({403, 404, 410})


class TrustStoreError(StationError):
    """The station has no trust data to decide with: `trust_empty` or `trust_damaged`."""


class TrustImportError(StationError):
    """Trust data were refused; what the station accepted before is untouched.

    Codes: `trust_busy`, `trust_source_missing`, `trust_source_unreadable`, `trust_unreachable`, `trust_incomplete`,
    `trust_archive_damaged`, `trust_archive_unsafe`, `trust_too_large`, `trust_wrong_anchor`, `trust_signature_invalid`,
    `trust_metadata_invalid`, `trust_altered`, `trust_expired`, `trust_rollback`, `trust_in_future`,
    `trust_content_invalid`, `trust_unwritable`. Parameters: `source`, and `detail` for the log.
    """


# The first that fits counts: each class of python-tuf stands before those it inherits from.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (ExpiredMetadataError, "trust_expired"),
    (BadVersionNumberError, "trust_rollback"),
    (UnsignedMetadataError, "trust_signature_invalid"),
    (LengthOrHashMismatchError, "trust_altered"),
    (RepositoryError, "trust_metadata_invalid"),
    (DownloadLengthMismatchError, "trust_too_large"),
)


def refusal(error: Exception, source: str) -> TrustImportError:
    """Return the refusal that stands for an error of python-tuf.

    Args:
        error: a `RepositoryError` or a `DownloadError`.
        source: where the data came from.
    """
    code = next((code for kind, code in _CODES if isinstance(error, kind)), "trust_unreachable")
    if isinstance(error, DownloadHTTPError) and error.status_code in _HTTP_ABSENT:
        code = "trust_incomplete"
    return TrustImportError(code, source=source, detail=str(error) or str(error.__cause__))
