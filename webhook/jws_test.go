package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"net/http"
	"strings"
	"testing"

	"cloche/webhook"
)

const vendorHeader = `{"alg":"HS256","b64":false,"crit":["b64"]}`

// TestRFC7797 is the example of RFC 7797, section 4.2, with the key of RFC 7515,
// appendix A.1.1.
func TestRFC7797(t *testing.T) {
	t.Parallel()
	key := must(base64.RawURLEncoding.DecodeString("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
	const signature = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
	body := []byte("$.02")
	if got := sign(t, webhook.JWS, string(key), body).Get("X-JWS-Signature"); got != signature {
		t.Errorf("signed as %s", got)
	}
	header := http.Header{}
	header.Set("X-JWS-Signature", signature)
	if _, err := webhook.Verify(webhook.JWS, []string{string(key)}, header, body, now()); err != nil {
		t.Error(err)
	}
}

// jwsWith signs the body with a protected header of one's choice.
func jwsWith(protected, key string, newHash func() hash.Hash, body []byte) string {
	encoded := base64.RawURLEncoding.EncodeToString([]byte(protected))
	mac := hmac.New(newHash, []byte(key))
	mac.Write([]byte(encoded + "."))
	mac.Write(body)
	return encoded + ".." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestJWSHeaders(t *testing.T) {
	t.Parallel()
	key, body := secretFor(t, webhook.JWS), []byte("{}")
	for protected, ok := range map[string]bool{
		vendorHeader: true,
		`{"crit":["b64"],"b64":false,"alg":"HS256"}`:                              true,
		" {\n\"b64\" : false , \"crit\" : [ \"b64\" ],\t\"alg\" : \"HS256\" } \n": true,
		`{"\u0061lg":"HS256","b64":false,"crit":["b64"]}`:                         true,

		`{"alg":"none","b64":false,"crit":["b64"]}`:                           false,
		`{"alg":"None","b64":false,"crit":["b64"]}`:                           false,
		`{"alg":"hs256","b64":false,"crit":["b64"]}`:                          false,
		`{"alg":"HS512","b64":false,"crit":["b64"]}`:                          false,
		`{"alg":"RS256","b64":false,"crit":["b64"]}`:                          false,
		`{"alg":null,"b64":false,"crit":["b64"]}`:                             false,
		`{"alg":["HS256"],"b64":false,"crit":["b64"]}`:                        false,
		`{"Alg":"HS256","b64":false,"crit":["b64"]}`:                          false,
		`{"alg":"HS256","b64":true,"crit":["b64"]}`:                           false,
		`{"alg":"HS256","b64":"false","crit":["b64"]}`:                        false,
		`{"alg":"HS256","b64":null,"crit":["b64"]}`:                           false,
		`{"alg":"HS256","b64":0,"crit":["b64"]}`:                              false,
		`{"alg":"HS256","b64":false,"crit":"b64"}`:                            false,
		`{"alg":"HS256","b64":false,"crit":[]}`:                               false,
		`{"alg":"HS256","b64":false,"crit":["b64","b64"]}`:                    false,
		`{"alg":"HS256","b64":false,"crit":["b64","exp"]}`:                    false,
		`{"alg":"HS256","b64":false,"crit":["exp"]}`:                          false,
		`{"alg":"HS256","b64":false,"crit":[["b64"]]}`:                        false,
		`{"alg":"HS256","b64":false,"crit":["b64"],"kid":"1"}`:                false,
		`{"alg":"HS256","b64":false,"crit":["b64"],"typ":"JWT"}`:              false,
		`{"alg":"HS256","b64":false,"crit":["b64"],"jku":"https://x"}`:        false,
		`{"alg":"HS256","b64":false,"crit":["b64"],"alg":"HS256"}`:            false,
		`{"alg":"none","alg":"HS256","b64":false,"crit":["b64"]}`:             false,
		`{"alg":"HS256","\u0061lg":"HS256","b64":false,"crit":["b64"]}`:       false,
		`{"alg":"HS256","b64":false}`:                                         false,
		`{"alg":"HS256"}`:                                                     false,
		`{}`:                                                                  false,
		``:                                                                    false,
		`[]`:                                                                  false,
		`null`:                                                                false,
		`"HS256"`:                                                             false,
		vendorHeader + vendorHeader:                                           false,
		vendorHeader + ",":                                                    false,
		`{"alg":"HS256","b64":false,"crit":["b64"],}`:                         false,
		`{"alg":"HS256","b64":false,"crit":["b64",]}`:                         false,
		`{"alg":"HS256","b64":false,"crit":["b64"]`:                           false,
		`{"alg":"HS256";"b64":false,"crit":["b64"]}`:                          false,
		"\ufeff" + vendorHeader:                                               false,
		`{"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`: false,
	} {
		header := http.Header{}
		header.Set("X-JWS-Signature", jwsWith(protected, key, sha256.New, body))
		_, err := webhook.Verify(webhook.JWS, []string{key}, header, body, now())
		if (err == nil) != ok || err != nil && !errors.Is(err, webhook.ErrSignature) {
			t.Errorf("%.80q: %v", protected, err)
		}
	}
}

func TestJWSForms(t *testing.T) {
	t.Parallel()
	key, body := secretFor(t, webhook.JWS), []byte(`{"a":1}`)
	good := jwsWith(vendorHeader, key, sha256.New, body)
	protected, signature, _ := strings.Cut(good, "..")
	encoded := base64.RawURLEncoding.EncodeToString(body)
	attached := func(input string) string {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(input))
		return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	for name, value := range map[string]string{
		"body between the dots":    protected + "." + encoded + "." + signature,
		"encoded body signed":      protected + ".." + attached(protected+"."+encoded),
		"attached and encoded":     protected + "." + encoded + "." + attached(protected+"."+encoded),
		"no signature":             protected + "..",
		"no header":                ".." + signature,
		"dots alone":               "..",
		"one dot":                  protected + "." + signature,
		"three dots":               protected + "..." + signature,
		"a part more":              good + ".x",
		"padding":                  good + "=",
		"standard alphabet":        strings.NewReplacer("-", "+", "_", "/").Replace(jwsWithDash(key, body)),
		"a line break":             protected + "..\n" + signature,
		"blanks around":            " " + good,
		"quotes":                   `"` + good + `"`,
		"JSON form":                `{"protected":"` + protected + `","signature":"` + signature + `"}`,
		"trailing bits":            good[:len(good)-1] + trailing(good[len(good)-1]),
		"header in another base64": base64.StdEncoding.EncodeToString([]byte(vendorHeader+" ")) + ".." + signature,
	} {
		header := http.Header{}
		header.Set("X-JWS-Signature", value)
		if _, err := webhook.Verify(webhook.JWS, []string{key}, header, body, now()); !errors.Is(err, webhook.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// trailing returns another last digit that stands for the same bytes: 43 digits hold
// two bits too many.
func trailing(c byte) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(digits[strings.IndexByte(digits, c)^1])
}

// jwsWithDash returns a good signature with - or _ in it, as most have.
func jwsWithDash(key string, body []byte) string {
	for protected := vendorHeader; ; protected += " " {
		if value := jwsWith(protected, key, sha256.New, body); strings.ContainsAny(value, "-_") {
			return value
		}
	}
}
