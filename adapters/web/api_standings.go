package web

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

// StandingsShape is how standings look in JSON.
type StandingsShape struct {
	Program  string          `json:"program"`
	Criteria string          `json:"criteria"`
	AsOf     time.Time       `json:"as_of"`
	Position string          `json:"position"`
	Events   int             `json:"events"`
	Mentors  []StandingShape `json:"mentors"`
}

// StandingShape is how the standing of a mentor looks in JSON.
type StandingShape struct {
	Person   uuid.UUID          `json:"person"`
	Name     string             `json:"name"`
	Tier     string             `json:"tier"`
	Score    float64            `json:"score"`
	Measures map[string]float64 `json:"measures"`
	History  []ChangeShape      `json:"history"`
}

// ChangeShape is how a change of tier looks in JSON.
type ChangeShape struct {
	At    time.Time `json:"at"`
	Tier  string    `json:"tier"`
	From  string    `json:"from"`
	Cause string    `json:"cause" doc:"The event that caused it, or elapsed."`
}

// PersonPath names a person.
type PersonPath struct {
	Person string `path:"person" format:"uuid" doc:"The person."`
}

type standingsQuery struct {
	Moment
	Listing
}

type explainQuery struct {
	PersonPath
	Moment
}

type reachQuery struct {
	PersonPath
	Moment
	Tier string `query:"tier" required:"true" maxLength:"256" doc:"The tier to reach." example:"champion"`
	By   string `query:"by_time" maxLength:"256" doc:"Reach it by then."`
	Only string `query:"only" maxLength:"2048" doc:"Only events of these types, with commas between." example:"SessionHeld,GoalMet"`
}

type flagsQuery struct {
	Moment
	Kind   string `query:"kind" maxLength:"256" doc:"Only flags of these kinds, with commas between." example:"burst,one-mentee"`
	Person string `query:"person" format:"uuid" doc:"Only flags that concern this person."`
}

func (a *api) standingsOperations() {
	ask(a, operation{id: "getStandings", path: "/v1/standings", tag: "standings", action: access.StandingsRead, command: "replay",
		summary: "The standings: tier, score, measures and history of every mentor"},
		func(v *visit, in *standingsQuery) (*projections.Standings, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			from := 0
			if v.asked.cursor != nil {
				from = v.asked.cursor.From
			}
			shown, total, err := view.StandingsPage(from, in.Limit)
			if err != nil {
				return nil, err
			}
			if from+in.Limit < total {
				v.goOn().From = from + in.Limit
			}
			return shown, nil
		})
	ask(a, operation{id: "explainStanding", path: "/v1/people/{person}/explanation", tag: "standings", action: access.PersonRead,
		on: onPerson, command: "explain", summary: "Why a mentor stands where they stand, and what is missing"},
		func(v *visit, _ *explainQuery) (*projections.Explanation, error) {
			view, person, err := v.mentor()
			if err != nil {
				return nil, err
			}
			return projections.Explain(view.Facts, view.People, view.Program, person, view.Criteria.Plan, view.AsOf)
		})
	ask(a, operation{id: "listLosses", path: "/v1/people/{person}/losses", tag: "standings", action: access.PersonRead,
		on: onPerson, command: "explain", summary: "Which single event, if it were voided, would lose the tier"},
		func(v *visit, _ *explainQuery) (*projections.Losses, error) {
			view, person, err := v.mentor()
			if err != nil {
				return nil, err
			}
			return projections.Loses(view.Facts, view.People, view.Program, person, view.Criteria.Plan, view.AsOf)
		})
	ask(a, operation{id: "findReach", path: "/v1/people/{person}/reach", tag: "standings", action: access.PersonRead,
		on: onPerson, command: "explain", summary: "Which further events would take a mentor to a tier"}, (*visit).reach)
	ask(a, operation{id: "listFlags", path: "/v1/flags", tag: "standings", action: access.FlagsRead, command: "flags",
		summary: "Patterns that a human should look at"},
		func(v *visit, in *flagsQuery) (*projections.Flags, error) {
			view, err := v.looking()
			if err != nil {
				return nil, err
			}
			var o projections.FlagOptions
			for _, name := range listed(in.Kind) {
				if !slices.Contains(projections.FlagKinds(), projections.FlagKind(name)) {
					return nil, invalid("kind", "is none of reciprocal, ring, burst, maximum, one-mentee")
				}
				o.Kinds = append(o.Kinds, projections.FlagKind(name))
			}
			if o.Person, err = parseID("person", in.Person); err != nil {
				return nil, err
			}
			return projections.FindFlags(view.Facts, view.People, view.Program, view.Criteria.Plan, view.AsOf, o), nil
		})
}

// looking looks at a program under criteria, which have to be there.
func (v *visit) looking() (*serving.View, error) {
	view, err := v.look()
	if err == nil && view.Criteria == nil {
		err = &projections.NoCriteriaError{Program: view.Program, AsOf: view.AsOf}
	}
	return view, err
}

// mentor looks at the person in the path under criteria.
func (v *visit) mentor() (*serving.View, uuid.UUID, error) {
	person, err := v.person()
	if err != nil {
		return nil, person, err
	}
	view, err := v.looking()
	return view, person, err
}

// reach answers which further events would take a mentor to a tier.
func (v *visit) reach(in *reachQuery) (*projections.Reach, error) {
	view, person, err := v.mentor()
	if err != nil {
		return nil, err
	}
	q := projections.ReachQuery{Tier: in.Tier}
	for _, name := range listed(in.Only) {
		if !slices.Contains(criteria.FactTypes(), domain.EventType(name)) {
			return nil, invalid("only", "names a type of event that criteria do not count")
		}
		q.Only = append(q.Only, domain.EventType(name))
	}
	if q.By, err = parseTime("by_time", in.By); err != nil {
		return nil, err
	}
	if !q.By.IsZero() && q.By.Before(view.AsOf) {
		return nil, invalid("by_time", "is before the time that is looked at; give a later one")
	}
	return projections.Reaches(view.Facts, view.People, view.Program, person, view.Criteria.Plan, view.AsOf, q)
}

// listed takes a list with commas apart.
func listed(text string) []string {
	var list []string
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// parseID reads an id; the zero one where none was given.
func parseID(field, text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 || id == uuid.Nil {
		return uuid.Nil, invalid(field, "is no id; write it such as 6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0001")
	}
	return id, nil
}
