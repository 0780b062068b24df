package webhook

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
)

// The headers of the services.
const (
	githubSignature  = "X-Hub-Signature-256"
	githubDelivery   = "X-Github-Delivery"
	stripeSignature  = "Stripe-Signature"
	slackSignature   = "X-Slack-Signature"
	slackTimestamp   = "X-Slack-Request-Timestamp"
	shopifySignature = "X-Shopify-Hmac-Sha256"
	shopifyID        = "X-Shopify-Webhook-Id"
)

// github signs the body: sha256=<hex>. Source: docs.github.com, "Validating webhook
// deliveries".
type github struct{}

func (github) checkSecret(secret string) string { return checkRawSecret(secret) }

func (github) verify(secrets []string, r request) (Delivery, error) {
	value, err := single(r.header, githubSignature)
	if err != nil {
		return Delivery{}, err
	}
	encoded, found := strings.CutPrefix(value, "sha256=")
	signature, err := hex.DecodeString(encoded)
	if err != nil || !found {
		return Delivery{}, malformed(githubSignature)
	}
	if !anyMatches(rawKeys(secrets), [][]byte{signature}, r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{}, nil
}

func (github) sign(secret string, d draft) (http.Header, error) {
	h := headers(githubSignature, "sha256="+hex.EncodeToString(mac([]byte(secret), d.body)))
	return withID(h, githubDelivery, d.id)
}

// stripe signs "t.body"; t and one v1 or more are in one header. Source:
// docs.stripe.com/webhooks, "Verify manually".
type stripe struct{}

func (stripe) checkSecret(secret string) string { return checkRawSecret(secret) }

func (stripe) verify(secrets []string, r request) (Delivery, error) {
	value, err := single(r.header, stripeSignature)
	if err != nil {
		return Delivery{}, err
	}
	written, signatures, ok := parseStripe(value)
	if !ok {
		return Delivery{}, malformed(stripeSignature)
	}
	signed, err := parseTime(written)
	if err != nil {
		return Delivery{}, err
	}
	if !anyMatches(rawKeys(secrets), signatures, []byte(written+"."), r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{Timestamp: signed}, nil
}

// parseStripe leaves out names it does not know, such as v0 of Stripe's test mode.
func parseStripe(value string) (written string, signatures [][]byte, ok bool) {
	parts := strings.Split(value, ",")
	if len(parts) > maxSignatures {
		return "", nil, false
	}
	for _, part := range parts {
		name, text, _ := strings.Cut(part, "=")
		switch strings.Trim(name, " ") {
		case "t":
			if written != "" {
				return "", nil, false
			}
			written = text
		case "v1":
			signature, err := hex.DecodeString(text)
			if err != nil {
				return "", nil, false
			}
			signatures = append(signatures, signature)
		}
	}
	return written, signatures, len(signatures) > 0
}

func (stripe) sign(secret string, d draft) (http.Header, error) {
	written := writeTime(d.now)
	signature := mac([]byte(secret), []byte(written+"."), d.body)
	return headers(stripeSignature, "t="+written+",v1="+hex.EncodeToString(signature)), nil
}

// slack signs "v0:timestamp:body". Source: docs.slack.dev, "Verifying requests from
// Slack".
type slack struct{}

func (slack) checkSecret(secret string) string { return checkRawSecret(secret) }

func (slack) verify(secrets []string, r request) (Delivery, error) {
	written, err := single(r.header, slackTimestamp)
	if err != nil {
		return Delivery{}, err
	}
	value, err := single(r.header, slackSignature)
	if err != nil {
		return Delivery{}, err
	}
	signed, err := parseTime(written)
	if err != nil {
		return Delivery{}, err
	}
	encoded, found := strings.CutPrefix(value, "v0=")
	signature, err := hex.DecodeString(encoded)
	if err != nil || !found {
		return Delivery{}, malformed(slackSignature)
	}
	if !anyMatches(rawKeys(secrets), [][]byte{signature}, slackPrefix(written), r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{Timestamp: signed}, nil
}

func slackPrefix(written string) []byte { return []byte("v0:" + written + ":") }

func (slack) sign(secret string, d draft) (http.Header, error) {
	written := writeTime(d.now)
	signature := mac([]byte(secret), slackPrefix(written), d.body)
	return headers(slackTimestamp, written, slackSignature, "v0="+hex.EncodeToString(signature)), nil
}

// shopify signs the body, in base64. Source: shopify.dev, "Verify webhook
// deliveries".
type shopify struct{}

func (shopify) checkSecret(secret string) string { return checkRawSecret(secret) }

func (shopify) verify(secrets []string, r request) (Delivery, error) {
	value, err := single(r.header, shopifySignature)
	if err != nil {
		return Delivery{}, err
	}
	signature, err := decode(base64.StdEncoding, value)
	if err != nil {
		return Delivery{}, malformed(shopifySignature)
	}
	if !anyMatches(rawKeys(secrets), [][]byte{signature}, r.body) {
		return Delivery{}, errNoMatch
	}
	return Delivery{}, nil
}

func (shopify) sign(secret string, d draft) (http.Header, error) {
	h := headers(shopifySignature, base64.StdEncoding.EncodeToString(mac([]byte(secret), d.body)))
	return withID(h, shopifyID, d.id)
}
