package service

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Scripts that nobody runs are dropped after a while, and before that when there are too
// many; the one used last stays.
func TestScriptsThatNobodyRunsAreDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScripts(nil, nil)
		s.put(&compiled{hash: "old", bytes: 10})
		s.put(&compiled{hash: "busy", bytes: 20})
		for range 3 {
			time.Sleep(scriptKept / 2)
			s.get("busy")
		}
		if s.known["old"] != nil || s.known["busy"] == nil || s.order.Len() != 1 || s.bytes != 20 {
			t.Errorf("%d scripts of %d bytes are kept: %v", s.order.Len(), s.bytes, s.known)
		}
		time.Sleep(2 * scriptKept)
		s.get("busy")
		if s.order.Len() != 1 {
			t.Error("the script that is asked for was dropped")
		}
		for n := range 5 {
			s.put(&compiled{hash: fmt.Sprint(n), bytes: mostScriptBytes / 3})
		}
		if s.order.Len() != 3 || s.known["4"] == nil || s.known["1"] != nil || s.bytes > mostScriptBytes {
			t.Errorf("%d scripts of %d bytes are kept", s.order.Len(), s.bytes)
		}
	})
}
