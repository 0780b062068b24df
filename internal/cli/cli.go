// Package cli is the command line of runner: what it reads and what people see.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Streams are what a command reads and writes. Values go to Out; headings, hints,
// confirmations and progress to Err.
type Streams struct {
	Args []string // without the program's name
	In   io.Reader
	Out  io.Writer
	Err  io.Writer
}

// System returns the streams of the process.
func System() Streams {
	return Streams{Args: os.Args[1:], In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
}

// Main runs one command and returns the exit code. An interrupt cancels what it
// does; a second one kills the process.
func Main(ctx context.Context, s Streams) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot(s)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintf(s.Err, "runner: %s\n", escapeControls(err.Error(), true))
	}
	return exitCode(err)
}

func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "runner",
		Short: "Run activity scripts in a sandbox",
		Long: `runner runs activity scripts: JavaScript that reacts to the events of a project.
A script runs in QuickJS inside WebAssembly and reaches the world through fetch,
storage and its log alone, and only as far as you allow.

` + exitCodesHelp,
		Example: `  runner init demo                           a script, an activity and types to start from
  runner run demo/script.js --activity demo/activity.json
  runner check demo/*.js`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usage("unknown command %q%s", args[0], suggestions(c, args[0]))
		},
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Version:           versions(),
	}
	root.SetVersionTemplate("{{.Version}}")
	root.SetArgs(s.Args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w\nSee '%s --help'.", err, c.CommandPath())
	})
	addCommands(root, s)
	for _, c := range root.Commands() {
		c.Args = usageArgs(c.Args)
	}
	return root
}

// The groups of commands in the help.
const (
	groupScripts      = "scripts"
	groupServer       = "server"
	groupProjects     = "projects"
	groupIntegrations = "integrations"
	groupActivities   = "activities"
	groupAccess       = "access"
)

func addCommands(root *cobra.Command, s Streams) {
	root.AddGroup(
		&cobra.Group{ID: groupScripts, Title: "Scripts, without a server:"},
		&cobra.Group{ID: groupServer, Title: "The server:"},
		&cobra.Group{ID: groupProjects, Title: "Projects:"},
		&cobra.Group{ID: groupIntegrations, Title: "Integrations: scripts that react to activities:"},
		&cobra.Group{ID: groupActivities, Title: "Activities and the runs they cause:"},
		&cobra.Group{ID: groupAccess, Title: "Access:"},
	)
	for _, c := range []*cobra.Command{newRunCommand(s), newCheckCommand(s), newInitCommand(s), newTypesCommand(s), newBenchCommand(s)} {
		c.GroupID = groupScripts
		root.AddCommand(c)
	}
	root.AddCommand(
		newServeCommand(s), newMigrateCommand(s), newVersionCommand(s),
		newProjectCreateCommand(s), newProjectListCommand(s), newProjectDeleteCommand(s), newWebhookURLCommand(s),
		newIntegrationAddCommand(s), newIntegrationUpdateCommand(s), newIntegrationGetCommand(s), newIntegrationListCommand(s),
		newIntegrationDeleteCommand(s), newIntegrationValidateCommand(s), newIntegrationVersionsCommand(s), newIntegrationRollbackCommand(s),
		newVariableListCommand(s), newVariableSetCommand(s), newVariableDeleteCommand(s),
		newRunListCommand(s), newRunGetCommand(s), newRunLogCommand(s), newRunCancelCommand(s), newRunRedriveCommand(s),
		newPushCommand(s), newRedeployCommand(s),
		newTokenCreateCommand(s), newTokenListCommand(s), newTokenRevokeCommand(s), newLoginCommand(s), newLogoutCommand(s),
	)
}

func suggestions(c *cobra.Command, name string) string {
	similar := c.SuggestionsFor(name)
	if len(similar) == 0 {
		return "\nSee 'runner --help'."
	}
	return fmt.Sprintf("; did you mean %q?", similar[0])
}

// usageArgs makes a wrong number of arguments wrong usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			return usage("%w\nSee '%s --help'.", err, c.CommandPath())
		}
		return nil
	}
}
