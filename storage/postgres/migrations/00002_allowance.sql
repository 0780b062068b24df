-- +goose Up
-- What projects may still send: until is when all of the project's tokens are back, in
-- microseconds since 1970. It is worth nothing after a crash, so no log is kept of it.
CREATE UNLOGGED TABLE allowance (
    project_id text   NOT NULL PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    until      bigint NOT NULL
) WITH (fillfactor = 50);
