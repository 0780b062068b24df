package storagetest

import (
	"testing"

	"cloche/storage/record"
)

// Harness is one database under test.
type Harness struct {
	// Open opens it; the database is empty at first. Called again after Close, it
	// opens the same database with what is in it.
	Open func(t *testing.T) record.Database
	// Shared says that Open may be called while the database is open, as another
	// process would.
	Shared bool
}

// RunDatabase runs the conformance suite of record.Database. open returns another
// database each time, also at once. With -short the races are shorter.
func RunDatabase(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	for _, group := range [][]databaseCase{
		recordCases(), byteCases(), acceptCases(), listCases(), pruneCases(), deleteCases(), lifeCases(),
		orderCases(), wakeCases(), faultCases(), retryCases(), endCases(), stopCases(), claimCases(), appendCases(), modelCases(),
	} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.test(newBed(t, open(t)))
			})
		}
	}
	t.Run("scripts' storage", func(t *testing.T) {
		t.Parallel()
		Run(t, administration(open))
	})
	t.Run("scripts' storage under a claim", func(t *testing.T) {
		t.Parallel()
		Run(t, claimed(open))
	})
}

// databaseCase is one promise of record.Database.
type databaseCase struct {
	name string
	test func(*bed)
}

// count returns n, or a tenth of it with -short.
func count(n int) int {
	if testing.Short() {
		return max(n/10, 1)
	}
	return n
}
