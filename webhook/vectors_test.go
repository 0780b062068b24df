package webhook_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloche/webhook"
)

// TestServices checks signatures that the services' documentation or other
// implementations show.
func TestServices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		scheme webhook.Scheme
		secret string
		header map[string]string
		body   string
		now    int64
	}{
		{"GitHub's documentation", webhook.GitHub, "It's a Secret to Everybody",
			map[string]string{"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}, "Hello, World!", 0},
		{"the same in upper case", webhook.GitHub, "It's a Secret to Everybody",
			map[string]string{"X-Hub-Signature-256": "sha256=757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"}, "Hello, World!", 0},
		{"Slack's documentation", webhook.Slack, "8f742231b10e8888abcd99yyyzzz85a5",
			map[string]string{
				"X-Slack-Request-Timestamp": "1531420618",
				"X-Slack-Signature":         "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
			}, "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c", 1531420618},
		{"Standard Webhooks' libraries", webhook.Standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			map[string]string{
				"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
				"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
			}, `{"test": 2432232314}`, 1614265330},
	} {
		header := http.Header{}
		for name, value := range c.header {
			header.Set(name, value)
		}
		if _, err := webhook.Verify(c.scheme, []string{c.secret}, header, []byte(c.body), time.Unix(c.now, 0)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestServiceForms(t *testing.T) {
	t.Parallel()
	body := []byte("{}")
	for _, c := range []struct {
		name   string
		scheme webhook.Scheme
		change func(h http.Header)
		want   error
	}{
		{"another v1 before", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", strings.Replace(h.Get("Stripe-Signature"), ",", ",v1=00,v0=zz,", 1))
		}, nil},
		{"blanks", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", strings.Replace(h.Get("Stripe-Signature"), ",", ", ", 1))
		}, nil},
		{"two times", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", "t=1750000000,"+h.Get("Stripe-Signature"))
		}, webhook.ErrSignature},
		{"no time", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", h.Get("Stripe-Signature")[len("t=1750000000,"):])
		}, webhook.ErrTimestamp},
		{"v0 alone", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", strings.Replace(h.Get("Stripe-Signature"), "v1", "v0", 1))
		}, webhook.ErrSignature},
		{"no hex", webhook.Stripe, func(h http.Header) { h.Set("Stripe-Signature", "t=1750000000,v1=zz") }, webhook.ErrSignature},
		{"many", webhook.Stripe, func(h http.Header) {
			h.Set("Stripe-Signature", h.Get("Stripe-Signature")+strings.Repeat(",v1=00", 20))
		}, webhook.ErrSignature},
		{"another version", webhook.Slack, func(h http.Header) {
			h.Set("X-Slack-Signature", strings.Replace(h.Get("X-Slack-Signature"), "v0", "v1", 1))
		}, webhook.ErrSignature},
		{"no version", webhook.Slack, func(h http.Header) { h.Set("X-Slack-Signature", h.Get("X-Slack-Signature")[3:]) }, webhook.ErrSignature},
		{"another hash", webhook.GitHub, func(h http.Header) {
			h.Set("X-Hub-Signature-256", strings.Replace(h.Get("X-Hub-Signature-256"), "sha256", "sha1", 1))
		}, webhook.ErrSignature},
		{"no hash", webhook.GitHub, func(h http.Header) { h.Set("X-Hub-Signature-256", h.Get("X-Hub-Signature-256")[7:]) }, webhook.ErrSignature},
		{"an empty hash", webhook.GitHub, func(h http.Header) { h.Set("X-Hub-Signature-256", "sha256=") }, webhook.ErrSignature},
		{"the old header", webhook.GitHub, func(h http.Header) {
			h.Set("X-Hub-Signature", h.Get("X-Hub-Signature-256"))
			h.Del("X-Hub-Signature-256")
		}, webhook.ErrMissing},
		{"line break", webhook.Shopify, func(h http.Header) {
			h.Set("X-Shopify-Hmac-Sha256", "\n"+h.Get("X-Shopify-Hmac-Sha256"))
		}, webhook.ErrSignature},
		{"lower case", webhook.Bearer, func(h http.Header) {
			h.Set("Authorization", "b"+h.Get("Authorization")[1:])
		}, nil},
		{"two blanks", webhook.Bearer, func(h http.Header) {
			h.Set("Authorization", strings.Replace(h.Get("Authorization"), " ", "  ", 1))
		}, webhook.ErrSignature},
		{"basic", webhook.Bearer, func(h http.Header) {
			h.Set("Authorization", strings.Replace(h.Get("Authorization"), "Bearer", "Basic", 1))
		}, webhook.ErrSignature},
		{"token alone", webhook.Bearer, func(h http.Header) { h.Set("Authorization", h.Get("Authorization")[7:]) }, webhook.ErrSignature},
		{"no token", webhook.Bearer, func(h http.Header) { h.Set("Authorization", "Bearer ") }, webhook.ErrSignature},
	} {
		secret := secretFor(t, c.scheme)
		header := sign(t, c.scheme, secret, body)
		c.change(header)
		if _, err := webhook.Verify(c.scheme, []string{secret}, header, body, now()); !errors.Is(err, c.want) {
			t.Errorf("%s, %s: %v", c.scheme, c.name, err)
		}
	}
}

// FuzzVerify gives all schemes any headers and any body: nothing panics, and nothing
// is taken that was not signed with the secret.
func FuzzVerify(f *testing.F) {
	secrets := map[webhook.Scheme]string{
		webhook.Standard: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	}
	signature := map[webhook.Scheme][2]string{
		webhook.JWS: {"X-Jws-Signature", ""}, webhook.Standard: {"Webhook-Signature", "Webhook-Timestamp"}, webhook.GitHub: {"X-Hub-Signature-256", "X-Github-Delivery"},
		webhook.Stripe: {"Stripe-Signature", ""}, webhook.Slack: {"X-Slack-Signature", "X-Slack-Request-Timestamp"},
		webhook.Shopify: {"X-Shopify-Hmac-Sha256", ""}, webhook.Bearer: {"Authorization", "Idempotency-Key"},
	}
	for _, scheme := range webhook.Schemes() {
		if secrets[scheme] == "" {
			secrets[scheme] = "not known to the fuzzer, one hopes"
		}
	}
	secrets[webhook.Bearer] = "not-known-to-the-fuzzer-one-hopes"
	for i, scheme := range webhook.Schemes() {
		other := secretFor(f, scheme)
		header := sign(f, scheme, other, []byte("{}"))
		f.Add(uint8(i), header.Get(signature[scheme][0]), header.Get(signature[scheme][1]), "msg_1", []byte("{}"))
	}
	f.Add(uint8(0), "..", "", "", []byte(nil))
	f.Add(uint8(1), "v1, v1a, v1,AA==", "1750000000", "a", []byte(nil))
	f.Fuzz(func(t *testing.T, which uint8, first, second, id string, body []byte) {
		scheme := webhook.Schemes()[int(which)%len(webhook.Schemes())]
		names := signature[scheme]
		header := http.Header{"Webhook-Id": {id}}
		if names[0] != "" {
			header[names[0]] = []string{first}
		}
		if names[1] != "" {
			header[names[1]] = []string{second}
		}
		d, err := webhook.Verify(scheme, secretsFor(scheme, secrets[scheme]), header, body, now())
		if scheme == webhook.None {
			if err != nil || d.ID == "" {
				t.Errorf("none: %+v, %v", d, err)
			}
			return
		}
		if err == nil {
			t.Fatalf("%s takes %q, %q, %q, %q", scheme, first, second, id, body)
		}
		if d != (webhook.Delivery{}) || errors.Is(err, webhook.ErrScheme) || errors.Is(err, webhook.ErrSecret) {
			t.Errorf("%s: %+v, %v", scheme, d, err)
		}
	})
}
