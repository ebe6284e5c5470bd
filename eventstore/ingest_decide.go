package eventstore

import (
	"context"
	"errors"

	"laurel/domain"
)

// ingester is the state of one Ingest.
type ingester struct {
	ctx         context.Context
	store       Store
	limits      Capabilities
	options     IngestOptions
	report      IngestReport
	states      stateCache
	batch       *ingestBatch
	batchEvents int               // with how many the present batch is full
	encoded     []NewEvent        // scratch of decide
	flying      *ingestBatch      // being appended
	landedBatch *ingestBatch      // was appended; its memory serves the batch after the present one
	landed      chan appendResult // its result
	failed      error             // of the store, while deciding
}

func newIngester(ctx context.Context, store Store, o IngestOptions) (*ingester, error) {
	head, err := store.Head(ctx)
	if err != nil {
		return nil, err
	}
	if o.BatchEventsMax <= 0 {
		o.BatchEventsMax = ingestBatchEventsDefault
	}
	if o.StatesMax <= 0 {
		o.StatesMax = ingestStatesDefault
	}
	g := &ingester{
		ctx: ctx, store: store, limits: store.Capabilities(), options: o,
		report:      IngestReport{Appended: map[domain.EventType]int{}},
		batch:       &ingestBatch{},
		landed:      make(chan appendResult, 1),
		batchEvents: min(o.BatchEventsMax, ingestBatchEventsFirst),
	}
	g.states = newStateCache(o.StatesMax, o.DryRun, head.IsZero())
	return g, nil
}

// take decides an item and what it needs, and adds what is new to the batch, all or nothing.
func (g *ingester) take(item *IngestItem, first bool) {
	mark := g.batch.mark()
	opened := g.batch.opened[:0]
	already := 0
	reject := func(err error) {
		// Only streams that the item itself opened can have changed, and those were not there: forget them.
		for _, name := range opened {
			g.states.forget(name)
		}
		g.batch.reset(mark)
		g.reject(item, err)
	}
	for i := range item.With {
		if g.exists(item.With[i].Stream) {
			already++
			continue
		}
		isNew, err := g.decide(&item.With[i])
		if err != nil {
			reject(err)
			return
		}
		if !isNew {
			already++
			continue
		}
		opened = append(opened, item.With[i].Stream)
	}
	isNew, err := g.decide(item)
	if err != nil {
		reject(err)
		return
	}
	g.batch.opened = opened
	if !isNew {
		already++
	}
	if first {
		g.report.AlreadyThere += already
	}
	if g.batch.mark() != mark {
		g.batch.items = append(g.batch.items, ingestUnit{*item, len(g.batch.appends)})
	}
}

func (g *ingester) reject(item *IngestItem, err error) {
	r := Rejection{
		Place: item.Place, Stream: item.Stream, Type: item.Event.Payload.EventType(), ID: item.Event.ID, Err: err,
		Origin: item.Origin,
	}
	g.report.Rejected++
	if len(g.report.Rejections) < ingestRejectionsKept {
		g.report.Rejections = append(g.report.Rejections, r)
	}
	if g.options.Rejected != nil {
		g.options.Rejected(r)
	}
}

// decide adds the item's event to the batch, and reports whether it was new. An error is the item's own, unless
// g.failed is set.
func (g *ingester) decide(item *IngestItem) (bool, error) {
	s, err := g.state(item.Stream)
	if err != nil {
		return false, err
	}
	// What was read from the store is mostly there because the source is taken again: no need to decide.
	if s.read {
		if _, found := s.find(item.Event.ID); found {
			return false, g.compare(s, item)
		}
	}
	if err := g.fold(s, item.Stream); err != nil {
		g.failed = err
		return false, err
	}
	events, err := s.decider.Decide(s.state, domain.Record{Event: item.Event, Imported: true})
	if item.Optional && s.exists && (err != nil || len(events) == 0) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if len(events) == 0 {
		return false, g.compare(s, item)
	}
	g.encoded = g.encoded[:0]
	for i := range events {
		n, err := Encode(events[i])
		if err != nil {
			return false, err
		}
		g.encoded = append(g.encoded, n)
	}
	expected := NoStream
	if s.exists {
		expected = Exact(s.newest)
	}
	for i := range events {
		s.state = s.decider.Evolve(s.state, events[i])
		s.remember(&g.encoded[i])
		if s.exists {
			s.newest++
		}
		s.exists = true
	}
	g.states.grew(len(events))
	s.dirty = g.options.DryRun
	g.batch.add(item.Stream, expected, g.encoded, g.limits)
	return true, nil
}

// exists tells whether a stream has events, recorded or about to be.
func (g *ingester) exists(stream string) bool {
	s, err := g.state(stream)
	return err == nil && s.exists
}

// compare checks that the event with the item's id has the item's content.
func (g *ingester) compare(s *ingestState, item *IngestItem) error {
	if item.Optional {
		return nil
	}
	n, err := Encode(item.Event)
	if err != nil {
		return err
	}
	same, found := s.recall(&n)
	if same {
		return nil
	}
	if !found {
		// The domain calls the command carried out under another id than the event's: nothing to compare.
		return nil
	}
	// The same content may be stored as other bytes, by an older schema or another writer.
	for r, err := range g.store.ReadStream(g.ctx, item.Stream, 0, Forward) {
		var missing *StreamNotFoundError
		if errors.As(err, &missing) {
			break // it is in a batch that is not recorded yet
		}
		if err != nil {
			g.failed = err
			return err
		}
		if r.ID != item.Event.ID {
			continue
		}
		old, err := Decode(r)
		if err != nil {
			return err
		}
		if again, err := Encode(old); err == nil && again.Type == n.Type && string(again.Data) == string(n.Data) &&
			again.Meta.OccurredAt.Equal(n.Meta.OccurredAt) {
			return nil
		}
		break
	}
	return ErrOtherContent
}

// state returns the state of a stream, from memory or from the store.
func (g *ingester) state(stream string) (*ingestState, error) {
	if s := g.states.get(stream); s != nil {
		return s, nil
	}
	decider, err := domain.DeciderFor(stream)
	if err != nil {
		return nil, err
	}
	s := &ingestState{decider: decider, state: decider.Initial}
	if !g.states.mayExist(stream) {
		g.states.put(stream, s)
		return s, nil
	}
	for r, err := range g.store.ReadStream(g.ctx, stream, 0, Forward) {
		var missing *StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			g.failed = err
			return nil, err
		}
		s.remember(&NewEvent{ID: r.ID, Type: r.Type, Meta: r.Meta, Data: r.Data})
		s.read, s.unfolded, s.exists, s.newest = true, true, true, r.Revision
	}
	g.states.put(stream, s)
	return s, nil
}

// fold brings the state of a stream that was read up to date. It reads the stream once more, because most streams that
// are read never need it, and what they hold would fill the memory.
func (g *ingester) fold(s *ingestState, stream string) error {
	if !s.unfolded {
		return nil
	}
	for r, err := range g.store.ReadStream(g.ctx, stream, 0, Forward) {
		if err != nil {
			return err
		}
		if r.Revision > s.newest {
			break // written since; the append will notice
		}
		e, err := Decode(r)
		if err != nil {
			return err
		}
		s.state = s.decider.Evolve(s.state, e)
	}
	s.unfolded = false
	return nil
}
