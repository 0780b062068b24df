package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"cloche/activity"
	"cloche/service/api"
)

func newRunGetCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var show propertyOptions
	c := &cobra.Command{
		Use:     "integration:activity:get [ID [RUN]]",
		Short:   "Show a run",
		GroupID: groupActivities,
		Long: `integration:activity:get shows a run, by default the most recent one. The activity
that caused it is its payload, and like the log shown only with --property.`,
		Example: `  runner integration:activity:get 767u4hathojjw
  runner integration:activity:get 767u4hathojjw k3vq7mzt2pd5a -P receipt.cpu_ns
  runner integration:activity:get 767u4hathojjw -P payload.environment.name`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			r, err := s.findRun(ctx, args)
			if err != nil {
				return err
			}
			thing, err := toObject(r)
			if err != nil {
				return err
			}
			thing = append(thing, member{"duration", duration(r)})
			if name, _, _ := strings.Cut(show.property, "."); name == "payload" {
				payload, err := readPayload(ctx, s, r)
				if err != nil {
					return err
				}
				thing = append(thing, member{"payload", payload})
			}
			first := []string{"id", "type", "description", "state", "result", "code", "message", "created_at", "started_at", "completed_at"}
			return show.print(s.Streams, thing, first, append(hiddenProperties(), "log"))
		}),
	}
	show.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

// duration is how long the run took, in seconds, or null.
func duration(r api.Run) json.RawMessage {
	if text := seconds(r.StartedAt, r.CompletedAt); text != "" {
		return json.RawMessage(text)
	}
	return json.RawMessage("null")
}

// readPayload returns the payload of the activity that caused a run.
func readPayload(ctx context.Context, s *session, r api.Run) (json.RawMessage, error) {
	cause, err := get[api.Activity](ctx, s.client, apiPath("projects", r.Project, "activities", r.Parameters.Activity))
	if err != nil {
		return nil, named(err, "activity", r.Parameters.Activity)
	}
	var body object
	if err := json.Unmarshal(cause.Body, &body); err != nil {
		return nil, err
	}
	if payload := body.get("payload"); payload != nil {
		return payload, nil
	}
	return json.RawMessage("null"), nil
}

func newRunLogCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var print logFormat
	c := &cobra.Command{
		Use:     "integration:activity:log [ID [RUN]]",
		Short:   "Print the log of a run, and follow it",
		GroupID: groupActivities,
		Long: `integration:activity:log prints the log of a run, by default of the most recent one.
The log of a run that is still going is followed until it ends.`,
		Example: `  runner integration:activity:log 767u4hathojjw
  runner integration:activity:log 767u4hathojjw k3vq7mzt2pd5a --timestamps`,
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			r, err := s.findRun(ctx, args)
			if err != nil {
				return err
			}
			printRunHeader(s, r, print.dateFmt)
			if s.local() && !r.Finished() {
				fmt.Fprintln(s.Err, "Nobody works on it: start a server with 'runner serve'.")
				return nil
			}
			_, err = followRun(ctx, s, r, print.printer(s.Streams, ""))
			return err
		}),
	}
	print.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

// printRunHeader says what log follows, on standard error.
func printRunHeader(s *session, r api.Run, dateFmt string) {
	line := func(name, text string) { fmt.Fprintf(s.Err, "%s: %s\n", name, escapeControls(text, false)) }
	line("Integration ID", r.Integration)
	line("Activity ID", r.ID)
	line("Type", r.Type)
	line("Description", r.Text)
	line("Created", formatDate(r.CreatedAt.Local(), dateFmt))
	line("State", activity.DisplayState(activity.State(r.State)))
	fmt.Fprintln(s.Err, "Log:")
}

func newRunCancelCommand(s Streams) *cobra.Command {
	return runActionCommand(s, runAction{
		use: "cancel", short: "Cancel a run that waits or is under way", done: "Cancelled",
		long: "integration:activity:cancel cancels a run that waits or is under way.",
	})
}

func newRunRedriveCommand(s Streams) *cobra.Command {
	return runActionCommand(s, runAction{
		use: "redrive", short: "Try a run that has ended once more", done: "Will try again",
		long: `integration:activity:redrive makes a new run of the same activity, behind all that
wait, and prints its ID. See what there is with integration:activities --dead.`,
	})
}

// runAction is something that can be done to a run.
type runAction struct{ use, short, long, done string }

func runActionCommand(s Streams, a runAction) *cobra.Command {
	var o remoteOptions
	c := &cobra.Command{
		Use:               "integration:activity:" + a.use + " ID RUN",
		Short:             a.short,
		Long:              a.long,
		GroupID:           groupActivities,
		Example:           "  runner integration:activity:" + a.use + " 767u4hathojjw k3vq7mzt2pd5a",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			r, err := s.findRun(ctx, args)
			if err != nil {
				return err
			}
			answer, err := call[api.Changed[api.Run]](ctx, s.client, http.MethodPost, runPath(r)+"/"+a.use, nil)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.Err, "%s: activity %s\n", a.done, r.ID)
			_, err = fmt.Fprintln(s.Out, answer.Embedded.Entity.ID)
			return err
		}),
	}
	o.projectFlag(c)
	o.flags(c)
	return c
}
