package record

import (
	"time"

	"cloche/activity"
)

// Project is a tenant: it owns integrations and receives activities.
type Project struct {
	// ID is 13 lower-case letters and digits, chosen by the caller.
	ID string
	// Name is what people call it, at most 256 bytes, not unique.
	Name string
	// Concurrency is how many runs of the project may go on at a time, over all
	// processes: 1 to 64. It is the number of mailboxes that integrations are
	// spread over when they are created.
	Concurrency int
	// Hook says how deliveries are signed.
	Hook Hook
	// Revision counts the changes of the project and of its integrations.
	Revision int64
	Created  time.Time
	Updated  time.Time
}

// Hook is a project's intake.
type Hook struct {
	// Scheme is a webhook.Scheme; "" refuses every delivery.
	Scheme string
	// Sealed holds the secrets, encrypted.
	Sealed string
}

// Limits bound the runs of an integration. Zero fields mean the service's
// defaults.
type Limits struct {
	CPU    time.Duration
	Wall   time.Duration
	Memory int64 // bytes
}

// Integration is a script of a project and what it reacts to.
type Integration struct {
	// ID is 13 lower-case letters and digits, chosen by the caller.
	ID        string
	ProjectID string
	// Name is optional, at most 256 bytes.
	Name    string
	Enabled bool
	Filter  activity.Filter
	Limits  Limits
	Retry   activity.RetryPolicy
	// Version is the number of the version that runs, from 1.
	Version int
	// Lane is the number of its mailbox, below Project.Concurrency when it was
	// created; it never changes, so order survives a change of Concurrency.
	Lane    int
	Created time.Time
	Updated time.Time
}

// Version is one text of a script. It never changes.
type Version struct {
	IntegrationID string
	Number        int
	Script        []byte
	// Hash is the SHA-256 of Script in hexadecimal.
	Hash    string
	Created time.Time
}

// Kind says who may read a variable.
type Kind string

// The kinds of variables. More may come: one that the script cannot read either.
const (
	// Plain variables are stored and shown as they are.
	Plain Kind = "plain"
	// Sensitive variables are encrypted, never shown again, and redacted from logs.
	Sensitive Kind = "sensitive"
)

// Variable is one name and value that an integration's script sees.
type Variable struct {
	ID            string
	IntegrationID string
	Name          string
	Kind          Kind
	// JSON says that the value is JSON text and reaches the script parsed.
	JSON bool
	// Value is the text, or what package secret made of it for Sensitive.
	Value string
	// Attributes is a JSON object of strings; "" means none.
	Attributes string
	Created    time.Time
	Updated    time.Time
}

// Activity is an event that came in.
type Activity struct {
	// ID is ours: 13 lower-case letters and digits, chosen by the caller. The one
	// in the body is the sender's, who sends an activity again in each state.
	ID        string
	ProjectID string
	// Type, State, Result and Summary are what the body says.
	Type    string
	State   activity.State
	Result  activity.Result
	Summary Summary
	// Body is the JSON text that came in, byte for byte.
	Body []byte
	// Hops counts the scripts in whose fetch this activity has its origin.
	Hops    int
	Created time.Time
}

// Summary is what lists show of an activity. Its texts are valid UTF-8.
type Summary struct {
	// Text and Description are a sentence about it, plain and with markup.
	Text        string `json:"text,omitempty"`
	Description string `json:"description,omitempty"`
	// Environments are those that it is about.
	Environments []string `json:"environments,omitempty"`
}

// Delivery identifies one act of sending.
type Delivery struct {
	// ID is what the sender repeats when it delivers again; 1 to 512 bytes.
	ID string
	// Hash is the SHA-256 of the body.
	Hash [32]byte
	// Revision is that of the project by which the delivery was verified; nil is any.
	Revision *int64
}

// Run is one execution of a script because of an activity.
type Run struct {
	// Seq counts the runs in the order in which they were made; the Database gives it.
	Seq int64
	// ID is 13 lower-case letters and digits.
	ID            string
	ProjectID     string
	IntegrationID string
	ActivityID    string
	// Attempt counts from 1; each try is a run of its own.
	Attempt int
	Lane    int
	// Place orders the runs of an integration that have not ended: for a retry it is
	// the Seq of the first attempt, so that what follows waits for it. 0 is Seq.
	Place int64
	State activity.State
	// Result is "" until the run is complete.
	Result activity.Result
	// Code is how it ended: a host.Code; "" until then. The list is open.
	Code string
	// Message is the first line of what went wrong; "" if nothing did.
	Message string
	// Dead says that it failed and nothing follows: its policy has no attempt left, or none for
	// how it failed.
	Dead bool
	// Version is the number of the version that ran, 0 before it started.
	Version    int
	ScriptHash string // of that version
	Engine     string // hash of the engine artifact
	Seed       []byte // 32 bytes of randomness
	Steps      int64
	// Receipt is the JSON text of the host.Receipt; "" until the run ended.
	Receipt string
	// Epoch is the claim under which it was last written.
	Epoch int64
	// Ready is when it may start: later than Created for a retry.
	Ready     time.Time
	Created   time.Time
	Started   time.Time // zero before
	Completed time.Time // zero before

	// ActivityType and Summary describe the activity, for lists.
	ActivityType string
	Summary      Summary
}

// Line is one line of a run's log.
type Line struct {
	// Number counts from 1; dropped lines leave gaps.
	Number int
	Time   time.Time
	Level  string
	Text   string
}

// Token is a key to the API. Its text is known to its owner alone.
type Token struct {
	ID   string
	Name string
	// Hash is the SHA-256 of the text.
	Hash [32]byte
	// ProjectID limits it to one project; "" is all of them.
	ProjectID string
	// Scopes are what it may do: "read", "write", "admin".
	Scopes  []string
	Created time.Time
	// Expires is zero for never.
	Expires time.Time
}
