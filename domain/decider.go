package domain

// Decider is how one stream behaves: where it starts, what may happen, and what it becomes.
//
// Decide is pure: it returns the events that the command leads to, or an *Error that says why not. It returns no events
// and no error for a command whose id is that of an event before (see CommandMeta.ID).
//
// Evolve is pure too: it returns the state after an event, and leaves the state given as it was. It accepts whatever
// was recorded, and judges nothing. States of one stream must not be evolved from several goroutines at once, as they
// share what they remember.
type Decider[State any] struct {
	Initial State
	Decide  func(State, Command) ([]Event, error)
	Evolve  func(State, Event) State
}

// Fold evolves a state by events.
func (d Decider[State]) Fold(state State, events ...Event) State {
	for _, e := range events {
		state = d.Evolve(state, e)
	}
	return state
}

// State is the state of any stream, as DeciderFor works with it: a *Person, *Mentorship, *Program, *Criteria or *Award.
type State interface {
	decide(Command) ([]Event, error)
	evolve(Event) State
}

// DeciderFor returns the decider of a stream by its name.
func DeciderFor(stream string) (Decider[State], error) {
	id, err := ParseStream(stream)
	if err != nil {
		return Decider[State]{}, err
	}
	var initial State
	switch id.Category {
	case CategoryPerson:
		initial = &Person{ID: id.ID}
	case CategoryMentorship:
		initial = &Mentorship{ID: id.ID}
	case CategoryProgram:
		initial = &Program{Slug: id.Slug}
	case CategoryCriteria:
		initial = &Criteria{Slug: id.Slug}
	default:
		initial = &Award{ID: id.ID}
	}
	return Decider[State]{Initial: initial, Decide: decideAny, Evolve: evolveAny}, nil
}

func decideAny(s State, c Command) ([]Event, error) { return s.decide(c) }

func evolveAny(s State, e Event) State { return s.evolve(e) }
