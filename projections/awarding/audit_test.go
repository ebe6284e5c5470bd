package awarding_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
)

const auditCriteria = `{"apiVersion":"laurel/v1","kind":"Criteria","program":"git","measures":{"n":{"count":"events",
"of":"SessionHeld"},"sure":{"count":"events","of":"SessionHeld","where":"confirmed"}},"score":"n",
"tiers":[{"id":"champion","when":"n >= %d && sure <= 0","keep":"forever"}]}`

// auditWorld is a log with one mentor, for which the award process runs.
type auditWorld struct {
	t     *testing.T
	store eventstore.Store
	n     int
	seen  int // days
}

func auditDay(day int) time.Time { return claimDay.AddDate(0, 0, day) }

// add appends an event that happened on a day and returns its id.
func (w *auditWorld) add(stream string, day int, p domain.Payload) uuid.UUID {
	w.t.Helper()
	w.n++
	w.seen = max(w.seen, day)
	e, err := eventstore.Encode(domain.Event{ID: claimTestID(w.n), Payload: p,
		Meta: domain.Metadata{OccurredAt: auditDay(day), Schema: domain.SchemaOf(p.EventType())}})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Append(w.t.Context(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{e}}); err != nil {
		w.t.Fatal(err)
	}
	return e.ID
}

var auditRoom = domain.MentorshipStream(claimTestID(500))

func (w *auditWorld) activate(day int, text string) string {
	w.t.Helper()
	doc, findings := criteria.Parse("criteria", []byte(text))
	if err := findings.Err(); err != nil {
		w.t.Fatal(err)
	}
	w.add(domain.CriteriaStream("git"), day, &domain.CriteriaProposed{Hash: doc.Hash(),
		Document: string(doc.Canonical()), By: claimTestID(9)})
	w.add(domain.CriteriaStream("git"), day, &domain.CriteriaActivated{Hash: doc.Hash(), EffectiveAt: auditDay(day)})
	return doc.Hash()
}

func (w *auditWorld) run() {
	w.t.Helper()
	if _, err := awarding.Run(w.t.Context(), w.store, "git", awarding.Options{AsOf: auditDay(w.seen)}); err != nil {
		w.t.Fatal(err)
	}
}

// fatal is what both *testing.T and *rapid.T offer.
type fatal interface{ Fatal(args ...any) }

// audit recomputes the awards as known at a position; nil for all that is known.
func audit(t fatal, store eventstore.Store, program string, asOf time.Time, upTo *eventstore.Position,
	plans *projections.Plans) *projections.Audit {
	ctx := context.Background()
	opt := projections.BuildOptions{}
	if upTo != nil {
		opt.UpTo = *upTo
	}
	from := projections.AuditSources{Store: store, Plans: plans}
	var err error
	if from.Facts, err = projections.Build(ctx, store, opt); err != nil {
		t.Fatal(err)
	}
	if from.Register, err = projections.ReadRegister(ctx, store, upTo); err != nil {
		t.Fatal(err)
	}
	if from.Governance, err = projections.ReadGovernance(ctx, store, upTo); err != nil {
		t.Fatal(err)
	}
	found, err := projections.NewAudit(ctx, from, asOf, projections.AuditOptions{Program: program})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAuditReasons has each reason both ways: right given what was known, and wrong by what is known now.
func TestAuditReasons(t *testing.T) {
	for name, change := range map[projections.AuditReason]func(*auditWorld, []uuid.UUID){
		projections.AuditEvidenceVoided: func(w *auditWorld, sessions []uuid.UUID) {
			w.add(auditRoom, 10, &domain.EventVoided{EventID: sessions[1], Reason: "not-held"})
		},
		projections.AuditHistoryChanged: func(w *auditWorld, _ []uuid.UUID) {
			w.add(auditRoom, 2, &domain.SessionHeld{Confirmed: true}) // late
		},
		projections.AuditCriteriaChanged: func(w *auditWorld, _ []uuid.UUID) {
			w.activate(10, fmt.Sprintf(auditCriteria, 5))
		},
	} {
		t.Run(string(name), func(t *testing.T) {
			w := &auditWorld{t: t, store: eventstore.NewMemory()}
			w.activate(0, fmt.Sprintf(auditCriteria, 2))
			w.add(auditRoom, 1, &domain.MentorshipStarted{Program: "git", Mentor: claimTestID(700), Mentee: claimTestID(701)})
			var sessions []uuid.UUID
			for day := 2; day < 4; day++ {
				sessions = append(sessions, w.add(auditRoom, day, &domain.SessionHeld{}))
			}
			w.run()
			if found := audit(t, w.store, "git", auditDay(4), nil, nil); found.Awards != 1 || found.HoldUp != 1 {
				t.Fatalf("after the run: %+v", found)
			}
			before, err := w.store.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			change(w, sessions)
			found := audit(t, w.store, "git", auditDay(20), nil, nil)
			if len(found.Findings) != 1 || len(found.Findings[0].Reasons) != 1 || found.Findings[0].Reasons[0].Reason != name {
				t.Fatalf("by what is known now: %+v", found)
			}
			events := found.Findings[0].Reasons[0].Events
			if name == projections.AuditEvidenceVoided && !slices.Equal(events, sessions[1:]) {
				t.Errorf("got events %v, want %v", events, sessions[1:])
			}
			if found := audit(t, w.store, "git", auditDay(20), &before, nil); found.HoldUp != 1 {
				t.Errorf("by what was known: %+v", found)
			}
			w.run() // grandfather: the award is kept under the criteria in force
			w.seen = 20
			w.run()
			found = audit(t, w.store, "git", auditDay(20), nil, nil)
			if d := found.Findings[0].Decided; d == nil || d.Kind != projections.DecidedKept {
				t.Errorf("after another run: %+v", d)
			}
		})
	}
}

// TestAuditNeverJustified finds awards that no history ever led to, or that say of themselves what is not so.
func TestAuditNeverJustified(t *testing.T) {
	w := &auditWorld{t: t, store: eventstore.NewMemory()}
	hash := w.activate(0, fmt.Sprintf(auditCriteria, 1))
	w.add(auditRoom, 1, &domain.MentorshipStarted{Program: "git", Mentor: claimTestID(700), Mentee: claimTestID(701)})
	session := w.add(auditRoom, 2, &domain.SessionHeld{})
	head, err := w.store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	right := domain.AwardCase{Program: "git", Person: claimTestID(700), Tier: "champion", EarnedAt: auditDay(2),
		Criteria: hash, Position: head.String(), Evidence: []uuid.UUID{session}, Measures: map[string]domain.Milli{"n": 1000}}
	for i, change := range []func(*domain.AwardCase){
		func(*domain.AwardCase) {},
		func(c *domain.AwardCase) { c.Person = claimTestID(701) },
		func(c *domain.AwardCase) { c.EarnedAt = auditDay(1) },
		func(c *domain.AwardCase) { c.Tier = "emperor" },
		func(c *domain.AwardCase) { c.Criteria = "sha256:" + fmt.Sprintf("%064d", 1) },
		func(c *domain.AwardCase) { c.Measures = map[string]domain.Milli{"n": 2000} },
		func(c *domain.AwardCase) { c.Evidence = []uuid.UUID{claimTestID(1)} },
	} {
		c := right
		change(&c)
		w.add(domain.AwardStream(claimTestID(1000+i)), 3, &domain.AwardGranted{AwardCase: c})
	}
	found := audit(t, w.store, "git", auditDay(3), nil, nil)
	never := 0
	for _, f := range found.Findings {
		if slices.ContainsFunc(f.Reasons, func(c projections.AuditCause) bool {
			return c.Reason == projections.AuditNeverJustified && c.Detail != ""
		}) {
			never++
		}
	}
	if found.HoldUp != 1 || never != 6 {
		t.Errorf("got %d that hold up and %d never justified, want 1 and 6: %+v", found.HoldUp, never, found.Findings)
	}
}

// TestAuditAfterPass: right after a pass over any history, with corrections between passes, the audit finds nothing but
// what a decision explains.
func TestAuditAfterPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := naive.History(t)
		store := eventstore.NewMemory()
		send := func(stream string, e eventstore.NewEvent) {
			if _, err := store.Append(context.Background(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
				Events: []eventstore.NewEvent{e}}); err != nil {
				t.Fatal(err)
			}
		}
		const program = "alpha"
		var plans projections.Plans
		cuts := []int{rapid.IntRange(0, len(events)).Draw(t, "cut"), len(events)}
		done := 0
		for round, cut := range cuts {
			doc, findings := criteria.Parse("criteria", []byte(naive.Document(t)))
			if err := findings.Err(); err != nil {
				t.Fatal(err)
			}
			doc.Program = program
			from := time.Date(2000+round*24, 1, 1, 0, 0, 0, 0, time.UTC)
			encoded, err := eventstore.Encode(domain.Event{ID: claimTestID(1 + round), Payload: &domain.CriteriaActivated{
				Hash: doc.Hash(), Document: string(doc.Canonical()), EffectiveAt: from},
				Meta: domain.Metadata{OccurredAt: from, Schema: 1}})
			if err != nil {
				t.Fatal(err)
			}
			send(domain.CriteriaStream(program), encoded)
			for ; done < cut; done++ {
				e := events[done]
				send(e.Stream, eventstore.NewEvent{ID: uuid.MustParse(e.ID), Type: domain.EventType(e.Type), Data: e.Data,
					Meta: domain.Metadata{OccurredAt: e.OccurredAt, Schema: domain.SchemaOf(domain.EventType(e.Type))}})
			}
			asOf := time.Date(2025+round, 1, 1, 0, 0, 0, 0, time.UTC)
			if _, err := awarding.Run(context.Background(), store, program, awarding.Options{AsOf: asOf, Plans: &plans}); err != nil {
				t.Fatal(err)
			}
			for _, f := range audit(t, store, program, asOf, nil, &plans).Findings {
				if f.Decided == nil {
					t.Fatalf("round %d: nothing explains %+v", round, f)
				}
				for _, c := range f.Reasons {
					if c.Reason == projections.AuditNeverJustified {
						t.Fatalf("round %d: %+v", round, f)
					}
				}
			}
		}
	})
}
