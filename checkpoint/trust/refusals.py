"""What python-tuf's errors mean for a station."""

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)

from checkpoint.trust.errors import TrustImportError

_HTTP_ABSENT = frozenset({403, 404, 410})

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
