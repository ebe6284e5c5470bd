package serving

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// At says what to look at. The zero value is the only program, now, under the criteria in force.
type At struct {
	Program string // "" is the only one that there is
	Across  bool   // no program is meant: Program is left as it is, and no criteria are looked for

	AsOf     time.Time // zero: the newest occurred at of any event, but not past now; now for an empty log
	Position string    // as Position.String writes it; "" for everything applied so far
	Criteria string    // "", CriteriaActive, the first digits of a hash, or the name of a document of the options
}

// View is what was known at one position. Nothing in it changes until it is closed; then what it handed out must not be
// read any more, except rows of standings and what else is documented to stay.
//
// Close it as soon as the answer is computed, and before writing it to anybody: a View that stays open keeps memory, and
// views that stay open at several positions keep the engine from moving on.
type View struct {
	*Models
	Program  string
	AsOf     time.Time
	Position eventstore.Position
	Version  uint64    // of the engine's state; 0 where At named a position of the past
	Present  bool      // neither a time nor a position of the past was asked for
	Criteria *Criteria // nil where none are in force and none were asked for, or no program is meant

	engine  *Engine
	state   *state
	release func()
	closed  atomic.Bool
}

// ProgramError says that a program is to be named, or that the one that was named is not there.
type ProgramError struct {
	Named    string
	Programs []string // those that there are
}

func (e *ProgramError) Error() string { return e.Unwrap().Error() }

// Unwrap returns the error by its kind: about the field program.
func (e *ProgramError) Unwrap() error {
	list := strings.Join(e.Programs[:min(programsShown, len(e.Programs))], ", ")
	if n := len(e.Programs) - programsShown; n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	switch {
	case len(e.Programs) == 0:
		return &domain.Error{Code: domain.CodeNotFound, Field: "program", Message: "the log holds no program",
			Hint: "open one, or import something"}
	case e.Named == "":
		return &domain.Error{Code: domain.CodeInvalid, Field: "program",
			Message: fmt.Sprintf("the log holds %d programs", len(e.Programs)), Hint: "choose one of " + list}
	}
	hint := "the log holds " + list
	if word := domain.Suggest(e.Named, e.Programs); word != "" {
		hint = fmt.Sprintf("did you mean %q?", word)
	}
	return &domain.Error{Code: domain.CodeNotFound, Field: "program",
		Message: fmt.Sprintf("there is no program %q", e.Named), Hint: hint}
}

// programsShown is how many programs an error lists.
const programsShown = 8

// Look returns what there is to see, to be closed. It fails with *ProgramError, *projections.NoCriteriaError,
// *eventstore.InvalidError about a position, *domain.Error about another field, or the context's error.
func (e *Engine) Look(ctx context.Context, at At) (*View, error) {
	if !at.AsOf.IsZero() && (at.AsOf.Before(domain.OccurredMin) || !at.AsOf.Before(domain.OccurredMax)) {
		return nil, &domain.Error{Code: domain.CodeInvalid, Field: "as_of", Message: "the time is out of range",
			Hint: fmt.Sprintf("use one from %s up to %s", domain.OccurredMin.Format(time.DateOnly),
				domain.OccurredMax.Format(time.DateOnly))}
	}
	s, release, err := e.stateAt(ctx, at.Position)
	if err != nil {
		return nil, err
	}
	v := &View{Models: s.Models, Program: at.Program, AsOf: at.AsOf.UTC(), Position: s.position, Version: s.version,
		Present: at.AsOf.IsZero() && s.version != 0, engine: e, state: s, release: release}
	if at.AsOf.IsZero() {
		if v.AsOf = s.asOf; v.AsOf.IsZero() {
			v.AsOf = e.o.Now().UTC()
		}
	}
	if err := v.resolve(at); err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

func (v *View) resolve(at At) error {
	if at.Across {
		return nil
	}
	programs := v.ProgramNames()
	switch {
	case at.Program == "" && len(programs) == 1:
		v.Program = programs[0]
	case at.Program == "" || !slices.Contains(programs, at.Program):
		return &ProgramError{Named: at.Program, Programs: programs}
	}
	c, err := v.engine.plans.find(v.state, at.Criteria, v.Program, v.AsOf)
	if err != nil && at.Criteria == "" {
		if _, ok := err.(*projections.NoCriteriaError); ok {
			return nil
		}
	}
	v.Criteria = c
	return err
}

// Close gives the view back. It may be called again.
func (v *View) Close() {
	if v.closed.CompareAndSwap(false, true) {
		v.release()
	}
}

// FindCriteria returns other criteria than those of the view, by what At.Criteria may say.
func (v *View) FindCriteria(ref string) (*Criteria, error) {
	return v.engine.plans.find(v.state, ref, v.Program, v.AsOf)
}

// board returns the standings of the view, up to date.
func (v *View) board() (*board, error) {
	if v.Criteria == nil {
		return nil, &projections.NoCriteriaError{Program: v.Program, AsOf: v.AsOf}
	}
	key := boardKey{program: v.Program, hash: v.Criteria.Hash, follows: v.AsOf.Equal(v.state.asOf)}
	if !key.follows {
		key.asOf = v.AsOf.UnixNano()
	}
	return v.state.boards.of(v.state, key, v.Criteria.Plan), nil
}

// Live returns the live standings of the view: to be read until the view is closed. Like all that follows, it fails with
// *projections.NoCriteriaError when the view has no criteria.
func (v *View) Live() (*projections.Live, error) {
	b, err := v.board()
	if err != nil {
		return nil, err
	}
	return b.live, nil
}

// Standings returns the standings of everybody. They stay, are shared, and not to be changed. Where a part will do, a
// Page costs less.
func (v *View) Standings() (*projections.Standings, error) {
	b, err := v.board()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.standings == nil {
		b.standings = b.live.Standings(v.People)
		b.standings.Position = v.Position.String()
	}
	return b.standings, nil
}

// StandingsPage returns what Standings does, with at most n of its mentors, from a place on, counted from 0; and how many
// there are in all.
func (v *View) StandingsPage(from, n int) (page *projections.Standings, total int, err error) {
	b, err := v.board()
	if err != nil {
		return nil, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head == nil {
		b.head = b.live.StandingsPage(nil, 0, 0)
		b.head.Position = v.Position.String()
	}
	s := *b.head
	s.Mentors = b.live.Page(v.People, from, n)
	return &s, b.live.Len(), nil
}

// PageQuery selects rows of standings.
type PageQuery struct {
	Tier  *string // only those who hold it; "" is none
	From  int     // the first row, counted from 0 among those selected
	Limit int
}

// Row is a row of standings with its place among all, counted from 1.
type Row struct {
	Place int
	projections.Standing
}

// Page is a part of the standings. It stays.
type Page struct {
	Rows  []Row
	Total int // how many rows the query selects
}

// Page returns a part of the standings.
func (v *View) Page(q PageQuery) (Page, error) {
	live, err := v.Live()
	if err != nil {
		return Page{}, err
	}
	if q.Tier == nil {
		page := Page{Total: live.Len()}
		for i, row := range live.Page(v.People, q.From, q.Limit) {
			page.Rows = append(page.Rows, Row{max(q.From, 0) + i + 1, row})
		}
		return page, nil
	}
	tier := slices.IndexFunc(v.Criteria.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == *q.Tier })
	if tier < 0 && *q.Tier != "" {
		return Page{}, nil
	}
	page, place, seen := Page{Total: live.Count(tier)}, 0, 0
	for id, timeline := range live.Ranked() {
		if len(page.Rows) >= q.Limit {
			break
		}
		place++
		if int(timeline.Tier) != tier {
			continue
		}
		if seen++; seen > q.From {
			_, row, _ := live.Place(v.People, id)
			page.Rows = append(page.Rows, Row{place, row})
		}
	}
	return page, nil
}

// Of returns the row of a person. It reports false for one who is not listed. The row stays.
func (v *View) Of(person uuid.UUID) (Row, bool, error) {
	live, err := v.Live()
	if err != nil {
		return Row{}, false, err
	}
	id, ok := v.Facts.MentorOf(v.Program, person)
	if !ok {
		return Row{}, false, nil
	}
	place, row, ok := live.Place(v.People, id)
	return Row{place + 1, row}, ok, nil
}

// Timeline returns the timeline of a person, by what Facts and Criteria tell: to be read until the view is closed.
func (v *View) Timeline(person uuid.UUID) (criteria.Timeline, bool, error) {
	live, err := v.Live()
	if err != nil {
		return criteria.Timeline{}, false, err
	}
	id, ok := v.Facts.MentorOf(v.Program, person)
	if !ok {
		return criteria.Timeline{}, false, nil
	}
	timeline, ok := live.Timeline(id)
	return timeline, ok, nil
}

// TierCount is how many mentors hold a tier.
type TierCount struct {
	Tier    string // id; "" for none
	Name    string
	Mentors int
}

// Tiers counts who holds which tier, the highest first; those without one come last.
func (v *View) Tiers() ([]TierCount, error) {
	live, err := v.Live()
	if err != nil {
		return nil, err
	}
	var counts []TierCount
	for i, tier := range slices.Backward(v.Criteria.Doc.Tiers) {
		counts = append(counts, TierCount{tier.ID, tier.Name, live.Count(i)})
	}
	return append(counts, TierCount{Mentors: live.Count(criteria.NoTier)}), nil
}

// TierMonths counts tiers month by month up to the time of the view. The result stays, is shared, and not to be changed.
func (v *View) TierMonths() ([]projections.TierMonth, error) {
	b, err := v.board()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.months == nil {
		b.months = projections.TierMonths(v.Facts, b.live.Timelines(), v.Criteria.Plan, v.AsOf)
	}
	return b.months, nil
}
