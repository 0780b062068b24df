package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"cloche/storage/record"
)

// scope is what a token may do. Each includes those below it.
type scope int

const (
	scopeRead scope = iota + 1
	scopeWrite
	scopeAdmin
)

// scopeOf returns the highest scope among names; names that are unknown give none.
func scopeOf(names []string) scope {
	levels := []string{"read", "write", "admin"}
	highest := scope(0)
	for _, name := range names {
		highest = max(highest, scope(slices.Index(levels, name)+1))
	}
	return highest
}

func (s scope) String() string {
	return [...]string{"none", "read", "write", "admin"}[s]
}

// access is what a request must prove before it is looked at.
type access struct {
	need scope
	// wide refuses tokens of a single project: the operation is about all of them.
	wide bool
}

// authorise returns nil if the request may go on. A token of one project sees the
// paths of that project alone: others are as if they did not exist. For such a
// token the path's project is replaced by the whole ID, so that a prefix cannot
// tell it of others.
func (a *api) authorise(r *http.Request, want access) error {
	if a.Trusted {
		return nil
	}
	text, given := bearer(r)
	if !given {
		return a.authoriseOpen(r)
	}
	token, err := a.Service.Authenticate(r.Context(), text)
	if err != nil {
		return err
	}
	if scopeOf(token.Scopes) < want.need {
		return problem(http.StatusForbidden, CodeForbidden, "the token needs the scope %s", want.need)
	}
	return confine(r, token, want)
}

// confine keeps a token of one project inside it.
func confine(r *http.Request, token record.Token, want access) error {
	if token.ProjectID == "" {
		return nil
	}
	if want.wide {
		return problem(http.StatusForbidden, CodeForbidden, "the token is for one project alone")
	}
	if !strings.HasPrefix(token.ProjectID, r.PathValue("project")) {
		return notFound()
	}
	r.SetPathValue("project", token.ProjectID)
	return nil
}

// bearer returns the token of the request, and whether there is one.
func bearer(r *http.Request) (string, bool) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", false
	}
	kind, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(kind, "Bearer") {
		return "", true // it is there and no good
	}
	return strings.TrimSpace(token), true
}

// authoriseOpen decides on a request without a token: it may do anything if no
// token exists yet and it comes from this machine.
func (a *api) authoriseOpen(r *http.Request) error {
	open, err := a.isOpen(r.Context())
	if err != nil {
		return err
	}
	if !open {
		return denied()
	}
	if reason := foreign(r); reason != "" {
		return problem(http.StatusForbidden, CodeForbidden,
			"without a token the API can be used from this machine alone: %s", reason)
	}
	return nil
}

func (a *api) isOpen(ctx context.Context) (bool, error) {
	if a.RequireToken {
		return false, nil
	}
	exist, err := a.Service.HasTokens(ctx)
	return !exist, err
}

// accessKey is where an operation of huma keeps its access.
const accessKey = "access"

// admit is the middleware of huma: no operation runs without it.
func (a *api) admit(c huma.Context, next func(huma.Context)) {
	want, found := c.Operation().Metadata[accessKey].(access)
	if !found {
		panic("api: operation without access: " + c.Operation().OperationID)
	}
	r, w := humago.Unwrap(c)
	if err := a.screen(r, want); err != nil {
		writeProblem(w, a.answer(r.Context(), requestID(w), err))
		return
	}
	next(unifiedContext{c})
}

// guarded is admit for handlers outside huma.
func (a *api) guarded(want access, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.screen(r, want); err != nil {
			writeProblem(w, a.answer(r.Context(), requestID(w), err))
			return
		}
		next(w, r)
	})
}

// screen is what every request to the API passes first.
func (a *api) screen(r *http.Request, want access) error {
	if err := a.authorise(r, want); err != nil {
		return err
	}
	return checkMediaType(r)
}
