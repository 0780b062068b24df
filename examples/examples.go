// Package examples holds scripts to start from, and what `runner init` and
// `runner types` write.
package examples

import _ "embed"

//go:embed cloche.d.ts
var types string

//go:embed starter/script.js
var script string

//go:embed activity.json
var activity string

//go:embed starter/answers.json
var answers string

// Types returns the TypeScript declarations of the script API.
func Types() string { return types }

// File is a file of the starter.
type File struct{ Name, Text string }

// Starter returns the files that a new script starts from.
func Starter() []File {
	return []File{
		{"script.js", script},
		{"activity.json", activity},
		{"answers.json", answers},
		{"cloche.d.ts", types},
	}
}
