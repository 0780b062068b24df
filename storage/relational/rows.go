package relational

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// This file turns rows into records and back.

// micros returns a time as the tables have it; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// blob returns text as bytes that are never nil, which would be NULL.
func blob(text string) []byte { return append([]byte{}, text...) }

// prefixOf returns the prefix of IDs to look for. IDs are lower-case letters and digits:
// what has anything else begins none, and not every database takes any byte in a text.
func prefixOf(prefix string) string {
	const none = "-"
	for _, c := range []byte(prefix) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return none
		}
	}
	return prefix
}

// decodeJSON reads a column that this package wrote.
func decodeJSON(column, text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("%w: column %s: %v", storage.ErrCorrupt, column, err)
	}
	return nil
}

func encodeJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

func projectOf(row sqlc.Project) record.Project {
	return record.Project{
		ID: row.ID, Name: row.Name, Concurrency: int(row.Concurrency),
		Hook:     record.Hook{Scheme: row.HookScheme, Sealed: row.HookSealed},
		Revision: row.Revision, Created: fromMicros(row.Created), Updated: fromMicros(row.Updated),
	}
}

func integrationOf(row sqlc.Integration) (record.Integration, error) {
	i := record.Integration{
		ID: row.ID, ProjectID: row.ProjectID, Name: row.Name, Enabled: row.Enabled != 0,
		Version: int(row.Version), Lane: int(row.Lane),
		Created: fromMicros(row.Created), Updated: fromMicros(row.Updated),
	}
	if err := decodeJSON("filter", row.Filter, &i.Filter); err != nil {
		return i, err
	}
	if err := decodeJSON("limits", row.Limits, &i.Limits); err != nil {
		return i, err
	}
	return i, decodeJSON("retry", row.Retry, &i.Retry)
}

func variableOf(row sqlc.Variable) record.Variable {
	return record.Variable{
		ID: row.ID, IntegrationID: row.IntegrationID, Name: row.Name, Kind: record.Kind(row.Kind),
		JSON: row.IsJson != 0, Value: string(row.Value), Attributes: row.Attributes,
		Created: fromMicros(row.Created), Updated: fromMicros(row.Updated),
	}
}

func activityOf(row sqlc.Activity) record.Activity {
	return record.Activity{
		ID: row.ID, ProjectID: row.ProjectID, Type: string(row.Type), State: activity.State(row.State),
		Result: activity.Result(row.Result), Summary: summaryOf(row.Summary), Body: row.Body, Hops: int(row.Hops), Created: fromMicros(row.Created),
	}
}

// summaryOf reads a summary. One that is damaged costs lists a description, and no more.
func summaryOf(text string) record.Summary {
	var summary record.Summary
	if json.Unmarshal([]byte(text), &summary) != nil {
		return record.Summary{}
	}
	return summary
}

func runOf(row sqlc.Run, activityType []byte, summary string) record.Run {
	return record.Run{
		Seq: row.Seq, ID: row.ID, ProjectID: row.ProjectID, IntegrationID: row.IntegrationID,
		ActivityID: row.ActivityID, ActivityType: string(activityType), Attempt: int(row.Attempt), Lane: int(row.Lane), Place: row.Place,
		State: activity.State(row.State), Result: activity.Result(row.Result), Code: row.Code,
		Message: string(row.Message), Dead: row.Dead != 0, Version: int(row.Version), ScriptHash: row.ScriptHash,
		Engine: row.Engine, Seed: row.Seed, Steps: row.Steps, Receipt: row.Receipt, Epoch: row.Epoch,
		Ready: fromMicros(row.Ready), Created: fromMicros(row.Created), Started: fromMicros(row.Started),
		Completed: fromMicros(row.Completed), Summary: summaryOf(summary),
	}
}

func tokenOf(row sqlc.Token) record.Token {
	t := record.Token{
		ID: row.ID, Name: row.Name, ProjectID: row.ProjectID.String, Scopes: strings.Fields(row.Scopes),
		Created: fromMicros(row.Created), Expires: fromMicros(row.Expires),
	}
	copy(t.Hash[:], row.Hash)
	return t
}

// nullable returns "" as NULL.
func nullable(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }
