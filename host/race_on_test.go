//go:build race

package host_test

// raceDetector tells that everything is an order of magnitude slower.
const raceDetector = true
