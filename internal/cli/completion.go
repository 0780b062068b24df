package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

// completionTime bounds what a press of the tab key may take.
const completionTime = 2 * time.Second

// completeIntegrations completes the IDs of integrations as the first argument. It
// says nothing about what goes wrong: there is nobody to tell.
func (o *remoteOptions) completeIntegrations(s Streams) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(context.Background(), completionTime)
		defer cancel()
		session, err := o.connect(ctx, Streams{Out: s.Out, Err: s.Err})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer session.close()
		p, err := session.findProject(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		integrations, err := get[[]api.Integration](ctx, session.client, apiPath("projects", p.ID, "integrations"))
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var completions []cobra.Completion
		for _, i := range integrations {
			if strings.HasPrefix(i.ID, begun) {
				completions = append(completions, cobra.CompletionWithDesc(i.ID, escapeControls(i.Name, false)))
			}
		}
		return completions, cobra.ShellCompDirectiveNoFileComp
	}
}
