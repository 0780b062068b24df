// Runner runs activity scripts in the Cloche sandbox.
package main

import (
	"context"
	"os"

	"cloche/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), cli.System()))
}
