-- name: CreateProject :exec
INSERT INTO project (id, name, concurrency, hook_scheme, hook_sealed, revision, created, updated)
VALUES (@id, @name, @concurrency, @hook_scheme, @hook_sealed, 0, @created, @updated);

-- name: GetProject :one
SELECT * FROM project WHERE id = @id;

-- name: ListProjects :many
SELECT * FROM project WHERE substr(id, 1, length(cast(@prefix AS text))) = cast(@prefix AS text) ORDER BY created, id;

-- name: UpdateProject :execrows
UPDATE project SET name = @name, concurrency = @concurrency, hook_scheme = @hook_scheme,
    hook_sealed = @hook_sealed, revision = revision + 1, updated = @updated
WHERE id = @id;

-- name: ReviseProject :exec
UPDATE project SET revision = revision + 1 WHERE id = @id;

-- name: ProjectRevision :one
SELECT revision FROM project WHERE id = @id;

-- name: DeleteProject :execrows
DELETE FROM project WHERE id = @id;
