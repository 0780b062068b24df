package main

// Goal is a figure that we want, and what it is.
type Goal struct {
	What     string `json:"what"`
	Unit     unit   `json:"unit"`
	Goal     Figure `json:"goal"`
	AtLeast  bool   `json:"at_least"` // otherwise: at most
	Measured Figure `json:"measured"`
	Met      bool   `json:"met"`
}

// Names of the figures that goals are set for.
const (
	figureHandlerP50   = "handler p50"
	figureHandlerP99   = "handler p99"
	figureHandlerRate  = "handler runs a second"
	figureEmpty        = "empty p50"
	figureVsGoja       = "goja handler"
	figureVsQJS        = "fastschema handler"
	figureLargeScript  = "500 KB"
	figureCall         = "call 16 B"
	figureComputeGoja  = "compute goja"
	figureComputeModer = "compute modernc"
	figureComputeNat   = "compute native"
	figureCheck        = "check"
	figurePause        = "pause"
	figureRunning      = "running"
	figureInstalled    = "installed"
	figureWarm         = "warm"
)

// goals compares what was measured with what was asked for.
func (b *bench) goals() []Goal {
	all := []struct {
		figure, what string
		unit         unit
		goal         float64
		atLeast      bool
	}{
		{figureHandlerP50, "fresh sandbox and handler, p50", nanoseconds, 60e3, false},
		{figureHandlerP99, "fresh sandbox and handler, p99", nanoseconds, 300e3, false},
		{figureHandlerRate, "the same, runs a second and core", perSecond, 12_000, true},
		{figureEmpty, "empty script: restoring and little more", nanoseconds, 25e3, false},
		{figureVsGoja, "goja takes for the same", times, 10, true},
		{figureVsQJS, "fastschema/qjs takes for the same", times, 30, true},
		{figureLargeScript, "a script of 500 KB against one of 1 KB", times, 2, false},
		{figureCall, "host call of 16 bytes", nanoseconds, 500, false},
		{figureComputeGoja, "compute, mean: goja takes", times, 3, true},
		{figureComputeModer, "compute, mean: modernc.org/quickjs takes", times, 1, true},
		{figureComputeNat, "compute, mean: ours against native", times, 2.2, false},
		{figureCheck, "kill check, mean", percent, 4, false},
		{figurePause, "GC pause while a script spins, p99", nanoseconds, 2e6, false},
		{figureRunning, "running sandbox", bytesUnit, 2 << 20, false},
		{figureInstalled, "installed script of 5 KB", bytesUnit, 64 << 10, false},
		{figureWarm, "process to first log line, warm", nanoseconds, 60e6, false},
	}
	var goals []Goal
	for _, g := range all {
		measured, ok := b.figures[g.figure]
		if !ok {
			continue
		}
		met := measured <= g.goal
		if g.atLeast {
			met = measured >= g.goal
		}
		goals = append(goals, Goal{g.what, g.unit, Figure(g.goal), g.atLeast, Figure(measured), met})
	}
	return goals
}
