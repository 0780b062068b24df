package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newProjectCreateCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var concurrency int
	c := &cobra.Command{
		Use:     "project:create NAME",
		Short:   "Create a project",
		GroupID: groupProjects,
		Long:    `project:create creates a project and prints its ID.`,
		Example: "  runner project:create shop",
		Args:    cobra.ExactArgs(1),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			input := api.ProjectInput{Name: &args[0]}
			if concurrency != 0 {
				input.Concurrency = &concurrency
			}
			answer, err := call[api.Changed[api.Project]](ctx, s.client, http.MethodPost, apiPath("projects"), input)
			if err != nil {
				return s.explain(err, "project")
			}
			p := answer.Embedded.Entity
			fmt.Fprintf(s.Err, "Created project %s (%s)\n", p.ID, escapeControls(p.Name, false))
			_, err = fmt.Fprintln(s.Out, p.ID)
			return err
		}),
	}
	o.flags(c)
	c.Flags().IntVar(&concurrency, "concurrency", 0, "how many of its scripts may run at a time, 1 to 64 (default 4)")
	return c
}

func newProjectListCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var list listOptions
	c := &cobra.Command{
		Use:     "project:list",
		Aliases: []string{"projects"},
		Short:   "List the projects",
		GroupID: groupProjects,
		Example: "  runner project:list --format json",
		Args:    cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			projects, err := get[[]api.Project](ctx, s.client, apiPath("projects"))
			if err != nil {
				return err
			}
			if len(projects) == 0 {
				return words("No projects found")
			}
			l := listing{heading: "Projects:", columns: []column{
				{name: "id", title: "ID"}, {name: "name", title: "Name"}, {name: "created", title: "Created"},
				{name: "concurrency", title: "Concurrency", extra: true}, {name: "updated", title: "Updated", extra: true},
			}}
			for _, p := range projects {
				l.rows = append(l.rows, []any{p.ID, p.Name, p.CreatedAt, p.Concurrency, p.UpdatedAt})
			}
			return list.print(s.Streams, l)
		}),
	}
	list.flags(c)
	o.flags(c)
	return c
}

func newProjectDeleteCommand(s Streams) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:     "project:delete ID",
		Short:   "Delete a project with all that it owns",
		GroupID: groupProjects,
		Example: "  runner project:delete p4x9wq2l6mn8c --yes",
		Args:    cobra.ExactArgs(1),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			s.project = args[0]
			p, err := s.findProject(ctx)
			if err != nil {
				return err
			}
			if err := s.confirm("Delete the project %s (%s) with its integrations, their logs and their storage?", p.ID, p.Name); err != nil {
				return err
			}
			if _, err := call[api.Done](ctx, s.client, http.MethodDelete, apiPath("projects", p.ID), nil); err != nil {
				return err
			}
			fmt.Fprintf(s.Err, "Deleted project %s\n", p.ID)
			return nil
		}),
	}
	o.yesFlag(c)
	o.flags(c)
	return c
}

// explain prints what is wrong with an input, field by field, as the vendor does.
// Other errors are returned as they are.
func (s *session) explain(err error, kind string) error {
	var e *serverError
	if !errors.As(err, &e) || e.exitCode() != exitInvalid {
		return err
	}
	fmt.Fprintf(s.Err, "The %s is invalid.\n", kind)
	for _, line := range e.problem.Detail.Lines() {
		fmt.Fprintln(s.Err, escapeControls(line, true))
	}
	return &exitError{exitInvalid, errSilent}
}

// warn prints what a server finds strange.
func (s *session) warn(warnings []string) {
	color := newPalette(s.Err)
	for _, w := range warnings {
		fmt.Fprintln(s.Err, color.yellow("Warning: "+escapeControls(w, false)))
	}
}
