package postgres

import (
	"context"
	"math"
	"time"

	"cloche/storage/record"
)

var _ record.Rates = (*Database)(nil)

// TakeTokens implements record.Rates by the generic cell rate algorithm (ATM Forum,
// Traffic Management Specification 4.0, section 4.4.2), which needs one number a project:
// when all of its tokens are back. The clocks of the processes are taken to agree.
func (d *Database) TakeTokens(ctx context.Context, project string, n int, perSecond float64, burst int) (bool, error) {
	now, cost, most := time.Now().UnixMicro(), micros(n, perSecond), micros(burst, perSecond)
	var taken bool
	err := d.use(ctx, "take tokens", func() error {
		tag, err := d.pool.Exec(ctx, `INSERT INTO allowance (project_id, until) VALUES ($1, $2::bigint + $3)
			ON CONFLICT (project_id) DO UPDATE SET until = greatest(allowance.until, $2) + $3
			WHERE greatest(allowance.until, $2) + $3 <= $2 + $4`, project, now, cost, most)
		taken = tag.RowsAffected() == 1
		return err
	})
	return taken, err
}

// micros is how long n tokens take to come back, in microseconds: at least one.
func micros(n int, perSecond float64) int64 {
	return int64(math.Ceil(math.Min(float64(n)*1e6/perSecond, 1e15)))
}
