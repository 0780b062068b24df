package migrate_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"cloche/activity"
	"cloche/storage"
	"cloche/storage/record"
)

// oddTexts are texts that a careless copy would change, confuse or refuse.
func oddTexts() []string {
	return []string{
		"", "\x00", "a\x00b", "\xff\xfe", "\xc0\x80", "a\xed\xa0\x80", "\xf0\x9f\x8e", "Grüße 🎉", "\ufeffx", "null",
		`\x00`, `\N`, `\.`, "it's", `"`, "x  \n\r\t", strings.Repeat("\x00\xff", 5_000),
	}
}

// filling is a database that gets something of everything.
type filling struct {
	testing.TB
	db  record.Database
	ctx context.Context
}

// fill puts something of everything into a database, with runs in every state.
func fill(t testing.TB, db record.Database) {
	t.Helper()
	f := &filling{t, db, context.Background()}
	for n := range 3 {
		p := record.Project{
			ID: newID(), Name: fmt.Sprintf("Größe %d 🎉", n), Concurrency: 1 + n,
			Hook: record.Hook{Scheme: "jws", Sealed: "sealed"}, Created: moment(n), Updated: moment(n + 1),
		}
		must(t, db.CreateProject(f.ctx, p))
		f.token(p.ID, n)
		for range 1 + n {
			f.integration(p.ID)
		}
		f.activities(p.ID)
	}
	f.token("", 9)
	f.work()
	f.interrupt()
	f.afterwards()
}

func (f *filling) token(project string, n int) {
	f.Helper()
	must(f, f.db.CreateToken(f.ctx, record.Token{
		ID: newID(), Name: "token", Hash: sha256.Sum256([]byte{byte(n)}), ProjectID: project,
		Scopes: []string{"read", "write"}, Created: moment(n),
	}))
}

func (f *filling) integration(project string) {
	f.Helper()
	i := record.Integration{
		ID: newID(), ProjectID: project, Name: "ïntegration", Enabled: true, Filter: activity.DefaultFilter(),
		Limits: record.Limits{CPU: time.Second, Memory: 1 << 20}, Retry: activity.RetryPolicy{Attempts: 3},
		Created: moment(1), Updated: moment(2),
	}
	i, err := f.db.CreateIntegration(f.ctx, i, []byte("1"), hashOf([]byte("1")))
	must(f, err)
	for n, text := range oddTexts() {
		i, err = f.db.UpdateIntegration(f.ctx, i, []byte(text), hashOf([]byte(text)))
		must(f, err)
		kind := record.Plain
		if n%2 == 1 {
			kind = record.Sensitive
		}
		_, err = f.db.SetVariable(f.ctx, record.Variable{
			ID: newID(), IntegrationID: i.ID, Name: fmt.Sprint("V", n), Kind: kind, JSON: n%3 == 0, Value: text,
			Attributes: `{"a":"b"}`, Created: moment(n), Updated: moment(n + 1),
		})
		must(f, err)
		must(f, f.db.Store().Set(f.ctx, storage.Scope(i.ID), strings.ToValidUTF8(fmt.Sprint("key ", n, text[:min(len(text), 100)]), "?"), storage.String(text), storage.Limits{}))
	}
	must(f, f.db.Store().Set(f.ctx, storage.Scope(i.ID), "\x00", storage.Boolean(true), storage.Limits{}))
	must(f, f.db.Store().Set(f.ctx, storage.Scope(i.ID), "\U0010ffff", storage.Number(math.Copysign(0, -1)), storage.Limits{}))
	must(f, f.db.Store().Set(f.ctx, "a scope of nobody", i.ID, storage.Number(1.5), storage.Limits{}))
}

func (f *filling) activities(project string) {
	f.Helper()
	for n, text := range oddTexts() {
		a := record.Activity{
			ID: newID(), ProjectID: project, Type: text, State: activity.StateComplete, Result: activity.ResultSuccess,
			Body: []byte(text), Hops: n, Created: moment(n),
		}
		_, err := f.db.Accept(f.ctx, a, record.Delivery{ID: deliveryID(n), Hash: sha256.Sum256([]byte(text))}, all, newID)
		must(f, err)
	}
}

// deliveryID returns the ID of the delivery of the nth odd text.
func deliveryID(n int) string {
	text := oddTexts()[n]
	return string(rune('a'+n)) + text[:min(len(text), 500)]
}

// options are those of working on runs.
func options() record.WorkOptions {
	return record.WorkOptions{
		Workers: 4, Longest: time.Minute, Grace: time.Minute, Engine: "engine",
		Lease: func(record.Integration) time.Duration { return time.Minute },
	}
}

// work ends some of the runs, in several ways, and leaves the others.
func (f *filling) work() {
	f.Helper()
	ctx, stop := context.WithCancel(f.ctx)
	defer stop()
	ended := make(chan struct{}, 1000)
	done := make(chan error, 1)
	go func() {
		done <- f.db.Work(ctx, options(), func(ctx context.Context, claim *record.Claim, work *record.Work) (err error) {
			for n := 0; work != nil && err == nil; n++ {
				work, err = f.db.Step(ctx, claim, outcome(work, n), n < 12)
				ended <- struct{}{}
				if n == 12 {
					<-ctx.Done() // the mailbox stays this worker's: some of its runs wait
				}
			}
			return err
		})
	}()
	for range 40 {
		<-ended
	}
	stop()
	must(f, <-done)
}

// outcome ends a run: each third fails, and is tried again far in the future.
func outcome(work *record.Work, n int) *record.Outcome {
	text := string(work.Activity.Body)
	r := work.Run
	r.State, r.Result, r.Code, r.Completed = activity.StateComplete, activity.ResultSuccess, activity.CodeOK, moment(n)
	r.Message, r.Seed, r.Steps, r.Receipt = text, []byte(text), int64(n), `{"a":"ü"}`
	o := &record.Outcome{Run: r, Lines: []record.Line{
		{Number: 1, Time: moment(1), Level: "log", Text: text},
		{Number: 7, Time: moment(2), Level: "error", Text: "x" + text},
	}}
	if n == 11 {
		o.Run.Code, o.Run.Result = "script_error", activity.ResultFailure
		again := o.Run
		again.ID, again.Attempt, again.Place, again.Ready = newID(), r.Attempt+1, r.Seq, time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
		o.Retry = &again
	}
	if n == 5 {
		o.Run.Code, o.Run.Result, o.Run.Dead = "script_error", activity.ResultFailure, true
	}
	return o
}

// interrupt leaves runs in progress.
func (f *filling) interrupt() {
	f.Helper()
	p := record.Project{ID: newID(), Name: "busy", Concurrency: 2, Created: moment(50), Updated: moment(50)}
	must(f, f.db.CreateProject(f.ctx, p))
	f.integration(p.ID)
	f.activities(p.ID)
	ctx, stop := context.WithCancel(f.ctx)
	defer stop()
	done := make(chan error, 1)
	begun := make(chan struct{}, 1000)
	go func() {
		done <- f.db.Work(ctx, options(), func(ctx context.Context, claim *record.Claim, work *record.Work) error {
			defer func() { begun <- struct{}{} }()
			must(f, f.db.Append(ctx, claim, work.Run, []record.Line{{Number: 1, Time: moment(1), Level: "log", Text: "half"}}))
			return errors.New("the power has failed")
		})
	}()
	for {
		<-begun
		runs, err := f.db.ListRuns(f.ctx, record.RunQuery{ProjectID: p.ID, States: []string{"in_progress"}, Limit: 10})
		must(f, err)
		if len(runs) > 0 {
			break
		}
	}
	stop()
	must(f, <-done)
}

// afterwards takes away what has the largest numbers.
func (f *filling) afterwards() {
	f.Helper()
	p := record.Project{ID: newID(), Name: "gone", Concurrency: 1, Created: moment(60), Updated: moment(60)}
	must(f, f.db.CreateProject(f.ctx, p))
	f.integration(p.ID)
	f.activities(p.ID)
	must(f, f.db.DeleteProject(f.ctx, p.ID))
}
