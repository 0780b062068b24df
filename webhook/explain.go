package webhook

import "strings"

// Explain returns how to sign body.json for a scheme with curl and openssl in a
// POSIX shell: two to five lines without a line break at the end, which expect the
// address in $URL and the secret in $SECRET. It returns "" if there is no such
// scheme.
func Explain(scheme Scheme) string {
	lines := explanation(scheme)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(append(lines, `  --data-binary @body.json "$URL"`), "\n")
}

func explanation(scheme Scheme) []string {
	const (
		curl    = `curl -H 'Content-Type: application/json'`
		more    = ` \`
		hmac    = ` | openssl dgst -sha256 -hmac "$SECRET"`
		hex     = ` -r | cut -d ' ' -f 1)`
		url64   = ` | openssl base64 -A | tr '+/' '-_' | tr -d '=')`
		current = `T=$(date +%s)`
	)
	switch scheme {
	case JWS:
		return []string{
			`H=$(printf '%s' '` + jwsProtected + `'` + url64,
			`S=$({ printf '%s.' "$H"; cat body.json; }` + hmac + ` -binary` + url64,
			curl + ` -H "X-JWS-Signature: $H..$S"` + more,
		}
	case Standard:
		return []string{
			current + `; ID="msg_$(openssl rand -hex 12)"`,
			`K=$(printf '%s' "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')`,
			`S=$({ printf '%s.%s.' "$ID" "$T"; cat body.json; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$K" -binary | openssl base64 -A)`,
			curl + ` -H "webhook-id: $ID" -H "webhook-timestamp: $T" -H "webhook-signature: v1,$S"` + more,
		}
	case GitHub:
		return []string{
			`S=$(cat body.json` + hmac + hex,
			curl + ` -H "X-Hub-Signature-256: sha256=$S"` + more,
		}
	case Stripe:
		return []string{
			current,
			`S=$({ printf '%s.' "$T"; cat body.json; }` + hmac + hex,
			curl + ` -H "Stripe-Signature: t=$T,v1=$S"` + more,
		}
	case Slack:
		return []string{
			current,
			`S=$({ printf 'v0:%s:' "$T"; cat body.json; }` + hmac + hex,
			curl + ` -H "X-Slack-Request-Timestamp: $T" -H "X-Slack-Signature: v0=$S"` + more,
		}
	case Shopify:
		return []string{
			`S=$(cat body.json` + hmac + ` -binary | openssl base64 -A)`,
			curl + ` -H "X-Shopify-Hmac-Sha256: $S"` + more,
		}
	case Bearer:
		return []string{curl + ` -H "Authorization: Bearer $SECRET"` + more}
	case None:
		return []string{curl + more}
	default:
		return nil
	}
}
