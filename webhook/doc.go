// Package webhook tells who signed a delivery, and signs deliveries.
//
// A delivery is an HTTP request that hands in an activity. Which Scheme its
// signature follows is set for each place that takes deliveries, never chosen by
// the request. The package is pure: it does no input or output, and every function
// may be called from several goroutines at once. Verify takes whatever a request
// may hold and does not panic.
//
// What a delivery is called (Delivery.ID) decides whether it is a repetition. Only
// what was signed can say that: with an id that is not, whoever saw one delivery
// could send it again under another.
//
//	scheme                              id
//	standard                            webhook-id, which is signed
//	jws, github, stripe, slack, shopify SHA-256 of the body
//	bearer, none                        Idempotency-Key if there is one, because who may
//	                                    send anything may also repeat it; or SHA-256 of the body
//
// So with the schemes of the second line two deliveries with the same bytes are
// one, and X-GitHub-Delivery and X-Shopify-Webhook-Id are not looked at.
package webhook
