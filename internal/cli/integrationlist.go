package cli

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newIntegrationListCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var list listOptions
	var kind string
	c := &cobra.Command{
		Use:     "integration:list",
		Aliases: []string{"integrations"},
		Short:   "List the integrations of a project",
		GroupID: groupIntegrations,
		Example: `  runner integrations
  runner integration:list --format json --columns +,version,enabled`,
		Args: cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			p, err := s.findProject(ctx)
			if err != nil {
				return err
			}
			integrations, err := get[[]api.Integration](ctx, s.client, apiPath("projects", p.ID, "integrations"))
			if err != nil {
				return err
			}
			if len(integrations) == 0 || kind != "" && kind != "script" {
				return words("No integrations found")
			}
			l := integrationListing(integrations)
			l.heading = fmt.Sprintf("Integrations on the project %s (%s):", p.Name, p.ID)
			return list.print(s.Streams, l)
		}),
	}
	c.Flags().StringVarP(&kind, "type", "t", "", "list integrations of this type alone")
	list.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

func integrationListing(integrations []api.Integration) listing {
	l := listing{columns: []column{
		{name: "id", title: "ID"}, {name: "type", title: "Type"}, {name: "name", title: "Name"}, {name: "summary", title: "Summary"},
		{name: "events", title: "Events", extra: true}, {name: "states", title: "States", extra: true},
		{name: "environments", title: "Environments", extra: true}, {name: "result", title: "Result", extra: true},
		{name: "enabled", title: "Enabled", extra: true}, {name: "version", title: "Version", extra: true},
		{name: "created", title: "Created", extra: true}, {name: "updated", title: "Updated", extra: true},
	}}
	for _, i := range integrations {
		l.rows = append(l.rows, []any{i.ID, i.Type, i.Name, summary(i.Script), i.Events, i.States, i.Environments, i.Result,
			i.Enabled, i.Version, i.CreatedAt, i.UpdatedAt})
	}
	return l
}

const (
	summaryScript = 300
	summaryLength = 240
)

// summary is the beginning of a script, as the vendor's command line shows it.
func summary(script string) string {
	if len(script) > summaryScript {
		script = cut(script, summaryScript)
	}
	text := "Script:\n" + strings.ReplaceAll(script, "\t", "  ")
	if len(text) <= summaryLength {
		return text
	}
	return cut(text, summaryLength-3) + "..."
}

// cut returns the first n bytes of a text, or a little less: whole characters.
func cut(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
