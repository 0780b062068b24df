package cli

import (
	"io"

	"github.com/spf13/cobra"

	"cloche/examples"
)

func newTypesCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "types",
		Short: "Print TypeScript declarations of the script API, for editors",
		Long: `types prints the TypeScript declarations of what scripts may use. Put them beside
your scripts and editors complete and check activity, storage, fetch and the rest.`,
		Example: "  runner types > cloche.d.ts",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(s.Out, examples.Types())
			return err
		},
	}
}
