package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cloche/service"
	"cloche/webhook"
)

func TestSetHook(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	view, err := b.service.SetHook(context.Background(), b.project.ID, service.HookSpec{Scheme: "jws"})
	if err != nil || len(view.Secrets) != 1 || !view.HasSecret {
		t.Fatalf("SetHook = %+v, %v", view, err)
	}
	if view, err := b.service.Hook(context.Background(), b.project.ID); err != nil || view.Scheme != "jws" || !view.HasSecret || view.Secrets != nil {
		t.Errorf("Hook = %+v, %v", view, err)
	}
}

// A secret that was replaced elsewhere opens nothing any more, and the new one opens.
func TestHookIsReplacedElsewhere(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	elsewhere, err := service.New(b.service.Config)
	if err != nil {
		t.Fatal(err)
	}
	const old, fresh = "the-old-secret-0123456789-0123456789", "the-new-secret-0123456789-0123456789"
	deliver := func(secret string) error {
		body := []byte(`{"type":"environment.push"}`)
		header, err := webhook.Sign(webhook.JWS, secret, body, "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.service.Deliver(t.Context(), service.Intake{Project: b.project.ID, Header: header, Body: body})
		return err
	}
	set := func(s *service.Service, scheme, secret string) {
		spec := service.HookSpec{Scheme: scheme}
		if secret != "" {
			spec.Secrets = []string{secret}
		}
		if _, err := s.SetHook(t.Context(), b.project.ID, spec); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: error is %v, want %v", what, got, want)
		}
	}
	set(b.service, "jws", old)
	want("the first secret", deliver(old), nil)
	set(elsewhere, "jws", fresh)
	want("the old secret", deliver(old), service.ErrDenied)
	want("the new secret", deliver(fresh), nil)
	set(elsewhere, "jws", old)
	want("the secret before it", deliver(fresh), service.ErrDenied)
	want("the first secret again", deliver(old), nil)
	set(elsewhere, "", "")
	want("no hook", deliver(old), service.ErrDenied)
	set(elsewhere, "jws", old)
	want("the first secret again", deliver(old), nil)
	if err := elsewhere.DeleteProject(t.Context(), b.project.ID); err != nil {
		t.Fatal(err)
	}
	want("no project", deliver(old), service.ErrDenied)
}
