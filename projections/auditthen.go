package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

// judgeThen recomputes the awards that do not come out right with what is known now: with what was known at their own
// positions. The log is read once, from position to position.
func (x *auditor) judgeThen(ctx context.Context) error {
	at := map[eventstore.Position][]*auditCase{}
	var positions []eventstore.Position
	for _, c := range x.cases {
		if !c.again {
			continue
		}
		p, err := x.Store.ParsePosition(c.state.Case.Position)
		if err != nil || p.IsZero() || x.Store.ComparePositions(p, x.Facts.position) > 0 {
			c.never("its position is none of this log")
			continue
		}
		if at[p] == nil {
			positions = append(positions, p)
		}
		at[p] = append(at[p], c)
	}
	if len(positions) == 0 {
		return nil
	}
	slices.SortFunc(positions, x.Store.ComparePositions)
	then, err := Build(ctx, x.Store, BuildOptions{UpTo: positions[0]})
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	x.judgeAt(then, at[positions[0]])
	next := 1
	if next == len(positions) {
		return nil
	}
	for chunk, err := range eventstore.ReadChunks(ctx, x.Store, positions[0], eventstore.Filter{}) {
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		for len(chunk) > 0 && next < len(positions) {
			n := 0 // events up to the next position
			for n < len(chunk) && x.Store.ComparePositions(chunk[n].Position, positions[next]) <= 0 {
				n++
			}
			if _, err := then.Apply(chunk[:n]); err != nil {
				return fmt.Errorf("audit: %w", err)
			}
			if chunk = chunk[n:]; len(chunk) > 0 || x.Store.ComparePositions(then.position, positions[next]) == 0 {
				x.judgeAt(then, at[positions[next]])
				next++
			}
		}
		if next == len(positions) {
			return nil
		}
	}
	for ; next < len(positions); next++ {
		x.judgeAt(then, at[positions[next]])
	}
	return nil
}

// judgeAt says why awards do not come out right, given what was known at their position.
func (x *auditor) judgeAt(then *Facts, cases []*auditCase) {
	w := newAuditWorker(then, x.asOf)
	for _, c := range cases {
		given := &c.state.Case
		was := w.recompute(c.plan, c.tier, given)
		switch {
		case !was.right():
			c.never("as known at its own position: " + was.wrong())
		case c.now.held:
			// It is right all the same, by what was known and by what is known.
		default:
			c.causes = append(c.causes, changed(x.Facts, then, given, was.evidence))
		}
	}
}

// changed says why a tier that was held is not held any more at the same time, as is known now.
func changed(now, then *Facts, given *domain.AwardCase, evidence []uuid.UUID) AuditCause {
	before := then.voidsAbout(given)
	counted := make(map[uuid.UUID]bool, len(evidence))
	for _, id := range evidence {
		counted[id] = true
	}
	var events []uuid.UUID
	for id, grounds := range now.voidsAbout(given) {
		if _, already := before[id]; !already && (counted[id] || slices.ContainsFunc(grounds,
			func(g uuid.UUID) bool { return g == uuid.Nil || counted[g] })) {
			events = append(events, id)
		}
	}
	if len(events) == 0 {
		return AuditCause{Reason: AuditHistoryChanged,
			Detail: "it was right by what was known, and is not by what was recorded since"}
	}
	sortIDs(events)
	return AuditCause{Reason: AuditEvidenceVoided, Events: events,
		Detail: "it was right by what was known, and rests on events that were voided since"}
}

// voidsAbout returns the voided events about the mentor of an award, each with those that counted only with it: the
// session of a confirmation, and of the start of a mentorship uuid.Nil, which stands for all of it.
func (f *Facts) voidsAbout(given *domain.AwardCase) map[uuid.UUID][]uuid.UUID {
	voids := map[uuid.UUID][]uuid.UUID{}
	id, ok := f.MentorOf(string(given.Program), given.Person)
	if !ok {
		return voids
	}
	x := &explainer{facts: f, mentor: &f.mentors[id]}
	for _, fact := range x.voided() {
		var grounds []uuid.UUID
		switch criteria.FactType(fact.Type) {
		case domain.TypeMentorshipStarted:
			grounds = []uuid.UUID{uuid.Nil}
		case domain.TypeSessionConfirmed:
			if session := sessionOf(&fact); session != noSession {
				grounds = []uuid.UUID{f.ids[session]}
			}
		}
		voids[f.ids[fact.Seq]] = grounds
	}
	return voids
}
