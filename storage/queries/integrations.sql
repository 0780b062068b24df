-- name: CreateIntegration :exec
INSERT INTO integration (id, project_id, name, enabled, filter, limits, retry, version, lane, served, created, updated)
VALUES (@id, @project_id, @name, @enabled, @filter, @limits, @retry, 1, @lane, 0, @created, @updated);

-- name: CountLanes :many
SELECT lane, count(*) AS integrations FROM integration WHERE project_id = @project_id GROUP BY lane;

-- name: GetIntegration :one
SELECT * FROM integration WHERE id = @id AND project_id = @project_id;

-- name: ListIntegrations :many
SELECT * FROM integration
WHERE project_id = @project_id AND substr(id, 1, length(cast(@prefix AS text))) = cast(@prefix AS text)
ORDER BY created, id;

-- name: UpdateIntegration :execrows
UPDATE integration SET name = @name, enabled = @enabled, filter = @filter, limits = @limits,
    retry = @retry, version = @version, updated = @updated
WHERE id = @id AND project_id = @project_id;

-- name: ServeIntegration :exec
UPDATE integration SET served = @served WHERE id = @id;

-- name: DeleteIntegration :execrows
DELETE FROM integration WHERE id = @id AND project_id = @project_id;

-- name: CreateVersion :exec
INSERT INTO version (integration_id, number, script, hash, created)
VALUES (@integration_id, @number, @script, @hash, @created);

-- name: LastVersion :one
SELECT cast(coalesce(max(number), 0) AS bigint) AS number FROM version WHERE integration_id = @integration_id;

-- name: ListVersions :many
SELECT integration_id, number, hash, created FROM version
WHERE integration_id = @integration_id ORDER BY number DESC;

-- name: GetVersion :one
SELECT * FROM version WHERE integration_id = @integration_id AND number = @number;

-- name: DescribeVersion :one
SELECT hash, created FROM version WHERE integration_id = @integration_id AND number = @number;

-- name: UpsertVariable :one
INSERT INTO variable (id, integration_id, name, kind, is_json, value, attributes, created, updated)
VALUES (@id, @integration_id, @name, @kind, @is_json, @value, @attributes, @created, @updated)
ON CONFLICT (integration_id, name) DO UPDATE SET kind = excluded.kind, is_json = excluded.is_json,
    value = excluded.value, attributes = excluded.attributes, updated = excluded.updated
RETURNING *;

-- name: ListVariables :many
SELECT * FROM variable WHERE integration_id = @integration_id ORDER BY name;

-- name: DeleteVariable :execrows
DELETE FROM variable WHERE integration_id = @integration_id AND name = @name;
