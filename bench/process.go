package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// measureProcess measures runner from the start of the process to the first line
// of the log, with a cache that is filled and with none.
func (b *bench) measureProcess() error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "hello.js")
	if err := os.WriteFile(script, []byte("console.log(\"hello\");\n"), 0o600); err != nil {
		return err
	}
	runner, err := filepath.Abs(filepath.Join(b.options.bin, "runner"))
	if err != nil {
		return err
	}
	warm := filepath.Join(dir, "warm")
	if _, err := firstLine(runner, script, warm); err != nil { // fills the cache
		return err
	}
	var colds, warms []float64
	for n := range 2 * b.options.rounds {
		cold := filepath.Join(dir, fmt.Sprintf("cold%d", n))
		for _, one := range []struct {
			cache string
			into  *[]float64
		}{{cold, &colds}, {warm, &warms}, {warm, &warms}} {
			spent, err := firstLine(runner, script, one.cache)
			if err != nil {
				return err
			}
			*one.into = append(*one.into, float64(spent))
		}
	}
	b.figures[figureWarm] = median(warms)
	b.report.Tables = append(b.report.Tables, Table{
		Name:    "process",
		Title:   "cloche: `runner run hello.js`, from the start of the process to the first line",
		Columns: []Column{{"p50", nanoseconds}, {"longest", nanoseconds}},
		Rows: []Row{
			row("warm cache", median(warms), quantile(warms, 1)),
			row("cold cache", median(colds), quantile(colds, 1)),
		},
	})
	return nil
}

// firstLine runs the script and returns when its line came.
func firstLine(runner, script, cache string) (time.Duration, error) {
	command := exec.Command(runner, "run", script)
	command.Env = append(os.Environ(), "RUNNER_CACHE_DIR="+cache)
	out, err := command.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := command.Start(); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	spent := time.Since(start)
	if waited := command.Wait(); err == nil {
		err = waited
	}
	if err == nil && !strings.Contains(line, "hello") {
		err = fmt.Errorf("the first line is %q", line)
	}
	if err != nil {
		return 0, fmt.Errorf("runner run: %w", err)
	}
	return spent, nil
}
