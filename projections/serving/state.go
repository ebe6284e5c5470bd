package serving

import (
	"context"
	"time"

	"laurel/eventstore"
	"laurel/projections"
)

// state is the read models at one position, with the standings that were asked for. While it has readers it does not
// change, except that standings are added under their own locks.
type state struct {
	*Models
	version  uint64 // of the engine; 0 of one of the past
	position eventstore.Position
	asOf     time.Time // the newest of any event, but not past now; zero for an empty log
	boards   boards
}

// batch is what takes a state from one version to the next.
type batch struct {
	events []eventstore.RecordedEvent // none where only time went on
	asOf   time.Time
}

// readState folds the log up to a position.
func (e *Engine) readState(ctx context.Context, upTo eventstore.Position, reading func(events int)) (*state, error) {
	models, err := readModels(ctx, e.store, upTo, reading)
	if err != nil {
		return nil, err
	}
	return &state{Models: models, position: upTo, boards: newBoards(e.o.Workers)}, nil
}

// apply takes the state to the next version, and returns the mentors whose facts changed. After a failure the state is of
// no further use.
func (s *state) apply(b batch) ([]projections.MentorID, error) {
	touched, err := s.Models.apply(b.events)
	if err != nil {
		return nil, err
	}
	if n := len(b.events); n > 0 {
		s.position = b.events[n-1].Position
	}
	s.asOf = b.asOf
	s.version++
	s.boards.touch(touched)
	return touched, nil
}

// warm brings the standings under the criteria in force up to date, before anybody asks, and keeps them.
func (s *state) warm(plans *plans) {
	keys := map[boardKey]bool{}
	for _, program := range s.Facts.Programs() {
		c, err := plans.active(s, program, s.asOf)
		if err != nil {
			continue // whoever asks is told
		}
		key := boardKey{program: program, hash: c.Hash, follows: true}
		keys[key] = true
		s.boards.of(s, key, c.Plan)
	}
	s.boards.pin(keys)
}

// newestUntil is the newest time of any event, but not past now; zero for an empty log.
func (s *state) newestUntil(now time.Time) time.Time {
	newest, ok := s.Facts.Newest()
	if ok && newest.After(now) {
		return now.UTC()
	}
	return newest
}
