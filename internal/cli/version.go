package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"cloche/host"
)

func newVersionCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of runner and of what is inside it",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.Out, versions())
			return err
		},
	}
}

// versions is what `runner version` and `runner --version` print.
func versions() string {
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	return fmt.Sprintf("runner %s %s %s/%s\nQuickJS-NG %s, engine %.16s\n",
		version, runtime.Version(), runtime.GOOS, runtime.GOARCH, host.QuickJSVersion, host.Artifact())
}
