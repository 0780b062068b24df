package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"cloche/service"
	"cloche/storage/record"
)

// Project is a tenant.
type Project struct {
	Links       Links  `json:"_links"`
	ID          string `json:"id" doc:"13 lower-case letters and digits."`
	Name        string `json:"name" doc:"What people call it."`
	Concurrency int    `json:"concurrency" doc:"How many of its runs may go on at a time."`
	CreatedAt   Time   `json:"created_at"`
	UpdatedAt   Time   `json:"updated_at"`
}

// ProjectInput creates or changes a project; what is absent stays.
type ProjectInput struct {
	Name        *string `json:"name,omitempty" maxLength:"256" doc:"What people call it."`
	Concurrency *int    `json:"concurrency,omitempty" minimum:"1" maximum:"64" doc:"How many of its runs may go on at a time."`
}

func viewProject(p record.Project) Project {
	return Project{
		Links: linksTo(pathOf("projects", p.ID)).
			with("integrations", pathOf("projects", p.ID, "integrations")).
			with("activities", pathOf("projects", p.ID, "activities")).
			with("webhook", pathOf("projects", p.ID, "webhook")),
		ID:          p.ID,
		Name:        p.Name,
		Concurrency: p.Concurrency,
		CreatedAt:   Time{p.Created},
		UpdatedAt:   Time{p.Updated},
	}
}

// ProjectPath is the path of what belongs to a project.
type ProjectPath struct {
	Project string `path:"project" maxLength:"64" doc:"The project's ID, or a prefix of it that no other has."`
}

// listProjects is the input of the list. A token of one project is shown that one;
// confine has put it into the path.
type listProjects struct{ only string }

// Resolve implements huma.Resolver.
func (l *listProjects) Resolve(c huma.Context) []error {
	l.only = c.Param("project")
	return nil
}

func (a *api) routeProjects() {
	const all, one = "/api/projects", "/api/projects/{project}"
	register(a, operation{id: "list-projects", method: http.MethodGet, path: all, tag: "projects",
		summary: "List the projects", access: access{need: scopeRead}}, a.listProjects)
	register(a, operation{id: "create-project", method: http.MethodPost, path: all, tag: "projects", status: http.StatusCreated,
		summary: "Create a project", access: access{need: scopeAdmin, wide: true}}, a.createProject)
	register(a, operation{id: "get-project", method: http.MethodGet, path: one, tag: "projects",
		summary: "Show a project", access: access{need: scopeRead}}, a.getProject)
	register(a, operation{id: "update-project", method: http.MethodPatch, path: one, tag: "projects",
		summary: "Change a project", access: access{need: scopeAdmin}}, a.updateProject)
	register(a, operation{id: "delete-project", method: http.MethodDelete, path: one, tag: "projects",
		summary: "Delete a project with all that it owns", access: access{need: scopeAdmin}}, a.deleteProject)
}

func (a *api) listProjects(ctx context.Context, in *listProjects) ([]Project, error) {
	if in.only != "" {
		p, err := a.Service.Project(ctx, in.only)
		return []Project{viewProject(p)}, err
	}
	projects, err := a.Service.Projects(ctx)
	return mapped(projects, viewProject), err
}

func (a *api) createProject(ctx context.Context, in *struct{ Body ProjectInput }) (Changed[Project], error) {
	p, err := a.Service.CreateProject(ctx, valueOf(in.Body.Name), valueOf(in.Body.Concurrency))
	return created(viewProject(p), nil), err
}

func (a *api) getProject(ctx context.Context, in *ProjectPath) (Project, error) {
	p, err := a.Service.Project(ctx, in.Project)
	return viewProject(p), err
}

type projectUpdate struct {
	ProjectPath
	Body ProjectInput
}

func (a *api) updateProject(ctx context.Context, in *projectUpdate) (Changed[Project], error) {
	p, err := a.Service.UpdateProject(ctx, in.Project, service.ProjectSpec{Name: in.Body.Name, Concurrency: in.Body.Concurrency})
	return changed(viewProject(p), nil), err
}

func (a *api) deleteProject(ctx context.Context, in *ProjectPath) (Done, error) {
	return done(), a.Service.DeleteProject(ctx, in.Project)
}

// valueOf returns what p points to, or the zero value.
func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
