package host_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cloche/host"
)

// handlerScript returns a script of about n bytes that reads the activity, makes
// one host call and writes one log line: what an event handler does.
func handlerScript(n int) string {
	var b strings.Builder
	b.WriteString("var modules = {};\n")
	for k := 0; b.Len() < n-300; k++ {
		fmt.Fprintf(&b, "modules.handler%d = function (activity, options) {\n  var label = options.prefix + activity.type;\n"+
			"  if (activity.state !== 'complete') return null;\n  return { label: label, number: %d };\n};\n", k, k)
	}
	b.WriteString("var seen = lookup(activity.id);\n" +
		"console.log('%s: %s pushed %d commits, seen %s', activity.id, activity.payload.user.display_name, activity.payload.commits.length, seen);\n")
	return b.String()
}

// BenchmarkHandler measures a fresh sandbox and a handler in it, by the size of
// the installed script, with the quantiles of single runs.
func BenchmarkHandler(b *testing.B) {
	activity, err := os.ReadFile("../examples/activity.json")
	if err != nil {
		b.Fatal(err)
	}
	lookup := func(context.Context, *host.Call) (host.Value, error) { return host.NumberValue(3), nil }
	e := benchEngine(b)
	for _, size := range []int{1 << 10, 5 << 10, 500 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			s, err := e.Compile(context.Background(), "handler.js", []byte(handlerScript(size)))
			if err != nil {
				b.Fatal(err)
			}
			run := host.Run{Activity: activity, Functions: map[string]host.Func{"lookup": lookup}}
			var took []time.Duration
			b.ReportAllocs()
			for b.Loop() {
				began := time.Now()
				if _, err := s.Run(context.Background(), run); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-µs")
		})
	}
}
