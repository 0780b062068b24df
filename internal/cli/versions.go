package cli

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newIntegrationVersionsCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var list listOptions
	c := &cobra.Command{
		Use:     "integration:versions [ID]",
		Short:   "List the versions of a script",
		GroupID: groupIntegrations,
		Long: `integration:versions lists the versions of a script, newest first. The one that runs
is marked.`,
		Example:           "  runner integration:versions 767u4hathojjw",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			i, err := s.findIntegration(ctx, args)
			if err != nil {
				return err
			}
			versions, err := get[[]api.Version](ctx, s.client, integrationPath(i)+"/versions")
			if err != nil {
				return err
			}
			l := listing{heading: fmt.Sprintf("Versions of the integration %s:", i.ID), columns: []column{
				{name: "version", title: "Version"}, {name: "created", title: "Created"}, {name: "hash", title: "Hash"}, {name: "current", title: "Current"},
			}}
			for _, v := range versions {
				l.rows = append(l.rows, []any{v.Number, v.CreatedAt, v.Hash, v.Current})
			}
			return list.print(s.Streams, l)
		}),
	}
	list.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

func newIntegrationRollbackCommand(s Streams) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:               "integration:rollback ID VERSION",
		Short:             "Run another version of a script from now on",
		GroupID:           groupIntegrations,
		Example:           "  runner integration:rollback 767u4hathojjw 3",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			number, err := strconv.Atoi(args[1])
			if err != nil || number < 1 {
				return usage("%s is not the number of a version", args[1])
			}
			i, err := s.findIntegration(ctx, args[:1])
			if err != nil {
				return err
			}
			_, err = call[api.Changed[api.Integration]](ctx, s.client, http.MethodPost, integrationPath(i)+"/rollback", api.RollbackInput{Version: number})
			if err != nil {
				return named(err, "version", args[1])
			}
			fmt.Fprintf(s.Err, "Integration %s runs version %d\n", i.ID, number)
			return nil
		}),
	}
	o.projectFlag(c)
	o.flags(c)
	return c
}
