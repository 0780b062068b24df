package postgres

import (
	"context"

	pg "cloche/storage/postgres/sqlc"
	"cloche/storage/relational/sqlc"
)

// queries are the queries of this dialect under the types that package relational
// knows. The compiler holds the two sets of types to be the same.
type queries struct{ q *pg.Queries }

var _ sqlc.Querier = queries{}

func mapped[From, To any](list []From, f func(From) To) []To {
	result := make([]To, len(list))
	for i, item := range list {
		result[i] = f(item)
	}
	return result
}

func (q queries) CancelRun(ctx context.Context, arg sqlc.CancelRunParams) (int64, error) {
	return q.q.CancelRun(ctx, pg.CancelRunParams(arg))
}

func (q queries) Claim(ctx context.Context, arg sqlc.ClaimParams) (int64, error) {
	return q.q.Claim(ctx, pg.ClaimParams(arg))
}

func (q queries) CountLanes(ctx context.Context, projectID string) ([]sqlc.CountLanesRow, error) {
	rows, err := q.q.CountLanes(ctx, projectID)
	return mapped(rows, func(row pg.CountLanesRow) sqlc.CountLanesRow { return sqlc.CountLanesRow(row) }), err
}

func (q queries) CountUnfinished(ctx context.Context) (int64, error) {
	return q.q.CountUnfinished(ctx)
}

func (q queries) CreateActivity(ctx context.Context, arg sqlc.CreateActivityParams) error {
	return q.q.CreateActivity(ctx, pg.CreateActivityParams(arg))
}

func (q queries) CreateDelivery(ctx context.Context, arg sqlc.CreateDeliveryParams) (int64, error) {
	return q.q.CreateDelivery(ctx, pg.CreateDeliveryParams(arg))
}

func (q queries) CreateIntegration(ctx context.Context, arg sqlc.CreateIntegrationParams) error {
	return q.q.CreateIntegration(ctx, pg.CreateIntegrationParams(arg))
}

func (q queries) CreateLine(ctx context.Context, arg sqlc.CreateLineParams) error {
	return q.q.CreateLine(ctx, pg.CreateLineParams(arg))
}

func (q queries) CreateProject(ctx context.Context, arg sqlc.CreateProjectParams) error {
	return q.q.CreateProject(ctx, pg.CreateProjectParams(arg))
}

func (q queries) CreateRun(ctx context.Context, arg sqlc.CreateRunParams) error {
	return q.q.CreateRun(ctx, pg.CreateRunParams(arg))
}

func (q queries) CreateToken(ctx context.Context, arg sqlc.CreateTokenParams) error {
	return q.q.CreateToken(ctx, pg.CreateTokenParams(arg))
}

func (q queries) CreateVersion(ctx context.Context, arg sqlc.CreateVersionParams) error {
	return q.q.CreateVersion(ctx, pg.CreateVersionParams(arg))
}

func (q queries) DeleteEntries(ctx context.Context, scope []byte) error {
	return q.q.DeleteEntries(ctx, scope)
}

func (q queries) DeleteIntegration(ctx context.Context, arg sqlc.DeleteIntegrationParams) (int64, error) {
	return q.q.DeleteIntegration(ctx, pg.DeleteIntegrationParams(arg))
}

func (q queries) DeleteLines(ctx context.Context, run int64) error {
	return q.q.DeleteLines(ctx, run)
}

func (q queries) DeleteProject(ctx context.Context, id string) (int64, error) {
	return q.q.DeleteProject(ctx, id)
}

func (q queries) DeleteToken(ctx context.Context, id string) (int64, error) {
	return q.q.DeleteToken(ctx, id)
}

func (q queries) DeleteUsage(ctx context.Context, scope []byte) error {
	return q.q.DeleteUsage(ctx, scope)
}

func (q queries) DeleteVariable(ctx context.Context, arg sqlc.DeleteVariableParams) (int64, error) {
	return q.q.DeleteVariable(ctx, pg.DeleteVariableParams(arg))
}

func (q queries) DescribeVersion(ctx context.Context, arg sqlc.DescribeVersionParams) (sqlc.DescribeVersionRow, error) {
	row, err := q.q.DescribeVersion(ctx, pg.DescribeVersionParams(arg))
	return sqlc.DescribeVersionRow(row), err
}

func (q queries) DueMailboxes(ctx context.Context, now int64) ([]sqlc.DueMailboxesRow, error) {
	rows, err := q.q.DueMailboxes(ctx, now)
	return mapped(rows, func(row pg.DueMailboxesRow) sqlc.DueMailboxesRow { return sqlc.DueMailboxesRow(row) }), err
}

func (q queries) ExtendClaim(ctx context.Context, arg sqlc.ExtendClaimParams) (int64, error) {
	return q.q.ExtendClaim(ctx, pg.ExtendClaimParams(arg))
}

func (q queries) FinishRun(ctx context.Context, arg sqlc.FinishRunParams) (int64, error) {
	return q.q.FinishRun(ctx, pg.FinishRunParams(arg))
}

func (q queries) GetActivity(ctx context.Context, arg sqlc.GetActivityParams) (sqlc.Activity, error) {
	row, err := q.q.GetActivity(ctx, pg.GetActivityParams(arg))
	return sqlc.Activity(row), err
}

func (q queries) GetDelivery(ctx context.Context, arg sqlc.GetDeliveryParams) (sqlc.GetDeliveryRow, error) {
	row, err := q.q.GetDelivery(ctx, pg.GetDeliveryParams(arg))
	return sqlc.GetDeliveryRow(row), err
}

func (q queries) GetIntegration(ctx context.Context, arg sqlc.GetIntegrationParams) (sqlc.Integration, error) {
	row, err := q.q.GetIntegration(ctx, pg.GetIntegrationParams(arg))
	return sqlc.Integration(row), err
}

func (q queries) GetProject(ctx context.Context, id string) (sqlc.Project, error) {
	row, err := q.q.GetProject(ctx, id)
	return sqlc.Project(row), err
}

func (q queries) GetRun(ctx context.Context, arg sqlc.GetRunParams) (sqlc.GetRunRow, error) {
	row, err := q.q.GetRun(ctx, pg.GetRunParams(arg))
	return sqlc.GetRunRow{Run: sqlc.Run(row.Run), Type: row.Type, Summary: row.Summary}, err
}

func (q queries) GetVersion(ctx context.Context, arg sqlc.GetVersionParams) (sqlc.Version, error) {
	row, err := q.q.GetVersion(ctx, pg.GetVersionParams(arg))
	return sqlc.Version(row), err
}

func (q queries) HeadOfLane(ctx context.Context, arg sqlc.HeadOfLaneParams) (sqlc.HeadOfLaneRow, error) {
	row, err := q.q.HeadOfLane(ctx, pg.HeadOfLaneParams(arg))
	return sqlc.HeadOfLaneRow{
		Run: sqlc.Run(row.Run), Integration: sqlc.Integration(row.Integration), Activity: sqlc.Activity(row.Activity),
		ProjectName: row.ProjectName, VersionHash: row.VersionHash, VersionCreated: row.VersionCreated,
	}, err
}

func (q queries) HoldsClaim(ctx context.Context, arg sqlc.HoldsClaimParams) (int64, error) {
	return q.q.HoldsClaim(ctx, pg.HoldsClaimParams(arg))
}

func (q queries) LaneHasWork(ctx context.Context, arg sqlc.LaneHasWorkParams) (int64, error) {
	return q.q.LaneHasWork(ctx, pg.LaneHasWorkParams(arg))
}

func (q queries) LastAttempt(ctx context.Context, arg sqlc.LastAttemptParams) (int64, error) {
	return q.q.LastAttempt(ctx, pg.LastAttemptParams(arg))
}

func (q queries) LastVersion(ctx context.Context, integrationID string) (int64, error) {
	return q.q.LastVersion(ctx, integrationID)
}

func (q queries) ListActivities(ctx context.Context, arg sqlc.ListActivitiesParams) ([]sqlc.ListActivitiesRow, error) {
	rows, err := q.q.ListActivities(ctx, pg.ListActivitiesParams(arg))
	return mapped(rows, func(row pg.ListActivitiesRow) sqlc.ListActivitiesRow { return sqlc.ListActivitiesRow(row) }), err
}

func (q queries) ListIntegrations(ctx context.Context, arg sqlc.ListIntegrationsParams) ([]sqlc.Integration, error) {
	rows, err := q.q.ListIntegrations(ctx, pg.ListIntegrationsParams(arg))
	return mapped(rows, func(row pg.Integration) sqlc.Integration { return sqlc.Integration(row) }), err
}

func (q queries) ListLines(ctx context.Context, arg sqlc.ListLinesParams) ([]sqlc.ListLinesRow, error) {
	rows, err := q.q.ListLines(ctx, pg.ListLinesParams(arg))
	return mapped(rows, func(row pg.ListLinesRow) sqlc.ListLinesRow { return sqlc.ListLinesRow(row) }), err
}

func (q queries) ListProjects(ctx context.Context, prefix string) ([]sqlc.Project, error) {
	rows, err := q.q.ListProjects(ctx, prefix)
	return mapped(rows, func(row pg.Project) sqlc.Project { return sqlc.Project(row) }), err
}

func (q queries) ListRuns(ctx context.Context, arg sqlc.ListRunsParams) ([]sqlc.ListRunsRow, error) {
	rows, err := q.q.ListRuns(ctx, pg.ListRunsParams(arg))
	return mapped(rows, func(row pg.ListRunsRow) sqlc.ListRunsRow {
		return sqlc.ListRunsRow{Run: sqlc.Run(row.Run), Type: row.Type, Summary: row.Summary}
	}), err
}

func (q queries) ListRunsOfActivity(ctx context.Context, arg sqlc.ListRunsOfActivityParams) ([]sqlc.ListRunsOfActivityRow, error) {
	rows, err := q.q.ListRunsOfActivity(ctx, pg.ListRunsOfActivityParams(arg))
	return mapped(rows, func(row pg.ListRunsOfActivityRow) sqlc.ListRunsOfActivityRow {
		return sqlc.ListRunsOfActivityRow{Run: sqlc.Run(row.Run), Type: row.Type, Summary: row.Summary}
	}), err
}

func (q queries) ListRunsOfProject(ctx context.Context, arg sqlc.ListRunsOfProjectParams) ([]sqlc.ListRunsOfProjectRow, error) {
	rows, err := q.q.ListRunsOfProject(ctx, pg.ListRunsOfProjectParams(arg))
	return mapped(rows, func(row pg.ListRunsOfProjectRow) sqlc.ListRunsOfProjectRow {
		return sqlc.ListRunsOfProjectRow{Run: sqlc.Run(row.Run), Type: row.Type, Summary: row.Summary}
	}), err
}

func (q queries) ListTokens(ctx context.Context) ([]sqlc.Token, error) {
	rows, err := q.q.ListTokens(ctx)
	return mapped(rows, func(row pg.Token) sqlc.Token { return sqlc.Token(row) }), err
}

func (q queries) ListVariables(ctx context.Context, integrationID string) ([]sqlc.Variable, error) {
	rows, err := q.q.ListVariables(ctx, integrationID)
	return mapped(rows, func(row pg.Variable) sqlc.Variable { return sqlc.Variable(row) }), err
}

func (q queries) ListVersions(ctx context.Context, integrationID string) ([]sqlc.ListVersionsRow, error) {
	rows, err := q.q.ListVersions(ctx, integrationID)
	return mapped(rows, func(row pg.ListVersionsRow) sqlc.ListVersionsRow { return sqlc.ListVersionsRow(row) }), err
}

func (q queries) ProjectRevision(ctx context.Context, id string) (int64, error) {
	return q.q.ProjectRevision(ctx, id)
}

func (q queries) PruneActivities(ctx context.Context, arg sqlc.PruneActivitiesParams) (int64, error) {
	return q.q.PruneActivities(ctx, pg.PruneActivitiesParams(arg))
}

func (q queries) PruneDeliveries(ctx context.Context, arg sqlc.PruneDeliveriesParams) (int64, error) {
	return q.q.PruneDeliveries(ctx, pg.PruneDeliveriesParams(arg))
}

func (q queries) PruneTokens(ctx context.Context, horizon int64) (int64, error) {
	return q.q.PruneTokens(ctx, horizon)
}

func (q queries) Pulse(ctx context.Context, time int64) error {
	return q.q.Pulse(ctx, time)
}

func (q queries) ReviseProject(ctx context.Context, id string) error {
	return q.q.ReviseProject(ctx, id)
}

func (q queries) RunsOfActivity(ctx context.Context, activityID string) ([]string, error) {
	return q.q.RunsOfActivity(ctx, activityID)
}

func (q queries) ServeIntegration(ctx context.Context, arg sqlc.ServeIntegrationParams) error {
	return q.q.ServeIntegration(ctx, pg.ServeIntegrationParams(arg))
}

func (q queries) StartRun(ctx context.Context, arg sqlc.StartRunParams) (int64, error) {
	return q.q.StartRun(ctx, pg.StartRunParams(arg))
}

func (q queries) TokenByHash(ctx context.Context, hash []byte) (sqlc.Token, error) {
	row, err := q.q.TokenByHash(ctx, hash)
	return sqlc.Token(row), err
}

func (q queries) Undead(ctx context.Context, seq int64) error {
	return q.q.Undead(ctx, seq)
}

func (q queries) UnfinishedMailboxes(ctx context.Context, now int64) ([]sqlc.UnfinishedMailboxesRow, error) {
	rows, err := q.q.UnfinishedMailboxes(ctx, now)
	return mapped(rows, func(row pg.UnfinishedMailboxesRow) sqlc.UnfinishedMailboxesRow {
		return sqlc.UnfinishedMailboxesRow(row)
	}), err
}

func (q queries) UpdateIntegration(ctx context.Context, arg sqlc.UpdateIntegrationParams) (int64, error) {
	return q.q.UpdateIntegration(ctx, pg.UpdateIntegrationParams(arg))
}

func (q queries) UpdateProject(ctx context.Context, arg sqlc.UpdateProjectParams) (int64, error) {
	return q.q.UpdateProject(ctx, pg.UpdateProjectParams(arg))
}

func (q queries) UpsertVariable(ctx context.Context, arg sqlc.UpsertVariableParams) (sqlc.Variable, error) {
	row, err := q.q.UpsertVariable(ctx, pg.UpsertVariableParams(arg))
	return sqlc.Variable(row), err
}

func (q queries) RenewClaim(ctx context.Context, arg sqlc.RenewClaimParams) (int64, error) {
	return q.q.RenewClaim(ctx, pg.RenewClaimParams(arg))
}
