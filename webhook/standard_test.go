package webhook_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"cloche/webhook"
)

func TestStandardIDs(t *testing.T) {
	t.Parallel()
	secret := secretFor(t, webhook.Standard)
	for id, want := range map[string]error{
		"a": nil, strings.Repeat("a", 253): nil, strings.Repeat("a", 254): webhook.ErrID, "": webhook.ErrID, "a b": webhook.ErrID, "a.b": webhook.ErrID,
		"a\n": webhook.ErrID, "a\r\nX: 1": webhook.ErrID, "é": webhook.ErrID, "a\x7f": webhook.ErrID,
	} {
		header, err := webhook.Sign(webhook.Standard, secret, nil, id, now())
		if !errors.Is(err, want) {
			t.Errorf("%.20q signs: %v", id, err)
		}
		if id == "" {
			continue
		}
		if header == nil {
			header = sign(t, webhook.Standard, secret, nil)
			header.Set("webhook-id", id)
		}
		d, err := webhook.Verify(webhook.Standard, []string{secret}, header, nil, now())
		if !errors.Is(err, want) || len(d.ID) > webhook.MaxIDBytes {
			t.Errorf("%.20q: %+v, %v", id, d, err)
		}
	}
}

// TestShiftedContent takes a signature of one id, time and body for those of others.
func TestShiftedContent(t *testing.T) {
	t.Parallel()
	secret := secretFor(t, webhook.Standard)
	body := []byte("1750000001.{}")
	header := sign(t, webhook.Standard, secret, body) // msg_1.1750000000.1750000001.{}
	header.Set("webhook-id", "msg_1.1750000000")
	header.Set("webhook-timestamp", "1750000001")
	if _, err := webhook.Verify(webhook.Standard, []string{secret}, header, []byte("{}"), now()); !errors.Is(err, webhook.ErrID) {
		t.Errorf("got %v", err)
	}
}

// TestStandardOracle holds the scheme against the reference library.
func TestStandardOracle(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", `{"a":"é😀"}`, "\x00\xff", strings.Repeat("x", 100_000)} {
		secret := secretFor(t, webhook.Standard)
		oracle, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := oracle.VerifyIgnoringTimestamp([]byte(body), sign(t, webhook.Standard, secret, []byte(body))); err != nil {
			t.Errorf("the library refuses what we sign: %v", err)
		}
		signature, err := oracle.Sign("msg_2", now(), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set("webhook-id", "msg_2")
		header.Set("webhook-timestamp", "1750000000")
		for _, list := range []string{
			signature, "v1,AAAA " + signature, signature + " v1a,AAAA v2,!", "v9,x  " + signature + " ",
		} {
			header.Set("webhook-signature", list)
			if _, err := webhook.Verify(webhook.Standard, []string{secret}, header, []byte(body), now()); err != nil {
				t.Errorf("we refuse what the library signs, %.40q: %v", list, err)
			}
		}
		for _, list := range []string{
			strings.Replace(signature, "v1,", "v1a,", 1), strings.Replace(signature, "v1,", "v2,", 1), strings.Replace(signature, "v1,", "V1,", 1),
			strings.Replace(signature, "v1,", "", 1), signature + " v1,!", strings.Repeat("v9,x ", 20) + signature, strings.ReplaceAll(signature, ",", ", "),
		} {
			header.Set("webhook-signature", list)
			if _, err := webhook.Verify(webhook.Standard, []string{secret}, header, []byte(body), now()); !errors.Is(err, webhook.ErrSignature) {
				t.Errorf("%.40q is taken: %v", list, err)
			}
		}
	}
}

func TestEd25519(t *testing.T) {
	t.Parallel()
	private, public := webhook.NewKeyPair()
	_, otherPublic := webhook.NewKeyPair()
	shared := secretFor(t, webhook.Standard)
	body := []byte("{}")
	header := sign(t, webhook.Standard, private, body)
	if !strings.HasPrefix(header.Get("webhook-signature"), "v1a,") {
		t.Errorf("%v", header)
	}
	for _, c := range []struct {
		secrets []string
		body    string
		want    error
	}{
		{[]string{public}, "{}", nil},
		{[]string{shared, otherPublic, public}, "{}", nil},
		{[]string{otherPublic}, "{}", webhook.ErrSignature},
		{[]string{shared}, "{}", webhook.ErrSignature},
		{[]string{public}, "{ }", webhook.ErrSignature},
		{[]string{private}, "{}", webhook.ErrSecret},
	} {
		if _, err := webhook.Verify(webhook.Standard, c.secrets, header, []byte(c.body), now()); !errors.Is(err, c.want) {
			t.Errorf("%.20q: %v", c.secrets, err)
		}
	}
	seedOnly := base64.StdEncoding.EncodeToString(must(base64.StdEncoding.DecodeString(strings.TrimPrefix(private, "whsk_")))[:32])
	if got := sign(t, webhook.Standard, "whsk_"+seedOnly, body).Get("webhook-signature"); got != header.Get("webhook-signature") {
		t.Errorf("the seed alone signs %q", got)
	}
}

// TestPublicKeyIsNoSharedSecret signs with HMAC and the public key as its secret,
// which everybody can.
func TestPublicKeyIsNoSharedSecret(t *testing.T) {
	t.Parallel()
	_, public := webhook.NewKeyPair()
	header := sign(t, webhook.Standard, "whsec_"+strings.TrimPrefix(public, "whpk_"), nil)
	if _, err := webhook.Verify(webhook.Standard, []string{public}, header, nil, now()); !errors.Is(err, webhook.ErrSignature) {
		t.Errorf("got %v", err)
	}
}
