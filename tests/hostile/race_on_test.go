//go:build race

package hostile

// raceDetector tells that everything is an order of magnitude slower.
const raceDetector = true
