package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

// variableOptions say whose variables.
type variableOptions struct {
	remoteOptions
	integration string
}

func (o *variableOptions) flags(c *cobra.Command, s Streams) {
	c.Flags().StringVarP(&o.integration, "integration", "i", "", "the integration's ID (default the only one)")
	_ = c.RegisterFlagCompletionFunc("integration", o.completeIntegrations(s))
	o.projectFlag(c)
	o.remoteOptions.flags(c)
}

func (o *variableOptions) find(ctx context.Context, s *session) (api.Integration, error) {
	if o.integration == "" {
		return s.findIntegration(ctx, nil)
	}
	return s.findIntegration(ctx, []string{o.integration})
}

func newVariableListCommand(s Streams) *cobra.Command {
	var o variableOptions
	var list listOptions
	c := &cobra.Command{
		Use:     "variable:list",
		Aliases: []string{"variables"},
		Short:   "List the variables of an integration",
		GroupID: groupIntegrations,
		Long:    `variable:list lists the variables of an integration; values of sensitive ones are hidden.`,
		Example: "  runner variable:list --integration 767u4hathojjw",
		Args:    cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			i, err := o.find(ctx, s)
			if err != nil {
				return err
			}
			variables, err := get[[]api.Variable](ctx, s.client, integrationPath(i)+"/variables")
			if err != nil {
				return err
			}
			if len(variables) == 0 {
				return words("No variables found")
			}
			l := listing{heading: fmt.Sprintf("Variables of the integration %s:", i.ID), columns: []column{
				{name: "name", title: "Name"}, {name: "value", title: "Value"}, {name: "json", title: "JSON"}, {name: "sensitive", title: "Sensitive"},
				{name: "id", title: "ID", extra: true}, {name: "created", title: "Created", extra: true}, {name: "updated", title: "Updated", extra: true},
			}}
			for _, v := range variables {
				value := "[hidden]"
				if v.Value != nil {
					value = *v.Value
				}
				l.rows = append(l.rows, []any{v.Name, value, v.JSON, v.Sensitive, v.ID, v.CreatedAt, v.UpdatedAt})
			}
			return list.print(s.Streams, l)
		}),
	}
	list.flags(c)
	o.flags(c, s)
	return c
}

// maxValue bounds the value of a variable on standard input; the server has its
// own limit.
const maxValue = 1 << 20

func newVariableSetCommand(s Streams) *cobra.Command {
	var o variableOptions
	var input api.VariableInput
	c := &cobra.Command{
		Use:     "variable:set NAME",
		Short:   "Set a variable of an integration",
		GroupID: groupIntegrations,
		Long: `variable:set creates a variable or replaces its value. Without --value the value is
what standard input holds, without a line break at its end: that keeps it out of
the shell's history and out of the list of processes.`,
		Example: `  runner variable:set SLACK_URL --value https://hooks.example.com/x --integration 767u4hathojjw
  pass show slack | runner variable:set SLACK_URL --sensitive`,
		Args: cobra.ExactArgs(1),
	}
	c.RunE = o.with(s, func(ctx context.Context, s *session, args []string) error {
		input.Name = args[0]
		if !c.Flags().Changed("value") {
			value, err := readValue(s.Streams)
			if err != nil {
				return err
			}
			input.Value = value
		}
		i, err := o.find(ctx, s)
		if err != nil {
			return err
		}
		if _, err := call[api.Changed[api.Variable]](ctx, s.client, http.MethodPost, integrationPath(i)+"/variables", input); err != nil {
			return s.explain(err, "variable")
		}
		fmt.Fprintf(s.Err, "Set variable %s of the integration %s\n", escapeControls(input.Name, false), i.ID)
		return nil
	})
	c.Flags().StringVar(&input.Value, "value", "", "the value (default: standard input)")
	c.Flags().BoolVar(&input.Sensitive, "sensitive", false, "encrypt the value and never show it again")
	c.Flags().BoolVar(&input.JSON, "json", false, "the value is JSON, and the script gets it parsed")
	o.flags(c, s)
	return c
}

func readValue(s Streams) (string, error) {
	if s.interactive() {
		fmt.Fprint(s.Err, "Value: ")
		return readHidden(s)
	}
	text, err := readLimited(s.In, "standard input", maxValue)
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), err
}

func newVariableDeleteCommand(s Streams) *cobra.Command {
	var o variableOptions
	c := &cobra.Command{
		Use:     "variable:delete NAME",
		Short:   "Delete a variable of an integration",
		GroupID: groupIntegrations,
		Example: "  runner variable:delete SLACK_URL --integration 767u4hathojjw --yes",
		Args:    cobra.ExactArgs(1),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			i, err := o.find(ctx, s)
			if err != nil {
				return err
			}
			if err := s.confirm("Delete the variable %s of the integration %s?", args[0], i.ID); err != nil {
				return err
			}
			path := apiPath("projects", i.Project, "integrations", i.ID, "variables", args[0])
			if _, err := call[api.Done](ctx, s.client, http.MethodDelete, path, nil); err != nil {
				return named(err, "variable", args[0])
			}
			fmt.Fprintf(s.Err, "Deleted variable %s\n", escapeControls(args[0], false))
			return nil
		}),
	}
	o.yesFlag(c)
	o.flags(c, s)
	return c
}
