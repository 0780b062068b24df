package storage_test

import (
	"errors"
	"strings"
	"testing"

	"cloche/storage"
)

func TestLimitsWithDefaults(t *testing.T) {
	t.Parallel()
	want := storage.Limits{Keys: 1000, KeyBytes: 512, ValueBytes: 262144, TotalBytes: 1048576}
	if got := (storage.Limits{}).WithDefaults(); got != want {
		t.Errorf("WithDefaults = %+v, want %+v", got, want)
	}
	for _, own := range []storage.Limits{
		{Keys: 1, KeyBytes: 2, ValueBytes: 3, TotalBytes: 4},
		{Keys: -1, KeyBytes: -1, ValueBytes: -1, TotalBytes: -1},
	} {
		if got := own.WithDefaults(); got != own {
			t.Errorf("WithDefaults of %+v = %+v", own, got)
		}
	}
}

func TestLimitsCheckGrowth(t *testing.T) {
	t.Parallel()
	limits := storage.Limits{Keys: 10, TotalBytes: 100}
	for _, c := range []struct {
		name           string
		before, growth storage.Usage
		want           storage.Quota
	}{
		{"up to both limits", storage.Usage{Keys: 9, Bytes: 90}, storage.Usage{Keys: 1, Bytes: 10}, ""},
		{"one key too many", storage.Usage{Keys: 10, Bytes: 10}, storage.Usage{Keys: 1, Bytes: 1}, storage.QuotaKeys},
		{"one byte too many", storage.Usage{Keys: 9, Bytes: 90}, storage.Usage{Keys: 1, Bytes: 11}, storage.QuotaTotal},
		{"both", storage.Usage{Keys: 10, Bytes: 100}, storage.Usage{Keys: 1, Bytes: 1}, storage.QuotaKeys},
		{"too full, stays", storage.Usage{Keys: 20, Bytes: 200}, storage.Usage{}, ""},
		{"too full, shrinks", storage.Usage{Keys: 20, Bytes: 200}, storage.Usage{Bytes: -1}, ""},
		{"too full, grows", storage.Usage{Keys: 20, Bytes: 200}, storage.Usage{Bytes: 1}, storage.QuotaTotal},
	} {
		err := limits.CheckGrowth(c.before, c.growth)
		var quota *storage.QuotaError
		if got := errors.As(err, &quota); got != (c.want != "") || got && quota.Which != c.want {
			t.Errorf("%s: %v, want quota %q", c.name, err, c.want)
		}
	}
}

// TestErrorsAreFitForScripts checks the texts that script authors read.
func TestErrorsAreFitForScripts(t *testing.T) {
	t.Parallel()
	limits := storage.Limits{Keys: 1, KeyBytes: 6, ValueBytes: 3}
	for _, c := range []struct {
		err  error
		want string
	}{
		{limits.CheckEntry("secret", storage.String("hush")), "storage quota exceeded: the value has 4 bytes and 3 are allowed; store less or split it over several keys"},
		{limits.CheckEntry("secrets", storage.Boolean(true)), "storage: bad key: it has 7 bytes, at most 6 are allowed"},
		{limits.CheckEntry("", storage.Boolean(true)), "storage: bad key: it is empty"},
		{limits.CheckEntry("\xff", storage.Boolean(true)), "storage: bad key: it is not valid UTF-8"},
		{limits.CheckGrowth(storage.Usage{Keys: 1}, storage.Usage{Keys: 1}), "storage quota exceeded: this would be key number 2 and 1 are allowed; remove keys that are no longer needed"},
		{limits.CheckGrowth(storage.Usage{Bytes: 1 << 20}, storage.Usage{Bytes: 1}), "storage quota exceeded: all keys and values together would take 1048577 bytes and 1048576 are allowed; remove or shorten some"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
}

// TestLongKeyCostsNothing checks that a refused key is not looked through: it
// comes from a script and may be as long as a script's memory.
func TestLongKeyCostsNothing(t *testing.T) {
	t.Parallel()
	err := storage.Limits{}.CheckKey(strings.Repeat("x", 64<<20) + "\xff")
	if !errors.Is(err, storage.ErrKey) || !strings.Contains(err.Error(), "at most 512") {
		t.Errorf("CheckKey = %v, want it to speak of the length", err)
	}
}
