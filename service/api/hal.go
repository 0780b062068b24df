package api

import (
	"net/http"
	"net/url"
	"strings"
)

// Link is where something related is.
type Link struct {
	Href string `json:"href" doc:"An address on this server."`
}

// Links are links by their relation, "self" among them, as in HAL.
type Links map[string]Link

func linksTo(self string) Links { return Links{"self": {self}} }

// with returns l with another link.
func (l Links) with(relation, href string) Links {
	l[relation] = Link{href}
	return l
}

// pathOf joins what leads to something below /api, escaped.
func pathOf(parts ...string) string {
	var b strings.Builder
	b.WriteString("/api")
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}

// Embedded holds the thing that was created or changed.
type Embedded[T any] struct {
	Entity T `json:"entity" doc:"The thing as it is now."`
}

// Changed is the answer to a request that created or changed something.
type Changed[T any] struct {
	Status   string      `json:"status" doc:"What the HTTP status means."`
	Code     int         `json:"code" doc:"The HTTP status."`
	Embedded Embedded[T] `json:"_embedded"`
	Warnings []string    `json:"warnings" doc:"What is allowed but probably not meant."`
}

func created[T any](entity T, warnings []string) Changed[T] {
	return changedWith(http.StatusCreated, entity, warnings)
}

func changed[T any](entity T, warnings []string) Changed[T] {
	return changedWith(http.StatusOK, entity, warnings)
}

func changedWith[T any](status int, entity T, warnings []string) Changed[T] {
	return Changed[T]{
		Status:   http.StatusText(status),
		Code:     status,
		Embedded: Embedded[T]{entity},
		Warnings: orEmpty(warnings),
	}
}

// Done is the answer to a request that deleted something.
type Done struct {
	Status string `json:"status" doc:"What the HTTP status means."`
	Code   int    `json:"code" doc:"The HTTP status."`
}

func done() Done { return Done{http.StatusText(http.StatusOK), http.StatusOK} }

// orEmpty makes a nil slice an empty one, which JSON writes as [].
func orEmpty[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

// mapped returns what convert makes of each value, never nil.
func mapped[T, U any](values []T, convert func(T) U) []U {
	result := make([]U, len(values))
	for i, v := range values {
		result[i] = convert(v)
	}
	return result
}
