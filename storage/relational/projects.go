package relational

import (
	"context"
	"strings"

	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// CreateProject implements record.Projects.
func (d *Database) CreateProject(ctx context.Context, p record.Project) error {
	return d.Write(ctx, "create project", func(t Tx) error {
		return t.CreateProject(t.Context(), sqlc.CreateProjectParams{
			ID: p.ID, Name: p.Name, Concurrency: int64(p.Concurrency),
			HookScheme: p.Hook.Scheme, HookSealed: p.Hook.Sealed,
			Created: micros(p.Created), Updated: micros(p.Updated),
		})
	})
}

// Project implements record.Projects.
func (d *Database) Project(ctx context.Context, id string) (record.Project, error) {
	var row sqlc.Project
	err := d.Read(ctx, "get project", func(q sqlc.Querier) (err error) {
		row, err = q.GetProject(ctx, id)
		return one(err)
	})
	return projectOf(row), err
}

// ListProjects implements record.Projects.
func (d *Database) ListProjects(ctx context.Context, prefix string) ([]record.Project, error) {
	var projects []record.Project
	err := d.Read(ctx, "list projects", func(q sqlc.Querier) error {
		rows, err := q.ListProjects(ctx, prefixOf(prefix))
		projects = mapped(rows, projectOf)
		return err
	})
	return projects, err
}

// UpdateProject implements record.Projects.
func (d *Database) UpdateProject(ctx context.Context, p record.Project) error {
	return d.Write(ctx, "update project", func(t Tx) error {
		return some(t.UpdateProject(t.Context(), sqlc.UpdateProjectParams{
			ID: p.ID, Name: p.Name, Concurrency: int64(p.Concurrency),
			HookScheme: p.Hook.Scheme, HookSealed: p.Hook.Sealed, Updated: micros(p.Updated),
		}))
	})
}

// DeleteProject implements record.Projects.
func (d *Database) DeleteProject(ctx context.Context, id string) error {
	return d.Write(ctx, "delete project", func(t Tx) error {
		rows, err := t.ListIntegrations(t.Context(), sqlc.ListIntegrationsParams{ProjectID: id, Prefix: ""})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := clearStorage(t, row.ID); err != nil {
				return err
			}
		}
		d.known.forget(id)
		return some(t.DeleteProject(t.Context(), id))
	})
}

// CreateToken implements record.Tokens.
func (d *Database) CreateToken(ctx context.Context, token record.Token) error {
	return d.Write(ctx, "create token", func(t Tx) error {
		return t.CreateToken(t.Context(), sqlc.CreateTokenParams{
			ID: token.ID, Name: token.Name, Hash: token.Hash[:], ProjectID: nullable(token.ProjectID),
			Scopes: strings.Join(token.Scopes, " "), Created: micros(token.Created), Expires: micros(token.Expires),
		})
	})
}

// TokenByHash implements record.Tokens.
func (d *Database) TokenByHash(ctx context.Context, hash [32]byte) (record.Token, error) {
	var row sqlc.Token
	err := d.Read(ctx, "get token", func(q sqlc.Querier) (err error) {
		row, err = q.TokenByHash(ctx, hash[:])
		return one(err)
	})
	return tokenOf(row), err
}

// ListTokens implements record.Tokens.
func (d *Database) ListTokens(ctx context.Context) ([]record.Token, error) {
	var tokens []record.Token
	err := d.Read(ctx, "list tokens", func(q sqlc.Querier) error {
		rows, err := q.ListTokens(ctx)
		tokens = mapped(rows, tokenOf)
		return err
	})
	return tokens, err
}

// DeleteToken implements record.Tokens.
func (d *Database) DeleteToken(ctx context.Context, id string) error {
	return d.Write(ctx, "delete token", func(t Tx) error { return some(t.DeleteToken(t.Context(), id)) })
}

func mapped[From, To any](list []From, f func(From) To) []To {
	result := make([]To, len(list))
	for i, item := range list {
		result[i] = f(item)
	}
	return result
}
