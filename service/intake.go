package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cloche/activity"
	"cloche/storage/record"
)

// Intake is a delivery to a project's webhook.
type Intake struct {
	// Project is the ID of the path.
	Project string
	Header  http.Header
	Body    []byte
	// Hops is what the header HopsHeader says.
	Hops int
}

// HopsHeader is the header by which fetch tells how many scripts caused each other
// before a request.
const HopsHeader = "Cloche-Hops"

// Accepted is what became of an activity.
type Accepted struct {
	ActivityID string
	// Duplicate says that it had come before, and nothing was done again.
	Duplicate bool
	// Runs are the IDs of the runs that come of it.
	Runs []string
	// Warnings are for the sender.
	Warnings []string
}

// Deliver takes an activity that is signed as its project wants it. When it returns
// without an error the activity is durable, and its runs will be. The errors:
// ErrDenied for a project that there is not and for a signature that is not right,
// which a caller should not tell apart; *RateLimited; ErrTooLarge; *Invalid for a body
// that is no activity; ErrBusy; ErrLoop.
func (s *Service) Deliver(ctx context.Context, in Intake) (Accepted, error) {
	accepted, err := s.deliver(ctx, in)
	s.metrics.intake(accepted, err)
	return accepted, err
}

func (s *Service) deliver(ctx context.Context, in Intake) (Accepted, error) {
	if len(in.Body) > s.MaxBody {
		return Accepted{}, fmt.Errorf("%w: the body has %d bytes; %d are allowed", ErrTooLarge, len(in.Body), s.MaxBody)
	}
	delivery, err := s.verify(ctx, in)
	if err != nil {
		return Accepted{}, err
	}
	if err := s.limits.take(ctx, in.Project); err != nil {
		return Accepted{}, notThere(err)
	}
	for {
		accepted, err := s.accept(ctx, in.Project, in.Body, in.Hops, delivery)
		if !errors.Is(err, record.ErrChanged) {
			return accepted, notThere(err)
		}
		// The secret may be another one by now.
		s.hooks.forget(in.Project)
		if delivery, err = s.verify(ctx, in); err != nil {
			return Accepted{}, err
		}
	}
}

// notThere turns the error that a project is gone into that of one that never was.
func notThere(err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: no such project", ErrDenied)
	}
	return err
}

// verify checks the signature by the project's scheme.
func (s *Service) verify(ctx context.Context, in Intake) (record.Delivery, error) {
	if !activity.ValidID(in.Project) {
		return record.Delivery{}, fmt.Errorf("%w: no such project", ErrDenied)
	}
	// What is known may be old: Accept tells if a delivery was taken by it, and one that
	// was not has another try.
	if known := s.hooks.get(in.Project); known != nil {
		if delivery, err := known.verify(in); err == nil {
			return delivery, nil
		}
	}
	h, err := s.hookOf(ctx, in.Project)
	if err != nil {
		return record.Delivery{}, err
	}
	return h.verify(in)
}

// Push takes an activity from somebody who is known already. A body that is pushed
// twice is taken twice.
func (s *Service) Push(ctx context.Context, project string, body []byte, hops int) (Accepted, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return Accepted{}, err
	}
	if len(body) > s.MaxBody {
		return Accepted{}, fmt.Errorf("%w: the body has %d bytes; %d are allowed", ErrTooLarge, len(body), s.MaxBody)
	}
	accepted, err := s.accept(ctx, p.ID, body, hops, record.Delivery{})
	s.metrics.intake(accepted, err)
	return accepted, err
}

// accept stores an activity with its runs.
func (s *Service) accept(ctx context.Context, project string, body []byte, hops int, delivery record.Delivery) (Accepted, error) {
	if hops > s.MaxHops {
		return Accepted{}, fmt.Errorf("%w: %d scripts came before this activity, %d are allowed", ErrLoop, hops, s.MaxHops)
	}
	header, err := activity.Parse(body)
	if err != nil {
		return Accepted{}, notActivity(err)
	}
	if s.backlog.Load() >= s.MaxBacklog {
		return Accepted{}, fmt.Errorf("%w: %d runs; try again later", ErrBusy, s.backlog.Load())
	}
	stored, err := s.Database.Accept(ctx, record.Activity{
		ID: newID(), ProjectID: project, Type: header.Type, State: header.State, Result: header.Result,
		Summary: record.Summary{Text: header.Text, Description: header.Description, Environments: header.Environments},
		Body:    body, Hops: hops, Created: now(),
	}, delivery, func(all []record.Integration) []record.Integration { return matching(header, all) }, newID)
	if err != nil {
		return Accepted{}, err
	}
	if stored.Differs {
		s.Log.Warn("a repeated delivery has another body", "project", project, "activity", stored.ActivityID)
	}
	if !stored.Duplicate {
		s.backlog.Add(int64(len(stored.Runs)))
	}
	return Accepted{
		ActivityID: stored.ActivityID, Duplicate: stored.Duplicate, Runs: stored.Runs, Warnings: warningsAbout(header),
	}, nil
}

// notActivity turns an error of activity.Parse into an *Invalid.
func notActivity(err error) error {
	if fields := activity.Fields(err); fields != nil {
		return &Invalid{Fields: fields}
	}
	return invalid("", "%s", strings.TrimPrefix(err.Error(), "activity: "))
}

func warningsAbout(header activity.Header) []string {
	if activity.Known(header.Type) {
		return nil
	}
	warning := fmt.Sprintf("the event %q is not known", header.Type)
	if near := activity.Suggest(header.Type); near != "" {
		warning += fmt.Sprintf("; did you mean %q?", near)
	}
	return []string{warning}
}

// Redeploy takes an environment.redeploy activity that it makes itself: a way to try
// scripts out.
func (s *Service) Redeploy(ctx context.Context, project, environment string) (Accepted, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return Accepted{}, err
	}
	if environment == "" {
		return Accepted{}, invalid("environment", "it is missing")
	}
	if err := checkText("environment", environment, activity.MaxEnvironmentBytes); err != nil {
		return Accepted{}, err
	}
	body, err := redeployActivity(p, environment)
	if err != nil {
		return Accepted{}, err
	}
	return s.Push(ctx, p.ID, body, 0)
}

// redeployActivity has the shape of the vendor's.
func redeployActivity(p record.Project, environment string) ([]byte, error) {
	at := now().Format("2006-01-02T15:04:05.000000-07:00")
	text := "Somebody redeployed environment " + environment
	return json.Marshal(map[string]any{
		"id": newID(), "type": "environment.redeploy", "project": p.ID, "environments": []string{environment},
		"state": activity.StateComplete, "result": activity.ResultSuccess, "failure_reason": nil, "completion_percent": 100,
		"created_at": at, "updated_at": at, "started_at": at, "completed_at": at, "cancelled_at": nil,
		"parameters": map[string]any{"environment": environment}, "timings": map[string]any{},
		"text": text, "description": text, "log": "",
		"payload": map[string]any{
			"environment": map[string]any{"id": environment, "name": environment, "project": p.ID, "status": "active"},
			"project":     map[string]any{"id": p.ID, "title": p.Name},
		},
	})
}

// Activity returns an activity that came in, by its full ID.
func (s *Service) Activity(ctx context.Context, project, id string) (record.Activity, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return record.Activity{}, err
	}
	return s.Database.Activity(ctx, p.ID, id)
}

// Activities returns the newest activities of a project, without their bodies.
func (s *Service) Activities(ctx context.Context, project string, limit int) ([]record.Activity, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return nil, err
	}
	return s.Database.ListActivities(ctx, p.ID, limit)
}
