package serving

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// Models are the read models of a log, all folded up to the same position.
type Models struct {
	Facts            *projections.Facts
	People           *projections.People
	Governance       *projections.Governance
	Register         *projections.Register
	Programs         *projections.Programs
	Rooms            *projections.Rooms
	Consents         *projections.Consents
	Acknowledgements *projections.Acknowledgements
	Communities      *projections.Communities
	PersonRecords    *projections.PersonRecords

	rewards  map[domain.Slug]*projections.Rewards
	programs []string
}

func newModels() *Models {
	return &Models{
		Facts: projections.NewFacts(), People: projections.NewPeople(), Governance: projections.NewGovernance(),
		Register: projections.NewRegister(), Programs: projections.NewPrograms(), Rooms: projections.NewRooms(),
		Consents: projections.NewConsents(), Acknowledgements: projections.NewAcknowledgements(),
		Communities: projections.NewCommunities(), PersonRecords: projections.NewPersonRecords(),
		rewards: map[domain.Slug]*projections.Rewards{},
	}
}

// others are the models that are folded from recorded events one by one: all but the facts and the people, which Build
// folds faster.
func (m *Models) others() []projections.Model {
	return []projections.Model{m.Governance, m.Register, m.Programs, m.Rooms, m.Consents, m.Acknowledgements,
		m.Communities, m.PersonRecords, rewardsModel{m}}
}

// readModels folds a log up to a position. The facts are folded on one goroutine and everything else on another.
func readModels(ctx context.Context, store eventstore.Store, upTo eventstore.Position, reading func(events int)) (
	*Models, error) {
	m := newModels()
	if upTo.IsZero() {
		return m, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	var factsErr, othersErr error
	group.Go(func() {
		m.Facts, factsErr = projections.Build(ctx, store,
			projections.BuildOptions{UpTo: upTo, People: m.People, Progress: reading})
		if factsErr != nil {
			cancel()
		}
	})
	group.Go(func() {
		_, othersErr = projections.ReadLog(ctx, store, eventstore.Filter{}, &upTo, m.others()...)
		if othersErr != nil {
			cancel()
		}
	})
	group.Wait()
	switch {
	case factsErr != nil && (othersErr == nil || !errors.Is(factsErr, context.Canceled)):
		return nil, fmt.Errorf("read the log: %w", factsErr)
	case othersErr != nil:
		return nil, othersErr
	}
	m.programs = m.programNames()
	return m, nil
}

// apply folds events that follow those folded before, and returns the mentors whose facts changed. After a failure the
// models are of no further use.
func (m *Models) apply(events []eventstore.RecordedEvent) ([]projections.MentorID, error) {
	touched, err := m.Facts.Apply(events)
	if err != nil {
		return nil, err
	}
	if err := m.People.Apply(events); err != nil {
		return nil, err
	}
	for _, model := range m.others() {
		if err := model.Apply(events); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(events, namesProgram) {
		m.programs = m.programNames()
	}
	return touched, nil
}

// namesProgram tells whether an event may add a program to those that the log speaks of, or take one away.
func namesProgram(e eventstore.RecordedEvent) bool {
	switch domain.Category(e.Stream) {
	case domain.CategoryProgram:
		return e.Type == domain.TypeProgramOpened || e.Type == domain.TypeEventVoided
	case domain.CategoryCriteria:
		return true
	}
	return e.Type == domain.TypeMentorshipStarted
}

// Rewards returns the rewards of a program.
func (m *Models) Rewards(program string) *projections.Rewards {
	if r := m.rewards[domain.Slug(program)]; r != nil {
		return r
	}
	return projections.NewRewards(domain.Slug(program))
}

// ProgramNames returns every program that the log speaks of, in order: those that were opened, those with mentorships,
// and those with criteria. It is not to be changed.
func (m *Models) ProgramNames() []string { return m.programs }

func (m *Models) programNames() []string {
	names := map[string]bool{}
	for _, p := range m.Programs.List(domain.OccurredMax) {
		names[string(p.Program)] = true
	}
	for _, list := range [][]string{m.Facts.Programs(), m.Governance.Programs()} {
		for _, name := range list {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// rewardsModel folds the rewards of every program.
type rewardsModel struct{ *Models }

// Apply implements projections.Model.
func (m rewardsModel) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		text, ok := strings.CutPrefix(events[i].Stream, domain.CategoryProgram+"-")
		if !ok {
			continue
		}
		program := domain.Slug(strings.Clone(text))
		if m.rewards[program] == nil {
			m.rewards[program] = projections.NewRewards(program)
		}
		if err := m.rewards[program].Apply(events[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}
