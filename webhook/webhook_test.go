package webhook_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloche/webhook"
)

var errAny = errors.New("any")

// now is the time of all tests.
func now() time.Time { return time.Unix(1_750_000_000, 0).UTC() }

func secretFor(t testing.TB, scheme webhook.Scheme) string {
	t.Helper()
	secret, err := webhook.NewSecret(scheme)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// secretsFor returns what Verify wants: nothing for None.
func secretsFor(scheme webhook.Scheme, secrets ...string) []string {
	if scheme == webhook.None {
		return nil
	}
	return secrets
}

func sign(t testing.TB, scheme webhook.Scheme, secret string, body []byte) http.Header {
	t.Helper()
	header, err := webhook.Sign(scheme, secret, body, "msg_1", now())
	if err != nil {
		t.Fatal(err)
	}
	return header
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func TestSignedIsVerified(t *testing.T) {
	t.Parallel()
	bodies := [][]byte{nil, []byte("{}"), []byte(`{"text":"héllo 漢字 😀"}`), []byte("\x00\xff\r\n.:"), []byte(strings.Repeat("x", 1<<20))}
	for _, scheme := range webhook.Schemes() {
		secret := secretFor(t, scheme)
		for _, body := range bodies {
			header := sign(t, scheme, secret, body)
			got, err := webhook.Verify(scheme, secretsFor(scheme, secret), header, body, now())
			if err != nil {
				t.Errorf("%s: %v", scheme, err)
			}
			want := webhook.Delivery{ID: bodyHash(body)}
			switch scheme {
			case webhook.Standard:
				want.ID, want.Timestamp = "id:msg_1", now()
			case webhook.Stripe, webhook.Slack:
				want.Timestamp = now()
			case webhook.Bearer, webhook.None:
				want.ID = "key:msg_1"
			}
			if got != want {
				t.Errorf("%s: got %+v, want %+v", scheme, got, want)
			}
		}
	}
}

// TestTampering changes what was sent, one thing at a time.
func TestTampering(t *testing.T) {
	t.Parallel()
	body := []byte(`{"type":"environment.push"}`)
	for _, scheme := range webhook.Schemes() {
		if scheme == webhook.None {
			continue
		}
		secret := secretFor(t, scheme)
		refused := func(name string, secrets []string, header http.Header, body []byte, want error) {
			t.Helper()
			d, err := webhook.Verify(scheme, secrets, header, body, now())
			if err == nil || want != errAny && !errors.Is(err, want) || d != (webhook.Delivery{}) {
				t.Errorf("%s, %s: got %+v, %v; want %v", scheme, name, d, err, want)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\r\n") || strings.Contains(fmt.Sprint(err), secret) {
				t.Errorf("%s, %s: %q", scheme, name, err)
			}
		}
		if scheme != webhook.Bearer {
			for i := range body {
				changed := append([]byte(nil), body...)
				changed[i] ^= 1
				refused("a changed byte", []string{secret}, sign(t, scheme, secret, body), changed, webhook.ErrSignature)
			}
			refused("a shorter body", []string{secret}, sign(t, scheme, secret, body), body[1:], webhook.ErrSignature)
			refused("no body", []string{secret}, sign(t, scheme, secret, body), nil, webhook.ErrSignature)
			refused("a longer body", []string{secret}, sign(t, scheme, secret, body), append(body[:len(body):len(body)], ' '), webhook.ErrSignature)
		}
		refused("another secret", []string{secretFor(t, scheme)}, sign(t, scheme, secret, body), body, webhook.ErrSignature)
		refused("no header", []string{secret}, http.Header{}, body, webhook.ErrMissing)
		refused("nil header", []string{secret}, nil, body, webhook.ErrMissing)
		for name := range sign(t, scheme, secret, body) {
			if strings.Contains(name, "Delivery") || strings.Contains(name, "Shopify-Webhook") || name == "Idempotency-Key" {
				continue // not what was signed
			}
			with := func(values ...string) http.Header {
				h := sign(t, scheme, secret, body)
				h[name] = values
				return h
			}
			good := with(sign(t, scheme, secret, body).Get(name))
			value := good.Get(name)
			refused("without "+name, []string{secret}, with(), body, webhook.ErrMissing)
			refused("empty "+name, []string{secret}, with(""), body, webhook.ErrMissing)
			refused("twice "+name, []string{secret}, with(value, value), body, webhook.ErrSignature)
			refused("another after "+name, []string{secret}, with(value, "x"), body, webhook.ErrSignature)
			refused("another before "+name, []string{secret}, with("x", value), body, webhook.ErrSignature)
			refused("joined "+name, []string{secret}, with(value+", "+value), body, errAny)
			refused("long "+name, []string{secret}, with(value+strings.Repeat("A", 5000)), body, webhook.ErrSignature)
			for i := range value {
				refused("truncated "+name, []string{secret}, with(value[:i]), body, errAny)
			}
			for _, junk := range []string{" ", "\x00", "=", ".", ",", "é", "\r\nX-Other: 1"} {
				if scheme == webhook.Standard && junk == " " || scheme == webhook.Stripe && junk == "," {
					continue // a signature of a kind to come, which is left out
				}
				refused("junk in "+name, []string{secret}, with(value+junk+"a"), body, errAny)
			}
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	body := []byte("{}")
	for _, scheme := range webhook.Schemes() {
		if scheme == webhook.None {
			continue
		}
		old, current, other := secretFor(t, scheme), secretFor(t, scheme), secretFor(t, scheme)
		for _, signer := range []string{old, current} {
			if _, err := webhook.Verify(scheme, []string{current, other, old}, sign(t, scheme, signer, body), body, now()); err != nil {
				t.Errorf("%s: %v", scheme, err)
			}
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	body := []byte("{}")
	for _, scheme := range []webhook.Scheme{webhook.Standard, webhook.Stripe, webhook.Slack} {
		secret := secretFor(t, scheme)
		for _, c := range []struct {
			off  time.Duration
			want error
		}{
			{0, nil}, {webhook.Tolerance, nil}, {-webhook.Tolerance, nil},
			{webhook.Tolerance + time.Second, webhook.ErrTimestamp}, {-webhook.Tolerance - time.Second, webhook.ErrTimestamp},
			{100 * 365 * 24 * time.Hour, webhook.ErrTimestamp}, {-50 * 365 * 24 * time.Hour, webhook.ErrTimestamp},
		} {
			header, err := webhook.Sign(scheme, secret, body, "a", now().Add(c.off))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := webhook.Verify(scheme, []string{secret}, header, body, now()); !errors.Is(err, c.want) {
				t.Errorf("%s, %v off: %v", scheme, c.off, err)
			}
		}
	}
}

func TestBadTimestamps(t *testing.T) {
	t.Parallel()
	secret, slackSecret := secretFor(t, webhook.Standard), secretFor(t, webhook.Slack)
	for _, written := range []string{
		"0", "-1", "+1750000000", "01750000000", " 1750000000", "1750000000 ", "1750000000.0", "1.75e9", "0x684ed300", "९", "9999999999999", "99999999999999999999999", "now",
	} {
		header := sign(t, webhook.Standard, secret, nil)
		header.Set("webhook-timestamp", written)
		if _, err := webhook.Verify(webhook.Standard, []string{secret}, header, nil, now()); !errors.Is(err, webhook.ErrTimestamp) {
			t.Errorf("standard, %q: %v", written, err)
		}
		header = sign(t, webhook.Slack, slackSecret, nil)
		header.Set("X-Slack-Request-Timestamp", written)
		if _, err := webhook.Verify(webhook.Slack, []string{slackSecret}, header, nil, now()); !errors.Is(err, webhook.ErrTimestamp) {
			t.Errorf("slack, %q: %v", written, err)
		}
	}
}

// TestReplay sends what was sent before under another id: it must have the same ID.
func TestReplay(t *testing.T) {
	t.Parallel()
	body := []byte(`{"a":1}`)
	for _, scheme := range []webhook.Scheme{webhook.JWS, webhook.GitHub, webhook.Shopify, webhook.Stripe, webhook.Slack} {
		secret := secretFor(t, scheme)
		header := sign(t, scheme, secret, body)
		first, err := webhook.Verify(scheme, []string{secret}, header, body, now())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"X-GitHub-Delivery", "X-Shopify-Webhook-Id", "Idempotency-Key", "webhook-id"} {
			header.Set(name, "another")
		}
		second, err := webhook.Verify(scheme, []string{secret}, header, body, now().Add(time.Second))
		if err != nil || second != first {
			t.Errorf("%s: %+v and %+v, %v", scheme, first, second, err)
		}
	}
	secret := secretFor(t, webhook.Standard)
	header := sign(t, webhook.Standard, secret, body)
	header.Set("webhook-id", "another")
	if _, err := webhook.Verify(webhook.Standard, []string{secret}, header, body, now()); !errors.Is(err, webhook.ErrSignature) {
		t.Errorf("standard: %v", err)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	good := secretFor(t, webhook.GitHub)
	for _, c := range []struct {
		name    string
		scheme  webhook.Scheme
		secrets []string
		want    error
	}{
		{"no such scheme", "jwt", []string{good}, webhook.ErrScheme},
		{"empty scheme", "", nil, webhook.ErrScheme},
		{"other case", "JWS", []string{good}, webhook.ErrScheme},
		{"no secret", webhook.JWS, nil, webhook.ErrSecret},
		{"empty secret", webhook.JWS, []string{""}, webhook.ErrSecret},
		{"one of two is bad", webhook.JWS, []string{good, "short"}, webhook.ErrSecret},
		{"too many", webhook.JWS, strings.Fields(strings.Repeat(good+" ", 11)), webhook.ErrSecret},
		{"a secret for none", webhook.None, []string{good}, webhook.ErrSecret},
		{"raw secret for standard", webhook.Standard, []string{"!" + good}, webhook.ErrSecret},
	} {
		if _, err := webhook.Verify(c.scheme, c.secrets, http.Header{}, nil, now()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := webhook.Sign("x", good, nil, "", now()); !errors.Is(err, webhook.ErrScheme) {
		t.Error(err)
	}
	if _, err := webhook.NewSecret("x"); !errors.Is(err, webhook.ErrScheme) {
		t.Error(err)
	}
	if err := webhook.ValidateSecret("x", good); !errors.Is(err, webhook.ErrScheme) {
		t.Error(err)
	}
}

func TestValidateSecret(t *testing.T) {
	t.Parallel()
	b64 := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	private, public := webhook.NewKeyPair()
	other, _ := webhook.NewKeyPair()
	for _, c := range []struct {
		scheme webhook.Scheme
		secret string
		ok     bool
	}{
		{webhook.JWS, strings.Repeat("a", 16), true},
		{webhook.JWS, strings.Repeat("a", 15), false},
		{webhook.JWS, strings.Repeat("a", 1024), true},
		{webhook.JWS, strings.Repeat("a", 1025), false},
		{webhook.JWS, strings.Repeat("a", 16) + "\n", false},
		{webhook.JWS, " " + strings.Repeat("a", 16), false},
		{webhook.JWS, "correct horse battery", true},
		{webhook.Bearer, "correct horse battery", false},
		{webhook.Bearer, "correct-horse-battery", true},
		{webhook.Bearer, "correct-horse-bättery", false},
		{webhook.Standard, "whsec_" + b64(24), true},
		{webhook.Standard, "whsec_" + b64(64), true},
		{webhook.Standard, b64(32), true},
		{webhook.Standard, "whsec_" + b64(23), false},
		{webhook.Standard, "whsec_" + b64(65), false},
		{webhook.Standard, "whsec_" + b64(32) + "\n", false},
		{webhook.Standard, "whsec_" + strings.Repeat("_", 43) + "=", false},
		{webhook.Standard, public, true},
		{webhook.Standard, "whpk_" + b64(31), false},
		{webhook.Standard, private, false},
		{webhook.None, "", true},
		{webhook.None, "x", false},
	} {
		err := webhook.ValidateSecret(c.scheme, c.secret)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, webhook.ErrSecret) {
			t.Errorf("%s, %.20q: %v", c.scheme, c.secret, err)
		}
	}
	mixed := private[:len("whsk_")+43] + other[len("whsk_")+43:]
	for _, secret := range []string{mixed, "whsk_" + b64(31), "whsk_", "whsec_AA=="} {
		if _, err := webhook.Sign(webhook.Standard, secret, nil, "a", now()); !errors.Is(err, webhook.ErrSecret) {
			t.Errorf("%.20q signs: %v", secret, err)
		}
	}
	if _, err := webhook.Sign(webhook.JWS, "short", nil, "a", now()); !errors.Is(err, webhook.ErrSecret) {
		t.Error(err)
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	for _, scheme := range webhook.Schemes() {
		a, b := secretFor(t, scheme), secretFor(t, scheme)
		if err := webhook.ValidateSecret(scheme, a); err != nil {
			t.Error(err)
		}
		if scheme != webhook.None && (a == b || len(a) < 43) {
			t.Errorf("%s: %q, %q", scheme, a, b)
		}
	}
}

func TestChosenIDs(t *testing.T) {
	t.Parallel()
	token := secretFor(t, webhook.Bearer)
	for _, c := range []struct {
		keys []string
		id   string
		err  error
	}{
		{nil, bodyHash(nil), nil},
		{[]string{"k"}, "key:k", nil},
		{[]string{"sha256:x"}, "key:sha256:x", nil},
		{[]string{""}, "", webhook.ErrID},
		{[]string{"a", "a"}, "", webhook.ErrID},
		{[]string{"a b"}, "", webhook.ErrID},
		{[]string{strings.Repeat("a", 252)}, "key:" + strings.Repeat("a", 252), nil},
		{[]string{strings.Repeat("a", 253)}, "", webhook.ErrID},
		{[]string{"a\r\nb"}, "", webhook.ErrID},
	} {
		for _, scheme := range []webhook.Scheme{webhook.Bearer, webhook.None} {
			header := http.Header{"Authorization": {"Bearer " + token}, "Idempotency-Key": c.keys}
			d, err := webhook.Verify(scheme, secretsFor(scheme, token), header, nil, now())
			if d.ID != c.id || !errors.Is(err, c.err) {
				t.Errorf("%s, %.20q: %+v, %v", scheme, c.keys, d, err)
			}
		}
		if len(c.keys) == 1 && c.keys[0] != "" {
			if _, err := webhook.Sign(webhook.GitHub, token, nil, c.keys[0], now()); !errors.Is(err, c.err) {
				t.Errorf("github signs with %.20q: %v", c.keys, err)
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
