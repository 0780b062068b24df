package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"cloche/storage/record"
	"cloche/storage/relational/sqlc"
)

// numbers is a table to write to, with a row that others may lock.
func numbers(t *testing.T) (*Database, *writes) {
	t.Helper()
	d := mustOpen(t, migrated(t))
	t.Cleanup(func() { _ = d.Close() })
	_, err := d.pool.Exec(t.Context(), "CREATE TABLE number (n bigint PRIMARY KEY); CREATE TABLE sum (total bigint); INSERT INTO sum VALUES (0)")
	if err != nil {
		t.Fatal(err)
	}
	return d, d.steps
}

func insertNumber(t transaction, n int) error {
	_, err := t.Exec(t.ctx, "INSERT INTO number VALUES ($1)", n)
	return err
}

func numbersOf(t *testing.T, d *Database) []int {
	t.Helper()
	rows, err := d.pool.Query(context.Background(), "SELECT n FROM number ORDER BY n")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// together starts writes at the same time and returns their errors. The writer is held
// until all wait, so that they share transactions.
func together(t *testing.T, w *writes, count int, key func(int) string, work func(int, transaction) error) []error {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		_ = w.do(context.Background(), "holder", func(transaction) error {
			close(held)
			<-release
			return nil
		})
	})
	<-held
	errs := make([]error, count)
	for i := range count {
		wait.Go(func() {
			errs[i] = w.do(context.Background(), key(i), func(t transaction) error { return work(i, t) })
		})
	}
	for {
		w.mu.Lock()
		waiting := len(w.queue)
		w.mu.Unlock()
		if waiting == count {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(release)
	wait.Wait()
	return errs
}

func noKey(int) string { return "" }

var errOnPurpose = errors.New("on purpose")

// Each write is as if it were alone, whatever becomes of those who share its
// transaction.
func TestSharedTransactions(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	const count = 300
	errs := together(t, w, count, noKey, func(i int, t transaction) error {
		switch i % 100 {
		case 13: // fails before it changes anything
			return errOnPurpose
		case 17: // fails after
			return cmpErr(insertNumber(t, i), errOnPurpose)
		case 19: // has a statement fail
			return cmpErr(insertNumber(t, i), insertNumber(t, i))
		case 23:
			if err := insertNumber(t, i); err != nil {
				return err
			}
			panic("on purpose")
		case 29: // is of two statements, and of different length
			if err := insertNumber(t, i); err != nil {
				return err
			}
			rows, err := t.Query(t.ctx, "SELECT n FROM generate_series(1, 1000) AS n")
			if err != nil {
				return err
			}
			rows.Next() // and no further
			rows.Close()
			var n int
			if err := t.QueryRow(t.ctx, "SELECT n FROM number WHERE n = $1", i).Scan(&n); err != nil || n != i {
				return fmt.Errorf("it does not see what it wrote: %d, %w", n, err)
			}
			return nil
		case 31: // finds nothing
			if err := t.QueryRow(t.ctx, "SELECT n FROM number WHERE n = -1").Scan(new(int)); !errors.Is(err, pgx.ErrNoRows) {
				return fmt.Errorf("error is %w, want %w", err, pgx.ErrNoRows)
			}
		}
		return insertNumber(t, i)
	})
	var want []int
	for i, err := range errs {
		switch i % 100 {
		case 13, 17:
			if !errors.Is(err, errOnPurpose) {
				t.Errorf("write %d: error is %v, want its own", i, err)
			}
		case 19, 23:
			if err == nil {
				t.Errorf("write %d is done, though it failed", i)
			}
		default:
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
			want = append(want, i)
		}
	}
	if got := numbersOf(t, d); !slices.Equal(got, want) {
		t.Errorf("numbers are %v, want %v", got, want)
	}
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Locks do not keep writes apart that share a transaction; their keys do.
func TestSameKeySharesNoTransaction(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	const count = 40
	for i, err := range together(t, w, count, func(int) string { return "sum" }, func(_ int, t transaction) error {
		var total int
		if err := t.QueryRow(t.ctx, "SELECT total FROM sum FOR UPDATE").Scan(&total); err != nil {
			return err
		}
		_, err := t.Exec(t.ctx, "UPDATE sum SET total = $1", total+1)
		return err
	}) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	var total int
	if err := d.pool.QueryRow(t.Context(), "SELECT total FROM sum").Scan(&total); err != nil || total != count {
		t.Errorf("the total is %d, want %d; error %v", total, count, err)
	}
}

// Who shares a transaction does not wait for a lock that only another one needs.
func TestLocksOfOthersHoldNobodyUp(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	blocker, err := d.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blocker.Rollback(context.Background()) }()
	if _, err := blocker.Exec(t.Context(), lockStatement, []string{"blocked/0"}); err != nil {
		t.Fatal(err)
	}
	var done atomic.Int64
	released := make(chan struct{})
	go func() {
		defer close(released)
		for done.Load() < 9 {
			time.Sleep(time.Millisecond)
		}
		_ = blocker.Rollback(context.Background())
	}()
	for i, err := range together(t, w, 10, noKey, func(i int, t transaction) error {
		box := record.Mailbox{ProjectID: "free"}
		if i == 5 {
			box.ProjectID = "blocked"
		}
		if err := t.Queue([]record.Mailbox{box}, func(sqlc.Querier) error { return nil }); err != nil {
			return err
		}
		if i != 5 {
			// It is committed or not, but nobody waits here.
			done.Add(1)
		}
		return insertNumber(t, i)
	}) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	<-released
	if got := numbersOf(t, d); len(got) != 10 {
		t.Errorf("numbers are %v, want ten", got)
	}
}

// A connection that breaks in the middle costs a repetition and nothing else.
func TestSharedTransactionIsCutOff(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	var cut atomic.Bool
	for i, err := range together(t, w, 20, noKey, func(i int, t transaction) error {
		if err := insertNumber(t, i); err != nil {
			return err
		}
		if i == 7 && cut.CompareAndSwap(false, true) {
			if _, err := d.pool.Exec(t.ctx, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'number'::regclass AND pid <> pg_backend_pid()"); err != nil {
				return err
			}
		}
		return t.QueryRow(t.ctx, "SELECT n FROM number WHERE n = $1", i).Scan(new(int))
	}) {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if got := numbersOf(t, d); !cut.Load() || len(got) != 20 {
		t.Errorf("numbers are %v, want twenty; cut: %v", got, cut.Load())
	}
}

func TestContextEndsInQueue(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	ctx, cancel := context.WithCancel(t.Context())
	held, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.do(context.Background(), "", func(transaction) error {
			close(held)
			<-ctx.Done()
			time.Sleep(50 * time.Millisecond)
			return nil
		})
	}()
	<-held
	cancel()
	if err := w.do(ctx, "", func(t transaction) error { return insertNumber(t, 1) }); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want %v", err, context.Canceled)
	}
	<-ended
	if got := numbersOf(t, d); len(got) != 0 {
		t.Errorf("numbers are %v, want none", got)
	}
}

// An update that finds nothing undoes what was sent with it.
func TestTogetherMoved(t *testing.T) {
	t.Parallel()
	d, w := numbers(t)
	moved := func(_ int, t transaction) error {
		return t.Together(func(q sqlc.Querier) error {
			n, err := q.StartRun(t.ctx, sqlc.StartRunParams{Seq: 1})
			if err == nil && n != 1 {
				err = fmt.Errorf("%d rows are hoped for, want 1", n)
			}
			return err
		})
	}
	errs := together(t, w, 3, noKey, func(i int, t transaction) error {
		if i == 1 {
			return cmpErr(insertNumber(t, i), moved(i, t))
		}
		return insertNumber(t, i)
	})
	if errs[0] != nil || errs[2] != nil || errs[1] == nil || !strings.Contains(errs[1].Error(), "changed meanwhile") {
		t.Errorf("errors are %v", errs)
	}
	if got := numbersOf(t, d); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("numbers are %v, want 0 and 2", got)
	}
}
