package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// apiVersion is the version of the API's description.
const apiVersion = "1.0.0"

const schemaPrefix = "#/components/schemas/"

// newHuma sets huma up for JSON alone, without its pages: they load programs from
// other servers. The description is served by routeOpenAPI.
func newHuma(mux *http.ServeMux, transform huma.Transformer) huma.API {
	return humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "runner",
				Version:     apiVersion,
				Description: "Activity scripts: projects, their integrations, the activities that came in and the runs they caused.",
			},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{transform},
	})
}

// maxScriptBody is the largest body of an integration: a script of 1 MiB, most of
// whose bytes may be written as escapes.
const maxScriptBody = 4 << 20

// maxSmallBody is the largest of all others.
const maxSmallBody = 1 << 20

// operation describes one operation of the API.
type operation struct {
	id      string
	method  string
	path    string
	summary string
	tag     string
	access  access
	status  int   // of success; 0 means 200
	body    int64 // the largest, 0 means maxSmallBody
}

func (o operation) huma() huma.Operation {
	body := o.body
	if body == 0 {
		body = maxSmallBody
	}
	responses := map[string]*huma.Response{"default": {
		Description: "What went wrong",
		Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: schemaPrefix + "Problem"}}},
	}}
	return huma.Operation{
		OperationID:     o.id,
		Method:          o.method,
		Path:            o.path,
		Summary:         o.summary,
		Description:     "Needs the scope " + o.access.need.String() + ".",
		Tags:            []string{o.tag},
		DefaultStatus:   o.status,
		MaxBodyBytes:    body + 1, // huma refuses a body that is exactly as long as this
		BodyReadTimeout: readTimeout,
		Responses:       responses,
		Metadata:        map[string]any{accessKey: o.access},
		Security:        []map[string][]string{{"token": {}}},
	}
}

// output is the answer of an operation.
type output[T any] struct{ Body T }

// register adds an operation whose handler returns the body, or an error of the
// service, which is put in HTTP's terms here.
func register[I, T any](a *api, o operation, handle func(context.Context, *I) (T, error)) {
	huma.Register(a.huma, o.huma(), func(ctx context.Context, input *I) (*output[T], error) {
		body, err := handle(ctx, input)
		if err != nil {
			return nil, &failure{cause: err}
		}
		return &output[T]{body}, nil
	})
}

// failure carries an error through huma to unifyErrors, which knows the request.
type failure struct{ cause error }

func (f *failure) Error() string { return f.cause.Error() }

func (f *failure) Unwrap() error { return f.cause }

// GetStatus implements huma.StatusError.
func (f *failure) GetStatus() int {
	if p := problemOf(f.cause); p != nil {
		return p.Status
	}
	if errors.Is(f.cause, context.Canceled) {
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// GetHeaders implements huma.HeadersError.
func (f *failure) GetHeaders() http.Header {
	if p := problemOf(f.cause); p != nil {
		return p.GetHeaders()
	}
	return nil
}

// ContentType implements huma.ContentTypeFilter.
func (f *failure) ContentType(string) string { return problemType }

// unifiedContext answers 400 where huma would answer 422: there is one status for
// input that is wrong, whoever finds it.
type unifiedContext struct{ inner }

type inner huma.Context

// SetStatus implements huma.Context.
func (c unifiedContext) SetStatus(status int) {
	if status == http.StatusUnprocessableEntity && c.Operation() != nil {
		status = http.StatusBadRequest
	}
	c.inner.SetStatus(status)
}

// Unwrap is for humago.Unwrap.
func (c unifiedContext) Unwrap() huma.Context { return c.inner }

// unifyErrors gives all errors the shape of Problem, those that huma finds too.
// Huma's own show the offending value; ours do not, for it may be a secret.
func (a *api) unifyErrors(c huma.Context, _ string, body any) (any, error) {
	switch e := body.(type) {
	case *failure:
		_, w := humago.Unwrap(c)
		return a.answer(c.Context(), requestID(w), e.cause), nil
	case *huma.ErrorModel:
		return humaProblem(e), nil
	}
	return body, nil
}

func humaProblem(e *huma.ErrorModel) *Problem {
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		return problem(e.Status, CodeTooLarge, "the body is too large")
	case http.StatusUnsupportedMediaType:
		return problem(e.Status, CodeMediaType, "send the body as Content-Type: application/json")
	case http.StatusRequestTimeout:
		return problem(e.Status, CodeInvalid, "the body did not arrive in time")
	case http.StatusInternalServerError:
		return problem(e.Status, CodeInternal, "something went wrong on the server")
	}
	fields := make(map[string]string, len(e.Errors))
	for _, detail := range e.Errors {
		name := fieldName(detail.Location)
		if _, known := fields[name]; !known {
			fields[name] = detail.Message
		}
	}
	if len(fields) == 0 {
		fields[""] = e.Detail
	}
	return invalidProblem(fields)
}

// fieldName turns huma's location, such as body.limits.cpu_ms, into a field's name.
func fieldName(location string) string {
	for _, prefix := range []string{"body", "query", "path", "header"} {
		if rest, found := strings.CutPrefix(location, prefix); found {
			return strings.TrimPrefix(rest, ".")
		}
	}
	return location
}
