package relational

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAlarmRingsAtTheEarliest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		a := newAlarm()
		wait := func(want time.Duration) {
			t.Helper()
			if at := (<-a.timer.C).Sub(began); at != want {
				t.Errorf("it rang after %v, want %v", at, want)
			}
			a.clear()
		}
		a.set(began.Add(3 * time.Second))
		a.set(began.Add(time.Second))
		a.set(began.Add(2 * time.Second))
		wait(time.Second)
		// What it was set to beside the earliest is found by who looks.
		a.set(began.Add(5 * time.Second))
		go func() {
			time.Sleep(time.Second)
			a.set(began.Add(4 * time.Second))
		}()
		wait(4 * time.Second)
		a.set(began) // past
		wait(4 * time.Second)
		select {
		case <-a.timer.C:
			t.Error("it rang without being set")
		case <-time.After(time.Hour):
		}
		// Rung, and set again before that was heard: it rings once.
		a.set(time.Now())
		time.Sleep(time.Second)
		a.set(time.Now())
		<-a.timer.C
		a.clear()
		select {
		case <-a.timer.C:
			t.Error("it rang twice")
		case <-time.After(time.Hour):
		}
	})
}
