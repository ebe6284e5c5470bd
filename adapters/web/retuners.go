package web

import (
	"context"
	"errors"
	"sync"
	"time"

	"laurel/projections"
	"laurel/projections/serving"
)

// retuners keep what previews of criteria are computed from. To prepare one takes about as long as three replays, and each
// holds a copy of the facts of its program; so they are kept from request to request, and few at once.
type retuners struct {
	mu    sync.Mutex
	slots map[retuneKey]*retuneSlot
	clock uint64
}

// retuneKey says what is looked at: a program at present or at a time, at what is known or was, compared with criteria.
type retuneKey struct {
	program, against string
	asOf, position   string // "" for the present
}

// retuneSlot holds one of them.
type retuneSlot struct {
	turn  chan struct{} // holds whoever prepares it
	used  uint64
	tuner *projections.Retuner
	made  time.Time
	took  time.Duration
}

const (
	retunersMax = 4
	// retuneShare bounds how much of the time goes into preparing anew, when the log moves on all the time: one part of so
	// many. Until then previews go on at the position that they were prepared for, and say so.
	retuneShare = 20
)

// of returns previews of what a view sees, or saw a short while ago.
func (r *retuners) of(ctx context.Context, view *serving.View, now func() time.Time) (*projections.Retuner, error) {
	key := retuneKey{program: view.Program}
	if view.Criteria != nil {
		key.against = view.Criteria.Hash
	}
	if !view.Present {
		key.asOf, key.position = view.AsOf.Format(time.RFC3339Nano), view.Position.String()
	}
	slot := r.slot(key)
	select {
	case slot.turn <- struct{}{}:
		defer func() { <-slot.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if t := slot.tuner; t != nil {
		same := t.Position() == view.Facts.Position().String() && t.AsOf().Equal(view.AsOf)
		if same || now().Sub(slot.made) < slot.took*retuneShare {
			return t, nil
		}
	}
	began := time.Now()
	tuner, err := newRetuner(ctx, view)
	if err != nil {
		return nil, err
	}
	slot.tuner, slot.made, slot.took = tuner, now(), time.Since(began)
	return tuner, nil
}

// slot finds the slot of a key, and makes room for it where there are too many.
func (r *retuners) slot(key retuneKey) *retuneSlot {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock++
	slot := r.slots[key]
	if slot == nil {
		slot = &retuneSlot{turn: make(chan struct{}, 1)}
		for len(r.slots) >= retunersMax {
			r.drop()
		}
		if r.slots == nil {
			r.slots = map[retuneKey]*retuneSlot{}
		}
		r.slots[key] = slot
	}
	slot.used = r.clock
	return slot
}

// drop forgets the slot that was not used for longest; whoever prepares it still gets an answer.
func (r *retuners) drop() {
	var oldest retuneKey
	least := r.clock + 1
	for key, slot := range r.slots {
		if slot.used < least {
			oldest, least = key, slot.used
		}
	}
	delete(r.slots, oldest)
}

// newRetuner prepares previews of what a view sees.
func newRetuner(ctx context.Context, view *serving.View) (*projections.Retuner, error) {
	basis := projections.RetuneBasis{Facts: view.Facts, Program: view.Program, AsOf: view.AsOf, Register: view.Register,
		Records: view.PersonRecords}
	if view.Criteria != nil {
		basis.From = view.Criteria.Plan
	}
	regimes, err := projections.CompileRegimes(view.Governance, view.Program, view.AsOf)
	var none *projections.NoCriteriaError
	if err != nil && !errors.As(err, &none) {
		return nil, err
	}
	basis.Regimes = regimes
	return projections.NewRetuner(ctx, basis)
}
