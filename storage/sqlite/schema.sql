-- Everything that scripts choose is a BLOB, compared byte by byte, so that NUL
-- and any encoding behave as they do on every other back end.

-- One row for each scope that was ever written to: the sums over its entries,
-- kept by the transaction that changes them.
CREATE TABLE storage_usage (
    scope BLOB    NOT NULL PRIMARY KEY,
    keys  INTEGER NOT NULL CHECK (keys >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;

-- kind and data are what storage.Value.Encode makes. rev counts the writes to
-- an entry since it was created, from 1.
CREATE TABLE storage_entry (
    scope BLOB    NOT NULL,
    key   BLOB    NOT NULL,
    kind  INTEGER NOT NULL,
    data  BLOB    NOT NULL,
    rev   INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
