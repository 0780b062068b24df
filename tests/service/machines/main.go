// Machines shows what several machines do together, on one: a PostgreSQL of its own,
// some servers that share it, a load, and a table of who does what. It ends after a
// time, or when it is interrupted, and leaves nothing behind.
//
//	machines -runner bin/runner -servers 3 -for 30s -kill
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"cloche/secret"
	"cloche/storage/postgres/postgrestest"
	"cloche/tests/service/process"
)

type options struct {
	runner  string
	servers int
	rate    int
	lasts   time.Duration
	kill    bool
}

func main() {
	var o options
	flag.StringVar(&o.runner, "runner", "bin/runner", "the `program` to start")
	flag.IntVar(&o.servers, "servers", 3, "how many servers")
	flag.IntVar(&o.rate, "rate", 100, "activities a second, all together")
	flag.DurationVar(&o.lasts, "for", 30*time.Second, "how long")
	flag.BoolVar(&o.kill, "kill", false, "kill a server half-way, and see the others go on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := show(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "machines:", err)
		os.Exit(1)
	}
}

// show starts everything, and ends everything however it ends.
func show(ctx context.Context, o options) (err error) {
	fmt.Println("starting PostgreSQL and", o.servers, "servers")
	cluster, err := postgrestest.StartDurable()
	if err != nil {
		return err
	}
	defer cluster.Stop()
	dsn, err := cluster.Create(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cloche-machines-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(secret.NewKey(nil).Text()), 0o600); err != nil {
		return err
	}
	// They outlive ctx: an interrupt ends the load first, then them.
	servers, err := startAll(context.WithoutCancel(ctx), o, "--database", dsn, "--key-file", key, "--lease", "5s")
	defer func() { stopAll(servers) }()
	if err != nil {
		return err
	}
	return demonstrate(ctx, o, dsn, servers)
}

func startAll(ctx context.Context, o options, flags ...string) ([]*process.Server, error) {
	servers := make([]*process.Server, o.servers)
	failures := make([]error, o.servers)
	var wait sync.WaitGroup
	for n := range servers {
		wait.Go(func() { servers[n], failures[n] = process.Start(ctx, o.runner, flags) })
	}
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return servers, err
		}
	}
	return servers, nil
}

func stopAll(servers []*process.Server) {
	var wait sync.WaitGroup
	for _, s := range servers {
		if s != nil {
			wait.Go(func() { _ = s.Stop() })
		}
	}
	wait.Wait()
}

const script = `var s = require("storage");
s.set("n", (s.get("n") || 0) + 1);
console.log(activity.id, s.get("n"));`

// demonstrate puts the load on the servers and draws the table.
func demonstrate(ctx context.Context, o options, dsn string, servers []*process.Server) error {
	project, _, err := servers[0].Project(script, script, script, script)
	if err != nil {
		return err
	}
	loading, stop := context.WithTimeout(ctx, o.lasts)
	defer stop()
	board := newBoard(dsn, servers)
	var wait sync.WaitGroup
	for n := range servers {
		wait.Go(func() {
			board.send(loading, n, project, time.Second*time.Duration(o.servers)/time.Duration(max(o.rate, 1)))
		})
	}
	if o.kill && o.servers > 1 {
		time.AfterFunc(o.lasts/2, func() { board.kill(o.servers - 1) })
	}
	board.draw(loading)
	wait.Wait()
	return board.conclude(context.WithoutCancel(ctx))
}
