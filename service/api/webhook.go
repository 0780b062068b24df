package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cloche/service"
	"cloche/webhook"
)

// Webhook is a project's intake: where activities are sent and how they are signed.
type Webhook struct {
	Links     Links    `json:"_links"`
	URL       string   `json:"url" doc:"Where to send activities."`
	Scheme    string   `json:"scheme" doc:"How they are signed; empty: none is accepted."`
	HasSecret bool     `json:"has_secret" doc:"Whether there is a secret."`
	Secrets   []string `json:"secrets,omitempty" doc:"The secrets; shown once, when they are set."`
	How       string   `json:"how" doc:"Commands that sign and send body.json, with the address in $URL and the secret in $SECRET."`
}

// WebhookInput sets a project's scheme and secrets.
type WebhookInput struct {
	Scheme  string   `json:"scheme" maxLength:"32" doc:"jws, standard, github, stripe, slack, shopify, bearer, none; empty refuses all."`
	Secrets []string `json:"secrets,omitempty" maxItems:"8" doc:"Any of them may have signed, so that they can be changed. Absent: a new one is made."`
}

// WebhookPath is the path of a project's webhook, and how the request came: the
// address to show follows from it.
type WebhookPath struct {
	ProjectPath
	base string
}

// Resolve implements huma.Resolver.
func (p *WebhookPath) Resolve(c huma.Context) []error {
	r, _ := humago.Unwrap(c)
	p.base = "http://" + r.Host
	if r.TLS != nil {
		p.base = "https://" + r.Host
	}
	return nil
}

type webhookUpdate struct {
	WebhookPath
	Body WebhookInput
}

func (a *api) routeWebhook() {
	const path = "/api/projects/{project}/webhook"
	register(a, operation{id: "get-webhook", method: http.MethodGet, path: path, tag: "webhook",
		summary: "Show where and how to send activities", access: access{need: scopeRead}}, a.getWebhook)
	register(a, operation{id: "set-webhook", method: http.MethodPut, path: path, tag: "webhook",
		summary: "Set how activities are signed", access: access{need: scopeAdmin}}, a.setWebhook)
}

func (a *api) getWebhook(ctx context.Context, in *WebhookPath) (Webhook, error) {
	p, err := a.Service.Project(ctx, in.Project)
	if err != nil {
		return Webhook{}, err
	}
	hook, err := a.Service.Hook(ctx, p.ID)
	return a.viewWebhook(p.ID, in.base, hook), err
}

func (a *api) setWebhook(ctx context.Context, in *webhookUpdate) (Webhook, error) {
	p, err := a.Service.Project(ctx, in.Project)
	if err != nil {
		return Webhook{}, err
	}
	hook, err := a.Service.SetHook(ctx, p.ID, service.HookSpec{Scheme: in.Body.Scheme, Secrets: in.Body.Secrets})
	return a.viewWebhook(p.ID, in.base, hook), err
}

func (a *api) viewWebhook(project, base string, hook service.HookView) Webhook {
	if a.PublicURL != "" {
		base = strings.TrimSuffix(a.PublicURL, "/")
	}
	return Webhook{
		Links:     linksTo(pathOf("projects", project, "webhook")),
		URL:       base + "/hooks/" + project,
		Scheme:    hook.Scheme,
		HasSecret: hook.HasSecret,
		Secrets:   hook.Secrets,
		How:       webhook.Explain(webhook.Scheme(hook.Scheme)),
	}
}
