package projections

import (
	"context"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// ForgetSince forgets whoever was erased after a position; the zero Position is the beginning of the log.
func (p *People) ForgetSince(ctx context.Context, store eventstore.Store, after eventstore.Position) error {
	filter := eventstore.Filter{
		Categories: []string{domain.CategoryPerson}, Types: []domain.EventType{domain.TypePersonErased},
	}
	for erasures, err := range eventstore.ReadChunks(ctx, store, after, filter) {
		if err != nil {
			return fmt.Errorf("read who was erased: %w", err)
		}
		for i := range erasures {
			if err := p.forget(ctx, store, &erasures[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget reads the stream of somebody who was erased, for all that others may call them in texts.
func (p *People) forget(ctx context.Context, store eventstore.Store, erasure *eventstore.RecordedEvent) error {
	for e, err := range store.ReadStream(ctx, erasure.Stream, 0, eventstore.Forward) {
		if err != nil {
			return fmt.Errorf("read stream %q: %w", erasure.Stream, err)
		}
		if err := p.Apply([]eventstore.RecordedEvent{e}); err != nil {
			return err
		}
	}
	return nil
}

// Erased tells whether a person was erased: nothing that belongs to them is to be shown.
func (p *People) Erased(id uuid.UUID) bool {
	_, erased := p.erased[id]
	return erased
}

// Every yields all that people were ever registered with, in any order: also what was voided or replaced since, and
// what belongs to people who were erased. It is there to find names, and not to show them.
func (p *People) Every() iter.Seq2[uuid.UUID, Contact] {
	return func(yield func(uuid.UUID, Contact) bool) {
		for id, now := range p.byID {
			if !yield(id, now.Contact) {
				return
			}
		}
		for _, others := range []map[uuid.UUID][]Contact{p.former, p.erased} {
			for id, contacts := range others {
				for _, c := range contacts {
					if !yield(id, c) {
						return
					}
				}
			}
		}
	}
}

// texts shows personal texts without what was erased.
type texts struct {
	people *People // nil shows none: nobody knows then whose texts are to be forgotten
	near   *Masker // nil if none of them was erased
}

// texts returns how texts are shown that speak of some people more likely than of others: of those of them who were
// erased, given and family names are hidden also where they stand alone.
func (p *People) texts(near ...uuid.UUID) texts {
	t := texts{people: p}
	if p == nil {
		return t
	}
	for _, id := range near {
		for _, c := range p.erased[id] {
			if t.near == nil {
				t.near = NewMasker()
			}
			t.near.AddParts(c)
		}
	}
	return t
}

// show returns what may be shown of a text that belongs to somebody.
func (t texts) show(of uuid.UUID, text string) string {
	if t.people == nil || text == "" || t.people.Erased(of) {
		return ""
	}
	text = t.people.hide.Mask(text)
	if t.near != nil {
		text = t.near.Mask(text)
	}
	return text
}
