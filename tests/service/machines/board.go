package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jedib0t/go-pretty/v6/table"
	"golang.org/x/term"

	"cloche/tests/service/process"
)

// scripts is how many runs come of one activity.
const scripts = 4

// board knows what the servers do.
type board struct {
	dsn     string
	servers []*process.Server
	state   []machine
	began   time.Time
	looked  time.Time     // when the table was drawn
	since   time.Duration // from the one before it
	drawn   int           // lines of the table that stands on the terminal
}

// machine is what is known of one server.
type machine struct {
	taken   atomic.Int64
	refused atomic.Int64
	killed  atomic.Bool
	runs    float64 // as of the last look
	before  float64
}

func newBoard(dsn string, servers []*process.Server) *board {
	return &board{dsn: dsn, servers: servers, state: make([]machine, len(servers)), began: time.Now(), looked: time.Now()}
}

// send delivers to server n, one activity every pause; to the next one when it is gone.
func (b *board) send(ctx context.Context, n int, project string, pause time.Duration) {
	ticker := time.NewTicker(max(pause, time.Millisecond))
	defer ticker.Stop()
	for k := 0; ; k++ {
		to := n
		if b.state[to].killed.Load() {
			to = (n + 1) % len(b.servers)
		}
		body := fmt.Appendf(nil, `{"id":"a%dx%d","type":"environment.push","state":"complete","result":"success","environments":["main"]}`, n, k)
		if err := b.servers[to].Deliver(project, body); err != nil {
			b.state[to].refused.Add(1)
		} else {
			b.state[to].taken.Add(1)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (b *board) kill(n int) {
	b.state[n].killed.Store(true)
	b.servers[n].Kill()
}

// draw shows the table every second until ctx ends.
func (b *board) draw(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			b.print()
		}
	}
}

// print draws the table in the place of the last one on a terminal, below it elsewhere.
func (b *board) print() {
	if b.drawn > 0 && term.IsTerminal(int(os.Stdout.Fd())) {
		fmt.Printf("\x1b[%dA\x1b[J", b.drawn)
	}
	b.since, b.looked = time.Since(b.looked), time.Now()
	t := table.NewWriter()
	t.SetTitle(fmt.Sprintf("after %v", time.Since(b.began).Round(time.Second)))
	t.AppendHeader(table.Row{"server", "process", "activities taken", "refused", "runs", "runs/s", "in progress", "memory"})
	for n := range b.servers {
		t.AppendRow(b.row(n))
	}
	text := t.Render()
	fmt.Println(text)
	b.drawn = 1
	for _, c := range text {
		if c == '\n' {
			b.drawn++
		}
	}
}

func (b *board) row(n int) table.Row {
	m, s := &b.state[n], b.servers[n]
	row := table.Row{n + 1, s.PID(), m.taken.Load(), m.refused.Load()}
	if m.killed.Load() {
		return append(row, m.runs, "killed", "", "")
	}
	m.before = m.runs
	if runs, err := s.Metric(`cloche_runs_total{code="ok"}`); err == nil {
		m.runs = runs
	}
	going, _ := s.Metric("cloche_runs_in_progress")
	memory, _, _ := s.Resident()
	return append(row, m.runs, fmt.Sprintf("%.0f", (m.runs-m.before)/b.since.Seconds()), going, fmt.Sprintf("%.0f MB", memory/1e6))
}

// conclude waits until all has run, and says whether it has.
func (b *board) conclude(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		left, err := b.servers[0].Metric("cloche_runs_unfinished")
		if err != nil {
			return err
		}
		if left == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%.0f runs still wait", left)
		case <-time.After(200 * time.Millisecond):
		}
	}
	time.Sleep(1100 * time.Millisecond) // what is left is counted once a second
	b.print()
	var taken, recorded int64
	for n := range b.state {
		taken += b.state[n].taken.Load()
	}
	conn, err := pgx.Connect(ctx, b.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM run WHERE code = 'ok'").Scan(&recorded); err != nil {
		return err
	}
	fmt.Printf("%d activities were taken, of %d scripts each; %d of %d runs are recorded, each once\n", taken, scripts, recorded, taken*scripts)
	if recorded < taken*scripts { // one that was taken without an answer adds to them
		return errors.New("runs are missing")
	}
	return nil
}
