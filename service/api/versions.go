package api

import (
	"context"
	"net/http"
	"strconv"

	"cloche/storage/record"
)

// Version is one text of an integration's script. It never changes.
type Version struct {
	Links     Links  `json:"_links"`
	Number    int    `json:"number" doc:"1 is the first."`
	Hash      string `json:"hash" doc:"SHA-256 of the script, in hexadecimal."`
	Current   bool   `json:"current" doc:"Whether it is the one that runs."`
	Script    string `json:"script,omitempty" doc:"The text; lists leave it out."`
	CreatedAt Time   `json:"created_at"`
}

// VersionPath is the path of a version.
type VersionPath struct {
	IntegrationPath
	Version int `path:"version" minimum:"1" doc:"The number of the version."`
}

// RollbackInput says which version is to run.
type RollbackInput struct {
	Version int `json:"version" minimum:"1" doc:"The number of the version to run."`
}

type rollback struct {
	IntegrationPath
	Body RollbackInput
}

func viewVersion(i record.Integration, v record.Version) Version {
	return Version{
		Links:     linksTo(pathOf("projects", i.ProjectID, "integrations", i.ID, "versions", strconv.Itoa(v.Number))),
		Number:    v.Number,
		Hash:      v.Hash,
		Current:   v.Number == i.Version,
		Script:    string(v.Script),
		CreatedAt: Time{v.Created},
	}
}

func (a *api) routeVersions() {
	const integration = "/api/projects/{project}/integrations/{integration}"
	const tag = "versions"
	register(a, operation{id: "list-versions", method: http.MethodGet, path: integration + "/versions", tag: tag,
		summary: "List the versions of a script, newest first", access: access{need: scopeRead}}, a.listVersions)
	register(a, operation{id: "get-version", method: http.MethodGet, path: integration + "/versions/{version}", tag: tag,
		summary: "Show a version with its script", access: access{need: scopeRead}}, a.getVersion)
	register(a, operation{id: "rollback", method: http.MethodPost, path: integration + "/rollback", tag: tag,
		summary: "Run another version from now on", access: access{need: scopeWrite}}, a.rollback)
}

func (a *api) listVersions(ctx context.Context, in *IntegrationPath) ([]Version, error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return nil, err
	}
	versions, err := a.Service.Versions(ctx, i.ProjectID, i.ID)
	return mapped(versions, func(v record.Version) Version { return viewVersion(i, v) }), err
}

func (a *api) getVersion(ctx context.Context, in *VersionPath) (Version, error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return Version{}, err
	}
	v, err := a.Service.Version(ctx, i.ProjectID, i.ID, in.Version)
	return viewVersion(i, v), err
}

func (a *api) rollback(ctx context.Context, in *rollback) (Changed[Integration], error) {
	i, err := a.Service.Rollback(ctx, in.Project, in.Integration, in.Body.Version)
	if err != nil {
		return Changed[Integration]{}, err
	}
	view, err := a.viewWithScript(ctx, i)
	return changed(view, nil), err
}
