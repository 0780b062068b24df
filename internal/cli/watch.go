package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// watchInterval is how often the files are looked at. Asking the system to tell
// of changes misses editors that replace files, and network file systems.
const watchInterval = 200 * time.Millisecond

// watch runs the script, and again whenever one of its files changes, until it is
// interrupted.
func watch(ctx context.Context, s Streams, o runOptions) error {
	if slices.Contains([]string{o.script, o.activity, o.project, o.variables, o.mockFetch}, "-") {
		return usage("--watch needs files: standard input cannot be read again")
	}
	for {
		before := o.fingerprint()
		if err := runOnce(ctx, s, o); err != nil && !errors.Is(err, errSilent) {
			fmt.Fprintf(s.Err, "runner: %s\n", escapeControls(err.Error(), true))
		}
		fmt.Fprintf(s.Err, "%s\n", newPalette(s.Err).dim("watching for changes; Ctrl-C ends"))
		for before == o.fingerprint() {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(watchInterval):
			}
		}
		fmt.Fprintf(s.Err, "\n%s\n", newPalette(s.Err).dim("— "+time.Now().Format(time.TimeOnly)+" —"))
	}
}

// fingerprint changes when one of the files does.
func (o runOptions) fingerprint() string {
	text := ""
	for _, path := range []string{o.script, o.activity, o.project, o.variables, o.mockFetch} {
		if path == "" {
			continue
		}
		if info, err := os.Stat(expandHome(path)); err == nil {
			text += fmt.Sprintf("%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		} else {
			text += path + " is missing\n"
		}
	}
	return text
}
