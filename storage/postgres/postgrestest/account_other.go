//go:build !unix

package postgrestest

import "os/exec"

// account is what the server's programs run as: the caller.
type account struct{}

func (account) apply(*exec.Cmd) {}

func (*Cluster) own() error { return nil }
