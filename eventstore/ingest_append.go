package eventstore

import (
	"errors"
	"fmt"
)

// ingestBatch is what is appended together, with the items that it came from.
type ingestBatch struct {
	appends []StreamAppend
	events  []NewEvent // of all appends, in order; each append holds a part of it
	items   []ingestUnit
	opened  []string // scratch of take
	sizes   []int    // events in each append
	bytes   int      // of the payloads
	single  bool     // one item an append
}

// ingestUnit is an item of which something is in the batch.
type ingestUnit struct {
	item       IngestItem
	appendsEnd int // the appends up to here, exclusive, hold all of it
}

// batchMark is a place in a batch.
type batchMark struct{ appends, events, last int }

func (b *ingestBatch) mark() batchMark {
	m := batchMark{appends: len(b.appends), events: len(b.events)}
	if m.appends > 0 {
		m.last = b.sizes[m.appends-1]
	}
	return m
}

func (b *ingestBatch) reset(m batchMark) {
	b.appends, b.sizes, b.events = b.appends[:m.appends], b.sizes[:m.appends], b.events[:m.events]
	if m.appends > 0 {
		b.sizes[m.appends-1] = m.last
	}
}

// add puts events at the end, together with the append before where that goes to the same stream.
func (b *ingestBatch) add(stream string, expected Expected, events []NewEvent, limits Capabilities) {
	b.events = append(b.events, events...)
	for i := range events {
		b.bytes += len(events[i].Data)
	}
	const eventsTogetherMax = 500
	last := len(b.appends) - 1
	if last >= 0 && !b.single && b.appends[last].Stream == stream &&
		b.sizes[last]+len(events) <= min(eventsTogetherMax, limits.AppendEventsMax) {
		b.sizes[last] += len(events)
		return
	}
	b.appends = append(b.appends, StreamAppend{Stream: stream, Expected: expected})
	b.sizes = append(b.sizes, len(events))
}

// empty makes the batch ready to be filled again.
func (b *ingestBatch) empty() {
	clear(b.appends)
	clear(b.events)
	clear(b.items)
	*b = ingestBatch{
		appends: b.appends[:0], events: b.events[:0], items: b.items[:0], opened: b.opened[:0], sizes: b.sizes[:0],
	}
}

// seal gives each append its events.
func (b *ingestBatch) seal() {
	at := 0
	for i := range b.appends {
		b.appends[i].Events = b.events[at : at+b.sizes[i] : at+b.sizes[i]]
		at += b.sizes[i]
	}
}

// appendResult is the end of an AppendBatch.
type appendResult struct {
	results []AppendResult
	err     error
}

// flush waits for the batch that is being appended and sends the present one after it.
func (g *ingester) flush() error {
	if err := g.land(); err != nil {
		return err
	}
	if len(g.batch.events) == 0 {
		return nil
	}
	if g.options.DryRun {
		g.count(g.batch, len(g.batch.appends))
		g.batch = &ingestBatch{}
		g.states.endBatch()
		g.progress()
		return nil
	}
	b := g.batch
	b.seal()
	g.batchEvents = min(2*g.batchEvents, g.options.BatchEventsMax)
	g.flying, g.batch = b, g.landedBatch
	if g.landedBatch = nil; g.batch == nil {
		g.batch = &ingestBatch{}
	}
	g.states.endBatch()
	go func() {
		results, err := g.store.AppendBatch(g.ctx, b.appends)
		g.landed <- appendResult{results, err}
	}()
	return nil
}

// land waits for the batch that is being appended. If others wrote to its streams, it and the present batch, which was
// decided upon it, are decided again.
func (g *ingester) land() error {
	if g.flying == nil {
		return nil
	}
	r := <-g.landed
	b := g.flying
	g.flying = nil
	g.counted(b, r.results)
	if r.err == nil {
		b.empty()
		g.landedBatch = b
		return nil
	}
	if !isItemsFault(r.err) {
		return r.err
	}
	// From the first item of which something is missing, everything is decided again, on what the store holds now.
	again := append(b.from(len(r.results)), g.batch.items...)
	return g.appendAgain(again)
}

// appendAgain decides and appends items one batch at a time, each item in appends of its own, so that the one at fault
// is known.
func (g *ingester) appendAgain(units []ingestUnit) error {
	for conflicts := 0; len(units) > 0; {
		g.states.clear()
		g.batch = &ingestBatch{single: true}
		for i := range units {
			u := &units[i]
			g.take(&u.item, len(u.item.With) == 0)
			if g.failed != nil {
				return g.failed
			}
		}
		b := g.batch
		g.batch = &ingestBatch{}
		if len(b.events) == 0 {
			return nil
		}
		b.seal()
		results, err := g.store.AppendBatch(g.ctx, b.appends)
		g.counted(b, results)
		if err == nil {
			return nil
		}
		if !isItemsFault(err) {
			return err
		}
		if len(results) > 0 {
			conflicts = 0
		}
		units = b.from(len(results))
		var conflict *ConflictError
		if conflicts++; !errors.As(err, &conflict) || conflicts > ingestConflictsMax {
			// Not somebody else's doing, or somebody who does it all the time: this one cannot be recorded.
			g.reject(&units[0].item, err)
			units = units[1:]
			conflicts = 0
		}
	}
	g.states.clear()
	return nil
}

// from returns the items of which not everything is in the first appends.
func (b *ingestBatch) from(appends int) []ingestUnit {
	for i := range b.items {
		if b.items[i].appendsEnd > appends {
			return b.items[i:]
		}
	}
	return nil
}

// isItemsFault tells an error that one item is the cause of from a failure of the store.
func isItemsFault(err error) bool {
	switch CodeOf(err) {
	case CodeConflict, CodeInvalid, CodeTooLarge:
		return true
	}
	return false
}

// counted counts the appends of the batch that succeeded.
func (g *ingester) counted(b *ingestBatch, results []AppendResult) {
	g.count(b, len(results))
	if len(results) > 0 {
		g.report.Position = results[len(results)-1].Position
	}
	g.progress()
}

func (g *ingester) count(b *ingestBatch, appends int) {
	at := 0
	for i := range appends {
		for _, e := range b.events[at : at+b.sizes[i]] {
			g.report.Appended[e.Type]++
		}
		at += b.sizes[i]
	}
}

func (g *ingester) progress() {
	if g.options.Progress != nil {
		g.options.Progress(g.report.clone())
	}
}

// finish appends what is left, unless err or the context already ended the ingest.
func (g *ingester) finish(err error) (IngestReport, error) {
	if err == nil {
		err = g.failed
	}
	if flushErr := g.flushAll(err == nil); flushErr != nil && err == nil {
		err = flushErr
	}
	if err != nil {
		err = fmt.Errorf("ingest after %d events: %w", g.report.AppendedTotal(), err)
	}
	g.progress()
	return g.report.clone(), err
}

// flushAll waits for the batch under way, and appends the present one if asked to.
func (g *ingester) flushAll(present bool) error {
	if !present {
		g.batch = &ingestBatch{}
		return g.land()
	}
	if err := g.flush(); err != nil {
		return err
	}
	return g.land()
}
