package service

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"cloche/secret"
	"cloche/storage/record"
	"cloche/webhook"
)

// ProjectSpec says what to change of a project; nil fields stay.
type ProjectSpec struct {
	// Name is 1 to 256 bytes of printable text.
	Name *string
	// Concurrency is how many runs may go on at a time, 1 to 64. It spreads
	// integrations that are created from now on.
	Concurrency *int
}

// CreateProject makes a tenant. A concurrency of 0 means Config.Concurrency. The
// error is an *Invalid if something is wrong with the arguments.
func (s *Service) CreateProject(ctx context.Context, name string, concurrency int) (record.Project, error) {
	if concurrency == 0 {
		concurrency = s.Concurrency
	}
	p := record.Project{ID: newID(), Name: name, Concurrency: concurrency, Created: now()}
	p.Updated = p.Created
	if err := checkProject(p); err != nil {
		return record.Project{}, err
	}
	return p, s.Database.CreateProject(ctx, p)
}

func checkProject(p record.Project) error {
	if p.Name == "" {
		return invalid("name", "a project needs a name")
	}
	if err := checkText("name", p.Name, 256); err != nil {
		return err
	}
	if p.Concurrency < 1 || p.Concurrency > maxConcurrency {
		return invalid("concurrency", "it is %d; 1 to %d are allowed", p.Concurrency, maxConcurrency)
	}
	return nil
}

// checkText refuses text that a terminal or a database could not bear.
func checkText(field, text string, most int) error {
	switch {
	case len(text) > most:
		return invalid(field, "it has %d bytes; %d are allowed", len(text), most)
	case !utf8.ValidString(text):
		return invalid(field, "it is not UTF-8")
	case strings.ContainsFunc(text, unicode.IsControl):
		return invalid(field, "it has a control character")
	}
	return nil
}

// Projects returns all projects, oldest first.
func (s *Service) Projects(ctx context.Context) ([]record.Project, error) {
	return s.Database.ListProjects(ctx, "")
}

// Project returns the project whose ID is id, or the only one whose ID begins with
// it.
func (s *Service) Project(ctx context.Context, id string) (record.Project, error) {
	if err := checkID("project", id); err != nil {
		return record.Project{}, err
	}
	list, err := s.Database.ListProjects(ctx, id)
	if err != nil {
		return record.Project{}, err
	}
	return pick("project", id, list, func(p record.Project) string { return p.ID })
}

// UpdateProject changes a project. The error is an *Invalid or ErrUnchanged, among
// others.
func (s *Service) UpdateProject(ctx context.Context, id string, spec ProjectSpec) (record.Project, error) {
	before, err := s.Project(ctx, id)
	if err != nil {
		return record.Project{}, err
	}
	p := before
	if spec.Name != nil {
		p.Name = *spec.Name
	}
	if spec.Concurrency != nil {
		p.Concurrency = *spec.Concurrency
	}
	if p == before {
		return before, ErrUnchanged
	}
	if err := checkProject(p); err != nil {
		return before, err
	}
	p.Updated = now()
	return p, s.Database.UpdateProject(ctx, p)
}

// DeleteProject deletes a project with all that it owns.
func (s *Service) DeleteProject(ctx context.Context, id string) error {
	p, err := s.Project(ctx, id)
	if err != nil {
		return err
	}
	return s.Database.DeleteProject(ctx, p.ID)
}

// HookSpec says how the deliveries of a project are signed.
type HookSpec struct {
	// Scheme is a webhook.Scheme; "" refuses every delivery.
	Scheme string
	// Secrets are what deliveries are verified with; several while one is replaced by
	// another. None: a new one is made, if the scheme has secrets.
	Secrets []string
}

// HookView is what may be shown of a project's intake.
type HookView struct {
	Scheme string
	// Secrets are shown by SetHook alone.
	Secrets []string
	// HasSecret says that there is a secret.
	HasSecret bool
}

// hookOwner binds sealed secrets to the project.
func hookOwner(project string) secret.Owner {
	return secret.Owner{Project: project, Name: "webhook"}
}

// SetHook sets how deliveries are signed, and returns the secrets for the last time.
func (s *Service) SetHook(ctx context.Context, project string, spec HookSpec) (HookView, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return HookView{}, err
	}
	if spec.Secrets, err = hookSecrets(spec); err != nil {
		return HookView{}, err
	}
	p.Hook = record.Hook{Scheme: spec.Scheme}
	if len(spec.Secrets) > 0 {
		text, err := json.Marshal(spec.Secrets)
		if err != nil {
			return HookView{}, err
		}
		p.Hook.Sealed = s.Keys.Seal(hookOwner(p.ID), text)
	}
	p.Updated = now()
	view := HookView{Scheme: spec.Scheme, Secrets: spec.Secrets, HasSecret: len(spec.Secrets) > 0}
	return view, s.Database.UpdateProject(ctx, p)
}

// hookSecrets checks what was given, or makes a secret.
func hookSecrets(spec HookSpec) ([]string, error) {
	scheme := webhook.Scheme(spec.Scheme)
	if scheme == "" && len(spec.Secrets) == 0 {
		return nil, nil
	}
	if len(spec.Secrets) == 0 && scheme != webhook.None {
		made, err := webhook.NewSecret(scheme)
		if errors.Is(err, webhook.ErrScheme) {
			return nil, invalid("scheme", "%v", err)
		}
		return []string{made}, err
	}
	if len(spec.Secrets) > webhook.MaxSecrets {
		return nil, invalid("secrets", "there are %d; %d are allowed", len(spec.Secrets), webhook.MaxSecrets)
	}
	for _, text := range spec.Secrets {
		if err := webhook.ValidateSecret(scheme, text); err != nil {
			return nil, invalid("secrets", "%v", err)
		}
	}
	return spec.Secrets, nil
}

// Hook returns how deliveries are signed, without the secrets.
func (s *Service) Hook(ctx context.Context, project string) (HookView, error) {
	p, err := s.Project(ctx, project)
	return HookView{Scheme: p.Hook.Scheme, HasSecret: p.Hook.Sealed != ""}, err
}

// openHook returns the secrets of a project.
func (s *Service) openHook(p record.Project) ([]string, error) {
	if p.Hook.Sealed == "" {
		return nil, nil
	}
	text, err := s.Keys.Open(hookOwner(p.ID), p.Hook.Sealed)
	if err != nil {
		return nil, err
	}
	var secrets []string
	return secrets, json.Unmarshal(text, &secrets)
}
