package awarding_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

// The events of prepareVoids.
var (
	voidStart     = claimTestID(100)
	voidSession   = claimTestID(101)
	voidConfirmed = claimTestID(102)
	voidOther     = claimTestID(103) // a session that nobody confirmed
	voidOutcome   = claimTestID(200) // of the mentee
)

// prepareVoids records a mentorship of claimTestID(2000), whose mentee is claimTestID(3000).
func prepareVoids(t *testing.T, store eventstore.Store) {
	t.Helper()
	prepareClaims(t, store, 0, 1)
	send(t, store, domain.MentorshipStream(claimTestID(50)), 100,
		&domain.MentorshipStarted{Program: "git", Mentor: claimTestID(2000), Mentee: claimTestID(3000)},
		&domain.SessionHeld{}, &domain.SessionConfirmed{Session: voidSession, By: claimTestID(3000)},
		&domain.SessionHeld{})
	send(t, store, domain.PersonStream(claimTestID(3000)), 200, &domain.ProjectCompleted{Project: "p"})
}

// caseOn is an award of a person that rests on events.
func caseOn(person int, evidence ...uuid.UUID) domain.AwardCase {
	return domain.AwardCase{Program: "git", Person: claimTestID(person), Tier: "champion", EarnedAt: claimDay,
		Criteria: "sha256:" + strings.Repeat("a", 64), Position: "p", Evidence: evidence}
}

// granted is an award that was granted; what follows may end it.
func granted(person int, evidence ...uuid.UUID) domain.Payload {
	return &domain.AwardGranted{AwardCase: caseOn(person, evidence...)}
}

func voidOf(event uuid.UUID) awarding.Void {
	return awarding.Void{Event: event, Reason: "entered-twice", Meta: domain.CommandMeta{
		ID: claimTestID(900), OccurredAt: claimDay.Add(48 * time.Hour), Actor: claimTestID(7).String()}}
}

// Given an award that has some evidence, when an event is voided, then it is refused where the award stands and rests
// on the event, and recorded otherwise.
func TestVoidsLookAtAwards(t *testing.T) {
	declined := &domain.AwardDeclined{By: claimTestID(7), ReasonCode: "late"}
	revoked := &domain.AwardRevoked{Criteria: caseOn(2000).Criteria, ReasonCode: "no-longer-met"}
	expired := &domain.AwardExpired{}
	for name, s := range map[string]struct {
		given   []domain.Payload // of one award
		when    uuid.UUID
		refused bool
	}{
		"its evidence":               {[]domain.Payload{granted(2000, voidOther, voidSession)}, voidSession, true},
		"other evidence":             {[]domain.Payload{granted(2000, voidOther)}, voidSession, false},
		"no award":                   {nil, voidSession, false},
		"what confirms its evidence": {[]domain.Payload{granted(2000, voidSession)}, voidConfirmed, true},
		"what confirms another":      {[]domain.Payload{granted(2000, voidOther)}, voidConfirmed, false},
		"the start, of a session":    {[]domain.Payload{granted(2000, voidOther)}, voidStart, true},
		"the start, of an outcome":   {[]domain.Payload{granted(2000, voidOutcome)}, voidStart, true},
		"another mentor's start":     {[]domain.Payload{granted(2001, voidOutcome)}, voidStart, false},
		"another mentor's outcome":   {[]domain.Payload{granted(2001, voidOutcome)}, voidOutcome, true},
		"a proposal": {[]domain.Payload{&domain.AwardProposed{AwardCase: caseOn(2000, voidSession)}},
			voidSession, true},
		"a proposal declined": {[]domain.Payload{&domain.AwardProposed{AwardCase: caseOn(2000, voidSession)}, declined},
			voidSession, false},
		"kept": {[]domain.Payload{granted(2000, voidSession), &domain.AwardKept{Criteria: caseOn(2000).Criteria}},
			voidSession, true},
		"revoked": {[]domain.Payload{granted(2000, voidSession), revoked}, voidSession, false},
		"expired": {[]domain.Payload{granted(2000, voidSession), expired}, voidSession, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := eventstore.NewMemory()
			prepareVoids(t, store)
			award := claimTestID(1000)
			send(t, store, domain.AwardStream(award), 300, s.given...)
			before := headOf(t, store)
			report, err := awarding.VoidEvent(t.Context(), store, voidOf(s.when))
			if !s.refused {
				if err != nil || report.Before || len(report.Awards) != 0 || !voidedIn(t, store, s.when) {
					t.Fatalf("%+v, %v", report, err)
				}
				return
			}
			if domain.ErrorCode(err) != domain.CodeConflict || headOf(t, store) != before {
				t.Fatalf("not refused: %+v, %v", report, err)
			}
			for _, says := range []string{s.when.String(), award.String(), "--despite-awards"} {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is not one line", err)
			}
			despite := voidOf(s.when)
			despite.DespiteAwards = true
			report, err = awarding.VoidEvent(t.Context(), store, despite)
			if err != nil || !slices.Equal(report.Awards, []uuid.UUID{award}) || len(report.Between) != 0 ||
				!voidedIn(t, store, s.when) {
				t.Fatalf("despite awards: %+v, %v", report, err)
			}
		})
	}
}

// voidedIn tells whether a log voids an event.
func voidedIn(t *testing.T, store eventstore.Store, id uuid.UUID) bool {
	t.Helper()
	n := 0
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := event.Payload.(*domain.EventVoided); ok && p.EventID == id {
			n++
		}
	}
	if n > 1 {
		t.Fatalf("%s is voided %d times", id, n)
	}
	return n == 1
}

// headOf counts the events of a log.
func headOf(t *testing.T, store eventstore.Store) (n int) {
	t.Helper()
	for _, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// An award that comes in after the awards were looked at does not undo the void: it is told of.
func TestVoidMeetsAward(t *testing.T) {
	store := eventstore.NewMemory()
	prepareVoids(t, store)
	standing, late := claimTestID(1000), claimTestID(1001)
	send(t, store, domain.AwardStream(standing), 300, granted(2000, voidSession))
	meddled := &meddling{Store: store, before: func() {
		send(t, store, domain.AwardStream(late), 310, granted(2000, voidSession))
	}}
	v := voidOf(voidSession)
	v.DespiteAwards = true
	report, err := awarding.VoidEvent(t.Context(), meddled, v)
	if err != nil || !slices.Equal(report.Awards, []uuid.UUID{standing, late}) ||
		!slices.Equal(report.Between, []uuid.UUID{late}) {
		t.Fatalf("%+v, %v", report, err)
	}
}

// The void that comes second, between check and append, finds out that it does.
func TestVoidMeetsVoid(t *testing.T) {
	store := eventstore.NewMemory()
	prepareVoids(t, store)
	meddled := &meddling{Store: store, before: func() {
		first := voidOf(voidSession)
		first.Meta.ID = claimTestID(901)
		if _, err := awarding.VoidEvent(t.Context(), store, first); err != nil {
			t.Error(err)
		}
	}}
	_, err := awarding.VoidEvent(t.Context(), meddled, voidOf(voidSession))
	if domain.ErrorCode(err) != domain.CodeConflict || !voidedIn(t, store, voidSession) {
		t.Fatalf("voided twice: %v", err)
	}
}

func TestVoidRepeated(t *testing.T) {
	store := eventstore.NewMemory()
	prepareVoids(t, store)
	for i, before := range []bool{false, true, true} {
		report, err := awarding.VoidEvent(t.Context(), store, voidOf(voidSession))
		if err != nil || report.Before != before || !voidedIn(t, store, voidSession) {
			t.Fatalf("%d: %+v, %v", i, report, err)
		}
		if i == 1 { // what was done is told, even where it would now be refused
			send(t, store, domain.AwardStream(claimTestID(1000)), 300, granted(2000, voidSession))
		}
	}
}

func TestVoidRefusals(t *testing.T) {
	store := eventstore.NewMemory()
	prepareVoids(t, store)
	if _, err := awarding.VoidEvent(t.Context(), store, voidOf(voidOther)); err != nil {
		t.Fatal(err)
	}
	var void uuid.UUID
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == domain.TypeEventVoided {
			void = e.ID
		}
	}
	send(t, store, domain.AwardStream(claimTestID(1000)), 300, granted(2000, voidSession, voidOther))
	for name, s := range map[string]struct {
		event  uuid.UUID
		reason string
		code   domain.Code
		says   string
	}{
		"of an event unknown":  {claimTestID(12345), "x", domain.CodeNotFound, "no event " + claimTestID(12345).String()},
		"of no event":          {uuid.Nil, "x", domain.CodeNotFound, "no event"},
		"of a void":            {void, "x", domain.CodeConflict, "a void cannot be voided"},
		"of what is voided":    {voidOther, "x", domain.CodeConflict, "was voided before"},
		"without a reason":     {voidSession, "", domain.CodeInvalid, "reason"},
		"with an address":      {voidSession, "told by ann@example.org", domain.CodeInvalid, "reason"},
		"with a long reason":   {voidSession, strings.Repeat("x", domain.NameBytesMax+1), domain.CodeInvalid, "reason"},
		"of a standing ground": {voidSession, "x", domain.CodeConflict, "an award that stands rests on event"},
	} {
		t.Run(name, func(t *testing.T) {
			before := headOf(t, store)
			v := voidOf(s.event)
			v.Reason, v.Meta.ID = s.reason, uuid.New()
			report, err := awarding.VoidEvent(t.Context(), store, v)
			if domain.ErrorCode(err) != s.code || !strings.Contains(err.Error(), s.says) || headOf(t, store) != before {
				t.Fatalf("%+v, %v", report, err)
			}
			if strings.Contains(err.Error(), "\n") || len(s.reason) > 1 && strings.Contains(err.Error(), s.reason) {
				t.Errorf("%q", err)
			}
		})
	}
}

// Of many awards, a refusal names a few.
func TestVoidNamesFewAwards(t *testing.T) {
	store := eventstore.NewMemory()
	prepareVoids(t, store)
	for n := range 12 {
		send(t, store, domain.AwardStream(claimTestID(1000+n)), 300+n, granted(2000+n, voidOutcome))
	}
	_, err := awarding.VoidEvent(t.Context(), store, voidOf(voidOutcome))
	if err == nil || !strings.Contains(err.Error(), "12 awards that stand rest on event") ||
		!strings.Contains(err.Error(), "and 4 more") || strings.Count(err.Error(), "00000000-") != 9 {
		t.Errorf("%v", err)
	}
}
