package hostfuncs

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode"

	"cloche/host"
)

// Codes of the failures of fetch, which scripts find in cause.code.
const (
	codeInvalid  = "EINVAL"    // the script's arguments are wrong
	codeBlocked  = "EBLOCKED"  // the run may not reach that
	codeTimedOut = "ETIMEDOUT" // it took too long
	codeNetwork  = "ENETWORK"  // the network or the server failed
	codeTooLarge = "ETOOLARGE" // a body or the headers are past their cap
	codeBudget   = "EBUDGET"   // the run has used up what it may do
)

// failf returns a failure of fetch. Its message must never hold a query string or
// credentials: it ends in logs.
func failf(code, format string, args ...any) *host.Exception {
	return &host.Exception{Name: "TypeError", Code: code, Message: "fetch: " + fmt.Sprintf(format, args...)}
}

// clip makes what a script or a server sent fit for a message: short, and without
// control characters.
func clip(text string) string {
	const most = 160
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, text)
}

var errTooLarge = errors.New("the body is too large")

// explain returns the failure that an error of the network stands for. It tells
// no address that the script does not know already: which resolver the host
// asks, what it answered and where the host itself is are none of its business.
func (c *client) explain(at *target, err error) error {
	var timeout net.Error
	switch {
	case errors.Is(err, errBlocked):
		return failf(codeBlocked, "%s resolves to an address that is not public; the operator can admit it with --allow-private", at.host())
	case errors.Is(err, errDenied):
		return failDenied(at)
	case errors.Is(err, errTooLarge):
		return failf(codeTooLarge, "the response of %s has more than %d bytes", at.host(), c.config.MaxResponseBytes)
	case strings.Contains(err.Error(), "response headers exceeded"): // net/http has no name for it
		return failf(codeTooLarge, "the response headers of %s have more than %d bytes", at.host(), maxResponseHeaderBytes)
	case errors.As(err, &timeout) && timeout.Timeout():
		return failf(codeTimedOut, "%s could not be connected to in time", at.host())
	}
	return failf(codeNetwork, "%s: %s", at.host(), clip(reason(err)))
}

// reason says what an error of the network is about, without addresses.
func reason(err error) string {
	var lookup *net.DNSError
	var operation *net.OpError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &lookup):
		return "the name cannot be looked up: " + lookup.Err
	case errors.As(err, &plain):
		return "the server does not speak TLS at this port; use http:// if that is meant"
	case errors.As(err, &operation):
		return operation.Op + ": " + operation.Err.Error()
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended in the middle of the response"
	case errors.Is(err, io.EOF):
		return "the connection ended without a response"
	}
	return err.Error()
}
