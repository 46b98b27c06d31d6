"""The tables of the scan log."""

SCHEMA_VERSION = 1

SCHEMA = (
    """
    CREATE TABLE record (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        first_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        scanned_at_us INTEGER NOT NULL,
        iss TEXT,
        cti BLOB,
        body BLOB NOT NULL,
        body_digest BLOB NOT NULL,
        chain BLOB NOT NULL
    ) STRICT
    """,
    """CREATE INDEX record_by_credential ON record (cti, iss, scanned_at_us)""",
    """CREATE INDEX record_by_first ON record (first_id, seq)""",
    """CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;""",
    """CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END;""",
    """
    CREATE TABLE delivery (
        id TEXT PRIMARY KEY REFERENCES record (id),
        refusal TEXT,
        at_us INTEGER NOT NULL
    ) STRICT
    """,
    """CREATE TABLE boot (seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL) STRICT""",
)
