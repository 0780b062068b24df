package webhook

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Scheme says how deliveries are signed.
type Scheme string

// The schemes.
const (
	// JWS is that of Platform.sh and Upsun: X-JWS-Signature holds a detached JSON
	// Web Signature with HS256 over the unencoded body (RFC 7515, RFC 7797).
	JWS Scheme = "jws"
	// Standard is that of standardwebhooks.com, version 1.0.0, with HMAC (v1) and
	// Ed25519 (v1a).
	Standard Scheme = "standard"
	// GitHub is that of GitHub's webhooks, X-Hub-Signature-256.
	GitHub Scheme = "github"
	// Stripe is that of Stripe's webhooks, Stripe-Signature with v1.
	Stripe Scheme = "stripe"
	// Slack is that of requests from Slack, X-Slack-Signature with v0.
	Slack Scheme = "slack"
	// Shopify is that of Shopify's webhooks, X-Shopify-Hmac-Sha256.
	Shopify Scheme = "shopify"
	// Bearer signs nothing: who knows the token may send anything.
	Bearer Scheme = "bearer"
	// None signs nothing: who knows the address may send anything. The address must
	// be one that nobody guesses.
	None Scheme = "none"
)

// Schemes returns all schemes.
func Schemes() []Scheme {
	return []Scheme{JWS, Standard, GitHub, Stripe, Slack, Shopify, Bearer, None}
}

// Valid reports whether s is one of the Schemes.
func (s Scheme) Valid() bool { return slices.Contains(Schemes(), s) }

// method is what a scheme does.
type method interface {
	// checkSecret returns what a secret to verify with lacks, "" if it is fine.
	checkSecret(secret string) string
	// verify checks the signature. Of the Delivery it sets what was signed. The
	// secrets have passed checkSecret.
	verify(secrets []string, r request) (Delivery, error)
	// sign returns the headers that verify wants.
	sign(secret string, d draft) (http.Header, error)
}

// request is what was received.
type request struct {
	header http.Header
	body   []byte
}

// draft is what is to be sent.
type draft struct {
	body []byte
	id   string
	now  time.Time
}

// method returns an error that matches ErrScheme if there is no such scheme.
func (s Scheme) method() (method, error) {
	switch s {
	case JWS:
		return jws{}, nil
	case Standard:
		return standard{}, nil
	case GitHub:
		return github{}, nil
	case Stripe:
		return stripe{}, nil
	case Slack:
		return slack{}, nil
	case Shopify:
		return shopify{}, nil
	case Bearer:
		return bearer{}, nil
	case None:
		return none{}, nil
	default:
		return nil, fmt.Errorf("%w; there are %v", ErrScheme, Schemes())
	}
}
