package bbolt

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"laurel/eventstore"
)

const (
	// A commit holds about this much at most. Large ones are what makes an import fast: the cost of a commit, and of
	// changing the pages of the index, is spread over many events.
	groupBytesMax  = 64 << 20
	groupEventsMax = 100_000

	// groupRequestsMax bounds the callers that wait for one commit.
	groupRequestsMax = 4096

	// The writer waits for the callers of the commit before to come back with more for no longer than this part of what
	// that commit took, within these bounds.
	gatherPart = 4
	gatherMin  = 100 * time.Microsecond
	gatherMax  = 2 * time.Millisecond
)

// request is a caller's Append or AppendBatch on its way through the writer.
type request struct {
	ctx     context.Context
	appends []eventstore.StreamAppend
	results []eventstore.AppendResult // of the appends done, in order
	durable int                       // how many of the results are committed
	err     error
	done    chan struct{} // closed when results and err are final
}

// Append implements eventstore.Store.
func (s *Store) Append(ctx context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	results, err := s.AppendBatch(ctx, []eventstore.StreamAppend{a})
	if err != nil {
		return eventstore.AppendResult{}, err
	}
	return results[0], nil
}

// AppendBatch implements eventstore.Store.
func (s *Store) AppendBatch(ctx context.Context, appends []eventstore.StreamAppend,
) ([]eventstore.AppendResult, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.isClosed() {
		return nil, eventstore.ErrClosed
	}
	if s.readOnly {
		return nil, &eventstore.InvalidError{What: "append to event log " + s.path, Reason: "it is open for reading only"}
	}
	// What can be checked here is, where the callers' cores do it: the writer is one goroutine. The appends before an
	// invalid one are still performed.
	var invalid error
	limits := s.Capabilities()
	for i := range appends {
		if invalid = appends[i].Validate(limits); invalid != nil {
			appends = appends[:i]
			break
		}
	}
	if len(appends) == 0 {
		return nil, invalid
	}
	r := &request{ctx: ctx, appends: appends, done: make(chan struct{}),
		results: make([]eventstore.AppendResult, 0, len(appends))}
	select {
	case s.appends <- r:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		return nil, eventstore.ErrClosed
	}
	// From here on the writer owns the request and always answers: an append that is under way is not abandoned, so
	// that the caller learns what became of it.
	<-r.done
	if r.err != nil {
		return r.results, r.err
	}
	return r.results, invalid
}

// writer is the one goroutine that writes.
type writer struct {
	store   *Store
	state   state
	pending []*request
	cache   *streamCache
	arena   []byte // of the commit before, to be used again
	broken  error  // why nothing can be appended any more, until the log is opened again
}

func newWriter(s *Store, now state) *writer {
	w := &writer{store: s, state: now, cache: newStreamCache()}
	if now.head == 0 {
		w.cache.known = newKnownNames()
	}
	return w
}

// run commits requests, in groups, until the store is closed.
func (w *writer) run() {
	callers, wait := 1, gatherMin
	for {
		if len(w.pending) == 0 {
			select {
			case r := <-w.store.appends:
				w.pending = append(w.pending, r)
			case <-w.store.closed:
				return
			}
		}
		w.gather(callers, wait)
		begun := time.Now()
		answered := w.commit()
		wait = min(max(time.Since(begun)/gatherPart, gatherMin), gatherMax)
		w.gather(0, 0)
		callers = answered + len(w.pending)
	}
}

// gather takes the requests that are waiting. The callers that were just answered are likely to be back at once: if the
// next commit began without them, it would serve only those that came during the one before. So the writer gives as
// many callers as there seem to be a moment to come.
func (w *writer) gather(callers int, wait time.Duration) {
	for len(w.pending) < groupRequestsMax {
		select {
		case r := <-w.store.appends:
			w.pending = append(w.pending, r)
			continue
		default:
		}
		break
	}
	if len(w.pending) >= callers {
		return
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	for len(w.pending) < min(callers, groupRequestsMax) {
		select {
		case r := <-w.store.appends:
			w.pending = append(w.pending, r)
		case <-over.C:
			return
		case <-w.store.closed:
			return
		}
	}
}

// commit writes one group: as much of the pending requests as fits, in order. It answers those that are finished,
// and returns how many.
func (w *writer) commit() (answered int) {
	err := w.broken
	var g *group
	if err == nil {
		err = guard(w.store.path, func() error {
			return w.store.db.Update(func(tx *bbolt.Tx) error {
				g = newGroup(w, tx)
				for _, r := range w.pending {
					if g.full() {
						break
					}
					g.perform(r)
				}
				return g.finish()
			})
		})
	}
	if err == errNothingToWrite {
		err = nil
	}
	if err != nil {
		answered = len(w.pending)
		w.fail(err)
		return answered
	}
	if g.state.head != w.state.head {
		w.state = g.state
		w.store.head.Store(w.state.head)
		w.store.moved.Notify()
	}
	w.cache.trim()
	rest := w.pending[:0]
	for _, r := range w.pending {
		r.durable = len(r.results)
		if r.err == nil && r.durable < len(r.appends) {
			rest = append(rest, r)
			continue
		}
		close(r.done)
		answered++
	}
	clear(w.pending[len(rest):])
	w.pending = rest
	return answered
}

// fail answers every pending request: nothing of this group is recorded, or nobody can tell.
func (w *writer) fail(err error) {
	w.cache = newStreamCache() // it may hold what was not recorded
	if w.broken == nil {
		w.recover(err)
	}
	err = w.store.translate("append to event log "+w.store.path, err)
	for _, r := range w.pending {
		r.results, r.err = r.results[:r.durable], err
		close(r.done)
	}
	clear(w.pending)
	w.pending = w.pending[:0]
}

// recover finds out what a failed commit left behind. Usually that is nothing, and the next one may succeed. If the
// commit is in the file nonetheless, then it is not known to be on the disk: nothing may be built on it before the log
// is opened again and has read what is really there.
func (w *writer) recover(cause error) {
	var found state
	err := w.store.view(func(tx *bbolt.Tx) (err error) {
		found, err = readState(tx)
		return err
	})
	if err != nil || found != w.state {
		w.broken = &eventstore.UnavailableError{Action: "append to event log " + w.store.path,
			Remedy: "open the log again, and retry with the same events", Err: cause}
	}
}
