package api

import (
	"context"
	"net/http"

	"cloche/activity"
)

// Root is where the API begins.
type Root struct {
	Links Links `json:"_links"`
}

// EventType is a type of activity that is known to exist. Others are taken too.
type EventType struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Source  string `json:"source" doc:"Where the vendor names it: current, cli only or historical."`
}

func (a *api) routeRoot() {
	register(a, operation{id: "root", method: http.MethodGet, path: "/api", tag: "root",
		summary: "Where to go from here", access: access{need: scopeRead}}, a.root)
	register(a, operation{id: "list-events", method: http.MethodGet, path: "/api/events", tag: "root",
		summary: "List the types of activities that are known", access: access{need: scopeRead}}, a.listEvents)
}

func (a *api) root(context.Context, *struct{}) (Root, error) {
	return Root{linksTo(pathOf()).
		with("projects", pathOf("projects")).
		with("events", pathOf("events")).
		with("tokens", pathOf("tokens")).
		with("openapi", "/openapi.json")}, nil
}

func (a *api) listEvents(context.Context, *struct{}) ([]EventType, error) {
	return mapped(activity.Catalogue(), func(e activity.Event) EventType {
		return EventType{e.Name, e.Meaning, string(e.Source)}
	}), nil
}
