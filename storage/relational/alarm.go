package relational

import (
	"sync"
	"time"
)

// alarm rings at the earliest of the times that it is set to. It is safe for concurrent use.
type alarm struct {
	timer *time.Timer // rings
	mutex sync.Mutex
	at    time.Time // zero when it is not set
}

func newAlarm() *alarm {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &alarm{timer: timer}
}

// set has the alarm ring at a time, unless it will before.
func (a *alarm) set(at time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.at.IsZero() || at.Before(a.at) {
		a.at = at
		a.timer.Reset(time.Until(at))
	}
}

// clear is for whoever has heard the alarm, before looking for what is due: what set tells
// of until then may be missed, what it tells of later is not.
func (a *alarm) clear() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.at = time.Time{}
}
