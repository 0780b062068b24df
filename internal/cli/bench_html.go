package cli

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"

	"cloche/internal/measure"
)

//go:embed bench.html
var benchPageText string

// writeBenchPage writes a report as one page without external resources.
func writeBenchPage(w io.Writer, report measure.Report) error {
	page, err := template.New("bench").Funcs(template.FuncMap{
		"quantity": func(m measure.Metric, value float64) string { return formatQuantity(m.Unit, value) },
		"count":    func(n int) string { return groupDigits(float64(n)) },
	}).Parse(benchPageText)
	if err != nil {
		return err
	}
	return page.Execute(w, newBenchPage(report))
}

// benchPage is what the template shows.
type benchPage struct {
	Report   measure.Report
	Facts    []benchFact
	Tiles    []benchTile
	Sections []benchPageSection
}

type benchFact struct{ Name, Value string }

type benchTile struct{ Name, Value, Note string }

type benchPageSection struct {
	measure.Section
	Spread     bool // there are distributions
	Charts     []benchChart
	Histograms []benchHistogram
}

func newBenchPage(report measure.Report) benchPage {
	page := benchPage{Report: report, Facts: benchFacts(report), Tiles: benchTiles(report)}
	for _, section := range report.Sections {
		s := benchPageSection{Section: section, Spread: hasDistributions(section)}
		for _, spec := range benchChartSpecs() {
			if chart, ok := newBenchChart(spec, section); ok {
				s.Charts = append(s.Charts, chart)
			}
		}
		for _, m := range section.Metrics {
			if m.ID == "run.empty" || m.ID == "run.handler" {
				if h, ok := newBenchHistogram(m); ok {
					s.Histograms = append(s.Histograms, h)
				}
			}
		}
		page.Sections = append(page.Sections, s)
	}
	return page
}

func benchFacts(r measure.Report) []benchFact {
	m := r.Machine
	facts := []benchFact{
		{"Processor", m.CPU},
		{"Cores", fmt.Sprintf("%d, GOMAXPROCS %d", m.Cores, m.Procs)},
	}
	if m.Memory != 0 {
		facts = append(facts, benchFact{"Memory", formatQuantity(measure.Bytes, float64(m.Memory))})
	}
	facts = append(facts,
		benchFact{"System", m.System}, benchFact{"Go", m.Go}, benchFact{"QuickJS-NG", m.QuickJS},
		benchFact{"Engine", m.Artifact},
		benchFact{"Measured", fmt.Sprintf("%s, %s, in %.0f s", r.Started.Format("2006-01-02 15:04 UTC"), r.Effort, r.Seconds)},
	)
	if m.Interpreted {
		facts = append(facts, benchFact{"Compiler", "none for this architecture: the guest is interpreted"})
	}
	return facts
}

// benchTiles are the numbers that most people come for; those that were not
// measured are left out.
func benchTiles(r measure.Report) []benchTile {
	var tiles []benchTile
	add := func(id, name, note string, value func(measure.Metric) float64) {
		if m, ok := r.Find(id); ok {
			tiles = append(tiles, benchTile{name, formatQuantity(m.Unit, value(m)), note})
		}
	}
	value := func(m measure.Metric) float64 { return m.Value }
	p99 := func(m measure.Metric) float64 { return m.Distribution.P99 }
	add("run.empty", "Fresh sandbox", "empty script, median", value)
	add("run.handler", "Realistic handler", "script of 5 KB, median", value)
	add("run.handler.rate.all", "Handlers on all cores", "runs in a second", value)
	add("call.16", "Host call", "16 bytes, there and back", value)
	if worst, ok := slowestKill(r); ok {
		tiles = append(tiles, benchTile{"Runaway stopped within", formatQuantity(measure.Nanoseconds, worst), "past its CPU limit, worst p99"})
	}
	add("memory.running.100", "Running sandbox", "memory, each of 100", value)
	add("engine.warm", "Engine start", "with a warm cache, median", value)
	add("gc.pause.spinning", "GC pause", "while scripts spin, p99", p99)
	return tiles
}

// slowestKill returns the greatest p99 of all runaways.
func slowestKill(r measure.Report) (worst float64, found bool) {
	for _, s := range r.Sections {
		for _, m := range s.Metrics {
			if strings.HasPrefix(m.ID, "limit.kill.") && m.Distribution != nil {
				worst, found = max(worst, m.Distribution.P99), true
			}
		}
	}
	return worst, found
}

// benchChartSpec says which metrics one chart shows: those of a unit whose ids
// begin so.
type benchChartSpec struct {
	title, hint string
	unit        measure.Unit
	prefixes    []string
}

func benchChartSpecs() []benchChartSpec {
	const lower, higher = "less is better", "more is better"
	return []benchChartSpec{
		{"Time until the engine is ready", lower, measure.Nanoseconds, []string{"engine."}},
		{"Time of a run, start to end", lower, measure.Nanoseconds, []string{"run."}},
		{"Runs in a second", higher, measure.PerSecond, []string{"run."}},
		{"Time of a call", lower, measure.Nanoseconds, []string{"call."}},
		{"Operations in a second", higher, measure.PerSecond, []string{"compute."}},
		{"The process", lower, measure.Bytes, []string{"memory.engine", "memory.process"}},
		{"Each sandbox", lower, measure.Bytes, []string{"memory.running", "memory.idle"}},
		{"CPU time past the CPU limit", lower, measure.Nanoseconds, []string{"limit.kill."}},
		{"Time past the wall limit, and after cancelling", lower, measure.Nanoseconds, []string{"limit.wall", "limit.cancel"}},
		{"Depth of recursion", "", measure.Count, []string{"limit.recursion"}},
		{"Memory that a script of 64 MiB can fill", higher, measure.Bytes, []string{"limit.memory."}},
		{"Pauses of the process", lower, measure.Nanoseconds, []string{"gc."}},
	}
}

// The geometry of charts, in units of the view box: 720 wide.
const (
	chartWidth  = 720
	barLeft     = 232
	barRight    = 560
	barStep     = 26
	barHeight   = 14
	barMiddle   = 15 // of a row: where its text stands
	tailExcess  = 3  // a p99 that is this many times the greatest median is cut
	minBarWidth = 1.5
)

// benchChart is a chart of horizontal bars.
type benchChart struct {
	ID, Title, Hint, Text string
	Height                int
	Tails                 bool // there are p99s
	Bars                  []benchBar
}

// benchBar is a bar from 0 to the value, and a paler one from there to the p99.
type benchBar struct {
	Name, Value, Tip  string
	TextY, Y          int
	Width             float64
	TailX, TailWidth  float64
	Cut               bool // the p99 is beyond the chart
	CutX, CutY, CutTo float64
}

func newBenchChart(spec benchChartSpec, section measure.Section) (benchChart, bool) {
	var metrics []measure.Metric
	for _, m := range section.Metrics {
		if m.Unit == spec.unit && slices.ContainsFunc(spec.prefixes, func(p string) bool { return strings.HasPrefix(m.ID, p) }) {
			metrics = append(metrics, m)
		}
	}
	chart := benchChart{
		ID:    strings.Trim(strings.ReplaceAll(spec.prefixes[0], ".", "-"), "-") + "-" + strings.Trim(string(spec.unit), "1/"),
		Title: spec.title, Hint: spec.hint, Height: len(metrics)*barStep + 4,
	}
	scale := chartScale(metrics)
	if len(metrics) == 0 || scale == 0 {
		return benchChart{}, false
	}
	var texts []string
	for n, m := range metrics {
		chart.Bars = append(chart.Bars, newBenchBar(m, n*barStep, scale))
		chart.Tails = chart.Tails || m.Distribution != nil
		texts = append(texts, m.Name+": "+chart.Bars[n].Tip)
	}
	chart.Text = strings.Join(texts, "; ") + "."
	return chart, true
}

// chartScale returns the value at the right end of a chart: the greatest, p99s
// included as long as they leave the medians visible.
func chartScale(metrics []measure.Metric) float64 {
	value, tail := 0.0, 0.0
	for _, m := range metrics {
		value = max(value, m.Value)
		if m.Distribution != nil {
			tail = max(tail, m.Distribution.P99)
		}
	}
	if value == 0 {
		return tail
	}
	return max(value, min(tail, tailExcess*value))
}

func newBenchBar(m measure.Metric, top int, scale float64) benchBar {
	perUnit := (barRight - barLeft) / scale
	bar := benchBar{
		Name: m.Name, Value: formatQuantity(m.Unit, m.Value), Tip: formatQuantity(m.Unit, m.Value),
		TextY: top + barMiddle, Y: top + (barStep-barHeight)/2 - 2,
		Width: max(m.Value*perUnit, minBarWidth),
	}
	d := m.Distribution
	if d == nil {
		return bar
	}
	bar.Value += " · " + formatQuantity(m.Unit, d.P99)
	bar.Tip = fmt.Sprintf("median %s, p99 %s, max %s", bar.Tip, formatQuantity(m.Unit, d.P99), formatQuantity(m.Unit, d.Max))
	bar.TailX = barLeft + bar.Width
	bar.Cut = d.P99 > scale
	bar.TailWidth = max((min(d.P99, scale)-m.Value)*perUnit, 0)
	bar.CutX, bar.CutY, bar.CutTo = barRight-9, float64(bar.Y)-1, float64(bar.Y)+barHeight+1
	return bar
}

// The geometry of a histogram; the axis is logarithmic.
const (
	histogramLeft   = 16
	histogramRight  = 704
	histogramTop    = 58
	histogramBottom = 178
	tickSpace       = 54 // what the text of a tick takes
)

// benchHistogram is how often which duration occurred.
type benchHistogram struct {
	ID, Title, Text string
	Columns         []benchColumn
	Marks, Ticks    []benchMark
}

type benchColumn struct {
	X, Y, Width, Height float64
	Tip                 string
}

// benchMark is a vertical line with a text.
type benchMark struct {
	X, TextY float64
	Anchor   string // of the text: start or end
	TextX    float64
	Text     string
}

func newBenchHistogram(m measure.Metric) (benchHistogram, bool) {
	d := m.Distribution
	if d == nil || len(d.Buckets) == 0 {
		return benchHistogram{}, false
	}
	h := benchHistogram{
		ID: strings.ReplaceAll(m.ID, ".", "-"), Title: "How long a run takes: " + m.Name,
		Text: fmt.Sprintf("Of %s runs the fastest took %s, half at most %s, 90 percent at most %s, 99 percent at most %s, the slowest %s.",
			groupDigits(float64(d.Count)), formatQuantity(m.Unit, d.Min), formatQuantity(m.Unit, d.P50),
			formatQuantity(m.Unit, d.P90), formatQuantity(m.Unit, d.P99), formatQuantity(m.Unit, d.Max)),
	}
	most := 0
	for _, b := range d.Buckets {
		most = max(most, b.Count)
	}
	width := float64(histogramRight-histogramLeft) / float64(len(d.Buckets))
	for n, b := range d.Buckets {
		height := float64(b.Count) / float64(most) * (histogramBottom - histogramTop)
		if b.Count > 0 {
			height = max(height, minBarWidth) // a single run of thousands shows too
		}
		h.Columns = append(h.Columns, benchColumn{
			X: histogramLeft + float64(n)*width + 0.5, Width: width - 1, Y: histogramBottom - height, Height: height,
			Tip: fmt.Sprintf("%s to %s: %s", formatQuantity(m.Unit, b.Low), formatQuantity(m.Unit, b.High), groupDigits(float64(b.Count))),
		})
	}
	h.Marks, h.Ticks = histogramMarks(m.Unit, d), histogramTicks(m.Unit, d)
	return h, true
}

// histogramX returns where a value is on the axis.
func histogramX(d *measure.Distribution, value float64) float64 {
	return histogramLeft + math.Log(value/d.Min)/math.Log(d.P99/d.Min)*(histogramRight-histogramLeft)
}

// histogramMarks are the percentiles, each text in a row of its own.
func histogramMarks(unit measure.Unit, d *measure.Distribution) []benchMark {
	var marks []benchMark
	for n, p := range []struct {
		name  string
		value float64
	}{{"median", d.P50}, {"p90", d.P90}, {"p99", d.P99}} {
		mark := benchMark{X: histogramX(d, p.value), TextY: float64(13 + 16*n), Text: p.name + " " + formatQuantity(unit, p.value)}
		mark.Anchor, mark.TextX = "start", mark.X+5
		if mark.X > histogramRight-130 {
			mark.Anchor, mark.TextX = "end", mark.X-5
		}
		marks = append(marks, mark)
	}
	return marks
}

// histogramTicks are round values on the axis.
func histogramTicks(unit measure.Unit, d *measure.Distribution) []benchMark {
	var ticks []benchMark
	for power := math.Pow(10, math.Floor(math.Log10(d.Min))); power <= d.P99; power *= 10 {
		for _, factor := range tickFactors(d.P99 / d.Min) {
			value := factor * power
			x := histogramX(d, value)
			crowded := len(ticks) > 0 && x-ticks[len(ticks)-1].X < tickSpace
			if value < d.Min || value > d.P99 || crowded {
				continue
			}
			ticks = append(ticks, benchMark{X: x, TextY: histogramBottom + 18, Anchor: "middle", Text: roundQuantity(unit, value)})
		}
	}
	return ticks
}

// tickFactors are what powers of ten are multiplied by, so that an axis whose end
// is so many times its beginning has a handful of ticks.
func tickFactors(ratio float64) []float64 {
	switch {
	case ratio > 1000:
		return []float64{1}
	case ratio > 20:
		return []float64{1, 2, 5}
	case ratio > 4:
		return []float64{1, 1.5, 2, 3, 4, 5, 7}
	}
	return []float64{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9}
}

// roundQuantity is formatQuantity without zeros after the point.
func roundQuantity(unit measure.Unit, value float64) string {
	number, name, _ := strings.Cut(formatQuantity(unit, value), " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + name
}
