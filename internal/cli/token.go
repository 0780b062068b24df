package cli

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"cloche/activity"
	"cloche/service/api"
)

func newTokenCreateCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var name string
	var scopes []string
	var expires time.Duration
	c := &cobra.Command{
		Use:     "token:create",
		Short:   "Create a token for the API",
		GroupID: groupAccess,
		Long: `token:create creates a token and prints it, this once. With --project it is for that
project alone. Once there is a token, the API is closed to whoever has none.`,
		Example: `  runner token:create --scope admin
  runner token:create --scope write --project shop --expires 720h --name deploy`,
		Args: cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			input := api.TokenInput{Name: name, Scopes: activity.ParseList(scopes), ExpiresIn: int64(expires / time.Second)}
			if len(input.Scopes) == 0 {
				return usage("say what it may do with --scope: read, write or admin")
			}
			if s.project != "" {
				p, err := s.findProject(ctx)
				if err != nil {
					return err
				}
				input.Project = p.ID
			}
			answer, err := call[api.Changed[api.Token]](ctx, s.client, http.MethodPost, apiPath("tokens"), input)
			if err != nil {
				return s.explain(err, "token")
			}
			fmt.Fprintf(s.Err, "Created token %s; it is not shown again:\n", answer.Embedded.Entity.ID)
			_, err = fmt.Fprintln(s.Out, answer.Embedded.Entity.Text)
			return err
		}),
	}
	c.Flags().StringArrayVar(&scopes, "scope", nil, "what it may do: read, write or admin; each includes those before it")
	c.Flags().StringVar(&name, "name", "", "what to call it")
	c.Flags().DurationVar(&expires, "expires", 0, "how long it is good for, such as 720h (default for ever)")
	c.Flags().StringVarP(&o.project, "project", "p", "", "the one project that it is for, by ID or name (default all)")
	o.flags(c)
	return c
}

func newTokenListCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var list listOptions
	c := &cobra.Command{
		Use:     "token:list",
		Aliases: []string{"tokens"},
		Short:   "List the tokens for the API",
		GroupID: groupAccess,
		Example: "  runner token:list",
		Args:    cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			tokens, err := get[[]api.Token](ctx, s.client, apiPath("tokens"))
			if err != nil {
				return err
			}
			if len(tokens) == 0 {
				return words("No tokens found")
			}
			l := listing{heading: "Tokens:", columns: []column{
				{name: "id", title: "ID"}, {name: "name", title: "Name"}, {name: "scopes", title: "Scopes"}, {name: "project", title: "Project"},
				{name: "expires", title: "Expires"}, {name: "created", title: "Created", extra: true},
			}}
			for _, t := range tokens {
				l.rows = append(l.rows, []any{t.ID, t.Name, t.Scopes, t.Project, t.ExpiresAt, t.CreatedAt})
			}
			return list.print(s.Streams, l)
		}),
	}
	list.flags(c)
	o.flags(c)
	return c
}

func newTokenRevokeCommand(s Streams) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:     "token:revoke ID",
		Short:   "Revoke a token",
		GroupID: groupAccess,
		Example: "  runner token:revoke k3vq7mzt2pd5a --yes",
		Args:    cobra.ExactArgs(1),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			if err := s.confirm("Revoke the token %s?", args[0]); err != nil {
				return err
			}
			if _, err := call[api.Done](ctx, s.client, http.MethodDelete, apiPath("tokens", args[0]), nil); err != nil {
				return named(err, "token", args[0])
			}
			fmt.Fprintf(s.Err, "Revoked token %s\n", escapeControls(args[0], false))
			return nil
		}),
	}
	o.yesFlag(c)
	o.flags(c)
	return c
}
