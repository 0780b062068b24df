package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"cloche/service/api"
)

// findProject returns the project that the command is about: the named one, by ID,
// prefix of an ID or name, or the only one.
func (s *session) findProject(ctx context.Context) (api.Project, error) {
	projects, err := get[[]api.Project](ctx, s.client, apiPath("projects"))
	if err != nil {
		return api.Project{}, err
	}
	if s.project != "" {
		return matchProject(projects, s.project)
	}
	switch {
	case len(projects) == 0:
		return api.Project{}, errors.New("there is no project yet: make one with 'runner project:create NAME'")
	case len(projects) == 1:
		return projects[0], nil
	}
	labels := make([]string, len(projects))
	for i, p := range projects {
		labels[i] = fmt.Sprintf("%s (%s)", p.ID, p.Name)
	}
	if s.interactive() {
		n, err := s.choose("Project:", labels)
		return projects[n], err
	}
	return api.Project{}, fmt.Errorf("a project is required: choose one with --project\n  %s", strings.Join(labels, "\n  "))
}

func matchProject(projects []api.Project, text string) (api.Project, error) {
	var found []api.Project
	for _, p := range projects {
		if p.ID == text {
			return p, nil
		}
		if strings.HasPrefix(p.ID, text) || p.Name == text {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return api.Project{}, fmt.Errorf("project not found: %s", text)
	case 1:
		return found[0], nil
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	return api.Project{}, fmt.Errorf("several projects are called %s: %s", text, strings.Join(ids, ", "))
}

// findIntegration returns the integration that the first argument names, or the
// only one of the project.
func (s *session) findIntegration(ctx context.Context, args []string) (api.Integration, error) {
	p, err := s.findProject(ctx)
	if err != nil {
		return api.Integration{}, err
	}
	if len(args) > 0 {
		i, err := get[api.Integration](ctx, s.client, apiPath("projects", p.ID, "integrations", args[0]))
		return i, named(err, "integration", args[0])
	}
	integrations, err := get[[]api.Integration](ctx, s.client, apiPath("projects", p.ID, "integrations"))
	if err != nil {
		return api.Integration{}, err
	}
	switch {
	case len(integrations) == 0:
		return api.Integration{}, words("No integrations found")
	case len(integrations) == 1:
		return integrations[0], nil
	case !s.interactive():
		return api.Integration{}, words("An integration ID is required.")
	}
	labels := make([]string, len(integrations))
	for i, each := range integrations {
		labels[i] = strings.TrimSpace(fmt.Sprintf("%s (%s) %s", each.ID, each.Type, each.Name))
	}
	n, err := s.choose("Integration:", labels)
	return integrations[n], err
}

// findRun returns the integration that the arguments name, and its run: the second
// argument, or the most recent one.
func (s *session) findRun(ctx context.Context, args []string) (api.Run, error) {
	i, err := s.findIntegration(ctx, args)
	if err != nil {
		return api.Run{}, err
	}
	path := integrationPath(i) + "/activities"
	if len(args) > 1 {
		r, err := get[api.Run](ctx, s.client, path+"/"+url.PathEscape(args[1]))
		return r, named(err, "activity", args[1])
	}
	runs, err := get[[]api.Run](ctx, s.client, path+"?limit=1")
	if err != nil {
		return api.Run{}, err
	}
	if len(runs) == 0 {
		return api.Run{}, words("No activities found")
	}
	return get[api.Run](ctx, s.client, runPath(runs[0]))
}

func integrationPath(i api.Integration) string {
	return apiPath("projects", i.Project, "integrations", i.ID)
}

func runPath(r api.Run) string {
	return apiPath("projects", r.Project, "integrations", r.Integration, "activities", r.ID)
}

// named says which thing was not found, or is not the only one.
func named(err error, kind, id string) error {
	switch {
	case isProblem(err, api.CodeNotFound):
		return fmt.Errorf("%s not found: %s", kind, id)
	case isProblem(err, api.CodeAmbiguous):
		return fmt.Errorf("%s %s: several IDs begin so", kind, id)
	}
	return err
}
