package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newIntegrationAddCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var spec integrationFlags
	var show propertyOptions
	c := &cobra.Command{
		Use:     "integration:add",
		Short:   "Add a script to a project",
		GroupID: groupIntegrations,
		Long: `integration:add adds a script and what it reacts to. Lists are repeatable, or given
once with commas or blanks between the items.`,
		Example: `  runner integration:add --type script --file notify.js
  runner integration:add --type script --file notify.js --events='environment.activate, environment.deactivate' \
      --states=complete --environments=production`,
		Args: cobra.NoArgs,
	}
	c.RunE = o.with(s, func(ctx context.Context, s *session, _ []string) error {
		return spec.add(ctx, s, c, show)
	})
	spec.flags(c)
	show.listOptions.flags(c)
	o.projectFlag(c)
	o.yesFlag(c)
	o.flags(c)
	return c
}

func (o *integrationFlags) add(ctx context.Context, s *session, c *cobra.Command, show propertyOptions) error {
	if err := o.checkType(); err != nil {
		return err
	}
	if o.file == "" {
		if !s.interactive() {
			return usage("the script is missing: say --file")
		}
		fmt.Fprint(s.Err, "Script file: ")
		file, err := readLine(s.In)
		if err != nil {
			return err
		}
		if err := c.Flags().Set("file", file); err != nil {
			return err
		}
	}
	input, err := o.input(s.Streams, c)
	if err != nil {
		return err
	}
	kind := "script"
	input.Type = &kind
	input.Limits = o.limits(c.Flags(), api.Limits{})
	input.Retry = o.retry(c.Flags(), api.Retry{})
	p, err := s.findProject(ctx)
	if err != nil {
		return err
	}
	answer, err := call[api.Changed[api.Integration]](ctx, s.client, http.MethodPost, apiPath("projects", p.ID, "integrations"), input)
	if err != nil {
		return s.explain(err, "integration")
	}
	i := answer.Embedded.Entity
	fmt.Fprintf(s.Err, "Created integration %s (type: script)\n", i.ID)
	s.warn(answer.Warnings)
	return show.printValue(s.Streams, i, integrationOrder(), hiddenProperties())
}

func newIntegrationUpdateCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var spec integrationFlags
	var show propertyOptions
	c := &cobra.Command{
		Use:     "integration:update [ID]",
		Short:   "Change an integration; another script becomes a new version",
		GroupID: groupIntegrations,
		Example: `  runner integration:update 767u4hathojjw --file notify.js
  runner integration:update 767u4hathojjw --states=in_progress --enabled=false`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
	}
	c.RunE = o.with(s, func(ctx context.Context, s *session, args []string) error {
		return spec.update(ctx, s, c, args, show)
	})
	spec.flags(c)
	show.listOptions.flags(c)
	o.projectFlag(c)
	o.yesFlag(c)
	o.flags(c)
	return c
}

func (o *integrationFlags) update(ctx context.Context, s *session, c *cobra.Command, args []string, show propertyOptions) error {
	if c.Flags().Changed("type") {
		s.warn([]string{"the type of an integration cannot be changed: --type is ignored"})
	}
	input, err := o.input(s.Streams, c)
	if err != nil {
		return err
	}
	i, err := s.findIntegration(ctx, args)
	if err != nil {
		return err
	}
	input.Limits = o.limits(c.Flags(), i.Limits)
	input.Retry = o.retry(c.Flags(), i.Retry)
	answer, err := call[api.Changed[api.Integration]](ctx, s.client, http.MethodPatch, integrationPath(i), input)
	if err != nil {
		return s.explain(err, "integration")
	}
	fmt.Fprintf(s.Err, "Integration %s (script) updated\n", i.ID)
	s.warn(answer.Warnings)
	return show.printValue(s.Streams, answer.Embedded.Entity, integrationOrder(), hiddenProperties())
}

func newIntegrationGetCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var show propertyOptions
	c := &cobra.Command{
		Use:     "integration:get [ID]",
		Short:   "Show an integration",
		GroupID: groupIntegrations,
		Example: `  runner integration:get 767u4hathojjw
  runner integration:get 767u4hathojjw -P script > notify.js`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			i, err := s.findIntegration(ctx, args)
			if err != nil {
				return err
			}
			thing, err := get[object](ctx, s.client, integrationPath(i))
			if err != nil {
				return err
			}
			return show.print(s.Streams, thing, integrationOrder(), hiddenProperties())
		}),
	}
	show.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

func newIntegrationDeleteCommand(s Streams) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:               "integration:delete [ID]",
		Short:             "Delete an integration with its runs and its storage",
		GroupID:           groupIntegrations,
		Example:           "  runner integration:delete 767u4hathojjw --yes",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			i, err := s.findIntegration(ctx, args)
			if err != nil {
				return err
			}
			if err := s.confirm("Delete the integration %s (type: script)?", i.ID); err != nil {
				return err
			}
			if _, err := call[api.Done](ctx, s.client, http.MethodDelete, integrationPath(i), nil); err != nil {
				return err
			}
			fmt.Fprintf(s.Err, "Deleted integration %s\n", i.ID)
			return nil
		}),
	}
	c.Flags().BoolP("no-wait", "W", false, "")
	c.Flags().Bool("wait", false, "")
	_ = c.Flags().MarkHidden("no-wait")
	_ = c.Flags().MarkHidden("wait")
	o.projectFlag(c)
	o.yesFlag(c)
	o.flags(c)
	return c
}

func newIntegrationValidateCommand(s Streams) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:     "integration:validate [ID]",
		Short:   "Check an integration as it is stored",
		GroupID: groupIntegrations,
		Long: `integration:validate checks an integration as it is stored. What is wrong goes to
standard output, a line for each field; then the exit code is 4.`,
		Example:           "  runner integration:validate 767u4hathojjw",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			i, err := s.findIntegration(ctx, args)
			if err != nil {
				return err
			}
			answer, err := call[api.Validated](ctx, s.client, http.MethodPost, integrationPath(i)+"/validate", nil)
			var e *serverError
			if errors.As(err, &e) && e.exitCode() == exitInvalid {
				for _, line := range e.problem.Detail.Lines() {
					fmt.Fprintln(s.Out, escapeControls(line, true))
				}
				return &exitError{exitInvalid, errSilent}
			}
			if err != nil {
				return err
			}
			s.warn(answer.Warnings)
			fmt.Fprintf(s.Err, "The integration %s is valid.\n", i.ID)
			return nil
		}),
	}
	o.projectFlag(c)
	o.flags(c)
	return c
}
