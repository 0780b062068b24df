package host_test

import (
	"context"
	"testing"

	"cloche/host"
)

func benchEngine(b *testing.B) *host.Engine {
	b.Helper()
	e, err := host.New(context.Background(), host.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Close(context.Background()) })
	return e
}

func benchRun(b *testing.B, source string, run host.Run) {
	e := benchEngine(b)
	s, err := e.Compile(context.Background(), "bench.js", []byte(source))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Run(context.Background(), run); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEmptyRun(b *testing.B) { benchRun(b, "", host.Run{}) }

func BenchmarkRecursion(b *testing.B) {
	benchRun(b, "function f(){f()} try{f()}catch(e){}", host.Run{})
}

func BenchmarkSmallHandler(b *testing.B) {
	benchRun(b, "console.log(activity.type)", host.Run{Activity: []byte(`{"type":"environment.push"}`)})
}
