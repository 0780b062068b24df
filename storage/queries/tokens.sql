-- name: CreateToken :exec
INSERT INTO token (id, name, hash, project_id, scopes, created, expires)
VALUES (@id, @name, @hash, @project_id, @scopes, @created, @expires);

-- name: TokenByHash :one
SELECT * FROM token WHERE hash = @hash;

-- name: ListTokens :many
SELECT * FROM token ORDER BY created, id;

-- name: DeleteToken :execrows
DELETE FROM token WHERE id = @id;
