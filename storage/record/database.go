package record

import (
	"context"
	"time"

	"cloche/storage"
)

// Database holds everything the service keeps. All methods are safe for concurrent
// use. A project, integration, run or activity that is not there, or belongs to
// another project than the call names, is ErrNotFound.
type Database interface {
	Projects
	Integrations
	Variables
	Tokens
	Intake
	Runs
	Mailboxes

	// Store returns the scripts' storage for administration; runs use
	// Mailboxes.StoreFor. The Scope of an integration is its ID.
	Store() storage.Store

	// Ping reports whether the database can be written to.
	Ping(ctx context.Context) error

	// Prune deletes activities created before horizon with their runs and logs, if
	// all those runs have ended, deliveries seen before deliveries, and what else
	// has expired; at most limit activities at a time. It returns how many.
	Prune(ctx context.Context, horizon, deliveries time.Time, limit int) (int, error)

	// Close waits for calls under way and frees what the database holds.
	Close() error
}

// Rates is what a Database implements besides when several processes share it: it counts
// for all of them how much projects send.
type Rates interface {
	// TakeTokens takes n of a project's tokens and reports whether it had as many. It has
	// burst of them at most, and perSecond of them come back a second; n must not be
	// more than burst.
	TakeTokens(ctx context.Context, project string, n int, perSecond float64, burst int) (bool, error)
}

// Projects keeps tenants.
type Projects interface {
	CreateProject(ctx context.Context, p Project) error
	Project(ctx context.Context, id string) (Project, error)
	// ListProjects returns all projects whose ID begins with prefix, oldest first.
	ListProjects(ctx context.Context, prefix string) ([]Project, error)
	// UpdateProject writes Name, Concurrency and Hook.
	UpdateProject(ctx context.Context, p Project) error
	// DeleteProject deletes it with all that it owns.
	DeleteProject(ctx context.Context, id string) error
}

// Integrations keeps scripts and their versions.
type Integrations interface {
	// CreateIntegration stores i with its first version and chooses the Lane with
	// the fewest integrations. It returns what was stored.
	CreateIntegration(ctx context.Context, i Integration, script []byte, hash string) (Integration, error)
	Integration(ctx context.Context, project, id string) (Integration, error)
	// ListIntegrations returns those whose ID begins with prefix, oldest first.
	ListIntegrations(ctx context.Context, project, prefix string) ([]Integration, error)
	// UpdateIntegration writes Name, Enabled, Filter, Limits and Retry; a script
	// that is not nil becomes a new version. It returns what was stored.
	UpdateIntegration(ctx context.Context, i Integration, script []byte, hash string) (Integration, error)
	// DeleteIntegration deletes it with its versions, variables, runs and storage.
	DeleteIntegration(ctx context.Context, project, id string) error
	// ListVersions returns them without their Script, newest first.
	ListVersions(ctx context.Context, integration string) ([]Version, error)
	Version(ctx context.Context, integration string, number int) (Version, error)
	// UseVersion makes an older version the current one.
	UseVersion(ctx context.Context, project, integration string, number int) (Integration, error)
}

// Variables keeps the variables of integrations.
type Variables interface {
	// SetVariable creates or replaces the variable of that name; a replaced one
	// keeps its ID and Created. It returns what was stored.
	SetVariable(ctx context.Context, v Variable) (Variable, error)
	// ListVariables returns them sorted by name.
	ListVariables(ctx context.Context, integration string) ([]Variable, error)
	// DeleteVariable deletes by name.
	DeleteVariable(ctx context.Context, integration, name string) error
}

// Tokens keeps the keys to the API.
type Tokens interface {
	CreateToken(ctx context.Context, t Token) error
	TokenByHash(ctx context.Context, hash [32]byte) (Token, error)
	// ListTokens returns all, oldest first.
	ListTokens(ctx context.Context) ([]Token, error)
	// DeleteToken deletes the one whose ID it is.
	DeleteToken(ctx context.Context, id string) error
}

// Accepted is what became of an activity that came in.
type Accepted struct {
	// ActivityID is the stored activity: of the first delivery if this is a repetition.
	ActivityID string
	// Duplicate says that the delivery was known; nothing was written.
	Duplicate bool
	// Differs says that the known delivery had another body.
	Differs bool
	// Runs are the IDs of the runs that will come of it, in the order of their
	// integrations.
	Runs []string
}

// Intake takes activities.
type Intake interface {
	// Accept stores an activity, a run for every integration of match that the
	// project still has, and wakes their mailboxes. match says which integrations want
	// it; it is called inside the transaction with the project's enabled integrations
	// and must not use the database. newID makes the IDs of runs. The error is ErrChanged
	// if the project has another revision than the delivery was verified by.
	Accept(ctx context.Context, a Activity, d Delivery, match func([]Integration) []Integration, newID func() string) (Accepted, error)
	Activity(ctx context.Context, project, id string) (Activity, error)
	// ListActivities returns the newest first, without their bodies.
	ListActivities(ctx context.Context, project string, limit int) ([]Activity, error)
	// Backlog returns how many runs wait or go on.
	Backlog(ctx context.Context) (int64, error)
}

// RunQuery selects runs of one integration, or of one activity, newest first.
type RunQuery struct {
	ProjectID     string
	IntegrationID string // "": any
	ActivityID    string // "": any
	States        []string
	Result        string    // "": any
	Before        time.Time // created before; zero: any
	Dead          bool      // dead letters alone
	Prefix        string    // of the ID
	Limit         int       // 1 to 1,000
}

// Runs reads runs and logs.
type Runs interface {
	ListRuns(ctx context.Context, q RunQuery) ([]Run, error)
	Run(ctx context.Context, project, id string) (Run, error)
	// Lines returns the lines numbered above after, in order, at most limit.
	Lines(ctx context.Context, run Run, after, limit int) ([]Line, error)
	// Redrive makes a new attempt of a run that has ended, behind all that wait.
	Redrive(ctx context.Context, project, id, newID string) (Run, error)
	// CancelRun ends a run that has not started; ErrConflict if it has.
	CancelRun(ctx context.Context, project, id string) (Run, error)
}

// Mailbox names the queue that the runs of some integrations of a project pass
// through one at a time.
type Mailbox struct {
	ProjectID string `json:"p"`
	Lane      int    `json:"l"`
}

// Claim is the right to work on a mailbox. Only the newest claim of a mailbox may
// write, and only until it runs out.
type Claim struct {
	Mailbox Mailbox
	Epoch   int64
	// Until is when it runs out, unless Step extends it.
	Until time.Time

	// Handle is the back end's own.
	Handle any
}

// Work is a run that was started under a claim, and what it needs.
type Work struct {
	Run         Run
	Activity    Activity
	Integration Integration
	Version     Version // without its Script: look it up by IntegrationID and Number
	ProjectName string
	Variables   []Variable
}

// Outcome is how a run ended.
type Outcome struct {
	Run   Run // with State, Result, Code, Message, Receipt, Steps, Seed, Completed set
	Lines []Line
	// Retry is the run that follows, nil if none does: an attempt more, with ID and
	// Ready set.
	Retry *Run
}

// Mailboxes is the queue.
type Mailboxes interface {
	// Work claims woken mailboxes, starts the first run of each and calls drain with
	// it, for at most Workers mailboxes at a time and one at a time for each. It
	// returns when ctx has ended and the drains under way have too: they may go on for
	// Grace, then their contexts are cancelled. After an error of drain, or without its
	// last Step, the mailbox is woken again.
	Work(ctx context.Context, options WorkOptions, drain Drain) error

	// Step writes an outcome, unless it is nil, and starts the next run if more is
	// set. Without a next one the claim is given up, and the mailbox is woken again
	// if anything is left in it. The error is ErrClaimLost if the claim does not hold;
	// then nothing was written.
	Step(ctx context.Context, claim *Claim, outcome *Outcome, more bool) (*Work, error)

	// Extend has a claim hold for lease from now on. The error is ErrClaimLost if it does
	// not hold any more.
	Extend(ctx context.Context, claim *Claim, lease time.Duration) error

	// Append writes lines of a run that goes on, so that its log can be read everywhere;
	// the Outcome has those that follow. They go when the run has to start again. The
	// error is ErrClaimLost if the claim does not hold any more.
	Append(ctx context.Context, claim *Claim, run Run, lines []Line) error

	// StoreFor returns the scripts' storage for a run: its writes fail with
	// ErrClaimLost when the claim does not hold any more.
	StoreFor(claim *Claim) storage.Store
}

// Drain works through a mailbox: it runs first and what Step returns, until that is
// nil. ctx ends when the drain has to stop.
type Drain func(ctx context.Context, claim *Claim, first *Work) error

// WorkOptions set up Mailboxes.Work.
type WorkOptions struct {
	// Workers is how many mailboxes are worked on at a time, 1 to 1,000.
	Workers int
	// Longest is the longest that a drain may take.
	Longest time.Duration
	// Grace is how long drains may go on when ctx has ended.
	Grace time.Duration
	// Engine is what started runs are marked with.
	Engine string
	// Lease returns how long a claim holds for a run of i, unless it is extended. When it
	// has run out, the mailbox is worked on by whoever comes first.
	Lease func(i Integration) time.Duration
}
