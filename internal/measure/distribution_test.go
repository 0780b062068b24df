package measure

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// upTo returns n, n-1, … 1.
func upTo(n int) []float64 {
	samples := make([]float64, n)
	for i := range samples {
		samples[i] = float64(n - i)
	}
	return samples
}

func TestDistribute(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		samples []float64
		want    Distribution
	}{
		{"nothing", nil, Distribution{}},
		{"one", []float64{7}, Distribution{Count: 1, Min: 7, Mean: 7, P50: 7, P90: 7, P99: 7, Max: 7}},
		{"two", []float64{3, 1}, Distribution{Count: 2, Min: 1, Mean: 2, P50: 1, P90: 3, P99: 3, Max: 3}},
		{"ten", upTo(10), Distribution{Count: 10, Min: 1, Mean: 5.5, P50: 5, P90: 9, P99: 10, Max: 10}},
		{"hundred", upTo(100), Distribution{Count: 100, Min: 1, Mean: 50.5, P50: 50, P90: 90, P99: 99, Max: 100}},
		{"hundred and one", upTo(101), Distribution{Count: 101, Min: 1, Mean: 51, P50: 51, P90: 91, P99: 100, Max: 101}},
		{"zeros", []float64{0, 0, 5}, Distribution{Count: 3, Mean: 5.0 / 3, P90: 5, P99: 5, Max: 5}},
	} {
		got := Distribute(test.samples)
		got.Buckets = nil
		if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDistributeLeavesSamplesAlone(t *testing.T) {
	t.Parallel()
	samples := []float64{3, 1, 2}
	Distribute(samples)
	if diff := cmp.Diff([]float64{3, 1, 2}, samples); diff != "" {
		t.Error(diff)
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	d := Distribute(upTo(1000))
	if len(d.Buckets) != maxBuckets || d.Buckets[0].Low != 1 || d.Buckets[maxBuckets-1].High != d.P99 {
		t.Fatalf("%d buckets from %v to %v", len(d.Buckets), d.Buckets[0].Low, d.Buckets[maxBuckets-1].High)
	}
	sum := 0
	for i, b := range d.Buckets {
		sum += b.Count
		if i > 0 && math.Abs(b.Low-d.Buckets[i-1].High) > 1e-9*b.Low {
			t.Errorf("bucket %d begins at %v, the one before ends at %v", i, b.Low, d.Buckets[i-1].High)
		}
	}
	if sum != 990 {
		t.Errorf("the buckets hold %d samples, want all but the slowest 10", sum)
	}
	for _, samples := range [][]float64{nil, {1}, {2, 2, 2}, {0, 1, 2}, {-1, 1}} {
		if got := Distribute(samples).Buckets; got != nil {
			t.Errorf("the buckets of %v are %v", samples, got)
		}
	}
}

func TestFromHistogram(t *testing.T) {
	t.Parallel()
	bounds := []float64{math.Inf(-1), 0, 10, 20, math.Inf(1)}
	got := fromHistogram(bounds, []uint64{0, 3, 1, 1})
	got.Buckets = nil
	want := Distribution{Count: 5, Min: 10, Mean: 14, P50: 10, P90: 20, P99: 20, Max: 20}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := fromHistogram(bounds, make([]uint64, 4)); got.Count != 0 {
		t.Errorf("of nothing it is %+v", got)
	}
}
