package domain

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// kind is what a ledger remembers of an event's type.
type kind uint8

const (
	kindOther kind = iota
	kindOpening
	kindClosing
	kindSession
	kindConfirmation
	kindGoalSet
	kindGoalMet
	kindRoadmap
	kindMilestone
	kindRequest
	kindFeedback
	kindPause
	kindResume
	kindConsent
	kindConsentWithdrawn
	kindReminder
	kindVoid
)

// entry is what a ledger remembers of one event.
type entry struct {
	id     uuid.UUID
	at     int64 // occurred at, Unix nanoseconds
	text   int32 // index into book.texts, -1 for none
	kind   kind
	voided bool
	mark   uint8 // a small value whose meaning depends on the kind
}

// ledger remembers a stream's events as far as deciding and undoing need them, in the order recorded. It is a value:
// adding to it gives another ledger and leaves the first as it was. Ledgers that grew from each other share one book,
// which is copied only where two grow from the same one, and when an entry is voided.
type ledger struct {
	book *book
	n    int32 // entries of the book that belong to this ledger
}

type book struct {
	entries []entry
	texts   []string
	index   map[uuid.UUID]int32 // entry by id, from indexedMin entries on

	payloads []Payload // of the entries, in streams that keep them; see keep
}

// indexedMin is the number of entries from which looking ids up in a map is faster than comparing them in turn.
const indexedMin = 64

func (l ledger) entries() []entry {
	if l.book == nil {
		return nil
	}
	return l.book.entries[:l.n]
}

// find returns the index of the entry with an id, or -1.
func (l ledger) find(id uuid.UUID) int {
	if l.book == nil {
		return -1
	}
	if l.book.index != nil {
		if i, ok := l.book.index[id]; ok && i < l.n {
			return int(i)
		}
		return -1
	}
	entries := l.entries()
	for i := range entries {
		if entries[i].id == id {
			return i
		}
	}
	return -1
}

// text returns the text of an entry, "" when it has none.
func (l ledger) text(e *entry) string {
	if e.text < 0 {
		return ""
	}
	return l.book.texts[e.text]
}

// latest returns the newest entry of a kind and text that was not voided, or nil.
func (l ledger) latest(k kind, text string) *entry {
	entries := l.entries()
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.kind == k && !e.voided && l.text(e) == text {
			return e
		}
	}
	return nil
}

// add returns the ledger with one entry more.
func (l ledger) add(k kind, id uuid.UUID, at time.Time, text string, mark uint8) ledger {
	b := l.book
	switch {
	case b == nil:
		b = &book{}
	case len(b.entries) != int(l.n):
		b = l.copy()
	}
	e := entry{id: id, at: at.UnixNano(), text: -1, kind: k, mark: mark}
	if text != "" {
		e.text = int32(len(b.texts))
		b.texts = append(b.texts, text)
	}
	b.entries = append(b.entries, e)
	switch n := len(b.entries); {
	case b.index != nil:
		b.index[id] = int32(n - 1)
	case n >= indexedMin:
		b.index = make(map[uuid.UUID]int32, 2*n)
		for i := range b.entries {
			b.index[b.entries[i].id] = int32(i)
		}
	}
	return ledger{book: b, n: l.n + 1}
}

// keep returns the ledger with one entry more, and remembers the event's payload. It is for streams of few events,
// whose state is folded anew when one is voided; every entry of such a stream is added by it.
func (l ledger) keep(k kind, e Event) ledger {
	next := l.add(k, e.ID, e.Meta.OccurredAt, "", 0)
	next.book.payloads = append(next.book.payloads, e.Payload)
	return next
}

// payload returns the payload of the entry with an id, in a stream that keeps them.
func (l ledger) payload(id uuid.UUID) Payload {
	if i := l.find(id); i >= 0 {
		return l.book.payloads[i]
	}
	return nil
}

// after returns the ledger with an event kept, and tells whether the event voids another: then the state has to be
// computed anew from what is kept.
func (l ledger) after(e Event) (next ledger, voids bool) {
	if v, ok := e.Payload.(*EventVoided); ok {
		return l.void(v.EventID).keep(kindVoid, e), true
	}
	return l.keep(kindOther, e), false
}

// kept calls f for the events that count, oldest first, as far as the ledger remembers them.
func (l ledger) kept(f func(id uuid.UUID, at time.Time, p Payload)) {
	for i, e := range l.entries() {
		if !e.voided {
			f(e.id, time.Unix(0, e.at).UTC(), l.book.payloads[i])
		}
	}
}

// void returns the ledger with the entry of an id marked as voided, if it has one.
func (l ledger) void(id uuid.UUID) ledger {
	i := l.find(id)
	if i < 0 {
		return l
	}
	b := l.copy()
	b.entries[i].voided = true
	return ledger{book: b, n: l.n}
}

// copy returns a book of the ledger's own entries.
func (l ledger) copy() *book {
	b := &book{entries: slices.Clone(l.entries()), texts: slices.Clone(l.book.texts)}
	if l.book.payloads != nil {
		b.payloads = slices.Clone(l.book.payloads[:l.n])
	}
	if l.book.index != nil {
		b.index = maps.Clone(l.book.index)
		maps.DeleteFunc(b.index, func(_ uuid.UUID, i int32) bool { return i >= l.n })
	}
	return b
}

// judgeVoid says whether an event of the ledger's stream may be voided.
func (l ledger) judgeVoid(p *EventVoided, own uuid.UUID) error {
	i := l.find(p.EventID)
	switch {
	case p.EventID == own:
		return conflict("event_id", "an event cannot void itself", "name the event to correct")
	case i < 0:
		return notFound("event_id", "no event "+p.EventID.String()+" is in this stream",
			"a void names an event of its own stream")
	case l.entries()[i].kind == kindVoid:
		return conflict("event_id", "event "+p.EventID.String()+" is itself a void, and a void cannot be voided",
			"record the right event anew, with an id of its own")
	case l.entries()[i].voided:
		return conflict("event_id", "event "+p.EventID.String()+" was voided before", "")
	}
	return nil
}
