// Package queue wakes mailboxes by way of River jobs, one for each mailbox that has
// work: the part of the mailbox pattern that SQLite and PostgreSQL share. Its tables
// lie in the same database as the records, so that waking is part of the transaction
// that gives a reason for it.
package queue

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"cloche/storage/record"
)

// Args are what a job says: which mailbox to work through. While one waits or runs,
// another of the same mailbox is not inserted.
type Args struct {
	record.Mailbox
}

// Kind implements river.JobArgs.
func (Args) Kind() string { return "mailbox" }

// Job is a mailbox that was woken.
type Job = river.Job[Args]

// RetryAfter is when a mailbox whose drain failed is woken again.
const RetryAfter = time.Second

const (
	// fetchCooldown bounds how often jobs are fetched; River's default of 100 ms
	// bounds throughput to the workers' number ten times a second.
	fetchCooldown = 10 * time.Millisecond
	// completedRetention: a completed job tells nothing that the records do not.
	completedRetention = time.Minute
	// rescueMargin is how much longer than the longest drain a job may look running
	// before it is taken for lost.
	rescueMargin = 30 * time.Second
	// maxAttempts is how often one job may fail. Past it the sweep inserts another.
	maxAttempts = 10_000
)

// Config sets up a Client.
type Config struct {
	// Workers is how many jobs are worked on at a time; 0 makes a client that only
	// inserts.
	Workers int
	// Longest is the longest that a job may take.
	Longest time.Duration
	// Poll is how often new jobs are looked for, unless somebody tells of them.
	Poll time.Duration
	// PollOnly says that nobody does.
	PollOnly bool
	// Fast says that the driver's fast way of inserting many jobs minds unique ones. That
	// of SQLite does, and takes a quarter of the time; that of PostgreSQL copies rows and
	// fails.
	Fast bool
	// Schema is where River's tables are; "" is the default of the connection.
	Schema string
	// Log gets what River has to say that is a warning or worse.
	Log *slog.Logger
}

// Client inserts jobs and works on them. Tx is the driver's transaction.
type Client[Tx any] struct {
	river *river.Client[Tx]
	fast  bool
}

// NewClient returns a client. work is called for each job, unless Workers is 0; an
// error of it, or a job that it has not completed, has it called again.
func NewClient[Tx any](driver riverdriver.Driver[Tx], config Config, work func(context.Context, *Job) error) (*Client[Tx], error) {
	options := &river.Config{
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           max(config.Poll, fetchCooldown),
		PollOnly:                    config.PollOnly,
		CompletedJobRetentionPeriod: completedRetention,
		MaxAttempts:                 maxAttempts,
		RetryPolicy:                 soon{},
		Schema:                      config.Schema,
		Logger:                      Quiet(config.Log),
	}
	if config.Workers > 0 {
		options.JobTimeout = config.Longest
		options.RescueStuckJobsAfter = config.Longest + rescueMargin
		options.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: config.Workers}}
		options.Workers = river.NewWorkers()
		if err := river.AddWorkerSafely(options.Workers, river.WorkFunc(work)); err != nil {
			return nil, err
		}
	}
	client, err := river.NewClient(driver, options)
	if err != nil {
		return nil, err
	}
	return &Client[Tx]{client, config.Fast}, nil
}

// Wake inserts a job for each mailbox that has none yet.
func (c *Client[Tx]) Wake(ctx context.Context, tx Tx, boxes []record.Mailbox) error {
	if len(boxes) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(boxes))
	for i, box := range boxes {
		params[i] = river.InsertManyParams{Args: Args{box}, InsertOpts: &river.InsertOpts{
			UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
				rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
				rivertype.JobStateRetryable, rivertype.JobStateScheduled,
			}},
		}}
	}
	if c.fast {
		_, err := c.river.InsertManyFastTx(ctx, tx, params)
		return err
	}
	_, err := c.river.InsertManyTx(ctx, tx, params)
	return err
}

// Run works on jobs until ctx ends, and then waits for those under way: at most
// grace, then their contexts are cancelled and it waits for them.
func (c *Client[Tx]) Run(ctx context.Context, grace time.Duration) error {
	// River stops at once when the context of Start ends; this is the gentle way.
	if err := c.river.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := c.river.Stop(soft); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
	defer cancel()
	return c.river.StopAndCancel(hard)
}

// hardStop is how long cancelled jobs may take to notice.
const hardStop = 10 * time.Second

// soon has failed jobs tried again after RetryAfter.
type soon struct{}

// NextRetry implements river.ClientRetryPolicy.
func (soon) NextRetry(job *rivertype.JobRow) time.Time { return time.Now().Add(RetryAfter) }

// Complete marks a job as done in the transaction that also writes what came of it.
// ctx must be, or derive from, the one that the job was given. A job that is no longer
// this worker's stays as it is.
func Complete[Driver riverdriver.Driver[Tx], Tx any](ctx context.Context, tx Tx, job *Job) error {
	_, err := river.JobCompleteTx[Driver](ctx, tx, job)
	if errors.Is(err, rivertype.ErrNotFound) {
		return nil
	}
	return err
}

// Quiet returns a logger that passes on warnings and worse: River tells of its starts
// and stops, which are ours to tell of.
func Quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(warnings{log.Handler()})
}

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
