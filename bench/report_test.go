package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"math"
	"strings"
	"testing"

	"cloche/bench/worker"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	values := []float64{5, 1, 4, 2, 3}
	for q, want := range map[float64]float64{0: 1, 0.5: 3, 0.99: 5, 1: 5} {
		if got := quantile(values, q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if !math.IsNaN(median(nil)) || !math.IsNaN(geomean(nil)) {
		t.Error("nothing has a mean")
	}
	if got := geomean([]float64{1, 4, 16}); math.Abs(got-4) > 1e-9 {
		t.Errorf("the geometric mean is %v, want 4", got)
	}
}

func TestLeastEval(t *testing.T) {
	t.Parallel()
	l := &lane{responses: []worker.Response{{Eval: []int64{30, 20}}, {Eval: []int64{25}}, {}}}
	if got := l.leastEval(); got != 20 {
		t.Errorf("the shortest evaluation took %v, want 20", got)
	}
	for name, l := range map[string]*lane{"no lane": nil, "no evaluation": {}} {
		if got := l.leastEval(); !math.IsNaN(got) {
			t.Errorf("%s: %v, want NaN", name, got)
		}
	}
}

// A ratio is taken round by round: a round in which the machine was busy says
// nothing about the engines.
func TestRatio(t *testing.T) {
	t.Parallel()
	lane := func(times ...int64) *lane {
		l := &lane{}
		for _, time := range times {
			l.responses = append(l.responses, worker.Response{Total: []int64{time}})
		}
		return l
	}
	if got := ratio(lane(20, 200, 60), lane(10, 100, 10), medianTotal); got != 2 {
		t.Errorf("the ratio is %v, want 2", got)
	}
	if !math.IsNaN(ratio(nil, lane(1), medianTotal)) {
		t.Error("an engine that failed has a ratio")
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		unit  unit
		value float64
		want  string
	}{
		{nanoseconds, 470, "470 ns"},
		{nanoseconds, 37_400, "37.4 µs"},
		{nanoseconds, 2.5e9, "2.50 s"},
		{bytesUnit, 1 << 20, "1.00 MiB"},
		{perSecond, 12_345.6, "12,346/s"},
		{times, 0.0042, "0.004 ×"},
		{percent, -3.14, "-3.14 %"},
		{plain, math.NaN(), "–"},
	} {
		if got := test.unit.format(test.value); got != test.want {
			t.Errorf("%v %s is %q, want %q", test.value, test.unit, got, test.want)
		}
	}
}

func TestBenchmarkMetrics(t *testing.T) {
	t.Parallel()
	out := "goos: linux\nBenchmarkCheckCost-2 \t 1\t 0 ns/op\t 2.50 geomean-%\t -1.25 fib-%\nPASS\n"
	got, want := benchmarkMetrics(out), map[string]float64{"geomean": 2.5, "fib": -1.25}
	if !maps.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

func TestReportJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(Report{Tables: []Table{{Rows: []Row{row("a", 1.5, none)}}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"values":[1.5,null]`) {
		t.Errorf("the report is %s", text)
	}
}

func TestChartIsXML(t *testing.T) {
	t.Parallel()
	for _, logarithmic := range []bool{false, true} {
		c := Chart{Title: "a < b & c", Unit: nanoseconds, Log: logarithmic, Bars: []Bar{
			{"cloche", 12, true}, {"\"other\"", 34_000, false}, {"none", Figure(none), false},
		}}
		decoder := xml.NewDecoder(strings.NewReader(c.svg()))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}
