package service

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloche/storage/record"
	"cloche/webhook"
)

// hook is how the deliveries of a project are verified, as of a revision of it.
type hook struct {
	project  string
	scheme   webhook.Scheme
	secrets  []string
	revision int64
}

// verify checks the signature of a delivery. The error is ErrDenied, or says what is
// wrong with the hook.
func (h *hook) verify(in Intake) (record.Delivery, error) {
	delivery, err := webhook.Verify(h.scheme, h.secrets, in.Header, in.Body, time.Now())
	switch {
	case errors.Is(err, webhook.ErrScheme), errors.Is(err, webhook.ErrSecret):
		return record.Delivery{}, fmt.Errorf("the webhook of project %s: %w", h.project, err)
	case err != nil:
		return record.Delivery{}, fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return record.Delivery{ID: delivery.ID, Hash: sha256.Sum256(in.Body), Revision: &h.revision}, nil
}

// hookOf reads a project's hook and keeps it.
func (s *Service) hookOf(ctx context.Context, project string) (*hook, error) {
	p, err := s.Database.Project(ctx, project)
	if err != nil {
		return nil, notThere(err)
	}
	if p.Hook.Scheme == "" {
		return nil, fmt.Errorf("%w: the project has no webhook; see 'runner webhook:url --help'", ErrDenied)
	}
	secrets, err := s.openHook(p)
	if err != nil {
		return nil, fmt.Errorf("the secrets of project %s: %w", p.ID, err)
	}
	h := &hook{project: p.ID, scheme: webhook.Scheme(p.Hook.Scheme), secrets: secrets, revision: p.Revision}
	s.hooks.put(h)
	return h, nil
}

// knownHooks keeps hooks from one delivery to the next: reading and opening one takes
// longer than to verify a signature.
type knownHooks struct {
	mu       sync.Mutex
	projects map[string]*hook
}

// mostHooks bounds those that are kept; past it all are forgotten.
const mostHooks = 10_000

func (k *knownHooks) get(project string) *hook {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.projects[project]
}

func (k *knownHooks) put(h *hook) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.projects == nil || len(k.projects) >= mostHooks {
		k.projects = make(map[string]*hook)
	}
	k.projects[h.project] = h
}

func (k *knownHooks) forget(project string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.projects, project)
}
