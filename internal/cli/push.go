package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

func newPushCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var format logFormat
	var wait bool
	c := &cobra.Command{
		Use:     "activity:push FILE.json",
		Short:   "Hand in an activity",
		GroupID: groupActivities,
		Long: `activity:push hands in an activity as if it had come by a webhook, and prints its ID.
FILE.json may be - for standard input. With --wait it prints the logs of the runs
that it causes, retries included, and exits with 3 if the last attempt of a script
failed, with 5 if it hit a limit.`,
		Example: `  runner activity:push push.json
  runner activity:push push.json --wait`,
		Args: cobra.ExactArgs(1),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			body, err := readFile(s.Streams, args[0], maxInput)
			if err != nil {
				return err
			}
			p, err := s.findProject(ctx)
			if err != nil {
				return err
			}
			response, err := s.client.send(ctx, http.MethodPost, apiPath("projects", p.ID, "activities"), body, nil)
			if err != nil {
				return s.explain(err, "activity")
			}
			defer response.Body.Close()
			var accepted api.Accepted
			if err := json.NewDecoder(response.Body).Decode(&accepted); err != nil {
				return s.client.strange(response)
			}
			return s.conclude(ctx, p, accepted, wait, &format)
		}),
	}
	waitFlags(c, &wait, &format)
	o.projectFlag(c)
	o.flags(c)
	return c
}

func waitFlags(c *cobra.Command, wait *bool, format *logFormat) {
	c.Flags().BoolVar(wait, "wait", false, "print the logs of the runs, retries included, until they have ended")
	c.Flags().BoolP("no-wait", "W", false, "")
	_ = c.Flags().MarkHidden("no-wait") // the vendor's, and our default
	format.flags(c)
}

// conclude says what became of an activity that was taken.
func (s *session) conclude(ctx context.Context, p api.Project, accepted api.Accepted, wait bool, format *logFormat) error {
	s.warn(accepted.Warnings)
	if accepted.Duplicate {
		fmt.Fprintln(s.Err, "This activity was handed in before: nothing new comes of it.")
	}
	fmt.Fprintf(s.Err, "Activity %s causes %s\n", accepted.ID, count(len(accepted.Runs), "run"))
	if wait {
		return awaitRuns(ctx, s, p.ID, accepted.ID, format)
	}
	if s.local() && len(accepted.Runs) > 0 {
		fmt.Fprintln(s.Err, "Nobody works on them: start a server with 'runner serve', or say --wait.")
	}
	_, err := fmt.Fprintln(s.Out, accepted.ID)
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func newRedeployCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var format logFormat
	var wait bool
	var environment string
	c := &cobra.Command{
		Use:     "redeploy -e ENVIRONMENT",
		Aliases: []string{"environment:redeploy"},
		Short:   "Make an environment.redeploy activity, to try scripts with",
		GroupID: groupActivities,
		Long: `redeploy makes an environment.redeploy activity, as if somebody had redeployed the
environment. Nothing is deployed: it is for trying scripts.`,
		Example: "  runner redeploy -e production --wait",
		Args:    cobra.NoArgs,
		RunE: o.with(s, func(ctx context.Context, s *session, _ []string) error {
			if environment == "" {
				return usage("an environment is required: say --environment")
			}
			p, err := s.findProject(ctx)
			if err != nil {
				return err
			}
			accepted, err := call[api.Accepted](ctx, s.client, http.MethodPost, apiPath("projects", p.ID, "environments", environment, "redeploy"), nil)
			if err != nil {
				return s.explain(err, "environment")
			}
			return s.conclude(ctx, p, accepted, wait, &format)
		}),
	}
	c.Flags().StringVarP(&environment, "environment", "e", "", "the environment's name")
	waitFlags(c, &wait, &format)
	o.projectFlag(c)
	o.yesFlag(c)
	o.flags(c)
	return c
}
