package api

import (
	"context"
	"encoding/json"
	"net/http"

	"cloche/service"
	"cloche/storage/record"
)

// Variable is a name and value that an integration's script sees.
type Variable struct {
	Links      Links             `json:"_links"`
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes" doc:"For those who manage it; the script does not see them."`
	// Value is nil for sensitive variables.
	Value     *string `json:"value,omitempty" doc:"The value; never shown of sensitive variables."`
	JSON      bool    `json:"is_json" doc:"Whether the script gets the value parsed."`
	Sensitive bool    `json:"is_sensitive" doc:"Whether the value is encrypted and never shown."`
	CreatedAt Time    `json:"created_at"`
	UpdatedAt Time    `json:"updated_at"`
}

// VariableInput creates a variable, or replaces the one of that name.
type VariableInput struct {
	Name       string            `json:"name" minLength:"1" maxLength:"256"`
	Value      string            `json:"value"`
	Attributes map[string]string `json:"attributes,omitempty"`
	JSON       bool              `json:"is_json,omitempty" doc:"The value is JSON, and the script gets it parsed."`
	Sensitive  bool              `json:"is_sensitive,omitempty" doc:"Encrypt the value and never show it."`
}

// VariableUpdate changes a variable; what is absent stays.
type VariableUpdate struct {
	Value      *string           `json:"value,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	JSON       *bool             `json:"is_json,omitempty"`
	Sensitive  *bool             `json:"is_sensitive,omitempty"`
}

// VariablePath is the path of a variable.
type VariablePath struct {
	IntegrationPath
	Variable string `path:"variable" maxLength:"256" doc:"The variable's ID or name."`
}

type variableCreate struct {
	IntegrationPath
	Body VariableInput
}

type variableUpdate struct {
	VariablePath
	Body VariableUpdate
}

func viewVariable(i record.Integration, v record.Variable) Variable {
	view := Variable{
		Links:      linksTo(pathOf("projects", i.ProjectID, "integrations", i.ID, "variables", v.ID)),
		ID:         v.ID,
		Name:       v.Name,
		Attributes: map[string]string{},
		JSON:       v.JSON,
		Sensitive:  v.Kind != record.Plain,
		CreatedAt:  Time{v.Created},
		UpdatedAt:  Time{v.Updated},
	}
	if v.Attributes != "" {
		_ = json.Unmarshal([]byte(v.Attributes), &view.Attributes) // we wrote it
	}
	if !view.Sensitive {
		view.Value = &v.Value
	}
	return view
}

func (a *api) routeVariables() {
	const all = "/api/projects/{project}/integrations/{integration}/variables"
	const one = all + "/{variable}"
	const tag = "variables"
	register(a, operation{id: "list-variables", method: http.MethodGet, path: all, tag: tag,
		summary: "List the variables of an integration", access: access{need: scopeRead}}, a.listVariables)
	register(a, operation{id: "set-variable", method: http.MethodPost, path: all, tag: tag, status: http.StatusCreated,
		summary: "Create a variable, or replace the one of that name", access: access{need: scopeWrite}}, a.setVariable)
	register(a, operation{id: "update-variable", method: http.MethodPatch, path: one, tag: tag,
		summary: "Change a variable", access: access{need: scopeWrite}}, a.updateVariable)
	register(a, operation{id: "delete-variable", method: http.MethodDelete, path: one, tag: tag,
		summary: "Delete a variable", access: access{need: scopeWrite}}, a.deleteVariable)
}

func (a *api) listVariables(ctx context.Context, in *IntegrationPath) ([]Variable, error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return nil, err
	}
	variables, err := a.Service.Variables(ctx, i.ProjectID, i.ID)
	return mapped(variables, func(v record.Variable) Variable { return viewVariable(i, v) }), err
}

func (a *api) setVariable(ctx context.Context, in *variableCreate) (Changed[Variable], error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return Changed[Variable]{}, err
	}
	v, err := a.Service.SetVariable(ctx, i.ProjectID, i.ID, in.Body.spec())
	return created(viewVariable(i, v), nil), err
}

func (in VariableInput) spec() service.VariableSpec {
	return service.VariableSpec{Name: in.Name, Value: in.Value, JSON: in.JSON, Sensitive: in.Sensitive, Attributes: in.Attributes}
}

func (a *api) updateVariable(ctx context.Context, in *variableUpdate) (Changed[Variable], error) {
	i, err := a.Service.Integration(ctx, in.Project, in.Integration)
	if err != nil {
		return Changed[Variable]{}, err
	}
	v, err := a.Service.UpdateVariable(ctx, i.ProjectID, i.ID, in.Variable, service.VariablePatch{
		Value: in.Body.Value, JSON: in.Body.JSON, Sensitive: in.Body.Sensitive, Attributes: in.Body.Attributes,
	})
	return changed(viewVariable(i, v), nil), err
}

func (a *api) deleteVariable(ctx context.Context, in *VariablePath) (Done, error) {
	return done(), a.Service.DeleteVariable(ctx, in.Project, in.Integration, in.Variable)
}
