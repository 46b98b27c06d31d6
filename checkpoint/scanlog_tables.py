"""The tables of the scan log, and how those of an earlier program become these."""

import sqlite3

SCHEMA_VERSION = 2

_COLUMNS = """(
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        first_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        scanned_at_us INTEGER NOT NULL,
        iss TEXT,
        cti BLOB,
        body BLOB,
        body_digest BLOB NOT NULL,
        chain BLOB NOT NULL,
        signature BLOB
    ) STRICT"""

# A purge may empty what the issuer has, and nothing else may ever change.
_NEVER_CHANGED = """
    CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record
    WHEN NEW.body IS NOT NULL OR NEW.iss IS NOT NULL OR NEW.cti IS NOT NULL
        OR (NEW.seq, NEW.id, NEW.first_id, NEW.kind, NEW.at_us, NEW.scanned_at_us, NEW.body_digest, NEW.chain)
            IS NOT (OLD.seq, OLD.id, OLD.first_id, OLD.kind, OLD.at_us, OLD.scanned_at_us, OLD.body_digest, OLD.chain)
        OR NEW.signature IS NOT OLD.signature
        OR NOT EXISTS (SELECT 1 FROM delivery WHERE id = OLD.id AND refusal IS NULL)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END
    """

_AROUND_RECORD = (
    "CREATE INDEX record_by_credential ON record (cti, iss, scanned_at_us)",
    "CREATE INDEX record_by_first ON record (first_id, seq)",
    _NEVER_CHANGED,
    "CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)

_NEW_IN_2 = (
    # What the issuer has not answered for: found without looking through years of records.
    "CREATE TABLE waiting (seq INTEGER PRIMARY KEY REFERENCES record (seq)) STRICT",
    "CREATE INDEX delivery_refused ON delivery (at_us) WHERE refusal IS NOT NULL",
    # Whose signatures stand on the records from `from_seq` on; each vouches for the one before.
    """
    CREATE TABLE signer (
        number INTEGER PRIMARY KEY,
        public_key BLOB NOT NULL,
        from_seq INTEGER NOT NULL,
        chain BLOB NOT NULL,
        signature BLOB NOT NULL
    ) STRICT
    """,
    # Which records went into which exported batch, for the receipt that comes back later.
    """
    CREATE TABLE handed (
        batch BLOB NOT NULL,
        seq INTEGER NOT NULL REFERENCES record (seq),
        PRIMARY KEY (batch, seq)
    ) STRICT, WITHOUT ROWID
    """,
)

_SCHEMA = (
    f"CREATE TABLE record {_COLUMNS}",
    """
    CREATE TABLE delivery (
        id TEXT PRIMARY KEY REFERENCES record (id),
        refusal TEXT,
        at_us INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE boot (seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL) STRICT",
    *_AROUND_RECORD,
    *_NEW_IN_2,
)

_FROM_1 = (
    f"CREATE TABLE record_2 {_COLUMNS}",
    "INSERT INTO record_2 SELECT *, NULL FROM record",
    "DROP TABLE record",
    "ALTER TABLE record_2 RENAME TO record",
    *_AROUND_RECORD,
    *_NEW_IN_2,
    "INSERT INTO waiting SELECT seq FROM record WHERE id NOT IN (SELECT id FROM delivery)",
)


def make_tables(db: sqlite3.Connection) -> bool:
    """Make the tables in an empty file, or bring those of an earlier program up to date.

    Args:
        db: with a transaction open, and foreign keys not enforced yet: a table may be replaced under others.

    Returns:
        Whether the file's tables are now those of this program; False if a later one wrote it.
    """
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in {0, 1, SCHEMA_VERSION}:
        return False
    for statement in {0: _SCHEMA, 1: _FROM_1}.get(version, ()):
        db.execute(statement)
    if version != SCHEMA_VERSION:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return True
