package web

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

func (s *Server) overviewPages() []route {
	return []route{
		{"GET /{$}", access.StandingsRead, nil, (*visit).overview},
		{"GET /live", access.StandingsRead, nil, s.liveness},
	}
}

// overviewShown is what the overview shows.
type overviewShown struct {
	Tiers  []serving.TierCount
	Months *chart
	overviewWork
	HealthBy *chart
	Awards   []newAward // with the names that the visitor may read
	Fresh    serving.Freshness
	Top      []serving.Row
	Names    map[string]string
	Mentors  int
}

// newAward is an award of the last time, with whose it is where the visitor may read that.
type newAward struct {
	awardShown
	Person uuid.UUID
	Name   string
}

const (
	newAwardsShown = 8
	topShown       = 10
)

// overviewWork is what the overview shows of all relationships, outcomes, feedback and awards of a program. To compute it
// takes long for a large one, and it names nobody: it is shared by all who look.
type overviewWork struct {
	Health   projections.HealthCount
	Outcomes *chart
	Awards   []newAward     // without names
	Open     map[string]int // awards by status: proposed, granted, kept
	Feedback projections.FeedbackCount
}

// overview shows where a program stands.
func (v *visit) overview() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	at, err := v.at()
	if err != nil {
		return err
	}
	at.Program = view.Program
	v.release() // not held while others compute
	summary, err := v.engine.Summary(v.ctx(), at, "overview", func(view *serving.View) (any, error) {
		return newOverviewWork(view), nil
	})
	if err != nil {
		return err
	}
	if view, err = v.look(); err != nil {
		return err
	}
	work := summary.Value.(*overviewWork)
	shown := overviewShown{Fresh: v.engine.Freshness(), overviewWork: *work, Awards: slices.Clone(work.Awards)}
	for i := range shown.Awards {
		row := &shown.Awards[i]
		if contact, ok := view.People.Contact(row.Person); ok && v.may(access.AwardsRead, row.Person) {
			row.Name = contact.Name
		}
	}
	if view.Criteria != nil {
		if err := shown.standings(view); err != nil {
			return err
		}
	}
	shown.HealthBy = newBarChart("health", "Relationships by health", [2]string{"Health", "How many"}, []barRow{
		{Label: "active", Value: float64(shown.Health.Active), Class: seriesClass(2)},
		{Label: "fading", Value: float64(shown.Health.Fading), Class: seriesClass(3)},
		{Label: "one-off", Value: float64(shown.Health.OneOff), Class: seriesClass(0)},
	})
	return v.render("overview", frameOf{Title: "Overview", Room: "/", Live: true, Page: &shown})
}

func newOverviewWork(view *serving.View) *overviewWork {
	w := &overviewWork{Open: map[string]int{}, Outcomes: outcomeChart(view)}
	q := projections.RoomQuery{Program: domain.Slug(view.Program)}
	for _, count := range view.Rooms.CountHealth(q, view.AsOf) {
		w.Health = count
	}
	w.Feedback = view.Rooms.CountFeedback(view.Programs, q, view.AsOf)
	w.awards(view)
	return w
}

// standings fills in who holds which tier, now and over time, and who leads.
func (o *overviewShown) standings(view *serving.View) error {
	var err error
	if o.Tiers, err = view.Tiers(); err != nil {
		return err
	}
	page, err := view.Page(serving.PageQuery{Limit: topShown})
	if err != nil {
		return err
	}
	o.Top, o.Mentors, o.Names = page.Rows, page.Total, tierNames(view.Criteria.Doc)
	months, err := view.TierMonths()
	if err != nil {
		return err
	}
	o.Months = tierChart(months, view.Criteria.Doc)
	return nil
}

// tierChart draws how many hold each tier at the end of each month.
func tierChart(months []projections.TierMonth, doc *criteria.Document) *chart {
	var periods []time.Time
	series := make([]chartSeries, len(doc.Tiers))
	for i, t := range doc.Tiers {
		series[i].Name = t.Name
	}
	for _, m := range months {
		periods = append(periods, m.Until)
		for i, n := range m.Held {
			series[i].Values = append(series[i].Values, n)
		}
	}
	return newStackChart("tiers", "Mentors by tier, at the end of each month", periods, "2006-01", series)
}

// outcomeChart draws the outcomes that were recorded of the program's mentees, year by year.
func outcomeChart(view *serving.View) *chart {
	types := []domain.EventType{domain.TypeGoalMet, domain.TypePromotionRecorded, domain.TypeSkillAttested, domain.TypeProjectCompleted}
	counts := projections.OutcomeYears(view.Facts, view.Program, types, view.AsOf)
	series := make([]chartSeries, len(types))
	for i, name := range []string{"Goals met", "Promotions", "Skills", "Projects"} {
		series[i].Name = name
	}
	var periods []time.Time
	for _, c := range counts {
		periods = append(periods, time.Date(c.Year, 1, 1, 0, 0, 0, 0, time.UTC))
		for i := range types {
			series[i].Values = append(series[i].Values, c.Counts[i])
		}
	}
	return newStackChart("outcomes", "Outcomes of mentees, by year", periods, "2006", series)
}

// awards fills in the newest awards and how many are open.
func (o *overviewWork) awards(view *serving.View) {
	all := view.Register.All(view.Program)
	for _, a := range all {
		state, ok := a.AsOf(view.AsOf)
		if !ok || !state.Status.Open() {
			continue
		}
		o.Open[string(state.Status)]++
		o.Awards = append(o.Awards, newAward{awardShown: awardShown{a.ID, string(state.Case.Tier), state.Status,
			state.Case.EarnedAt, state.Case.From(), state.ClosedAt}, Person: state.Case.Person})
	}
	slices.SortStableFunc(o.Awards, func(a, b newAward) int { return b.From.Compare(a.From) })
	o.Awards = slices.Clone(o.Awards[:min(len(o.Awards), newAwardsShown)])
}
