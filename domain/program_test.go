package domain

import (
	"testing"

	"github.com/google/uuid"
)

func TestProgram(t *testing.T) {
	opened := history(&ProgramOpened{Title: "Git"})
	closed := history(&ProgramOpened{Title: "Git"}, &ProgramClosed{})
	reward := func(capacity int) DefineReward {
		return DefineReward{CommandMeta: at(3), Reward: "book", Title: "A book", Capacity: capacity}
	}
	backwards := reward(1)
	backwards.ValidFrom, backwards.ValidTo = hour(5), hour(5)
	runScenarios(t, ProgramStream("git"), map[string]scenario{
		"open": {when: OpenProgram{at(1), "Git", "open-source"},
			then: []Payload{&ProgramOpened{Title: "Git", Kind: "open-source"}}},
		"open without title": {when: OpenProgram{CommandMeta: at(1)}, code: CodeInvalid, field: "title"},
		"open twice": {given: opened, when: OpenProgram{CommandMeta: at(2), Title: "Git"},
			code: CodeConflict, says: []string{"already open"}},
		"reward": {given: opened, when: reward(3),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book", Capacity: 3}}},
		"reward again": {given: append(opened[:1:1], given(2, &RewardDefined{Reward: "book", Title: "A"})),
			when: reward(3),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book", Capacity: 3}}},
		"reward again, dated before": {given: append(opened[:1:1], given(4, &RewardDefined{Reward: "book", Title: "A"})),
			when: reward(3), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before 2026-03-01T04:00:00Z, when book was defined last; " +
				"a definition replaces those before it; void that one to go back"}},
		"reward without limit": {given: opened, when: reward(0),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book"}}},
		"reward for less than one": {given: opened, when: reward(-1), code: CodeInvalid, field: "capacity",
			says: []string{"-1"}},
		"reward valid for no time": {given: opened, when: backwards, code: CodeInvalid, field: "valid_to"},
		"reward without a slug": {given: opened, when: DefineReward{CommandMeta: at(3), Title: "x"},
			code: CodeInvalid, field: "reward"},
		"reward of no program":    {when: reward(3), code: CodeNotFound, says: []string{"never opened"}},
		"close":                   {given: opened, when: CloseProgram{at(3)}, then: []Payload{&ProgramClosed{}}},
		"close what never opened": {when: CloseProgram{at(3)}, code: CodeNotFound},
		"close twice": {given: closed, when: CloseProgram{at(3)}, code: CodeConflict,
			says: []string{"closed"}},
		"open what is closed": {given: closed, when: OpenProgram{CommandMeta: at(3), Title: "Git"},
			code: CodeConflict},
		"reward of a closed program": {given: closed, when: reward(3), code: CodeConflict},
		"void the closing": {given: closed, when: VoidEvent{at(3), number(2), "r"},
			then: []Payload{&EventVoided{EventID: number(2), Reason: "r"}}},
		"open again": {
			given: append(closed[:2:2], given(3, &EventVoided{EventID: number(2), Reason: "r"})), when: reward(0),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book"}}},
	})
}

func TestProgramKnowsItsRewards(t *testing.T) {
	d := ProgramDecider("git")
	p := d.Fold(d.Initial, history(&ProgramOpened{Title: "Git"}, &RewardDefined{Reward: "book", Title: "A"})...)
	if !p.HasReward("book") || p.HasReward("car") {
		t.Error("rewards are not as defined")
	}
	if p = d.Evolve(p, given(3, &EventVoided{EventID: number(2), Reason: "r"})); p.HasReward("book") {
		t.Error("a voided reward is still there")
	}
}

func defined(capacity int) *RewardDefined {
	return &RewardDefined{
		Reward: "book", Title: "A book", Kind: "training", Capacity: capacity, ValidFrom: hour(2), ValidTo: hour(9),
	}
}

func reserved(award int) *RewardReserved {
	return &RewardReserved{Reward: "book", Award: number(award), Person: ada}
}

func released(award int) *RewardReleased {
	return &RewardReleased{Reward: "book", Award: number(award), ReasonCode: "refused"}
}

func TestProgramReservations(t *testing.T) {
	opened := &ProgramOpened{Title: "Git"}
	alone := history(opened)
	two := history(opened, defined(2))
	one := history(opened, defined(2), reserved(51))
	full := history(opened, defined(2), reserved(51), reserved(52))
	free := history(opened, defined(2), reserved(51), released(51))
	unlimited := history(opened, &RewardDefined{Reward: "book", Title: "A book"}, reserved(51), reserved(52))
	reserve := func(meta CommandMeta, reward Slug, award int) ReserveReward {
		return ReserveReward{meta, reward, number(award), ada}
	}
	release := func(award int) ReleaseReward { return ReleaseReward{at(8), "book", number(award), "refused"} }
	void := func(n int) VoidEvent { return VoidEvent{at(8), number(n), "r"} }
	voids := func(n int) []Payload { return []Payload{&EventVoided{EventID: number(n), Reason: "r"}} }
	define := func(capacity int) DefineReward {
		return DefineReward{CommandMeta: at(8), Reward: "book", Title: "A book", Capacity: capacity}
	}
	runScenarios(t, ProgramStream("git"), map[string]scenario{
		"reserve":          {given: two, when: reserve(at(3), "book", 51), then: []Payload{reserved(51)}},
		"reserve the last": {given: one, when: reserve(at(4), "book", 52), then: []Payload{reserved(52)}},
		"reserve one too many": {given: full, when: reserve(at(5), "book", 53), code: CodeConflict, field: "reward",
			says: []string{"reward: all 2 of book are taken; wait until one is released, or define it with a larger capacity"}},
		"import one too many":        {given: full, when: record(5, reserved(53)), code: CodeConflict, field: "reward"},
		"reserve without limit":      {given: unlimited, when: reserve(at(5), "book", 53), then: []Payload{reserved(53)}},
		"reserve what is free again": {given: free, when: reserve(at(5), "book", 51), then: []Payload{reserved(51)}},
		"reserve after a void": {given: append(full[:4:4], given(5, &EventVoided{EventID: number(3), Reason: "r"})),
			when: reserve(at(6), "book", 51), then: []Payload{reserved(51)}},
		"reserve twice for an award": {given: one, when: reserve(at(4), "book", 51), code: CodeConflict, field: "award",
			says: []string{"award: book is already reserved for award " + number(51).String() +
				"; an award brings a reward once"}},
		"reserve by the same command": {given: one,
			when: func() Command { m := at(4); m.ID = number(3); return reserve(m, "book", 51) }()},
		"reserve the unknown": {given: two, when: reserve(at(3), "bok", 51), code: CodeNotFound, field: "reward",
			says: []string{`reward: program git has no reward "bok"; did you mean book?`}},
		"reserve what nobody defined": {given: two[:1:1], when: reserve(at(3), "book", 51), code: CodeNotFound,
			field: "reward", says: []string{"define it first"}},
		"reserve too early": {given: two, when: reserve(at(1), "book", 51), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before 2026-03-01T02:00:00Z, from when book is valid; " +
				"a reward is claimed from valid_from to before valid_to"}},
		"reserve at the first moment": {given: two, when: reserve(at(2), "book", 51), then: []Payload{reserved(51)}},
		"reserve too late": {given: two, when: reserve(at(9), "book", 51), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is not before 2026-03-01T09:00:00Z, until when book is valid"}},
		"reserve by the definition that occurred last": {given: append(alone[:1:1], given(9, defined(1)), given(4, defined(2)),
			given(5, reserved(51))), when: reserve(at(6), "book", 52), code: CodeConflict, field: "reward",
			says: []string{"all 1 of book are taken"}},
		"import from too early": {given: two, when: record(1, reserved(51)), then: []Payload{reserved(51)}},
		"reserve for no award": {given: two, when: ReserveReward{at(3), "book", uuid.Nil, ada}, code: CodeInvalid,
			field: "award"},
		"reserve for nobody": {given: two, when: ReserveReward{at(3), "book", number(51), uuid.Nil}, code: CodeInvalid,
			field: "person"},
		"reserve in a closed program": {given: append(two[:2:2], given(3, &ProgramClosed{})),
			when: reserve(at(4), "book", 51), code: CodeConflict},

		"release": {given: one, when: release(51), then: []Payload{released(51)}},
		"release in a closed program": {given: append(one[:3:3], given(4, &ProgramClosed{})), when: release(51),
			then: []Payload{released(51)}},
		"release what is not reserved": {given: one, when: release(52), code: CodeNotFound, field: "award",
			says: []string{"award: no book is reserved for award " + number(52).String() +
				"; only what is reserved can be released"}},
		"release twice": {given: free, when: release(51), code: CodeNotFound, field: "award"},

		"more of it":      {given: full, when: define(3), then: []Payload{define(3).payload()}},
		"just as many":    {given: full, when: define(2), then: []Payload{define(2).payload()}},
		"without a limit": {given: full, when: define(0), then: []Payload{define(0).payload()}},
		"less than reserved": {given: full, when: define(1), code: CodeConflict, field: "capacity",
			says: []string{"capacity: 2 of book are reserved, more than 1; give at least 2, or release some first"}},
		"less than once reserved": {given: free, when: define(1), then: []Payload{define(1).payload()}},

		"void a reservation":  {given: one, when: void(3), then: voids(3)},
		"void the definition": {given: two, when: void(2), then: voids(2)},
		"void the definition of what is reserved": {given: one, when: void(2), code: CodeConflict, field: "event_id",
			says: []string{"event_id: without it, book is not defined, and 1 are reserved; release them first"}},
		"void the larger definition": {given: history(opened, defined(1), defined(2), reserved(51), reserved(52)),
			when: void(3), code: CodeConflict, field: "event_id",
			says: []string{"event_id: without it, 2 of book are reserved, more than its capacity of 1; release some first, " +
				"or define it with a larger capacity"}},
		"void a released reservation": {given: free, when: void(3), code: CodeConflict, field: "event_id",
			says: []string{"void the release first"}},
		"void a release": {given: free, when: void(4), then: voids(4)},
		"void a release when all are taken": {
			given: history(opened, defined(1), reserved(51), released(51), reserved(52)), when: void(4), code: CodeConflict,
			field: "event_id", says: []string{"more than its capacity of 1"}},
		"void a release when reserved again": {
			given: history(opened, defined(2), reserved(51), released(51), reserved(51)), when: void(4), code: CodeConflict,
			field: "event_id", says: []string{"event_id: book was reserved again for award " + number(51).String() +
				"; void the later reservation first"}},
		"void the opening": {given: full, when: void(1), then: voids(1)},
	})
}

func TestProgramRoadmapsAndRhythm(t *testing.T) {
	opened := history(&ProgramOpened{Title: "Git"})
	roadmap := &RoadmapDefined{Roadmap: "newcomer", Title: "Newcomer", Milestones: []Slug{"a", "b"}}
	define := func(milestones ...Slug) DefineRoadmap {
		return DefineRoadmap{at(3), "newcomer", "Newcomer", milestones}
	}
	rhythm := func(sessions, days int, every string) SetFeedbackRhythm {
		return SetFeedbackRhythm{CommandMeta: at(3), AfterSessions: sessions, DueDays: days, Every: every, AtEnd: true}
	}
	runScenarios(t, ProgramStream("git"), map[string]scenario{
		"roadmap": {given: opened, when: define("a", "b"), then: []Payload{roadmap}},
		"roadmap again": {given: append(opened[:1:1], given(2, roadmap)), when: define("b"),
			then: []Payload{&RoadmapDefined{Roadmap: "newcomer", Title: "Newcomer", Milestones: []Slug{"b"}}}},
		"roadmap of no program":      {when: define("a"), code: CodeNotFound},
		"roadmap without milestones": {given: opened, when: define(), code: CodeInvalid, field: "milestones"},
		"a milestone twice": {given: opened, when: define("a", "a"), code: CodeInvalid, field: "milestones",
			says: []string{`milestones: "a" is there twice; name each milestone once`}},
		"roadmap without a title": {given: opened, when: DefineRoadmap{at(3), "newcomer", "", []Slug{"a"}},
			code: CodeInvalid, field: "title"},
		"rhythm": {given: opened, when: rhythm(5, 7, EveryQuarter),
			then: []Payload{&FeedbackRhythmSet{AfterSessions: 5, AtEnd: true, Every: EveryQuarter, DueDays: 7}}},
		"no rhythm": {given: opened, when: SetFeedbackRhythm{CommandMeta: at(3)}, then: []Payload{&FeedbackRhythmSet{}}},
		"every other week": {given: opened, when: rhythm(0, 0, "quater"), code: CodeInvalid, field: "every",
			says: []string{"did you mean quarter? it is one of month, quarter, half-year, year"}},
		"after too many sessions": {given: opened, when: rhythm(1001, 0, ""), code: CodeInvalid, field: "after_sessions"},
		"due before asked":        {given: opened, when: rhythm(0, -1, ""), code: CodeInvalid, field: "due_days"},
		"rhythm of no program":    {when: rhythm(1, 0, ""), code: CodeNotFound},
	})

	d := ProgramDecider("git")
	p := d.Fold(d.Initial, append(opened[:1:1], given(2, roadmap), given(3, &FeedbackRhythmSet{AtEnd: true}))...)
	if r, ok := p.Roadmap("newcomer"); !ok || len(r.Milestones) != 2 || p.Rhythm.IsNone() ||
		p.Rhythm.Due().Hours() != 14*24 {
		t.Errorf("got %+v, %v and %+v", r, ok, p.Rhythm)
	}
	p = d.Fold(p, given(4, &EventVoided{EventID: number(2), Reason: "r"}), given(5, &FeedbackRhythmSet{DueDays: 3}))
	if _, ok := p.Roadmap("newcomer"); ok || !p.Rhythm.IsNone() || p.Rhythm.Due().Hours() != 3*24 {
		t.Errorf("got %+v and %+v", p.Roadmaps, p.Rhythm)
	}
}

func TestProgramKnowsWhatIsReserved(t *testing.T) {
	d := ProgramDecider("git")
	p := d.Fold(d.Initial, history(&ProgramOpened{Title: "Git"}, defined(3), reserved(51), reserved(52), released(51),
		reserved(51), reserved(53), released(52))...)
	if got := p.Rewards(); len(got) != 1 || got[0].Slug != "book" || got[0].Kind != "training" || got[0].Reserved != 2 {
		t.Errorf("got %+v", got)
	}
	if r, ok := p.Reservation("book", number(51)); !ok || r.EventID != number(6) || !r.At.Equal(hour(6)) ||
		r.Person != ada {
		t.Errorf("got %+v, %v", r, ok)
	}
	if _, ok := p.Reservation("book", number(52)); ok || p.Reserved("book") != 2 || len(p.Reservations()) != 2 {
		t.Errorf("got %+v", p.Reservations())
	}
	if n := p.ReservationsMade("book", number(51)); n != 2 {
		t.Errorf("made %d times", n)
	}
}
