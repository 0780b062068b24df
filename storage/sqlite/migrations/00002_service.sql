-- +goose Up
-- Times are microseconds since 1970, UTC. What senders and scripts choose is a BLOB,
-- byte for byte; identifiers and codes are TEXT.

CREATE TABLE project (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    concurrency INTEGER NOT NULL,
    hook_scheme TEXT    NOT NULL,
    hook_sealed TEXT    NOT NULL,
    -- revision counts changes of the project's integrations: who has read them knows
    -- by it whether they are still the same.
    revision    INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL
) STRICT;

CREATE TABLE integration (
    id         TEXT    NOT NULL PRIMARY KEY,
    project_id TEXT    NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    filter     TEXT    NOT NULL, -- JSON
    limits     TEXT    NOT NULL, -- JSON
    retry      TEXT    NOT NULL, -- JSON
    version    INTEGER NOT NULL,
    lane       INTEGER NOT NULL,
    -- served is when a run of it last started: the mailbox serves in turn those who
    -- waited longest.
    served     INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL
) STRICT;
CREATE INDEX integration_of_project ON integration (project_id, lane);

CREATE TABLE version (
    integration_id TEXT    NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    number         INTEGER NOT NULL,
    script         BLOB    NOT NULL,
    hash           TEXT    NOT NULL,
    created        INTEGER NOT NULL,
    PRIMARY KEY (integration_id, number)
) STRICT;

CREATE TABLE variable (
    id             TEXT    NOT NULL PRIMARY KEY,
    integration_id TEXT    NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    is_json        INTEGER NOT NULL,
    value          BLOB    NOT NULL,
    attributes     TEXT    NOT NULL,
    created        INTEGER NOT NULL,
    updated        INTEGER NOT NULL,
    UNIQUE (integration_id, name)
) STRICT;

CREATE TABLE activity (
    id         TEXT    NOT NULL PRIMARY KEY,
    project_id TEXT    NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    type       BLOB    NOT NULL,
    state      TEXT    NOT NULL,
    result     TEXT    NOT NULL,
    summary    TEXT    NOT NULL, -- JSON
    hops       INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT;
CREATE INDEX activity_of_project ON activity (project_id, created);
CREATE INDEX activity_by_age ON activity (created);

-- What was delivered, kept for longer than senders try again.
CREATE TABLE delivery (
    project_id  TEXT    NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    id          BLOB    NOT NULL,
    hash        BLOB    NOT NULL,
    activity_id TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    PRIMARY KEY (project_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_by_age ON delivery (created);

-- A run waits, goes on and is recorded in one row. seq is the order in which runs were
-- made, which for first attempts is that of acceptance.
CREATE TABLE run (
    seq            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id             TEXT    NOT NULL UNIQUE,
    project_id     TEXT    NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    integration_id TEXT    NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    activity_id    TEXT    NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    attempt        INTEGER NOT NULL,
    lane           INTEGER NOT NULL,
    -- place is its place among the runs of its integration: of a retry the first
    -- attempt's seq, so that what follows waits for it; 0 is its own seq.
    place          INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    result         TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    message        BLOB    NOT NULL,
    dead           INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    script_hash    TEXT    NOT NULL,
    engine         TEXT    NOT NULL,
    seed           BLOB    NOT NULL,
    steps          INTEGER NOT NULL,
    receipt        TEXT    NOT NULL,
    epoch          INTEGER NOT NULL,
    ready          INTEGER NOT NULL,
    created        INTEGER NOT NULL,
    started        INTEGER NOT NULL,
    completed      INTEGER NOT NULL,
    UNIQUE (activity_id, integration_id, attempt)
) STRICT;
CREATE INDEX run_of_integration ON run (integration_id, seq);
CREATE INDEX run_of_project ON run (project_id, seq);
CREATE INDEX run_unfinished ON run (integration_id, (CASE WHEN place > 0 THEN place ELSE seq END))
    WHERE state IN ('pending', 'in_progress');
CREATE INDEX run_again ON run (ready) WHERE state = 'pending' AND attempt > 1;

CREATE TABLE line (
    run    INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    level  TEXT    NOT NULL,
    text   BLOB    NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- Who may work on a mailbox: the newest epoch, up to a time.
CREATE TABLE mailbox (
    project_id TEXT    NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    lane       INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (project_id, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    -- NULL is all projects.
    project_id TEXT             REFERENCES project (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL
) STRICT;

-- One row, written to see whether that is possible.
CREATE TABLE pulse (
    id   INTEGER NOT NULL PRIMARY KEY,
    time INTEGER NOT NULL
) STRICT;
