-- name: DeleteEntries :exec
DELETE FROM storage_entry WHERE scope = @scope;

-- name: DeleteUsage :exec
DELETE FROM storage_usage WHERE scope = @scope;
