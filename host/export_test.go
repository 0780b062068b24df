package host

// WithoutClock leaves the CPU limit of a run to its step budget alone, so that a
// test does not depend on how fast the machine is.
func WithoutClock(r Run) Run {
	r.withoutClock = true
	return r
}
