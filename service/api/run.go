package api

import (
	"encoding/json"
	"strings"

	"cloche/activity"
	"cloche/storage/record"
)

// runType is the type of the activities that runs are.
const runType = "integration.script"

// Run is one execution of a script. Like at the vendor it is an activity, of the
// type integration.script.
type Run struct {
	Links             Links           `json:"_links"`
	ID                string          `json:"id" doc:"13 lower-case letters and digits."`
	Type              string          `json:"type" doc:"Always integration.script."`
	Project           string          `json:"project"`
	Integration       string          `json:"integration"`
	Environments      []string        `json:"environments" doc:"Those of the activity that caused it."`
	State             string          `json:"state" enum:"pending,in_progress,complete,cancelled"`
	Result            *string         `json:"result" nullable:"true" enum:"success,failure" doc:"Null until it has ended."`
	CreatedAt         Time            `json:"created_at"`
	UpdatedAt         Time            `json:"updated_at"`
	StartedAt         *Time           `json:"started_at" nullable:"true"`
	CompletedAt       *Time           `json:"completed_at" nullable:"true"`
	CompletionPercent int             `json:"completion_percent"`
	Description       string          `json:"description" doc:"What caused it, with the sender's markup."`
	Text              string          `json:"text" doc:"What caused it."`
	Parameters        RunParameters   `json:"parameters"`
	Code              string          `json:"code" doc:"How it ended: ok, script_error, cpu_limit and others; empty until then."`
	Message           string          `json:"message" doc:"The first line of what went wrong."`
	Dead              bool            `json:"dead" doc:"It failed and is not tried again."`
	Receipt           json.RawMessage `json:"receipt" doc:"What it used; null until it has ended."`
	Log               string          `json:"log,omitempty" doc:"The text of the log, of a single run that has ended."`
}

// RunParameters say what ran and why.
type RunParameters struct {
	Activity     string `json:"activity" doc:"The activity that caused it."`
	ActivityType string `json:"activity_type"`
	Attempt      int    `json:"attempt" doc:"1 for the first; each is a run of its own."`
	Version      int    `json:"version" doc:"The version of the script; 0 before it started."`
}

// Finished reports whether nothing more comes of it.
func (r Run) Finished() bool { return activity.State(r.State).Finished() }

// viewRun shows a run and the activity that caused it.
func viewRun(r record.Run) Run {
	self := pathOf("projects", r.ProjectID, "integrations", r.IntegrationID, "activities", r.ID)
	view := Run{
		Links: linksTo(self).with("log", self+"/log").with("cancel", self+"/cancel").with("redrive", self+"/redrive").
			with("activity", pathOf("projects", r.ProjectID, "activities", r.ActivityID)),
		ID:           r.ID,
		Type:         runType,
		Project:      r.ProjectID,
		Integration:  r.IntegrationID,
		Environments: orEmpty(r.Summary.Environments),
		State:        string(r.State),
		CreatedAt:    Time{r.Created},
		UpdatedAt:    Time{r.Created},
		StartedAt:    timeOrNil(r.Started),
		CompletedAt:  timeOrNil(r.Completed),
		Description:  describe(r.ActivityType, r.Summary.Description, r.Summary.Text),
		Text:         describe(r.ActivityType, r.Summary.Text),
		Parameters:   RunParameters{r.ActivityID, r.ActivityType, r.Attempt, r.Version},
		Code:         r.Code,
		Message:      r.Message,
		Dead:         r.Dead,
		Receipt:      raw(r.Receipt),
	}
	if r.Result != "" {
		result := string(r.Result)
		view.Result = &result
	}
	return progressed(view)
}

// progressed fills in what follows from how far the run is.
func progressed(view Run) Run {
	if view.StartedAt != nil {
		view.UpdatedAt = *view.StartedAt
		view.CompletionPercent = 50
	}
	if view.CompletedAt != nil {
		view.UpdatedAt = *view.CompletedAt
	}
	if view.Finished() {
		view.CompletionPercent = 100
	}
	return view
}

// describe says what caused a run: the type and the first text that there is.
func describe(kind string, texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return kind + ": " + text
		}
	}
	return kind
}

// raw returns text as JSON, or null if it is none.
func raw(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

// Line is one line of a run's log.
type Line struct {
	Number  int    `json:"n" doc:"From 1; lines that were dropped leave gaps."`
	Time    Time   `json:"timestamp"`
	Level   string `json:"level" doc:"log, debug, info, warn, error; http and cloche are the host's."`
	Message string `json:"message"`
}

func viewLine(l record.Line) Line {
	return Line{l.Number, Time{l.Time}, l.Level, strings.ToValidUTF8(l.Text, "\uFFFD")}
}
