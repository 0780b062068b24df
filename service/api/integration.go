package api

import (
	"time"

	"cloche/activity"
	"cloche/service"
	"cloche/storage/record"
)

// scriptType is the one type of integration that there is.
const scriptType = "script"

// Integration is a script and what it reacts to.
type Integration struct {
	Links   Links  `json:"_links"`
	ID      string `json:"id" doc:"13 lower-case letters and digits."`
	Type    string `json:"type" doc:"Always script."`
	Role    string `json:"role" doc:"Always empty; the vendor has it."`
	Project string `json:"project"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled" doc:"Whether activities start it."`

	Events               []string `json:"events" doc:"The events to run on: names, prefixes such as environment.*, or *."`
	States               []string `json:"states" doc:"The states of activities to run on, or *."`
	Environments         []string `json:"environments" doc:"The environments to run on, with * as a wildcard."`
	ExcludedEnvironments []string `json:"excluded_environments" doc:"The environments not to run on, with * as a wildcard."`
	Result               string   `json:"result" doc:"The result to run on: *, success or failure."`

	Script    string `json:"script,omitempty" doc:"The text of the script. Very long lists leave it out towards the end."`
	Version   int    `json:"version" doc:"The number of the script's version that runs."`
	Limits    Limits `json:"limits"`
	Retry     Retry  `json:"retry"`
	CreatedAt Time   `json:"created_at"`
	UpdatedAt Time   `json:"updated_at"`
}

// Limits bound the runs of an integration. 0 is the server's default.
type Limits struct {
	CPUMillis   int64 `json:"cpu_ms" required:"false" minimum:"0" maximum:"86400000" doc:"Computing time, in milliseconds."`
	WallMillis  int64 `json:"wall_ms" required:"false" minimum:"0" maximum:"86400000" doc:"Time in all, in milliseconds."`
	MemoryBytes int64 `json:"memory_bytes" required:"false" minimum:"0" doc:"Heap, in bytes."`
}

// Retry says what becomes of runs that fail.
type Retry struct {
	Attempts         int      `json:"attempts" required:"false" minimum:"0" doc:"How often a run is tried in all."`
	BackoffMillis    int64    `json:"backoff_ms" required:"false" minimum:"0" maximum:"86400000" doc:"The wait before the second attempt, in milliseconds; it doubles with each."`
	MaxBackoffMillis int64    `json:"max_backoff_ms" required:"false" minimum:"0" maximum:"86400000" doc:"The longest wait."`
	Codes            []string `json:"codes" required:"false" doc:"The codes of failures that are tried again."`
}

// IntegrationInput creates or changes an integration. What is absent has its
// default, or stays; an empty list is not absent, but wrong where one is needed.
type IntegrationInput struct {
	Type    *string `json:"type,omitempty" enum:"script" doc:"Always script."`
	Name    *string `json:"name,omitempty" maxLength:"256"`
	Enabled *bool   `json:"enabled,omitempty"`
	Script  *string `json:"script,omitempty" doc:"The text of the script."`

	Events               []string `json:"events,omitzero" doc:"The events to run on: names, prefixes such as environment.*, or *."`
	States               []string `json:"states,omitzero" doc:"The states of activities to run on, or *."`
	Environments         []string `json:"environments,omitzero" doc:"The environments to run on, with * as a wildcard."`
	ExcludedEnvironments []string `json:"excluded_environments,omitzero" doc:"The environments not to run on, with * as a wildcard."`
	Result               *string  `json:"result,omitempty" doc:"The result to run on: *, success or failure."`

	Limits *Limits `json:"limits,omitempty"`
	Retry  *Retry  `json:"retry,omitempty"`
}

func viewIntegration(i record.Integration, script []byte) Integration {
	self := pathOf("projects", i.ProjectID, "integrations", i.ID)
	return Integration{
		Links: linksTo(self).
			with("activities", self+"/activities").
			with("variables", self+"/variables").
			with("versions", self+"/versions"),
		ID:                   i.ID,
		Type:                 scriptType,
		Project:              i.ProjectID,
		Name:                 i.Name,
		Enabled:              i.Enabled,
		Events:               orEmpty(i.Filter.Events),
		States:               orEmpty(i.Filter.States),
		Environments:         orEmpty(i.Filter.Environments),
		ExcludedEnvironments: orEmpty(i.Filter.ExcludedEnvironments),
		Result:               i.Filter.Result,
		Script:               string(script),
		Version:              i.Version,
		Limits:               viewLimits(i.Limits),
		Retry:                viewRetry(i.Retry),
		CreatedAt:            Time{i.Created},
		UpdatedAt:            Time{i.Updated},
	}
}

func viewLimits(l record.Limits) Limits {
	return Limits{l.CPU.Milliseconds(), l.Wall.Milliseconds(), l.Memory}
}

func viewRetry(r activity.RetryPolicy) Retry {
	return Retry{r.Attempts, r.Backoff.Milliseconds(), r.MaxBackoff.Milliseconds(), orEmpty(r.Codes)}
}

// spec is what the service is asked for. A list that is not nil was given, even if
// it is empty.
func (in IntegrationInput) spec() service.IntegrationSpec {
	spec := service.IntegrationSpec{
		Name:                 in.Name,
		Enabled:              in.Enabled,
		Script:               in.Script,
		Events:               given(in.Events),
		States:               given(in.States),
		Environments:         given(in.Environments),
		ExcludedEnvironments: given(in.ExcludedEnvironments),
		Result:               in.Result,
	}
	if l := in.Limits; l != nil {
		spec.Limits = &record.Limits{CPU: millis(l.CPUMillis), Wall: millis(l.WallMillis), Memory: l.MemoryBytes}
	}
	if r := in.Retry; r != nil {
		spec.Retry = &activity.RetryPolicy{
			Attempts: r.Attempts, Backoff: millis(r.BackoffMillis), MaxBackoff: millis(r.MaxBackoffMillis), Codes: r.Codes,
		}
	}
	return spec
}

func given(list []string) *[]string {
	if list == nil {
		return nil
	}
	return &list
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
