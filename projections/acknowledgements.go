package projections

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Acknowledgements is the read model of what was published about awards, and whom it names.
//
// An acknowledgement stands as of T when it was published at or before T and not retracted by then. A retraction is a
// void of the publication, and takes effect when it happened: until then, the publication stood.
//
// Apply takes events in log order. It is not safe for concurrent use, but once applied any number of goroutines may
// read.
type Acknowledgements struct {
	all  []*Acknowledgement // in order of recording
	byID map[uuid.UUID]*Acknowledgement
}

// Acknowledgement is one publication.
type Acknowledgement struct {
	ID          uuid.UUID           `json:"event"` // of the AcknowledgementPublished event
	Award       uuid.UUID           `json:"award"`
	Audience    domain.Audience     `json:"audience"`
	TextVersion string              `json:"text_version"`
	Names       []uuid.UUID         `json:"names"` // the people named
	At          time.Time           `json:"at"`
	Position    eventstore.Position `json:"position"`
	Retracted   time.Time           `json:"retracted,omitzero"` // zero: it was not
}

// DueRetraction is an acknowledgement that has to be retracted, and the people whom it names without their consent.
type DueRetraction struct {
	Acknowledgement
	Lacking []uuid.UUID `json:"lacking"`
}

// NewAcknowledgements returns the acknowledgements of an empty log.
func NewAcknowledgements() *Acknowledgements {
	return &Acknowledgements{byID: map[uuid.UUID]*Acknowledgement{}}
}

// ReadAcknowledgements reads the acknowledgements as they were known at a position; nil is the end of the log.
func ReadAcknowledgements(ctx context.Context, store eventstore.Store, upTo *eventstore.Position,
) (*Acknowledgements, error) {
	a := NewAcknowledgements()
	if err := readCategory(ctx, store, domain.CategoryAward, upTo, a); err != nil {
		return nil, fmt.Errorf("read acknowledgements: %w", err)
	}
	return a, nil
}

// Apply takes in events that follow, in log order, those applied before. Those of other streams are passed over.
func (a *Acknowledgements) Apply(events []eventstore.RecordedEvent) error {
	return applyCategory(events, domain.CategoryAward, a.apply)
}

func (a *Acknowledgements) apply(e *eventstore.RecordedEvent) error {
	switch e.Type {
	case domain.TypeAcknowledgementPublished, domain.TypeEventVoided:
	default:
		return nil
	}
	stream, err := domain.ParseStream(e.Stream)
	if err != nil {
		return fmt.Errorf("event %s at position %s: %w", e.ID, e.Position, err)
	}
	event, err := eventstore.Decode(*e)
	if err != nil {
		return err
	}
	switch p := event.Payload.(type) {
	case *domain.AcknowledgementPublished:
		published := &Acknowledgement{ID: e.ID, Award: stream.ID, Audience: p.Audience, TextVersion: p.TextVersion,
			Names: p.Names, At: e.Meta.OccurredAt, Position: e.Position}
		a.all = append(a.all, published)
		a.byID[e.ID] = published
	case *domain.EventVoided:
		if published := a.byID[p.EventID]; published != nil && published.Award == stream.ID &&
			published.Retracted.IsZero() {
			published.Retracted = e.Meta.OccurredAt
		}
	}
	return nil
}

// AsOf returns what was published up to a time, in order of recording. Retracted is zero where that came later.
func (a *Acknowledgements) AsOf(t time.Time) []Acknowledgement {
	var found []Acknowledgement
	for _, published := range a.all {
		if published.At.After(t) {
			continue
		}
		as := *published
		if as.Retracted.After(t) {
			as.Retracted = time.Time{}
		}
		found = append(found, as)
	}
	return found
}

// Due returns the standing acknowledgements that name someone whose consent is not in force as of a time: withdrawn
// since, to another text version, or forgotten with the person. They are due to be retracted.
func (a *Acknowledgements) Due(consents *Consents, asOf time.Time) []DueRetraction {
	var due []DueRetraction
	for _, as := range a.AsOf(asOf) {
		if !as.Retracted.IsZero() {
			continue
		}
		lacking := slices.DeleteFunc(slices.Clone(as.Names), func(person uuid.UUID) bool {
			return consents.Current(person, as.Audience, as.TextVersion, asOf)
		})
		if len(lacking) > 0 {
			due = append(due, DueRetraction{as, lacking})
		}
	}
	return due
}
