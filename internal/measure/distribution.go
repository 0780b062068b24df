package measure

import (
	"math"
	"slices"
)

// Distribution tells of repetitions. The percentiles are samples that occurred
// (nearest rank): of fewer than 100 samples, P99 is the greatest.
type Distribution struct {
	Count int     `json:"count"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
	// Buckets count the samples between Min and P99, in steps that grow by the same
	// factor; the slowest percent, which may be far out, is in none. Nil when Min is
	// zero or less, or equal to P99.
	Buckets []Bucket `json:"buckets,omitempty"`
}

// Bucket counts the samples from Low, inclusive, to High; the last bucket
// includes its High.
type Bucket struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Count int     `json:"count"`
}

// Distribute returns the distribution of samples, which it leaves as they are.
// Of no samples it is the zero Distribution.
func Distribute(samples []float64) Distribution {
	if len(samples) == 0 {
		return Distribution{}
	}
	sorted := slices.Sorted(slices.Values(samples))
	sum := 0.0
	for _, x := range sorted {
		sum += x
	}
	return Distribution{
		Count: len(sorted), Min: sorted[0], Mean: sum / float64(len(sorted)), Max: sorted[len(sorted)-1],
		P50: quantile(sorted, 50), P90: quantile(sorted, 90), P99: quantile(sorted, 99),
		Buckets: buckets(sorted, quantile(sorted, 99)),
	}
}

// quantile returns the smallest sample that percent of all samples do not exceed.
// Whole percents keep the rank exact: 0.07 * 100 is more than 7.
func quantile(sorted []float64, percent int) float64 {
	rank := (percent*len(sorted) + 99) / 100
	return sorted[max(rank, 1)-1]
}

// maxBuckets is how fine the buckets are.
const maxBuckets = 48

func buckets(sorted []float64, high float64) []Bucket {
	low := sorted[0]
	if low <= 0 || low == high {
		return nil
	}
	growth := math.Log(high/low) / maxBuckets
	list := make([]Bucket, maxBuckets)
	for i := range list {
		list[i].Low = low * math.Exp(float64(i)*growth)
		list[i].High = low * math.Exp(float64(i+1)*growth)
	}
	list[maxBuckets-1].High = high // without the rounding
	at := 0
	for _, x := range sorted {
		if x > high {
			break
		}
		for at < maxBuckets-1 && x >= list[at].High {
			at++
		}
		list[at].Count++
	}
	return list
}

// fromHistogram returns the distribution of what a histogram of package
// runtime/metrics counted: bounds has one element more than counts. A sample is
// taken for the upper bound of its bucket, for the lower one where that is
// infinite.
func fromHistogram(bounds []float64, counts []uint64) Distribution {
	var samples []float64
	for i, n := range counts {
		bound := bounds[i+1]
		if math.IsInf(bound, 1) {
			bound = bounds[i]
		}
		for range n {
			samples = append(samples, bound)
		}
	}
	return Distribute(samples)
}
