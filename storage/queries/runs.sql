-- name: CreateRun :exec
INSERT INTO run (id, project_id, integration_id, activity_id, attempt, lane, place, state, result, code, message, dead,
    version, script_hash, engine, seed, steps, receipt, epoch, ready, created, started, completed)
VALUES (@id, @project_id, @integration_id, @activity_id, @attempt, @lane, @place, 'pending', '', '', @message, 0,
    0, '', '', @seed, 0, '', 0, @ready, @created, 0, 0);

-- name: GetRun :one
SELECT sqlc.embed(run), activity.type, activity.summary FROM run JOIN activity ON activity.id = run.activity_id
WHERE run.id = @id AND run.project_id = @project_id;

-- name: ListRuns :many
SELECT sqlc.embed(run), activity.type, activity.summary FROM run JOIN activity ON activity.id = run.activity_id
WHERE run.integration_id = @integration_id AND run.project_id = @project_id
    AND (cast(@activity_id AS text) = '' OR run.activity_id = @activity_id)
    AND (cast(@state AS text) = '' OR @state LIKE '% ' || run.state || ' %')
    AND (cast(@result AS text) = '' OR run.result = @result)
    AND (cast(@before AS bigint) = 0 OR run.created < @before)
    AND (cast(@dead AS bigint) = 0 OR run.dead = 1)
    AND substr(run.id, 1, length(cast(@prefix AS text))) = cast(@prefix AS text)
ORDER BY run.seq DESC LIMIT cast(@most AS bigint);

-- name: ListRunsOfActivity :many
SELECT sqlc.embed(run), activity.type, activity.summary FROM run JOIN activity ON activity.id = run.activity_id
WHERE run.activity_id = @activity_id AND run.project_id = @project_id
    AND (cast(@state AS text) = '' OR @state LIKE '% ' || run.state || ' %')
    AND (cast(@result AS text) = '' OR run.result = @result)
    AND (cast(@before AS bigint) = 0 OR run.created < @before)
    AND (cast(@dead AS bigint) = 0 OR run.dead = 1)
    AND substr(run.id, 1, length(cast(@prefix AS text))) = cast(@prefix AS text)
ORDER BY run.seq DESC LIMIT cast(@most AS bigint);

-- name: ListRunsOfProject :many
SELECT sqlc.embed(run), activity.type, activity.summary FROM run JOIN activity ON activity.id = run.activity_id
WHERE run.project_id = @project_id
    AND (cast(@state AS text) = '' OR @state LIKE '% ' || run.state || ' %')
    AND (cast(@result AS text) = '' OR run.result = @result)
    AND (cast(@before AS bigint) = 0 OR run.created < @before)
    AND (cast(@dead AS bigint) = 0 OR run.dead = 1)
    AND substr(run.id, 1, length(cast(@prefix AS text))) = cast(@prefix AS text)
ORDER BY run.seq DESC LIMIT cast(@most AS bigint);

-- name: CountUnfinished :one
SELECT count(*) FROM run WHERE state IN ('pending', 'in_progress');

-- HeadOfLane is the run that is next in a mailbox, with all that it needs but variables.
-- name: HeadOfLane :one
SELECT sqlc.embed(run), sqlc.embed(integration), sqlc.embed(activity), project.name AS project_name,
    version.hash AS version_hash, version.created AS version_created
FROM (
    SELECT candidate.seq FROM integration AS one
    JOIN run AS candidate ON candidate.seq = (
        SELECT head.seq FROM run AS head
        WHERE head.integration_id = one.id AND head.state IN ('pending', 'in_progress')
        ORDER BY CASE WHEN head.place > 0 THEN head.place ELSE head.seq END LIMIT 1)
    WHERE one.project_id = @project_id AND one.lane = @lane AND (candidate.attempt = 1 OR candidate.ready <= @now)
    ORDER BY one.served, candidate.seq LIMIT 1) AS next
JOIN run ON run.seq = next.seq
JOIN integration ON integration.id = run.integration_id
JOIN activity ON activity.id = run.activity_id
JOIN project ON project.id = run.project_id
JOIN version ON version.integration_id = integration.id AND version.number = integration.version;

-- LaneHasWork is whether HeadOfLane would find a run.
-- name: LaneHasWork :one
SELECT cast(count(*) AS bigint) AS runs FROM integration AS one
JOIN run AS candidate ON candidate.seq = (
    SELECT head.seq FROM run AS head
    WHERE head.integration_id = one.id AND head.state IN ('pending', 'in_progress')
    ORDER BY CASE WHEN head.place > 0 THEN head.place ELSE head.seq END LIMIT 1)
WHERE one.project_id = @project_id AND one.lane = @lane AND (candidate.attempt = 1 OR candidate.ready <= @now);

-- name: StartRun :execrows
UPDATE run SET state = 'in_progress', version = @version, script_hash = @script_hash, engine = @engine,
    epoch = @epoch, started = @started
WHERE seq = @seq AND state IN ('pending', 'in_progress');

-- name: FinishRun :execrows
UPDATE run SET state = @state, result = @result, code = @code, message = @message, dead = @dead, seed = @seed,
    steps = @steps, receipt = @receipt, completed = @completed
WHERE seq = @seq AND epoch = @epoch AND state = 'in_progress';

-- name: CancelRun :execrows
UPDATE run SET state = 'cancelled', result = 'failure', code = 'cancelled', message = @message, completed = @completed
WHERE id = @id AND project_id = @project_id AND state = 'pending';

-- name: LastAttempt :one
SELECT cast(coalesce(max(attempt), 0) AS bigint) AS attempt FROM run
WHERE activity_id = @activity_id AND integration_id = @integration_id;

-- name: CreateLine :exec
INSERT INTO line (run, number, time, level, text) VALUES (@run, @number, @time, @level, @text)
ON CONFLICT (run, number) DO NOTHING;

-- name: DeleteLines :exec
DELETE FROM line WHERE run = @run;

-- name: ListLines :many
SELECT number, time, level, text FROM line WHERE run = @run AND number > @after ORDER BY number LIMIT cast(@most AS bigint);

-- name: Claim :one
INSERT INTO mailbox (project_id, lane, epoch, until) VALUES (@project_id, @lane, 1, 0)
ON CONFLICT (project_id, lane) DO UPDATE SET epoch = mailbox.epoch + 1, until = 0
RETURNING epoch;

-- name: ExtendClaim :execrows
UPDATE mailbox SET until = @until WHERE project_id = @project_id AND lane = @lane AND epoch = @epoch;

-- name: RenewClaim :execrows
UPDATE mailbox SET until = @until
WHERE project_id = @project_id AND lane = @lane AND epoch = @epoch AND until > @now;

-- HoldsClaim changes nothing, but locks the row until the transaction ends, so that
-- nobody takes the mailbox meanwhile.
-- name: HoldsClaim :execrows
UPDATE mailbox SET epoch = epoch
WHERE project_id = @project_id AND lane = @lane AND epoch = @epoch AND until > @now;

-- name: DueMailboxes :many
SELECT project_id, lane, cast(min(ready) AS bigint) AS ready FROM run
WHERE state = 'pending' AND attempt > 1 AND ready <= @until GROUP BY project_id, lane;

-- name: UnfinishedMailboxes :many
SELECT DISTINCT project_id, lane FROM integration WHERE EXISTS (
    SELECT 1 FROM run
    WHERE run.integration_id = integration.id AND run.state IN ('pending', 'in_progress')
        AND (run.attempt = 1 OR run.ready <= @now));

-- name: Undead :exec
UPDATE run SET dead = 0 WHERE seq = @seq;

-- Pulse shows that the database can be written to.
-- name: Pulse :exec
INSERT INTO pulse (id, time) VALUES (1, @time) ON CONFLICT (id) DO UPDATE SET time = excluded.time;
