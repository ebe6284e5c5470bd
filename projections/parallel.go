package projections

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel does n pieces of work, each known by its index, on so many workers, 0 for one a core. Every worker has its
// own scratch space: newWorker is called once on each goroutine, and returns what does one piece. As pieces differ much in
// size, workers fetch a batch at a time. The caller is one of them.
func inParallel(n, batch, workers int, newWorker func() func(i int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	work := func() {
		do := newWorker()
		for {
			to := int(next.Add(int64(batch)))
			if to-batch >= n {
				return
			}
			for i := to - batch; i < min(to, n); i++ {
				do(i)
			}
		}
	}
	var group sync.WaitGroup
	for range min(workers, n/batch+1) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}
