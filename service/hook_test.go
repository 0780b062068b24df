package service_test

import (
	"context"
	"testing"

	"cloche/service"
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
