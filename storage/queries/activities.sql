-- name: CreateDelivery :execrows
INSERT INTO delivery (project_id, id, hash, activity_id, created)
VALUES (@project_id, @id, @hash, @activity_id, @created)
ON CONFLICT (project_id, id) DO NOTHING;

-- name: GetDelivery :one
SELECT hash, activity_id FROM delivery WHERE project_id = @project_id AND id = @id;

-- name: CreateActivity :exec
INSERT INTO activity (id, project_id, type, state, result, summary, hops, created, body)
VALUES (@id, @project_id, @type, @state, @result, @summary, @hops, @created, @body);

-- name: GetActivity :one
SELECT * FROM activity WHERE id = @id AND project_id = @project_id;

-- name: ListActivities :many
SELECT id, project_id, type, state, result, summary, hops, created FROM activity
WHERE project_id = @project_id ORDER BY created DESC, id DESC LIMIT cast(@most AS bigint);

-- name: RunsOfActivity :many
SELECT id FROM run WHERE activity_id = @activity_id AND attempt = 1 ORDER BY seq;

-- name: PruneActivities :execrows
DELETE FROM activity WHERE id IN (
    SELECT a.id FROM activity AS a
    WHERE a.created < @horizon AND NOT EXISTS (
        SELECT 1 FROM run WHERE run.activity_id = a.id AND run.state IN ('pending', 'in_progress'))
    ORDER BY a.created LIMIT cast(@most AS bigint));

-- name: PruneDeliveries :execrows
DELETE FROM delivery WHERE (project_id, id) IN (
    SELECT d.project_id, d.id FROM delivery AS d WHERE d.created < @horizon ORDER BY d.created LIMIT cast(@most AS bigint));

-- name: PruneTokens :execrows
DELETE FROM token WHERE expires > 0 AND expires < @horizon;
