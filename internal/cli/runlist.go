package cli

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloche/activity"
	"cloche/service/api"
)

// runFilter are the flags that choose runs.
type runFilter struct {
	limit      int
	start      string
	states     []string
	result     string
	incomplete bool
	dead       bool
	types      []string
	exclude    []string
}

func (o *runFilter) flags(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&o.limit, "limit", 10, "how many to list, 1 to 1000")
	f.StringVar(&o.start, "start", "", "list those created before this `time`: a date, RFC 3339, or 24h for a day ago")
	f.StringArrayVar(&o.states, "state", nil, "list those in these states: pending, in_progress, complete, cancelled")
	f.StringVar(&o.result, "result", "", "list those with this result: success or failure")
	f.BoolVarP(&o.incomplete, "incomplete", "i", false, "list those that have not ended")
	f.BoolVar(&o.dead, "dead", false, "list those that failed and are not tried again")
	f.StringArrayVar(&o.types, "type", nil, "list those of these types, with * as a wildcard; runs are integration.script")
	f.StringArrayVarP(&o.exclude, "exclude-type", "x", nil, "leave out those of these types")
	f.StringP("environment", "e", "", "")
	_ = f.MarkHidden("environment") // the vendor's, which ignores it too
}

// query returns what to ask the server for.
func (o *runFilter) query() (string, error) {
	if o.limit < 1 || o.limit > 1000 {
		return "", usage("--limit must be 1 to 1000")
	}
	q := url.Values{"limit": {strconv.Itoa(o.limit)}}
	states := activity.ParseList(o.states)
	if o.incomplete {
		states = append(states, string(activity.StateInProgress), string(activity.StatePending))
	}
	if len(states) > 0 {
		q.Set("state", strings.Join(states, ","))
	}
	if o.result != "" {
		q.Set("result", o.result)
	}
	if o.dead {
		q.Set("dead", "true")
	}
	if o.start != "" {
		before, err := parseDate(o.start, time.Now())
		if err != nil {
			return "", err
		}
		q.Set("starts_at", before.UTC().Format(time.RFC3339Nano))
	}
	return "?" + q.Encode(), nil
}

// wants reports whether the types that were asked for include kind. Its first part
// may be left out.
func (o *runFilter) wants(kind string) bool {
	_, short, _ := strings.Cut(kind, ".")
	like := func(patterns []string) bool {
		return slices.ContainsFunc(activity.ParseList(patterns), func(pattern string) bool {
			pattern = strings.ReplaceAll(pattern, "%", "*")
			whole, _ := path.Match(pattern, kind)
			part, _ := path.Match(pattern, short)
			return whole || part
		})
	}
	return (len(o.types) == 0 || like(o.types)) && !like(o.exclude)
}

func newRunListCommand(s Streams) *cobra.Command {
	var o remoteOptions
	var filter runFilter
	var list listOptions
	c := &cobra.Command{
		Use:     "integration:activities [ID]",
		Aliases: []string{"integration:activity:list", "int:act", "i:act"},
		Short:   "List the runs of an integration",
		GroupID: groupActivities,
		Long: `integration:activities lists the runs of an integration, newest first. Dead letters
are runs that failed and are not tried again: see them with --dead, and try one
again with integration:activity:redrive.`,
		Example: `  runner integration:activities 767u4hathojjw
  runner int:act 767u4hathojjw --incomplete
  runner integration:activities 767u4hathojjw --dead --columns +,code,attempt`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: o.completeIntegrations(s),
		RunE: o.with(s, func(ctx context.Context, s *session, args []string) error {
			query, err := filter.query()
			if err != nil {
				return err
			}
			p, err := s.findProject(ctx)
			if err != nil {
				return err
			}
			s.project = p.ID
			i, err := s.findIntegration(ctx, args)
			if err != nil {
				return err
			}
			runs, err := get[[]api.Run](ctx, s.client, integrationPath(i)+"/activities"+query)
			if err != nil {
				return s.explain(err, "filter")
			}
			runs = slices.DeleteFunc(runs, func(r api.Run) bool { return !filter.wants(r.Type) })
			if len(runs) == 0 {
				return words("No activities found")
			}
			l := runListing(runs)
			l.heading = fmt.Sprintf("Activities on the project %s (%s), integration %s (%s):", p.Name, p.ID, i.ID, i.Type)
			return list.print(s.Streams, l)
		}),
	}
	filter.flags(c)
	list.flags(c)
	o.projectFlag(c)
	o.flags(c)
	return c
}

func runListing(runs []api.Run) listing {
	l := listing{columns: []column{
		{name: "id", title: "ID"}, {name: "created", title: "Created"}, {name: "description", title: "Description"},
		{name: "type", title: "Type"}, {name: "state", title: "State"}, {name: "result", title: "Result"},
		{name: "completed", title: "Completed", extra: true}, {name: "progress", title: "Progress", extra: true},
		{name: "time_execute", title: "Exec time (s)", extra: true}, {name: "time_wait", title: "Wait time (s)", extra: true},
		{name: "time_build", title: "Build time (s)", extra: true}, {name: "time_deploy", title: "Deploy time (s)", extra: true},
		{name: "code", title: "Code", extra: true}, {name: "message", title: "Message", extra: true},
		{name: "attempt", title: "Attempt", extra: true}, {name: "version", title: "Version", extra: true},
		{name: "dead", title: "Dead", extra: true}, {name: "activity", title: "Activity", extra: true},
		{name: "event", title: "Event", extra: true}, {name: "environments", title: "Environments", extra: true},
	}}
	for _, r := range runs {
		result := ""
		if r.Result != nil {
			result = *r.Result
		}
		l.rows = append(l.rows, []any{
			r.ID, r.CreatedAt, r.Text, r.Type, activity.DisplayState(activity.State(r.State)), result,
			r.CompletedAt, fmt.Sprintf("%d%%", r.CompletionPercent),
			seconds(r.StartedAt, r.CompletedAt), seconds(&r.CreatedAt, r.StartedAt), "", "",
			r.Code, r.Message, r.Parameters.Attempt, r.Parameters.Version, r.Dead, r.Parameters.Activity, r.Parameters.ActivityType, r.Environments,
		})
	}
	return l
}

// seconds is the time between two times, "" if one is missing.
func seconds(from, to *api.Time) string {
	if from == nil || to == nil {
		return ""
	}
	return strconv.FormatFloat(to.Sub(from.Time).Seconds(), 'f', 1, 64)
}
