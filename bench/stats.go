package main

import (
	"math"
	"slices"

	"cloche/bench/worker"
)

// quantile returns the value below which the share q of values lies; NaN for none.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// geomean returns the geometric mean; NaN for none.
func geomean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	logs := 0.0
	for _, v := range values {
		logs += math.Log(v)
	}
	return math.Exp(logs / float64(len(values)))
}

func floats(values []int64) []float64 {
	list := make([]float64, len(values))
	for n, v := range values {
		list[n] = float64(v)
	}
	return list
}

// totals returns the times of all runs of all rounds.
func (l *lane) totals() []float64 {
	var all []float64
	for _, r := range l.responses {
		all = append(all, floats(r.Total)...)
	}
	return all
}

// perRound returns one figure for each round.
func (l *lane) perRound(figure func(worker.Response) float64) []float64 {
	list := make([]float64, len(l.responses))
	for n, r := range l.responses {
		list[n] = figure(r)
	}
	return list
}

func medianTotal(r worker.Response) float64 { return median(floats(r.Total)) }
func medianEval(r worker.Response) float64  { return median(floats(r.Eval)) }

// throughput is runs a second.
func throughput(r worker.Response) float64 {
	return float64(len(r.Total)) / float64(r.Elapsed) * 1e9
}

// leastEval returns the shortest evaluation of all rounds; NaN for a lane that failed.
// What a program takes has a lower bound, which the machine only adds to: a processor
// that shares its core with a busy neighbour takes 1.7 times as long for an
// interpreter and no longer for a chain of multiplications, so two engines that had
// their turns on two processors cannot be compared by their medians.
func (l *lane) leastEval() float64 {
	if l == nil {
		return math.NaN()
	}
	least := math.NaN()
	for _, r := range l.responses {
		for _, took := range r.Eval {
			if !(least <= float64(took)) {
				least = float64(took)
			}
		}
	}
	return least
}

// ratio compares two lanes: the median over the rounds of what a's figure is in
// terms of b's. Two figures of one round were taken one after the other, so what
// the machine did meanwhile is in both.
func ratio(a, b *lane, figure func(worker.Response) float64) float64 {
	if a == nil || b == nil {
		return math.NaN()
	}
	left, right := a.perRound(figure), b.perRound(figure)
	list := make([]float64, min(len(left), len(right)))
	for n := range list {
		list[n] = left[n] / right[n]
	}
	return median(list)
}
