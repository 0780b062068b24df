package api

import (
	"context"
	"net/http"

	"cloche/storage/record"
)

// IntegrationPath is the path of what belongs to an integration.
type IntegrationPath struct {
	ProjectPath
	Integration string `path:"integration" maxLength:"64" doc:"The integration's ID, or a prefix of it that no other has."`
}

type integrationCreate struct {
	ProjectPath
	Body IntegrationInput
}

type integrationUpdate struct {
	IntegrationPath
	Body IntegrationInput
}

// listBudget is how many bytes of scripts one list holds.
const listBudget = 16 << 20

func (a *api) routeIntegrations() {
	const all = "/api/projects/{project}/integrations"
	const one = all + "/{integration}"
	const tag = "integrations"
	register(a, operation{id: "list-integrations", method: http.MethodGet, path: all, tag: tag,
		summary: "List the integrations of a project", access: access{need: scopeRead}}, a.listIntegrations)
	register(a, operation{id: "create-integration", method: http.MethodPost, path: all, tag: tag, status: http.StatusCreated, body: maxScriptBody,
		summary: "Add an integration", access: access{need: scopeWrite}}, a.createIntegration)
	register(a, operation{id: "get-integration", method: http.MethodGet, path: one, tag: tag,
		summary: "Show an integration", access: access{need: scopeRead}}, a.getIntegration)
	register(a, operation{id: "update-integration", method: http.MethodPatch, path: one, tag: tag, body: maxScriptBody,
		summary: "Change an integration; another script is a new version", access: access{need: scopeWrite}}, a.updateIntegration)
	register(a, operation{id: "delete-integration", method: http.MethodDelete, path: one, tag: tag,
		summary: "Delete an integration with its runs and its storage", access: access{need: scopeWrite}}, a.deleteIntegration)
	register(a, operation{id: "validate-integration", method: http.MethodPost, path: one + "/validate", tag: tag,
		summary: "Check an integration as it is stored", access: access{need: scopeRead}}, a.validateIntegration)
}

func (a *api) listIntegrations(ctx context.Context, in *ProjectPath) ([]Integration, error) {
	integrations, err := a.Service.Integrations(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	views, budget := make([]Integration, 0, len(integrations)), listBudget
	for _, i := range integrations {
		var script []byte
		if budget > 0 {
			if script, err = a.Service.Script(ctx, i); err != nil {
				return nil, err
			}
			budget -= len(script)
		}
		views = append(views, viewIntegration(i, script))
	}
	return views, nil
}

func (a *api) createIntegration(ctx context.Context, in *integrationCreate) (Changed[Integration], error) {
	i, warnings, err := a.Service.AddIntegration(ctx, in.Project, in.Body.spec())
	if err != nil {
		return Changed[Integration]{}, err
	}
	view, err := a.viewWithScript(ctx, i)
	return created(view, warnings), err
}

func (a *api) getIntegration(ctx context.Context, in *IntegrationPath) (Integration, error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return Integration{}, err
	}
	return a.viewWithScript(ctx, i)
}

func (a *api) updateIntegration(ctx context.Context, in *integrationUpdate) (Changed[Integration], error) {
	i, warnings, err := a.Service.UpdateIntegration(ctx, in.Project, in.Integration, in.Body.spec())
	if err != nil {
		return Changed[Integration]{}, err
	}
	view, err := a.viewWithScript(ctx, i)
	return changed(view, warnings), err
}

func (a *api) deleteIntegration(ctx context.Context, in *IntegrationPath) (Done, error) {
	return done(), a.Service.DeleteIntegration(ctx, in.Project, in.Integration)
}

// Validated is the answer for an integration without faults.
type Validated struct {
	Valid    bool     `json:"valid"`
	Warnings []string `json:"warnings" doc:"What is allowed but probably not meant."`
}

func (a *api) validateIntegration(ctx context.Context, in *IntegrationPath) (Validated, error) {
	warnings, err := a.Service.Validate(ctx, in.Project, in.Integration)
	return Validated{true, orEmpty(warnings)}, err
}

func (a *api) viewWithScript(ctx context.Context, i record.Integration) (Integration, error) {
	script, err := a.Service.Script(ctx, i)
	return viewIntegration(i, script), err
}
