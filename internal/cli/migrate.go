package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"cloche/secret"
	"cloche/storage/migrate"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// migrateOptions are the flags of migrate.
type migrateOptions struct {
	from, to, keyFile string
}

func newMigrateCommand(s Streams) *cobra.Command {
	var o migrateOptions
	c := &cobra.Command{
		Use:     "migrate --from FILE --to postgres://…",
		GroupID: groupServer,
		Short:   "Copy a database file into PostgreSQL",
		Long: `migrate copies all that a database file holds into an empty PostgreSQL database:
projects, scripts and their versions, variables, activities, runs and logs, tokens
and what scripts have stored. Then it reads both and compares them. Runs that wait
go on where servers open the copy.

Stop the server first: the file must not be in use. Nothing in it changes, unless an
older version of runner wrote it: then its schema is brought up to date first.

Whatever interrupts it, the same command started again goes on where it was. Until it
is complete no server opens the target. If the file has changed in between, empty the
target and begin anew.

Secrets are copied encrypted, as they are: servers on the copy need the key file that
belongs to the database file. --from, --to and --key-file can also come from the
environment, as RUNNER_FROM, RUNNER_TO and RUNNER_KEY_FILE; a password can come from
PGPASSWORD or ~/.pgpass.`,
		Example: `  runner migrate --from ~/.local/share/cloche/runner.db --to postgres://cloche@db.example.com/cloche
  PGPASSWORD=… runner migrate --from runner.db --to postgres://cloche@127.0.0.1/cloche
  runner serve --database postgres://cloche@127.0.0.1/cloche --key-file runner.db.key`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := fillFlags(c.Flags(), ""); err != nil {
				return err
			}
			return runMigrate(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.from, "from", "", "SQLite `file` to copy")
	f.StringVar(&o.to, "to", "", "`URL` of an empty PostgreSQL database, such as postgres://user@host/database")
	f.StringVar(&o.keyFile, "key-file", "", "`file` of the key that encrypts the secrets (default <from>.key)")
	return c
}

// prepare finds what is wrong with the flags before anything is opened.
func (o *migrateOptions) prepare() error {
	switch {
	case o.from == "" || o.to == "":
		return usage("say what to copy and where to: --from FILE --to postgres://user@host/database")
	case (location{database: o.from}).shared():
		return usage("--from must name an SQLite file")
	case !(location{database: o.to}).shared():
		return usage("--to must name a PostgreSQL database: postgres://user@host/database")
	}
	o.from = expandHome(o.from)
	if o.keyFile == "" {
		o.keyFile = o.from + ".key"
	}
	var err error
	o.keyFile, err = filepath.Abs(expandHome(o.keyFile))
	return err
}

func runMigrate(ctx context.Context, s Streams, o migrateOptions) (err error) {
	if err := o.prepare(); err != nil {
		return err
	}
	source, err := migrate.OpenSource(ctx, o.from)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, sqlite.ErrNotStorage):
		return invalid("--from %s: %s", o.from, sourceReason(err))
	case errors.Is(err, record.ErrInUse):
		return fmt.Errorf("--from %s: %w: stop the server that has it first", o.from, record.ErrInUse)
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	sealed, err := o.checkKey(ctx, source)
	if err != nil {
		return err
	}
	begun := time.Now()
	show, clear := newMigrateProgress(s.Err)
	result, err := migrate.Run(ctx, source, o.to, migrate.Options{Progress: show})
	clear()
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted: the same command goes on where it was")
	case errors.Is(err, migrate.ErrDifferent):
		return fmt.Errorf("%w. The target was changed while it was copied into: empty it and begin anew", err)
	case err != nil:
		return err
	}
	o.conclude(s.Err, result, time.Since(begun), sealed)
	return nil
}

func sourceReason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	return "it is not the database of a runner"
}

// checkKey finds a key that is missing or not the database's before anything is copied.
// It reports whether the database holds anything that needs one.
func (o migrateOptions) checkKey(ctx context.Context, source *migrate.Source) (sealed bool, err error) {
	text, err := source.Sealed(ctx)
	if err != nil || text == "" {
		return false, err
	}
	file, err := os.ReadFile(o.keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return true, fmt.Errorf("there is no key file %s, and the database holds secrets that need it: name it with --key-file", o.keyFile)
	}
	if err != nil {
		return true, fmt.Errorf("%s: %s", o.keyFile, plainReason(err))
	}
	key, err := secret.ReadKey(file)
	if err != nil {
		return true, invalid("%s: %w", o.keyFile, err)
	}
	if err := key.Check(text); err != nil {
		return true, fmt.Errorf("%s: %w", o.keyFile, err)
	}
	return true, nil
}

// conclude says what was done, and what comes next.
func (o migrateOptions) conclude(w io.Writer, result migrate.Result, took time.Duration, sealed bool) {
	fmt.Fprintf(w, "Copied and compared: %d rows in %d tables, in %s. %s is as it was.\n",
		result.Rows, result.Tables, took.Round(100*time.Millisecond), o.from)
	needs := "Servers on the copy share a key"
	if sealed {
		needs = "The secrets are encrypted as before"
	}
	fmt.Fprintf(w, "%s: start every server with the key file of the old one,\n  runner serve --database %s --key-file %s\n",
		needs, redactURL(o.to), o.keyFile)
}

// newMigrateProgress returns what shows how far the copy is: a bar on a terminal, which
// clear removes, a line for every table and phase elsewhere.
func newMigrateProgress(w io.Writer) (show func(migrate.Progress), clear func()) {
	if !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return newMigrateLines(w), func() {}
	}
	return newMigrateBar(w), func() { fmt.Fprint(w, "\r\x1b[K") }
}

func newMigrateBar(w io.Writer) func(migrate.Progress) {
	saucer := "█"
	if newPalette(w).on {
		saucer = "[cyan]█[reset]"
	}
	var bar *progressbar.ProgressBar
	return func(p migrate.Progress) {
		if bar == nil {
			bar = progressbar.NewOptions64(max(p.Total, 1),
				progressbar.OptionSetWriter(w),
				progressbar.OptionSetWidth(24),
				progressbar.OptionEnableColorCodes(newPalette(w).on),
				progressbar.OptionSetPredictTime(false),
				progressbar.OptionSetTheme(progressbar.Theme{Saucer: saucer, SaucerPadding: "░", BarStart: "", BarEnd: ""}),
			)
		}
		bar.Describe("Migrating")
		_ = bar.Set64(p.Overall)
		fmt.Fprintf(w, " %s %s\x1b[K", p.Phase, p.Table) // last, as its length varies
	}
}

func newMigrateLines(w io.Writer) func(migrate.Progress) {
	var last migrate.Progress
	return func(p migrate.Progress) {
		if p.Phase != last.Phase || p.Table != last.Table {
			fmt.Fprintf(w, "%s: %s, %d rows\n", p.Phase, p.Table, p.Rows)
		}
		last = p
	}
}
