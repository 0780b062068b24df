package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloche/storage/record"
)

// tokenPrefix lets scanners of repositories find tokens that were published.
const tokenPrefix = "rnr_"

// Scopes are what a token may do, each including those before it: read what is
// there but for secrets, change the projects' things, change projects and tokens.
func Scopes() []string { return []string{"read", "write", "admin"} }

// TokenSpec describes a token.
type TokenSpec struct {
	// Name is what it is for, at most 256 bytes of printable text.
	Name string
	// Project limits it to one project; "" is all of them.
	Project string
	// Scopes are of Scopes; none is an error.
	Scopes []string
	// Lifetime is how long it is good for; 0 is for ever.
	Lifetime time.Duration
}

// CreateToken makes a key to the API. Its text, 256 bits of randomness, is returned
// this once: only its hash is kept.
func (s *Service) CreateToken(ctx context.Context, spec TokenSpec) (text string, token record.Token, err error) {
	if err := checkText("name", spec.Name, 256); err != nil {
		return "", token, err
	}
	if spec.Lifetime < 0 {
		return "", token, invalid("lifetime", "it is negative")
	}
	if len(spec.Scopes) == 0 {
		return "", token, invalid("scopes", "there is none; choose of %s", strings.Join(Scopes(), ", "))
	}
	for _, scope := range spec.Scopes {
		if !slices.Contains(Scopes(), scope) {
			return "", token, invalid("scopes", "%q is none of %s", scope, strings.Join(Scopes(), ", "))
		}
	}
	token = record.Token{ID: newID(), Name: spec.Name, Scopes: spec.Scopes, Created: now()}
	if spec.Lifetime > 0 {
		token.Expires = token.Created.Add(spec.Lifetime)
	}
	if spec.Project != "" {
		p, err := s.Project(ctx, spec.Project)
		if err != nil {
			return "", token, err
		}
		token.ProjectID = p.ID
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random)
	text = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	token.Hash = sha256.Sum256([]byte(text))
	return text, token, s.Database.CreateToken(ctx, token)
}

// Tokens returns all tokens, oldest first.
func (s *Service) Tokens(ctx context.Context) ([]record.Token, error) {
	return s.Database.ListTokens(ctx)
}

// HasTokens reports whether there is any token that is still good.
func (s *Service) HasTokens(ctx context.Context) (bool, error) {
	tokens, err := s.Database.ListTokens(ctx)
	return slices.ContainsFunc(tokens, valid), err
}

func valid(t record.Token) bool { return t.Expires.IsZero() || now().Before(t.Expires) }

// RevokeToken deletes the token whose ID is id, or the only one whose ID begins with
// it.
func (s *Service) RevokeToken(ctx context.Context, id string) error {
	if err := checkID("token", id); err != nil {
		return err
	}
	tokens, err := s.Database.ListTokens(ctx)
	if err != nil {
		return err
	}
	tokens = slices.DeleteFunc(tokens, func(t record.Token) bool { return !strings.HasPrefix(t.ID, id) })
	token, err := pick("token", id, tokens, func(t record.Token) string { return t.ID })
	if err != nil {
		return err
	}
	return s.Database.DeleteToken(ctx, token.ID)
}

// Authenticate returns the token with that text; the error is ErrDenied if there is
// none, or it has expired. It is looked up by its hash, so the time it takes tells
// nothing of other tokens.
func (s *Service) Authenticate(ctx context.Context, text string) (record.Token, error) {
	if !strings.HasPrefix(text, tokenPrefix) {
		return record.Token{}, fmt.Errorf("%w: this is no token", ErrDenied)
	}
	token, err := s.Database.TokenByHash(ctx, sha256.Sum256([]byte(text)))
	switch {
	case errors.Is(err, ErrNotFound):
		return record.Token{}, fmt.Errorf("%w: the token is not known", ErrDenied)
	case err != nil:
		return record.Token{}, err
	case !valid(token):
		return record.Token{}, fmt.Errorf("%w: the token has expired", ErrDenied)
	}
	return token, nil
}
