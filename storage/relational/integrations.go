package relational

import (
	"context"

	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// CreateIntegration implements record.Integrations.
func (d *Database) CreateIntegration(ctx context.Context, i record.Integration, script []byte, hash string) (record.Integration, error) {
	var stored record.Integration
	err := d.Write(ctx, "create integration", func(t Tx) error {
		project, err := t.GetProject(t.Context(), i.ProjectID)
		if err != nil {
			return one(err)
		}
		stored = i
		stored.Version = 1
		if stored.Lane, err = emptiestLane(t, project); err != nil {
			return err
		}
		if err := insertIntegration(t, stored); err != nil {
			return err
		}
		if err := insertVersion(t, stored, script, hash); err != nil {
			return err
		}
		return t.ReviseProject(t.Context(), i.ProjectID)
	})
	return stored, err
}

// emptiestLane returns the mailbox of the project with the fewest integrations.
func emptiestLane(t Tx, project sqlc.Project) (int, error) {
	counts := make([]int64, max(project.Concurrency, 1))
	rows, err := t.CountLanes(t.Context(), project.ID)
	for _, row := range rows {
		if row.Lane < int64(len(counts)) {
			counts[row.Lane] = row.Integrations
		}
	}
	best := 0
	for lane, count := range counts {
		if count < counts[best] {
			best = lane
		}
	}
	return best, err
}

func insertIntegration(t Tx, i record.Integration) error {
	columns, err := encodeIntegration(i)
	if err != nil {
		return err
	}
	return t.CreateIntegration(t.Context(), sqlc.CreateIntegrationParams{
		ID: i.ID, ProjectID: i.ProjectID, Name: i.Name, Enabled: flag(i.Enabled),
		Filter: columns.filter, Limits: columns.limits, Retry: columns.retry,
		Lane: int64(i.Lane), Created: micros(i.Created), Updated: micros(i.Updated),
	})
}

func insertVersion(t Tx, i record.Integration, script []byte, hash string) error {
	return t.CreateVersion(t.Context(), sqlc.CreateVersionParams{
		IntegrationID: i.ID, Number: int64(i.Version), Script: blob(string(script)), Hash: hash, Created: micros(i.Updated),
	})
}

// integrationColumns are the fields that the table has as JSON.
type integrationColumns struct{ filter, limits, retry string }

func encodeIntegration(i record.Integration) (c integrationColumns, err error) {
	if c.filter, err = encodeJSON(i.Filter); err != nil {
		return c, err
	}
	if c.limits, err = encodeJSON(i.Limits); err != nil {
		return c, err
	}
	c.retry, err = encodeJSON(i.Retry)
	return c, err
}

// Integration implements record.Integrations.
func (d *Database) Integration(ctx context.Context, project, id string) (record.Integration, error) {
	var i record.Integration
	err := d.Read(ctx, "get integration", func(q sqlc.Querier) error {
		row, err := q.GetIntegration(ctx, sqlc.GetIntegrationParams{ID: id, ProjectID: project})
		if err != nil {
			return one(err)
		}
		i, err = integrationOf(row)
		return err
	})
	return i, err
}

// ListIntegrations implements record.Integrations.
func (d *Database) ListIntegrations(ctx context.Context, project, prefix string) ([]record.Integration, error) {
	var list []record.Integration
	err := d.Read(ctx, "list integrations", func(q sqlc.Querier) (err error) {
		list, err = listIntegrations(ctx, q, project, prefix)
		return err
	})
	return list, err
}

func listIntegrations(ctx context.Context, q sqlc.Querier, project, prefix string) ([]record.Integration, error) {
	rows, err := q.ListIntegrations(ctx, sqlc.ListIntegrationsParams{ProjectID: project, Prefix: prefixOf(prefix)})
	if err != nil {
		return nil, err
	}
	list := make([]record.Integration, len(rows))
	for n, row := range rows {
		if list[n], err = integrationOf(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// UpdateIntegration implements record.Integrations.
func (d *Database) UpdateIntegration(ctx context.Context, i record.Integration, script []byte, hash string) (record.Integration, error) {
	var stored record.Integration
	err := d.Write(ctx, "update integration", func(t Tx) error {
		row, err := t.GetIntegration(t.Context(), sqlc.GetIntegrationParams{ID: i.ID, ProjectID: i.ProjectID})
		if err != nil {
			return one(err)
		}
		stored = i
		stored.Version, stored.Lane, stored.Created = int(row.Version), int(row.Lane), fromMicros(row.Created)
		if script != nil {
			last, err := t.LastVersion(t.Context(), i.ID)
			if err != nil {
				return err
			}
			stored.Version = int(last) + 1
			if err := insertVersion(t, stored, script, hash); err != nil {
				return err
			}
		}
		return updateIntegration(t, stored)
	})
	return stored, err
}

func updateIntegration(t Tx, i record.Integration) error {
	columns, err := encodeIntegration(i)
	if err != nil {
		return err
	}
	if err := some(t.UpdateIntegration(t.Context(), sqlc.UpdateIntegrationParams{
		ID: i.ID, ProjectID: i.ProjectID, Name: i.Name, Enabled: flag(i.Enabled),
		Filter: columns.filter, Limits: columns.limits, Retry: columns.retry,
		Version: int64(i.Version), Updated: micros(i.Updated),
	})); err != nil {
		return err
	}
	return t.ReviseProject(t.Context(), i.ProjectID)
}

// UseVersion implements record.Integrations.
func (d *Database) UseVersion(ctx context.Context, project, integration string, number int) (record.Integration, error) {
	var stored record.Integration
	err := d.Write(ctx, "use version", func(t Tx) error {
		row, err := t.GetIntegration(t.Context(), sqlc.GetIntegrationParams{ID: integration, ProjectID: project})
		if err != nil {
			return one(err)
		}
		if _, err := t.DescribeVersion(t.Context(), sqlc.DescribeVersionParams{IntegrationID: integration, Number: int64(number)}); err != nil {
			return one(err)
		}
		if stored, err = integrationOf(row); err != nil {
			return err
		}
		stored.Version, stored.Updated = number, now()
		return updateIntegration(t, stored)
	})
	return stored, err
}

// DeleteIntegration implements record.Integrations.
func (d *Database) DeleteIntegration(ctx context.Context, project, id string) error {
	return d.Write(ctx, "delete integration", func(t Tx) error {
		if err := some(t.DeleteIntegration(t.Context(), sqlc.DeleteIntegrationParams{ID: id, ProjectID: project})); err != nil {
			return err
		}
		if err := clearStorage(t, id); err != nil {
			return err
		}
		return t.ReviseProject(t.Context(), project)
	})
}

// clearStorage deletes the storage of an integration.
func clearStorage(t Tx, integration string) error {
	if err := t.DeleteEntries(t.Context(), []byte(integration)); err != nil {
		return err
	}
	return t.DeleteUsage(t.Context(), []byte(integration))
}

// ListVersions implements record.Integrations.
func (d *Database) ListVersions(ctx context.Context, integration string) ([]record.Version, error) {
	var versions []record.Version
	err := d.Read(ctx, "list versions", func(q sqlc.Querier) error {
		rows, err := q.ListVersions(ctx, integration)
		versions = mapped(rows, func(row sqlc.ListVersionsRow) record.Version {
			return record.Version{IntegrationID: row.IntegrationID, Number: int(row.Number), Hash: row.Hash, Created: fromMicros(row.Created)}
		})
		return err
	})
	return versions, err
}

// Version implements record.Integrations.
func (d *Database) Version(ctx context.Context, integration string, number int) (record.Version, error) {
	var row sqlc.Version
	err := d.Read(ctx, "get version", func(q sqlc.Querier) (err error) {
		row, err = q.GetVersion(ctx, sqlc.GetVersionParams{IntegrationID: integration, Number: int64(number)})
		return one(err)
	})
	return record.Version{
		IntegrationID: row.IntegrationID, Number: int(row.Number), Script: row.Script, Hash: row.Hash, Created: fromMicros(row.Created),
	}, err
}

// SetVariable implements record.Variables.
func (d *Database) SetVariable(ctx context.Context, v record.Variable) (record.Variable, error) {
	var row sqlc.Variable
	err := d.Write(ctx, "set variable", func(t Tx) (err error) {
		row, err = t.UpsertVariable(t.Context(), sqlc.UpsertVariableParams{
			ID: v.ID, IntegrationID: v.IntegrationID, Name: v.Name, Kind: string(v.Kind), IsJson: flag(v.JSON),
			Value: blob(v.Value), Attributes: v.Attributes, Created: micros(v.Created), Updated: micros(v.Updated),
		})
		return one(err)
	})
	return variableOf(row), err
}

// ListVariables implements record.Variables.
func (d *Database) ListVariables(ctx context.Context, integration string) ([]record.Variable, error) {
	var variables []record.Variable
	err := d.Read(ctx, "list variables", func(q sqlc.Querier) error {
		rows, err := q.ListVariables(ctx, integration)
		variables = mapped(rows, variableOf)
		return err
	})
	return variables, err
}

// DeleteVariable implements record.Variables.
func (d *Database) DeleteVariable(ctx context.Context, integration, name string) error {
	return d.Write(ctx, "delete variable", func(t Tx) error {
		return some(t.DeleteVariable(t.Context(), sqlc.DeleteVariableParams{IntegrationID: integration, Name: name}))
	})
}
