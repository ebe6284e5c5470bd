package projections

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Consents is the read model of who agreed to be named before which audience, under which text version.
//
// Audiences are ordered, team < organisation < public. A consent for one holds for the narrower ones, since the public
// includes the team; a withdrawal for one takes back the wider ones with it, of every text version. What a person agreed
// to is a wording: a consent to one text version is none to another.
//
// A consent is in force at T when it was granted at or before T, and no withdrawal up to T took it back: one that
// happened after the grant or was recorded after it, whichever way round, so that a withdrawal that is entered late with
// an early date still counts. An erasure takes everything back. Voided events count for no T, and voids of an erasure
// for nothing.
//
// Apply takes events in log order. It is not safe for concurrent use, but once applied any number of goroutines may
// read.
type Consents struct {
	people map[uuid.UUID]*consentLog
}

// consentLog is what a person said, in order of recording.
type consentLog struct {
	entries []consentEntry
	erased  bool
}

type consentEntry struct {
	id       uuid.UUID
	at       time.Time
	audience domain.Audience // of a withdrawal: the narrowest that it takes back
	version  string          // of the text, of a grant; "" for a withdrawal
	voided   bool
}

// Consent is a consent of a person.
type Consent struct {
	Person      uuid.UUID       `json:"person"`
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version"`
	Since       time.Time       `json:"since"`
	Event       uuid.UUID       `json:"event"`
}

// ConsentCount tells how many people may be named before an audience under a text version.
type ConsentCount struct {
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version"`
	People      int             `json:"people"`
}

// Audiences are all audiences, each wider than the one before.
func Audiences() []domain.Audience {
	return []domain.Audience{domain.AudienceTeam, domain.AudienceOrganisation, domain.AudiencePublic}
}

// reach orders audiences by how wide they are.
func reach(a domain.Audience) int { return slices.Index(Audiences(), a) }

// NewConsents returns the consents of an empty log.
func NewConsents() *Consents { return &Consents{people: map[uuid.UUID]*consentLog{}} }

// ReadConsents reads the consents as they were known at a position; nil is the end of the log.
func ReadConsents(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*Consents, error) {
	c := NewConsents()
	if err := readCategory(ctx, store, domain.CategoryPerson, upTo, c); err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	return c, nil
}

// Apply takes in events that follow, in log order, those applied before. Those of other streams are passed over.
func (c *Consents) Apply(events []eventstore.RecordedEvent) error {
	return applyCategory(events, domain.CategoryPerson, c.apply)
}

func (c *Consents) apply(e *eventstore.RecordedEvent) error {
	switch e.Type {
	case domain.TypeConsentGranted, domain.TypeConsentWithdrawn, domain.TypePersonErased, domain.TypeEventVoided:
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
	log := c.people[stream.ID]
	if log == nil {
		log = &consentLog{}
		c.people[stream.ID] = log
	}
	entry := consentEntry{id: e.ID, at: e.Meta.OccurredAt}
	switch p := event.Payload.(type) {
	case *domain.ConsentGranted:
		entry.audience, entry.version = p.Audience, p.TextVersion
	case *domain.ConsentWithdrawn:
		entry.audience = p.Audience
	case *domain.PersonErased:
		log.erased = true
		return nil
	case *domain.EventVoided:
		for i := range log.entries {
			if log.entries[i].id == p.EventID {
				log.entries[i].voided = true
			}
		}
		return nil
	}
	log.entries = append(log.entries, entry)
	return nil
}

// inForce tells whether the grant at an index stands at a time.
func (l *consentLog) inForce(i int, asOf time.Time) bool {
	grant := &l.entries[i]
	if grant.version == "" || grant.voided || grant.at.After(asOf) || l.erased {
		return false
	}
	for j := range l.entries {
		w := &l.entries[j]
		if w.version != "" || w.voided || w.at.After(asOf) || reach(w.audience) > reach(grant.audience) {
			continue
		}
		if j > i || w.at.After(grant.at) {
			return false
		}
	}
	return true
}

// Current tells whether a person's consent to be named before an audience under a text version is in force as of a
// time.
func (c *Consents) Current(person uuid.UUID, audience domain.Audience, textVersion string, asOf time.Time) bool {
	log := c.people[person]
	if log == nil {
		return false
	}
	for i := range log.entries {
		e := &log.entries[i]
		if e.version == textVersion && reach(e.audience) >= reach(audience) && log.inForce(i, asOf) {
			return true
		}
	}
	return false
}

// MayName tells whether a person may be named in something that is published as of a time: their consent is in force
// then, and nothing known takes it back later. Who has withdrawn since is not named again, even in a publication about
// the past.
func (c *Consents) MayName(person uuid.UUID, audience domain.Audience, textVersion string, asOf time.Time) bool {
	return c.Current(person, audience, textVersion, asOf) &&
		c.Current(person, audience, textVersion, domain.OccurredMax)
}

// Of returns the consents of a person that are in force as of a time, the narrowest audience first. Of grants of the
// same consent it is the one that stands longest.
func (c *Consents) Of(person uuid.UUID, asOf time.Time) []Consent {
	log := c.people[person]
	if log == nil {
		return nil
	}
	var found []Consent
	for i := range log.entries {
		e := &log.entries[i]
		if log.inForce(i, asOf) {
			found = append(found, Consent{person, e.audience, e.version, e.at, e.id})
		}
	}
	slices.SortStableFunc(found, func(a, b Consent) int {
		return cmp.Or(cmp.Compare(reach(a.Audience), reach(b.Audience)), cmp.Compare(a.TextVersion, b.TextVersion),
			a.Since.Compare(b.Since))
	})
	return slices.CompactFunc(found, func(a, b Consent) bool {
		return a.Audience == b.Audience && a.TextVersion == b.TextVersion
	})
}

// All returns the consents of everybody that are in force as of a time, by person.
func (c *Consents) All(asOf time.Time) []Consent {
	ids := make([]uuid.UUID, 0, len(c.people))
	for id := range c.people {
		ids = append(ids, id)
	}
	sortIDs(ids)
	var all []Consent
	for _, id := range ids {
		all = append(all, c.Of(id, asOf)...)
	}
	return all
}

// Counts tells how many people may be named before each audience under each text version as of a time. Who agreed to a
// wider audience is counted for the narrower ones too.
func (c *Consents) Counts(asOf time.Time) []ConsentCount {
	type key struct {
		audience domain.Audience
		version  string
	}
	people := map[key]map[uuid.UUID]bool{}
	for _, consent := range c.All(asOf) {
		for _, audience := range Audiences()[:reach(consent.Audience)+1] {
			k := key{audience, consent.TextVersion}
			if people[k] == nil {
				people[k] = map[uuid.UUID]bool{}
			}
			people[k][consent.Person] = true
		}
	}
	counts := make([]ConsentCount, 0, len(people))
	for k, who := range people {
		counts = append(counts, ConsentCount{k.audience, k.version, len(who)})
	}
	slices.SortFunc(counts, func(a, b ConsentCount) int {
		return cmp.Or(cmp.Compare(reach(a.Audience), reach(b.Audience)), cmp.Compare(a.TextVersion, b.TextVersion))
	})
	return counts
}
