package instrument_test

import (
	"os"
	"testing"

	"cloche/quickjs/instrument"
)

func TestStripTakesEveryCheckOut(t *testing.T) {
	t.Parallel()
	module, err := os.ReadFile("../../wasm/quickjs.wasm")
	if err != nil {
		t.Fatal(err)
	}
	before, err := instrument.Verify(module, instrument.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	stripped, err := instrument.Strip(module, instrument.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	after, err := instrument.Verify(stripped, instrument.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Loops) != len(before.Loops) || len(after.Unchecked) != len(after.Loops) || after.OtherChecks != 0 {
		t.Errorf("%d loops, %d unchecked, %d other checks; before, %d loops",
			len(after.Loops), len(after.Unchecked), after.OtherChecks, len(before.Loops))
	}
}

func TestStripRefusesWhatVerifyRefuses(t *testing.T) {
	t.Parallel()
	if _, err := instrument.Strip([]byte("\x00asm\x01\x00\x00\x00"), instrument.VerifyOptions{}); err == nil {
		t.Error("a module without a tick was stripped")
	}
}
