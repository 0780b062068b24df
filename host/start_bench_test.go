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

// bundleScript returns a script of about n bytes as bundlers write them: a table of
// modules, each a function around its own, of which none is needed.
func bundleScript(n int) string {
	var b strings.Builder
	b.WriteString("var modules = {\n")
	for k := 0; b.Len() < n; k++ {
		fmt.Fprintf(&b, "  './lib/module%d.js': function (module, exports, require) {\n", k)
		for j := range 10 {
			fmt.Fprintf(&b, `    function helper%d(list, options) {
      var total = %d;
      for (var i = 0; i < list.length; i++) {
        if (list[i] && options["key%d"]) total += list[i].size * %d;
      }
      return { total: total, name: "result %d" };
    }
`, j, k+j, (k+j)%40, (k+j)%7+1, k+j)
		}
		b.WriteString("    exports.helper = helper0;\n  },\n")
	}
	return b.String() + "};\nconsole.log(activity.type);\n"
}

// BenchmarkBundle measures how the size of an installed script whose top level
// fills a table of modules tells on a run of it, the sizes in turn.
func BenchmarkBundle(b *testing.B) {
	e := benchEngine(b)
	sizes := []int{1 << 10, 500 << 10}
	took := make([][]time.Duration, len(sizes))
	var scripts []*host.Script
	for _, size := range sizes {
		s, err := e.Compile(context.Background(), "bundle.js", []byte(bundleScript(size)))
		if err != nil {
			b.Fatal(err)
		}
		scripts = append(scripts, s)
	}
	run := host.Run{Activity: []byte(`{"type":"environment.push"}`)}
	for b.Loop() {
		for n, s := range scripts {
			for range 20 {
				began := time.Now()
				if _, err := s.Run(context.Background(), run); err != nil {
					b.Fatal(err)
				}
				took[n] = append(took[n], time.Since(began))
			}
		}
	}
	medians := make([]float64, len(sizes))
	for n := range sizes {
		slices.Sort(took[n])
		medians[n] = float64(took[n][len(took[n])/2].Nanoseconds()) / 1e3
		b.ReportMetric(medians[n], fmt.Sprintf("%dKB-p50-µs", sizes[n]>>10))
	}
	b.ReportMetric(medians[1]/medians[0], "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkParallel measures handlers on all cores at a time: what they share is
// the address space of the process.
func BenchmarkParallel(b *testing.B) {
	e := benchEngine(b)
	s, err := e.Compile(context.Background(), "handler.js", []byte(handlerScript(5<<10)))
	if err != nil {
		b.Fatal(err)
	}
	lookup := func(context.Context, *host.Call) (host.Value, error) { return host.NumberValue(3), nil }
	run := host.Run{Functions: map[string]host.Func{"lookup": lookup},
		Activity: []byte(`{"id":"a","payload":{"user":{"display_name":"b"},"commits":[]}}`)}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Run(context.Background(), run); err != nil {
				b.Error(err)
			}
		}
	})
}
