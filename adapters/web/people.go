package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

func (s *Server) peoplePages() []route {
	return []route{
		{"GET /people", access.StandingsRead, nil, (*visit).mentors},
		{"POST /people/find", access.PeopleList, onAll, (*visit).findPeople},
		{"GET /people/{person}", access.PersonRead, onPerson, (*visit).personPage},
		{"GET /people/{person}/measures/{measure}", access.PersonRead, onPerson, (*visit).measurePage},
	}
}

// tierNone stands in an address for holding no tier; no tier's id can be so.
const tierNone = "-"

// pageRows is how many rows of a long list a page shows.
const pageRows = 50

// mentorsShown is what the list of mentors shows.
type mentorsShown struct {
	Tiers  []serving.TierCount
	Tier   *string
	Rows   []serving.Row
	Names  map[string]string // of tiers
	Total  int
	Next   string
	Found  []projections.PersonView // who was looked for by name
	Looked bool
}

// mentors lists the standings, the highest score first.
func (v *visit) mentors() error { return v.mentorsFound(nil, false) }

func (v *visit) mentorsFound(found []projections.PersonView, looked bool) error {
	view, err := v.look()
	if err != nil {
		return err
	}
	if view.Criteria == nil {
		return v.noCriteria("People", "/people")
	}
	from, err := v.cursor()
	if err != nil {
		return err
	}
	shown := mentorsShown{Names: tierNames(view.Criteria.Doc), Found: found, Looked: looked}
	query := serving.PageQuery{From: from, Limit: pageRows}
	if q := v.r.URL.Query(); q.Has("tier") {
		tier := q.Get("tier")
		if tier == tierNone {
			tier = ""
		}
		if _, ok := shown.Names[tier]; !ok {
			return invalid("tier", "is not one of these criteria's")
		}
		query.Tier, shown.Tier = &tier, &tier
	}
	page, err := view.Page(query)
	if err != nil {
		return err
	}
	shown.Rows, shown.Total = page.Rows, page.Total
	if from+len(page.Rows) < page.Total {
		shown.Next = strconv.Itoa(from + len(page.Rows))
	}
	if shown.Tiers, err = view.Tiers(); err != nil {
		return err
	}
	return v.render("people", frameOf{Title: "People", Room: "/people", Live: true, Page: &shown,
		Lead: "Every mentor of the program, by score. Look into anybody to see why."})
}

// cursor reads how many rows come before the page.
func (v *visit) cursor() (int, error) {
	text := v.r.URL.Query().Get("after")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalid("after", "is no place in the list; follow the link to the next page")
	}
	return n, nil
}

// findPeople looks people up by name, address or id. What was looked for is personal, so it comes in the body of the
// request and never stands in an address.
func (v *visit) findPeople() error {
	text, err := v.text("text", parameterBytesMax)
	if err != nil {
		return err
	}
	view, err := v.look()
	if err != nil {
		return err
	}
	ids := view.People.Find(text)
	if len(ids) == 1 {
		v.release()
		http.Redirect(v.w, v.r, v.link("/people/"+ids[0].String()), http.StatusSeeOther)
		return nil
	}
	var found []projections.PersonView
	for _, id := range ids {
		if record, ok := view.PersonRecords.Of(id); ok {
			found = append(found, record.At(view.People, view.AsOf))
		}
	}
	return v.mentorsFound(found, true)
}

// tierNames maps the ids of a document's tiers to what it calls them; "" is no tier.
func tierNames(doc *criteria.Document) map[string]string {
	names := map[string]string{"": ""}
	for _, t := range doc.Tiers {
		names[t.ID] = t.Name
	}
	return names
}

// noCriteria answers where standings are asked for and no criteria are in force.
func (v *visit) noCriteria(title, room string) error {
	return v.render("nocriteria", frameOf{Title: title, Room: room})
}

// personShown is what a person's page shows.
type personShown struct {
	Person   uuid.UUID
	View     projections.PersonView
	Why      *projections.Explanation // nil for who is no mentor in the program
	Today    *todayShown              // of the past, or under other criteria
	Names    map[string]string
	Place    int
	Mentors  int
	Score    *chart
	Rooms    *chart
	Measures []measureShown
	As       struct{ Mentor, Mentee []projections.Relationship }
	Awards   []awardShown
	Growth   []*projections.RoomView // mentorships with roadmaps or threads
	Consents []projections.Consent
}

// measureShown is a measure with what counted for it and what did not.
type measureShown struct {
	Name            string
	Value           projections.Decimal
	Counted, Left   []projections.Contribution // the newest first
	CountedN, LeftN int                        // how many there are of each
}

// awardShown is an award as lists show it.
type awardShown struct {
	Award  uuid.UUID
	Tier   string
	Status domain.AwardStatus
	Earned time.Time
	From   time.Time
	Closed time.Time
}

// growthRoomsShown is of how many mentorships, those with the newest sessions, the page of a person tells how people
// grew.
const growthRoomsShown = 8

// growth reads the roadmaps and growth threads of the latest mentorships of a person, as far as the visitor may.
func (v *visit) growth(rooms []projections.Relationship) ([]*projections.RoomView, error) {
	slices.SortStableFunc(rooms, func(a, b projections.Relationship) int { return b.LastSession.Compare(a.LastSession) })
	var grown []*projections.RoomView
	for _, r := range rooms[:min(len(rooms), growthRoomsShown)] {
		if !v.may(access.RoomsRead, r.Mentor.Person, r.Mentee.Person) {
			continue
		}
		room, err := v.readRoom(projections.RoomRef{Room: r.Room, Mentor: r.Mentor.Person, Mentee: r.Mentee.Person})
		if err != nil {
			return nil, err
		}
		if len(room.Roadmaps)+len(room.Threads) > 0 {
			grown = append(grown, room)
		}
	}
	return grown, nil
}

// contributionsShown bounds the events of each measure that are listed on the page of a person, and contributionsListed
// those on a page of their own.
const (
	contributionsShown  = 20
	contributionsListed = 200
)

// personPage shows everything that there is to say about a person in a program: where they stand and why.
func (v *visit) personPage() error {
	id, err := v.person()
	if err != nil {
		return err
	}
	view, err := v.look()
	if err != nil {
		return err
	}
	record, known := view.PersonRecords.Of(id)
	shown := personShown{Person: id}
	if known {
		shown.View = record.At(view.People, view.AsOf)
	} else if contact, ok := view.People.Contact(id); ok {
		shown.View.Name = contact.Name
	}
	shown.View.Person = id
	if view.Criteria != nil {
		if err := shown.explain(view, id); err != nil {
			return err
		}
		if shown.Why != nil && shown.Why.Tier != "" && !view.Present {
			if shown.Today, err = v.today(view.Program, id, shown.Why.Tier); err != nil {
				return err
			}
		}
	}
	for _, r := range view.Rooms.Relationships(view.People, projections.RoomQuery{Program: domain.Slug(view.Program), Person: id},
		view.AsOf) {
		if r.Mentor.Person == id {
			shown.As.Mentor = append(shown.As.Mentor, r)
		} else {
			shown.As.Mentee = append(shown.As.Mentee, r)
		}
	}
	if !known && shown.Why == nil && len(shown.As.Mentee) == 0 {
		return missing("nobody with this id is known")
	}
	shown.Rooms = roomSpans(shown.As.Mentor, view.AsOf)
	if shown.Growth, err = v.growth(slices.Concat(shown.As.Mentor, shown.As.Mentee)); err != nil {
		return err
	}
	for _, a := range view.Register.Of(view.Program, id) {
		if state, ok := a.AsOf(view.AsOf); ok {
			shown.Awards = append(shown.Awards, awardShown{a.ID, string(state.Case.Tier), state.Status, state.Case.EarnedAt,
				state.Case.From(), state.ClosedAt})
		}
	}
	shown.Consents = view.Consents.Of(id, view.AsOf)
	title := shown.View.Name
	if title == "" {
		title = "Person " + id.String()[:8]
	}
	return v.render("person", frameOf{Title: title, Room: "/people", Live: true, Page: &shown})
}

// todayShown says whether a tier that was held at another time, or by other criteria, would be held today.
type todayShown struct {
	Holds    bool
	Tier     string // held today: its name, "" for none
	Criteria string // the hash of those in force
}

// today judges a tier of a mentor by what is known now, under the criteria in force; nil where there are none.
func (v *visit) today(program string, person uuid.UUID, tier string) (*todayShown, error) {
	now, err := v.engine.Look(v.ctx(), serving.At{Program: program})
	if err != nil {
		return nil, err
	}
	defer now.Close()
	if now.Criteria == nil {
		return nil, nil
	}
	row, _, err := now.Of(person)
	if err != nil {
		return nil, err
	}
	rank := func(id string) int {
		return slices.IndexFunc(now.Criteria.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == id })
	}
	return &todayShown{Holds: rank(tier) >= 0 && rank(row.Tier) >= rank(tier), Tier: tierNames(now.Criteria.Doc)[row.Tier],
		Criteria: now.Criteria.Hash}, nil
}

// explain fills in where a mentor stands, and why.
func (p *personShown) explain(view *serving.View, id uuid.UUID) error {
	plan := view.Criteria.Plan
	why, err := projections.Explain(view.Facts, view.People, view.Program, id, plan, view.AsOf)
	var no *projections.NotMentorError
	if errors.As(err, &no) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Why, p.Names = why, tierNames(view.Criteria.Doc)
	row, ok, err := view.Of(id)
	if err != nil {
		return err
	}
	if ok {
		p.Place = row.Place
	}
	page, err := view.Page(serving.PageQuery{Limit: 1})
	if err != nil {
		return err
	}
	p.Mentors = page.Total
	for _, m := range why.Measures {
		shown := measureShown{Name: m.Name, Value: m.Value}
		shown.Counted, shown.CountedN = newest(why.Contributions, m.Name, 0, contributionsShown)
		shown.Left, shown.LeftN = newest(why.Excluded, m.Name, 0, contributionsShown)
		p.Measures = append(p.Measures, shown)
	}
	p.Score, err = scoreChart(view, id, why)
	return err
}

// newest are the newest contributions to a measure after some, up to so many, and how many there are in all.
func newest(all []projections.Contribution, measure string, after, most int) (shown []projections.Contribution, count int) {
	for _, c := range slices.Backward(all) {
		if c.Measure != measure {
			continue
		}
		if count++; count > after && len(shown) < most {
			shown = append(shown, c)
		}
	}
	return shown, count
}

// measureListed is a measure of a person with all that counted for it and all that did not, a page at a time.
type measureListed struct {
	measureShown
	Person uuid.UUID
	Next   string
}

// measurePage lists all the events of one measure of a person.
func (v *visit) measurePage() error {
	id, err := v.person()
	if err != nil {
		return err
	}
	view, err := v.look()
	if err != nil {
		return err
	}
	if view.Criteria == nil {
		return v.noCriteria("Measure", "/people")
	}
	after := 0
	if text := v.r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.Atoi(text); err != nil || after < 0 {
			return invalid("after", "is not where another page ended")
		}
	}
	why, err := projections.Explain(view.Facts, view.People, view.Program, id, view.Criteria.Plan, view.AsOf)
	var no *projections.NotMentorError
	if errors.As(err, &no) {
		return missing("this person is no mentor in the program")
	}
	if err != nil {
		return err
	}
	name := v.r.PathValue("measure")
	at := slices.IndexFunc(why.Measures, func(m projections.NamedDecimal) bool { return m.Name == name })
	if at < 0 {
		return missing("the criteria have no such measure")
	}
	shown := measureListed{measureShown: measureShown{Name: name, Value: why.Measures[at].Value}, Person: id}
	shown.Counted, shown.CountedN = newest(why.Contributions, name, after, contributionsListed)
	shown.Left, shown.LeftN = newest(why.Excluded, name, after, contributionsListed)
	if after += contributionsListed; after < max(shown.CountedN, shown.LeftN) {
		shown.Next = strconv.Itoa(after)
	}
	return v.render("measure", frameOf{Title: "Events of " + name, Room: "/people", Page: &shown})
}

// scorePointsMax is at how many times the score is computed for its chart, besides those at which a tier changed.
const scorePointsMax = 240

// scoreChart draws a mentor's score over their whole history, computed at equal steps and at each change of tier, with
// the scores that tiers ask for.
func scoreChart(view *serving.View, id uuid.UUID, why *projections.Explanation) (*chart, error) {
	mentor, ok := view.Facts.MentorOf(view.Program, id)
	if !ok {
		return nil, nil
	}
	from, ok := view.Facts.FirstOf(mentor)
	if !ok || !from.Before(view.AsOf) {
		from = view.AsOf.AddDate(0, -1, 0)
	}
	marks := map[int64]string{}
	times := []int64{from.UnixNano(), view.AsOf.UnixNano()}
	names := tierNames(view.Criteria.Doc)
	for _, h := range why.History {
		text := "no tier"
		if h.Tier != "" {
			text = names[h.Tier]
		}
		marks[h.At.UnixNano()] = text
		times = append(times, h.At.UnixNano())
	}
	step := max(view.AsOf.Sub(from)/scorePointsMax, 24*time.Hour)
	for t := from; t.Before(view.AsOf); t = t.Add(step) {
		times = append(times, t.UnixNano())
	}
	slices.Sort(times)
	scores := projections.ScoresAt(view.Facts, mentor, view.Criteria.Plan, slices.Compact(times))
	var points []chartPoint
	for i, s := range scores {
		mark := marks[s.At]
		if i > 0 && mark == "" && i < len(scores)-1 && float64(s.Score)/1000 == points[len(points)-1].Value {
			continue
		}
		points = append(points, chartPoint{time.Unix(0, s.At).UTC(), float64(s.Score) / 1000, mark})
	}
	var thresholds []chartThreshold
	for _, t := range why.Tiers {
		for _, c := range t.Clauses {
			value, err := strconv.ParseFloat(c.Threshold, 64)
			if err == nil && strings.HasPrefix(c.Text, "score >") {
				thresholds = append(thresholds, chartThreshold{value, t.Name})
			}
		}
	}
	return newStepChart("score", "Score over time, with each change of tier", "Score", points, thresholds, view.AsOf), nil
}

// healthClass is the series in which a relationship of a health is drawn.
var healthClass = map[projections.Health]string{
	projections.HealthActive: seriesClass(2), projections.HealthFading: seriesClass(3), projections.HealthOneOff: seriesClass(0),
}

// roomSpans draws mentorships on a timeline, the newest first.
func roomSpans(list []projections.Relationship, until time.Time) *chart {
	var spans []chartSpan
	for _, r := range slices.Backward(list) {
		to := until
		switch {
		case !r.EndedAt.IsZero():
			to = r.EndedAt
		case !r.LastSession.IsZero():
			to = r.LastSession
		}
		name := r.Mentee.Name
		if name == "" {
			name = r.Mentee.Person.String()[:8]
		}
		spans = append(spans, chartSpan{Label: name, From: r.StartedAt, To: to, Class: healthClass[r.Health],
			Text: string(r.Health) + ", " + plural(r.Sessions, "session", "sessions")})
	}
	if len(spans) == 0 {
		return nil
	}
	return newSpanChart("rooms", "Mentorships, from their start to their last session", spans, until)
}
