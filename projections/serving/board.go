package serving

import (
	"sync"
	"time"

	"laurel/domain/criteria"
	"laurel/projections"
)

// boardsMax bounds how many standings a state keeps current beside those under criteria in force.
const boardsMax = 8

// boardKey names standings: of a program, under a document, as of a time or following the newest.
type boardKey struct {
	program string
	hash    string
	asOf    int64 // Unix nanoseconds; 0 of those that follow
	follows bool
}

// boards are the standings that a state keeps. Beside those that are pinned, the ones asked for longest ago leave first.
type boards struct {
	mu     sync.Mutex
	byKey  map[boardKey]*board
	pinned map[boardKey]bool
	clock  uint64

	workers int
}

// board is one of them: timelines that are brought up to date when somebody asks.
type board struct {
	used uint64 // guarded by boards.mu

	mu        sync.Mutex
	live      *projections.Live      // changes only while stale
	stale     bool                   // the state has moved on since
	standings *projections.Standings // of this version, once asked for
	head      *projections.Standings // the same without mentors
	months    []projections.TierMonth
}

func newBoards(workers int) boards {
	return boards{byKey: map[boardKey]*board{}, pinned: map[boardKey]bool{}, workers: workers}
}

// of returns standings, up to date.
func (b *boards) of(s *state, key boardKey, plan *criteria.Plan) *board {
	found := b.find(key)
	asOf := s.asOf
	if !key.follows {
		asOf = time.Unix(0, key.asOf).UTC()
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	switch {
	case found.live == nil:
		found.live = projections.NewLive(s.Facts, key.program, plan, asOf, b.workers)
	case found.stale:
		same := found.live.AsOf().Equal(asOf)
		if evaluated := found.live.Advance(asOf); len(evaluated) > 0 || !same {
			found.months = nil
		}
	}
	found.stale = false
	return found
}

func (b *boards) find(key boardKey) *board {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock++
	found := b.byKey[key]
	if found == nil {
		found = &board{}
		b.byKey[key] = found
		found.used = b.clock
		b.evict()
	}
	found.used = b.clock
	return found
}

// evict drops what was asked for longest ago. One that is dropped while it is read stays whole for its reader.
func (b *boards) evict() {
	for len(b.byKey) > boardsMax+len(b.pinned) {
		var oldest *boardKey
		for key, board := range b.byKey {
			if !b.pinned[key] && (oldest == nil || board.used < b.byKey[*oldest].used) {
				oldest = &key
			}
		}
		delete(b.byKey, *oldest)
	}
}

// touch tells all standings which mentors' facts changed. The state has no readers meanwhile.
func (b *boards) touch(ids []projections.MentorID) {
	for _, board := range b.byKey {
		if board.live != nil {
			board.live.Touch(ids)
		}
		board.stale, board.standings, board.head = true, nil, nil
	}
}

// pin keeps standings, and no others, whatever else is asked for. The state has no readers meanwhile.
func (b *boards) pin(keys map[boardKey]bool) { b.pinned = keys }
