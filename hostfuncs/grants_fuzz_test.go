package hostfuncs

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"cloche/host"
	"cloche/storage"
	"cloche/storage/memory"
)

// FuzzGrants calls the functions of Grants in any order with any values, as a guest
// can that was taken over: with other kinds of values than the script API sends, too
// few and too many. Whatever comes, a function answers, or throws, and the network is
// never reached.
func FuzzGrants(f *testing.F) {
	f.Add([]byte{0})
	for n := range byte(12) { // each function without arguments, with wrong ones, with some
		f.Add([]byte{n, 0})
		f.Add([]byte{n, 5, 0, 1, 3, 7, 4, 2, 'h', 'i'})
		f.Add([]byte{n, 3, 4, 3, 'm', 'd', '5', 5, 2, 0xff, 0, 4, 0})
	}
	f.Add([]byte{0, 5, 8, 0, 4, 3, 'G', 'E', 'T', 1, 4, 6, 'f', 'o', 'l', 'l', 'o', 'w', 3, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0, 2, 8, 1, 4, 4, 'P', 'O', 'S', 'T', 0, 2, 8, 2, 4, 1, 'X'})
	f.Add([]byte{4, 2, 4, 1, 'k', 4, 1, 'v', 3, 1, 4, 1, 'k', 7, 0, 5, 1, 4, 1, 'k', 6, 0})
	fetcher := newLockedFetcher(f)
	f.Fuzz(func(t *testing.T, script []byte) {
		space := storage.Open(memory.New(), "fuzz", storage.Limits{Keys: 10, TotalBytes: 1 << 10})
		functions := Grants{Fetch: fetcher.Run(), Storage: &space}.Functions()
		names := slices.Sorted(maps.Keys(functions))
		for calls := 0; len(script) > 0 && calls < 20; calls++ {
			name := names[int(script[0])%len(names)]
			var args []host.Value
			args, script = drawArgs(script[1:])
			checkCall(t, functions[name], name, args)
		}
		usage, err := space.Keys(context.Background())
		if err != nil || len(usage) > 10 {
			t.Errorf("%d keys are stored: %v", len(usage), err)
		}
	})
}

// newLockedFetcher returns a Fetcher that may reach nothing, and fails the test when
// it tries: it asks a resolver that must not be asked.
func newLockedFetcher(t testing.TB) *Fetcher {
	fetcher, err := NewFetcher(FetchConfig{
		AllowHosts:   []string{"allowed.invalid"},
		DenyNetworks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
		Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("a name was looked up")
			return nil, errors.New("no network")
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fetcher.Close)
	return fetcher
}

// checkCall calls a function and checks what it may do.
func checkCall(t *testing.T, f host.Func, name string, args []host.Value) {
	given := 0
	for _, v := range args {
		given += len(v.Text())
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	value, err := f(t.Context(), host.NewCall(args...))
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20+100*uint64(given) {
		t.Errorf("%s with %d bytes allocated %d", name, given, grown)
	}
	var exception *host.Exception
	switch {
	case err == nil:
		if answered := textBytes(value); answered > 64<<10+20*given {
			t.Errorf("%s answered %d bytes with %d", name, given, answered)
		}
	case !errors.As(err, &exception):
		t.Errorf("%s is said to have failed: %v", name, err)
	case len(exception.Message) > 1<<10+2*given:
		t.Errorf("%s threw %d bytes", name, len(exception.Message))
	}
	if name == host.FetchFunction && err == nil {
		t.Errorf("fetch answered with %v", value)
	}
}

func textBytes(v host.Value) int {
	n := len(v.Text())
	for _, item := range v.List() {
		n += textBytes(item)
	}
	return n
}

// someURLs are what bytes at random seldom are.
func someURLs() []string {
	return []string{
		"http://allowed.invalid.example/", "https://127.0.0.1/", "http://[::1]:8080/x", "file:///etc/passwd",
		"http://user:pass@h/", "http://169.254.169.254/latest", "//h", "http://allowed.invalid:22/",
	}
}

// drawArgs takes the arguments of a call from bytes: their count, and for each a byte
// that says what it is.
func drawArgs(b []byte) ([]host.Value, []byte) {
	take := func(n int) []byte {
		n = min(n, len(b))
		taken := b[:n]
		b = b[n:]
		return taken
	}
	one := func() int {
		if len(b) == 0 {
			return 0
		}
		return int(take(1)[0])
	}
	var args []host.Value
	for range one() % 12 {
		switch one() % 10 {
		case 0:
			args = append(args, host.Value{})
		case 1:
			args = append(args, host.NullValue())
		case 2:
			args = append(args, host.BoolValue(one()%2 == 1))
		case 3:
			bits := make([]byte, 8)
			copy(bits, take(8))
			args = append(args, host.NumberValue(math.Float64frombits(binary.LittleEndian.Uint64(bits))))
		case 4:
			args = append(args, host.StringValue(string(take(one()))))
		case 5:
			args = append(args, host.BytesValue(slices.Clone(take(one()))))
		case 6:
			args = append(args, host.JSONValue(slices.Clone(take(one()))))
		case 7:
			args = append(args, host.NumberValue(float64(one())))
		case 8:
			args = append(args, host.StringValue(someURLs()[one()%len(someURLs())]))
		case 9: // long, of one byte or of a few
			unit, count := take(1+one()%4), 1<<(one()%17)
			args = append(args, host.StringValue(string(slices.Repeat(unit, count))))
		}
	}
	return args, b
}
