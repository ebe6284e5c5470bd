package projections

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// workersFor is how many goroutines spread uses for n pieces of work in batches: as many as asked for, 0 for one a
// core, and no more than there is work for.
func workersFor(n, batch, workers int) int {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return min(workers, n/batch+1)
}

// spread does n pieces of work on goroutines: start, called once on each with its number, returns what does the piece
// of a number. Pieces differ much in size, as mentors do in how many facts they have, so each goroutine fetches a batch
// at a time. It stops early, between batches, when the context is done.
func spread(ctx context.Context, n, batch, workers int, start func(worker int) func(i int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for worker := range workersFor(n, batch, workers) {
		group.Go(func() {
			do := start(worker)
			for ctx.Err() == nil {
				to := int(next.Add(int64(batch)))
				if to-batch >= n {
					return
				}
				for i := to - batch; i < min(to, n); i++ {
					do(i)
				}
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
