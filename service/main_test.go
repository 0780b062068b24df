package service_test

import (
	"os"
	"testing"
)

// cacheDir holds the engine's machine code for all tests.
var cacheDir string

func TestMain(m *testing.M) {
	var err error
	if cacheDir, err = os.MkdirTemp("", "cloche-test-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(cacheDir)
	os.Exit(code)
}
