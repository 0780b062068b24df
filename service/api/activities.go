package api

import (
	"context"
	"encoding/json"
	"net/http"

	"cloche/storage/record"
)

// Activity is an event that came in.
type Activity struct {
	Links     Links           `json:"_links"`
	ID        string          `json:"id" doc:"Ours; the one in the body is the sender's."`
	Type      string          `json:"type"`
	Project   string          `json:"project"`
	State     string          `json:"state"`
	Result    *string         `json:"result" nullable:"true"`
	Hops      int             `json:"hops" doc:"How many scripts it has passed through."`
	CreatedAt Time            `json:"created_at" doc:"When it came in."`
	Body      json.RawMessage `json:"body,omitempty" doc:"What the sender sent; lists leave it out."`
}

// ActivityPath is the path of an activity.
type ActivityPath struct {
	ProjectPath
	Activity string `path:"activity" maxLength:"64" doc:"The activity's ID, or a prefix of it that no other has."`
}

// EnvironmentPath is the path of an environment.
type EnvironmentPath struct {
	ProjectPath
	Environment string `path:"environment" maxLength:"256" doc:"The environment's name."`
}

type listActivities struct {
	ProjectPath
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"How many at most."`
}

// activityRuns is how many runs of an activity are listed.
const activityRuns = 1000

func viewActivity(r record.Activity) Activity {
	self := pathOf("projects", r.ProjectID, "activities", r.ID)
	view := Activity{
		Links:     linksTo(self).with("runs", self+"/runs"),
		ID:        r.ID,
		Type:      r.Type,
		Project:   r.ProjectID,
		State:     string(r.State),
		Hops:      r.Hops,
		CreatedAt: Time{r.Created},
	}
	if r.Result != "" {
		result := string(r.Result)
		view.Result = &result
	}
	if len(r.Body) > 0 {
		view.Body = raw(string(r.Body))
	}
	return view
}

func (a *api) routeActivities() {
	const all = "/api/projects/{project}/activities"
	const tag = "activities"
	register(a, operation{id: "list-activities", method: http.MethodGet, path: all, tag: tag,
		summary: "List the activities that came in, newest first", access: access{need: scopeRead}}, a.listActivities)
	register(a, operation{id: "get-activity", method: http.MethodGet, path: all + "/{activity}", tag: tag,
		summary: "Show an activity with its body", access: access{need: scopeRead}}, a.getActivity)
	register(a, operation{id: "list-activity-runs", method: http.MethodGet, path: all + "/{activity}/runs", tag: tag,
		summary: "List the runs that an activity caused, newest first", access: access{need: scopeRead}}, a.listActivityRuns)
	register(a, operation{id: "redeploy", method: http.MethodPost, path: "/api/projects/{project}/environments/{environment}/redeploy", tag: tag,
		status: http.StatusAccepted, summary: "Make an environment.redeploy activity, to try scripts with", access: access{need: scopeWrite}}, a.redeploy)
}

func (a *api) listActivities(ctx context.Context, in *listActivities) ([]Activity, error) {
	activities, err := a.Service.Activities(ctx, in.Project, in.Limit)
	return mapped(activities, viewActivity), err
}

func (a *api) getActivity(ctx context.Context, in *ActivityPath) (Activity, error) {
	r, err := a.Service.Activity(ctx, in.Project, in.Activity)
	return viewActivity(r), err
}

func (a *api) listActivityRuns(ctx context.Context, in *ActivityPath) ([]Run, error) {
	r, err := a.Service.Activity(ctx, in.Project, in.Activity)
	if err != nil {
		return nil, err
	}
	runs, err := a.Service.Runs(ctx, record.RunQuery{ProjectID: r.ProjectID, ActivityID: r.ID, Limit: activityRuns})
	return mapped(runs, viewRun), err
}

func (a *api) redeploy(ctx context.Context, in *EnvironmentPath) (Accepted, error) {
	accepted, err := a.Service.Redeploy(ctx, in.Project, in.Environment)
	return viewAccepted(accepted), err
}
