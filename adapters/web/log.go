package web

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/serving"
)

func (s *Server) logPages() []route {
	return []route{
		{"GET /log", access.LogRead, onAll, (*visit).logPage},
		{"GET /log/{event}", access.LogRead, onAll, (*visit).eventPage},
	}
}

// logShown is what the page of the log shows.
type logShown struct {
	Types                  []domain.EventType
	Categories             []string
	Type, Category, Stream string
	Rows                   []eventShown // the newest first
	Before                 string       // the position before which older events are; "" where these are the oldest
	Selected               int          // how many events the filter selects, before the page's end
}

// eventShown is an event as pages show it.
type eventShown struct {
	eventstore.RecordedEvent
	ActorPerson uuid.UUID // zero where the actor is no person
	ActorName   string
	VoidedBy    uuid.UUID // the event that corrects it; zero where none does
	Voids       uuid.UUID // the event that it corrects
}

// logCategories are the categories of streams.
var logCategories = []string{domain.CategoryPerson, domain.CategoryMentorship, domain.CategoryProgram, domain.CategoryCriteria,
	domain.CategoryAward}

// logPage lists events, the newest first.
func (v *visit) logPage() error {
	view, err := v.lookAcross()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	shown := logShown{Types: domain.EventTypes(), Categories: logCategories, Type: q.Get("type"), Category: q.Get("category"),
		Stream: q.Get("stream")}
	var filter eventstore.Filter
	if shown.Type != "" {
		if !slices.Contains(shown.Types, domain.EventType(shown.Type)) {
			return invalid("type", "is no type of event; %s", domain.UnknownTypeHint(domain.EventType(shown.Type)))
		}
		filter.Types = []domain.EventType{domain.EventType(shown.Type)}
	}
	if shown.Category != "" {
		if !slices.Contains(logCategories, shown.Category) {
			return invalid("category", "is none of those that streams have")
		}
		filter.Categories = []string{shown.Category}
	}
	until := view.Position
	if text := q.Get("before"); text != "" {
		if until, err = v.engine.Store().ParsePosition(text); err != nil {
			return err
		}
	}
	if err := v.newestEvents(view, &shown, filter, until, q.Has("before")); err != nil {
		return err
	}
	return v.render("log", frameOf{Title: "Event log", Room: "/log", Page: &shown,
		Lead: "Everything that was ever recorded, the newest first. Nothing here can be changed; a correction is an event of its own."})
}

// lookAcross looks at what is known, of whatever program.
func (v *visit) lookAcross() (*serving.View, error) {
	if v.view != nil {
		return v.view, nil
	}
	at, err := v.at()
	if err != nil {
		return nil, err
	}
	at.Across = true
	v.view, err = v.engine.Look(v.ctx(), at)
	return v.view, err
}

// newestEvents finds the newest events that a filter selects, up to a position or before it. A store reads forward, so
// this reads the whole log and keeps the last ones.
func (v *visit) newestEvents(view *serving.View, shown *logShown, filter eventstore.Filter, until eventstore.Position,
	excluded bool) error {
	store := v.engine.Store()
	var ring []eventstore.RecordedEvent
	voidedBy := map[uuid.UUID]uuid.UUID{}
	for e, err := range store.ReadAll(v.ctx(), eventstore.Position{}, filter) {
		if err != nil {
			return err
		}
		if order := store.ComparePositions(e.Position, until); order > 0 || order == 0 && excluded {
			break
		}
		if e.Meta.OccurredAt.After(view.AsOf) || shown.Stream != "" && e.Stream != shown.Stream {
			continue
		}
		shown.Selected++
		if len(ring) == pageRows {
			ring = append(ring[:0], ring[1:]...)
		}
		ring = append(ring, e)
	}
	if err := v.voids(view, voidedBy); err != nil {
		return err
	}
	for _, e := range slices.Backward(ring) {
		shown.Rows = append(shown.Rows, newEventShown(view, e, voidedBy))
	}
	if shown.Selected > len(ring) && len(ring) > 0 {
		shown.Before = ring[0].Position.String()
	}
	return nil
}

// voids collects which events were corrected by which, as is known.
func (v *visit) voids(view *serving.View, voidedBy map[uuid.UUID]uuid.UUID) error {
	store := v.engine.Store()
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypeEventVoided}}
	for e, err := range store.ReadAll(v.ctx(), eventstore.Position{}, filter) {
		if err != nil {
			return err
		}
		if store.ComparePositions(e.Position, view.Position) > 0 {
			break
		}
		if id, ok := voided(e); ok {
			voidedBy[id] = e.ID
		}
	}
	return nil
}

// voided returns the event that a correction takes out.
func voided(e eventstore.RecordedEvent) (uuid.UUID, bool) {
	if e.Type != domain.TypeEventVoided {
		return uuid.Nil, false
	}
	event, err := eventstore.Decode(e)
	if err != nil {
		return uuid.Nil, false // it corrects nothing that can be told
	}
	return event.Payload.(*domain.EventVoided).EventID, true
}

func newEventShown(view *serving.View, e eventstore.RecordedEvent, voidedBy map[uuid.UUID]uuid.UUID) eventShown {
	shown := eventShown{RecordedEvent: e, VoidedBy: voidedBy[e.ID]}
	shown.Voids, _ = voided(e)
	if id, err := uuid.Parse(e.Meta.Actor); err == nil {
		contact, _ := view.People.Contact(id)
		shown.ActorPerson, shown.ActorName = id, contact.Name
	}
	return shown
}

// eventDetail is what the page of one event shows.
type eventDetail struct {
	eventShown
	Payload string
	Caused  []eventShown // events that name it as their cause
	Near    []eventShown // other events of its stream, or of the same business action
}

// nearMax bounds how many related events are shown.
const nearMax = 50

// eventPage shows one event with all that the log says of it.
func (v *visit) eventPage() error {
	id, err := v.pathID("event")
	if err != nil {
		return err
	}
	view, err := v.lookAcross()
	if err != nil {
		return err
	}
	store := v.engine.Store()
	found := false
	var detail eventDetail
	for e, err := range store.ReadAll(v.ctx(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			return err
		}
		if store.ComparePositions(e.Position, view.Position) > 0 {
			break
		}
		if e.ID == id {
			detail.RecordedEvent, found = e, true
			continue
		}
		if e.Meta.CausationID == id.String() && len(detail.Caused) < nearMax {
			detail.Caused = append(detail.Caused, newEventShown(view, e, nil))
		}
	}
	if !found {
		return missing("the log holds no such event, as is known at this position")
	}
	voidedBy := map[uuid.UUID]uuid.UUID{}
	if err := v.voids(view, voidedBy); err != nil {
		return err
	}
	detail.eventShown = newEventShown(view, detail.RecordedEvent, voidedBy)
	from := eventstore.Revision(0)
	if detail.Revision > nearMax/2 {
		from = detail.Revision - nearMax/2
	}
	for e, err := range store.ReadStream(v.ctx(), detail.Stream, from, eventstore.Forward) {
		if err != nil {
			return err
		}
		if len(detail.Near) == nearMax || store.ComparePositions(e.Position, view.Position) > 0 {
			break
		}
		detail.Near = append(detail.Near, newEventShown(view, e, voidedBy))
	}
	data, err := v.payload(v.ctx(), &detail.RecordedEvent)
	if err != nil {
		return err
	}
	detail.Payload = pretty(data)
	return v.render("event", frameOf{Title: string(detail.Type), Room: "/log", Page: &detail,
		Lead: "Event " + id.String() + " of " + detail.Meta.OccurredAt.UTC().Format(time.RFC3339)})
}

// redaction shows payloads without what belongs to people who were erased.
type redaction struct {
	mu       sync.Mutex
	redactor *projections.Redactor
}

// payload returns the payload of an event as it may be shown.
func (s *Server) payload(ctx context.Context, e *eventstore.RecordedEvent) ([]byte, error) {
	s.redaction.mu.Lock()
	defer s.redaction.mu.Unlock()
	var err error
	if s.redaction.redactor == nil {
		s.redaction.redactor, err = projections.ReadRedactor(ctx, s.engine.Store())
	} else {
		err = s.redaction.redactor.Catch(ctx, s.engine.Store())
	}
	if err != nil {
		s.redaction.redactor = nil // half of who was erased is not enough
		return nil, err
	}
	return s.redaction.redactor.Data(e), nil
}

// pretty writes JSON so that people can read it; what is no JSON stays as it is.
func pretty(data []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return string(data)
	}
	return b.String()
}
