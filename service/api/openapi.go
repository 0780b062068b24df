package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"cloche/service"
)

// routeOpenAPI serves the description of the API. It is made once, from the types,
// and is public: it holds nothing of this server.
func (a *api) routeOpenAPI() {
	text, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		panic("api: " + err.Error()) // the types are wrong
	}
	text = append(text, '\n')
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(text) // the client may have gone
	})
}

// documentPlain describes the operations that huma does not route.
func (a *api) documentPlain() {
	spec := a.huma.OpenAPI()
	spec.AddOperation(&huma.Operation{
		OperationID: "deliver", Method: http.MethodPost, Path: "/hooks/{project}", Tags: []string{"webhook"},
		Summary:     "Take an activity from its sender",
		Description: "The body is the activity as the vendor's webhooks send it, signed by the scheme that the project has set.",
		Parameters:  []*huma.Param{pathParam("project"), hopsParam()},
		RequestBody: activityBody(),
		Responses:   a.intakeResponses(),
	})
	spec.AddOperation(&huma.Operation{
		OperationID: "push-activity", Method: http.MethodPost, Path: "/api/projects/{project}/activities", Tags: []string{"activities"},
		Summary:     "Hand in an activity",
		Description: "Needs the scope write.",
		Parameters:  []*huma.Param{pathParam("project"), hopsParam()},
		RequestBody: activityBody(),
		Responses:   a.intakeResponses(),
		Security:    []map[string][]string{{"token": {}}},
	})
	spec.AddOperation(a.logOperation())
	for path, summary := range map[string]string{"/healthz": "Say that the process answers", "/readyz": "Say whether activities are taken and run"} {
		spec.AddOperation(&huma.Operation{
			OperationID: path[1:], Method: http.MethodGet, Path: path, Tags: []string{"server"}, Summary: summary,
			Responses: map[string]*huma.Response{"200": {Description: "Yes"}, "503": a.problemResponse("No, and why")},
		})
	}
	// huma registers its own shape of errors, which nothing here has.
	schemas := spec.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
}

func (a *api) logOperation() *huma.Operation {
	return &huma.Operation{
		OperationID: "get-log", Method: http.MethodGet,
		Path: "/api/projects/{project}/integrations/{integration}/activities/{run}/log", Tags: []string{"runs"},
		Summary: "Read the log of a run, and follow it",
		Description: "Needs the scope read. As text/event-stream: events named line, whose data is a Line and whose id is its number, " +
			"then one named end, whose data is the Run. Otherwise JSON lines, the last of which has seal set when the log is complete.",
		Parameters: []*huma.Param{
			pathParam("project"), pathParam("integration"), pathParam("run"),
			numberParam("query", "start_at", "The number of the first line."),
			numberParam("query", "max_items", "How many lines at most; JSON lines only."),
			numberParam("query", "max_delay", "How long to wait for more lines, in milliseconds; absent: until the run has ended. JSON lines only."),
			numberParam("header", "Last-Event-ID", "The last line that was read."),
		},
		Responses: map[string]*huma.Response{
			"200": {Description: "The log", Content: map[string]*huma.MediaType{
				"application/x-ndjson": {Schema: schemaOf[LogItem](a)},
				eventStreamType:        {Schema: schemaOf[Line](a)},
			}},
			"default": a.problemResponse("What went wrong"),
		},
		Security: []map[string][]string{{"token": {}}},
	}
}

func (a *api) intakeResponses() map[string]*huma.Response {
	responses := map[string]*huma.Response{"202": {
		Description: "It is stored and will be run",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schemaOf[Accepted](a)}},
	}}
	for status, text := range map[int]string{
		http.StatusUnauthorized:          "The signature or the token is missing or wrong, or there is no such project",
		http.StatusRequestEntityTooLarge: "The body is too large",
		http.StatusUnsupportedMediaType:  "The body is not JSON, or encoded",
		http.StatusUnprocessableEntity:   "The body is no activity, or comes from scripts that set each other off",
		http.StatusTooManyRequests:       "Too fast; see Retry-After",
		http.StatusServiceUnavailable:    "Too much waits; see Retry-After",
	} {
		responses[strconv.Itoa(status)] = a.problemResponse(text)
	}
	return responses
}

func (a *api) problemResponse(description string) *huma.Response {
	return &huma.Response{
		Description: description,
		Content:     map[string]*huma.MediaType{problemType: {Schema: schemaOf[Problem](a)}},
	}
}

func schemaOf[T any](a *api) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

func pathParam(name string) *huma.Param {
	return &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}
}

func numberParam(in, name, description string) *huma.Param {
	zero := 0.0
	return &huma.Param{Name: name, In: in, Description: description, Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: &zero}}
}

func hopsParam() *huma.Param {
	return numberParam("header", service.HopsHeader, "How many scripts the activity has passed through.")
}

func activityBody() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}},
	}}
}
