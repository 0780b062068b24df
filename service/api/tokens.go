package api

import (
	"context"
	"net/http"
	"time"

	"cloche/service"
	"cloche/storage/record"
)

// Token is a key to the API.
type Token struct {
	Links     Links    `json:"_links"`
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Project   string   `json:"project" doc:"The one project that it is for; empty for all."`
	Scopes    []string `json:"scopes" doc:"What it may do: read, write or admin; each includes those before it."`
	CreatedAt Time     `json:"created_at"`
	ExpiresAt *Time    `json:"expires_at" nullable:"true" doc:"Null: never."`
	Text      string   `json:"token,omitempty" doc:"The token itself; shown once, when it is created."`
}

// TokenInput creates a token.
type TokenInput struct {
	Name      string   `json:"name,omitempty" maxLength:"256"`
	Project   string   `json:"project,omitempty" maxLength:"64" doc:"The one project that it is for; absent for all."`
	Scopes    []string `json:"scopes" minItems:"1" enum:"read,write,admin" doc:"What it may do; each includes those before it."`
	ExpiresIn int64    `json:"expires_in,omitempty" minimum:"0" maximum:"3155760000" doc:"Seconds that it is good for; 0 is for ever."`
}

// TokenPath is the path of a token.
type TokenPath struct {
	Token string `path:"token" maxLength:"64" doc:"The token's ID, or a prefix of it that no other has."`
}

func viewToken(t record.Token, text string) Token {
	return Token{
		Links:     linksTo(pathOf("tokens", t.ID)),
		ID:        t.ID,
		Name:      t.Name,
		Project:   t.ProjectID,
		Scopes:    orEmpty(t.Scopes),
		CreatedAt: Time{t.Created},
		ExpiresAt: timeOrNil(t.Expires),
		Text:      text,
	}
}

func (a *api) routeTokens() {
	const all = "/api/tokens"
	const tag = "tokens"
	need := access{need: scopeAdmin, wide: true}
	register(a, operation{id: "list-tokens", method: http.MethodGet, path: all, tag: tag,
		summary: "List the tokens, without their texts", access: need}, a.listTokens)
	register(a, operation{id: "create-token", method: http.MethodPost, path: all, tag: tag, status: http.StatusCreated,
		summary: "Create a token; its text is shown this once", access: need}, a.createToken)
	register(a, operation{id: "revoke-token", method: http.MethodDelete, path: all + "/{token}", tag: tag,
		summary: "Revoke a token", access: need}, a.revokeToken)
}

func (a *api) listTokens(ctx context.Context, _ *struct{}) ([]Token, error) {
	tokens, err := a.Service.Tokens(ctx)
	return mapped(tokens, func(t record.Token) Token { return viewToken(t, "") }), err
}

func (a *api) createToken(ctx context.Context, in *struct{ Body TokenInput }) (Changed[Token], error) {
	text, t, err := a.Service.CreateToken(ctx, service.TokenSpec{
		Name:     in.Body.Name,
		Project:  in.Body.Project,
		Scopes:   in.Body.Scopes,
		Lifetime: time.Duration(in.Body.ExpiresIn) * time.Second,
	})
	return created(viewToken(t, text), nil), err
}

func (a *api) revokeToken(ctx context.Context, in *TokenPath) (Done, error) {
	return done(), a.Service.RevokeToken(ctx, in.Token)
}
