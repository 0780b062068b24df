package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"cloche/examples"
)

func newInitCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a sample script, a sample activity and type declarations",
		Long: `init writes what a new script starts from into DIR (default: here): script.js,
activity.json, answers.json for --mock-fetch, and cloche.d.ts for editors. Files
that are there already are left alone.`,
		Example: "  runner init demo && cd demo && runner run script.js --activity activity.json --mock-fetch answers.json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			directory := "."
			if len(args) == 1 {
				directory = args[0]
			}
			return initialise(s, directory)
		},
	}
}

func initialise(s Streams, directory string) error {
	directory = expandHome(directory)
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return fmt.Errorf("%s: %s", directory, plainReason(err))
	}
	written := 0
	for _, file := range examples.Starter() {
		path := filepath.Join(directory, file.Name)
		err := writeNew(path, file.Text)
		switch {
		case errors.Is(err, fs.ErrExist):
			fmt.Fprintf(s.Err, "%s is there already; left alone\n", path)
		case err != nil:
			return fmt.Errorf("%s: %s", path, plainReason(err))
		default:
			written++
			fmt.Fprintf(s.Out, "%s\n", path)
		}
	}
	if written == 0 {
		return &exitError{exitFailed, errors.New("nothing was written")}
	}
	fmt.Fprintf(s.Err, "Try it: runner run %s --activity %s --mock-fetch %s\n",
		filepath.Join(directory, "script.js"), filepath.Join(directory, "activity.json"),
		filepath.Join(directory, "answers.json"))
	return nil
}

// writeNew writes a file that must not be there yet, or nothing at all.
func writeNew(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		_ = file.Close()
		_ = os.Remove(path)
		return err
	}
	return file.Close()
}
