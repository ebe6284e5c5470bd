package projections_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// criteriaStream makes recorded events of the stream of the program git, one at each position from 1 on.
type criteriaStream struct {
	t      testing.TB
	events []eventstore.RecordedEvent
}

// add records an event that occurred on a day and returns its id.
func (s *criteriaStream) add(occurred int, p domain.Payload) uuid.UUID {
	s.t.Helper()
	n := len(s.events) + 1
	e, err := eventstore.Encode(domain.Event{ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, n)), Payload: p,
		Meta: domain.Metadata{OccurredAt: criteriaDay(occurred), Actor: "test", Source: "test",
			Schema: domain.SchemaOf(p.EventType())}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.events = append(s.events, eventstore.RecordedEvent{ID: e.ID, Type: e.Type, Stream: "criteria-git",
		Revision: eventstore.Revision(n - 1), Position: eventstore.NewPosition(1, uint64(n), 0), Meta: e.Meta, Data: e.Data})
	return e.ID
}

func (s *criteriaStream) propose(occurred int, document string) string {
	s.t.Helper()
	s.add(occurred, &domain.CriteriaProposed{Hash: domain.DocumentHash(document), Document: document, By: criteriaAda})
	return domain.DocumentHash(document)
}

func (s *criteriaStream) activate(occurred, effective int, hash string) uuid.UUID {
	s.t.Helper()
	return s.add(occurred, &domain.CriteriaActivated{Hash: hash, EffectiveAt: criteriaDay(effective)})
}

// known is what was known after the first n events.
func (s *criteriaStream) known(n int) *projections.Governance {
	s.t.Helper()
	g := projections.NewGovernance()
	if err := g.Apply(s.events[:n]); err != nil {
		s.t.Fatal(err)
	}
	return g
}

var (
	criteriaAda   = uuid.MustParse("00000000-0000-4000-8000-00000000000a")
	criteriaGrace = uuid.MustParse("00000000-0000-4000-8000-00000000000b")
)

func criteriaDay(n int) time.Time {
	return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n)
}

func TestInForce(t *testing.T) {
	s := &criteriaStream{t: t}
	a := s.propose(1, `{"program":"git","title":"A"}`)                        // 1
	b := s.propose(1, `{"program":"git","title":"B"}`)                        // 2
	s.activate(5, 5, a)                                                       // 3
	s.activate(10, 10, b)                                                     // 4
	mistake := s.activate(15, 15, a)                                          // 5
	s.add(16, &domain.EventVoided{EventID: mistake, Reason: "entered-twice"}) // 6
	s.activate(20, 2, b)                                                      // 7: backdated, up to 5
	s.activate(21, 40, a)                                                     // 8: scheduled
	s.add(22, &domain.CriteriaWithdrawn{Hash: a, By: criteriaAda})            // 9: and cancelled
	for _, c := range []struct {
		name      string
		at, known int
		want      string
	}{
		{"before everything", 1, 9, ""},
		{"backdated", 3, 9, b},
		{"not known to be backdated yet", 3, 6, ""},
		{"from its first instant", 5, 9, a},
		{"until the next", 9, 9, a},
		{"the next", 10, 9, b},
		{"a voided one never was", 16, 9, b},
		{"not known to be void yet", 16, 5, a},
		{"before a schedule", 39, 8, b},
		{"a schedule that came true", 40, 8, a},
		{"a schedule that was cancelled", 41, 9, b},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := s.known(c.known).InForce("git", criteriaDay(c.at)); got.Hash != c.want {
				t.Errorf("got %q, want %q", got.Hash, c.want)
			}
		})
	}
	got := s.known(9).Regimes("git", criteriaDay(12))
	want := []projections.Regime{
		{From: criteriaDay(2), To: criteriaDay(5), Hash: b, Document: `{"program":"git","title":"B"}`},
		{From: criteriaDay(5), To: criteriaDay(10), Hash: a, Document: `{"program":"git","title":"A"}`},
		{From: criteriaDay(10), Hash: b, Document: `{"program":"git","title":"B"}`},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestCriteriaStatus(t *testing.T) {
	s := &criteriaStream{t: t}
	a := s.propose(1, `{"program":"git","title":"A"}`)
	b := s.propose(2, `{"program":"git","title":"B"}`)
	s.add(3, &domain.CriteriaApproved{Hash: a, By: criteriaGrace})
	s.add(3, &domain.CriteriaApproved{Hash: b, By: criteriaGrace})
	s.activate(4, 10, a)
	s.add(5, &domain.CriteriaWithdrawn{Hash: b, By: criteriaAda})
	b2 := s.propose(6, `{"program":"git","title":"B"}`)
	s.add(7, &domain.CriteriaApproved{Hash: b2, By: criteriaGrace})
	s.activate(11, 12, b2)
	g := s.known(len(s.events))
	for _, c := range []struct {
		at   int
		a, b projections.CriteriaStatus
	}{
		{0, "", ""},
		{1, projections.CriteriaProposed, ""},
		{3, projections.CriteriaApproved, projections.CriteriaApproved},
		{4, projections.CriteriaScheduled, projections.CriteriaProposed},
		{5, projections.CriteriaScheduled, projections.CriteriaWithdrawn},
		{7, projections.CriteriaScheduled, projections.CriteriaApproved},
		{10, projections.CriteriaInForce, projections.CriteriaApproved},
		{11, projections.CriteriaInForce, projections.CriteriaScheduled},
		{12, projections.CriteriaReplaced, projections.CriteriaInForce},
	} {
		ra, _ := g.Record("git", a, criteriaDay(c.at))
		rb, _ := g.Record("git", b, criteriaDay(c.at))
		if ra.Status != c.a || rb.Status != c.b {
			t.Errorf("day %d: got %q and %q, want %q and %q", c.at, ra.Status, rb.Status, c.a, c.b)
		}
	}
	if r, _ := g.Record("git", b, criteriaDay(4)); len(r.Approvals) != 1 || !r.Approvals[0].Lapsed || r.Title != "B" {
		t.Errorf("got %+v, want a lapsed approval", r)
	}
	if n := len(g.Records("git", criteriaDay(20))); n != 2 {
		t.Errorf("got %d records, want 2", n)
	}
}

// TestRegimesAgree compares the regimes of random histories with what is found for each day alone.
func TestRegimesAgree(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := &criteriaStream{t: t}
		hashes := []string{s.propose(0, `{"program":"git","title":"A"}`), s.propose(0, `{"program":"git","title":"B"}`),
			s.propose(0, `{"program":"git","title":"C"}`)}
		type activation struct {
			id        uuid.UUID
			hash      string
			effective int
			gone      bool
		}
		var all []activation
		for day := range 12 {
			switch hash := hashes[r.IntN(3)]; {
			case r.IntN(5) == 0 && len(all) > 0:
				i := r.IntN(len(all))
				s.add(day, &domain.EventVoided{EventID: all[i].id, Reason: "test"})
				all[i].gone = true
			default:
				effective := r.IntN(12)
				all = append(all, activation{id: s.activate(day, effective, hash), hash: hash, effective: effective})
			}
		}
		g := s.known(len(s.events))
		until := r.IntN(14)
		regimes := g.Regimes("git", criteriaDay(until))
		for i := 1; i < len(regimes); i++ {
			if !regimes[i].From.Equal(regimes[i-1].To) || regimes[i].Hash == regimes[i-1].Hash {
				t.Fatalf("seed %d: regimes %v do not follow each other", seed, regimes)
			}
		}
		for day := range until + 1 {
			naive, latest := "", -1
			for _, a := range all {
				if !a.gone && a.effective <= day && a.effective >= latest {
					naive, latest = a.hash, a.effective
				}
			}
			got := ""
			for _, in := range regimes {
				if !in.From.After(criteriaDay(day)) && (in.To.IsZero() || in.To.After(criteriaDay(day))) {
					got = in.Hash
				}
			}
			in, _ := g.InForce("git", criteriaDay(day))
			if got != naive || in.Hash != naive {
				t.Fatalf("seed %d, day %d: regimes say %q, in force is %q, want %q", seed, day, got, in.Hash, naive)
			}
		}
	}
}

func TestImpactChanges(t *testing.T) {
	mover := func(n int, to string) projections.ImpactMover {
		return projections.ImpactMover{Person: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, n)), To: to, Direction: "up"}
	}
	report := func(digest string, stay int, movers ...projections.ImpactMover) *projections.Impact {
		return &projections.Impact{From: "x", To: "y", Digest: digest, Rise: len(movers), Movers: movers,
			Flow: []projections.FlowCell{{Count: stay}, {To: "one", Count: len(movers)}}}
	}
	before := report("1", 3, mover(1, "one"), mover(2, "one"))
	if c := report("1", 9, mover(1, "one"), mover(2, "one")).Changes(before); !c.None() {
		t.Errorf("more who stay: got %+v, want no change", c)
	}
	c := report("2", 3, mover(2, "one"), mover(3, "one"), mover(4, "one")).Changes(before)
	if c.None() || len(c.Came) != 2 || len(c.Left) != 1 || len(c.Flow) != 1 || c.Flow[0].Now != 3 {
		t.Errorf("got %+v", c)
	}
	cut := report("3", 3, mover(1, "one"))
	cut.Rise = 5
	if c := before.Changes(cut); c.None() || !c.Unlisted || len(c.Came) != 0 {
		t.Errorf("a report without all: got %+v", c)
	}
}
