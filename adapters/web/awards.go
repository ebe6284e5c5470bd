package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

func (s *Server) awardPages() []route {
	return []route{
		{"GET /awards", access.AwardsRead, onOwn, (*visit).awards},
		{"GET /awards/review", access.AwardsRead, onOwn, (*visit).reviews},
		{"GET /awards/audit", access.AwardsAudit, nil, (*visit).audit},
		{"GET /awards/{award}", access.AwardsRead, onAward, (*visit).awardPage},
		{"POST /awards/{award}/review", access.AwardsReview, onAward, (*visit).reviewAward},
		{"POST /awards/{award}/revoke", access.AwardsRevoke, onAward, (*visit).revokeAward},
	}
}

// onAward is the target of what is about the award in the path: its program, and whose it is.
func onAward(v *visit) (access.Target, error) {
	_, award, err := v.award()
	if err != nil {
		return access.Target{}, err
	}
	return access.Target{Program: award.First.Program, People: []uuid.UUID{award.First.Person}}, nil
}

// award finds the award in the path.
func (v *visit) award() (*serving.View, *projections.RegisteredAward, error) {
	id, err := v.pathID("award")
	if err != nil {
		return nil, nil, err
	}
	view, err := v.look()
	if err != nil {
		return nil, nil, err
	}
	award, ok := view.Register.Award(id)
	if !ok {
		return nil, nil, missing("the register holds no such award, as is known at this position")
	}
	if string(award.First.Program) != view.Program {
		return nil, nil, missing("this award is of another program")
	}
	return view, award, nil
}

// awardStatuses are the statuses that awards may have.
var awardStatuses = []domain.AwardStatus{domain.AwardStatusProposed, domain.AwardStatusGranted, domain.AwardStatusKept,
	domain.AwardStatusDeclined, domain.AwardStatusRevoked, domain.AwardStatusExpired}

// registerShown is what the register shows.
type registerShown struct {
	Statuses                        []domain.AwardStatus
	Tiers                           []string
	Tier, Status, Criteria, Backlog string
	Rows                            []projections.AwardRow
	Total                           int
	Counts                          []statusCount
	Next                            string
}

type statusCount struct {
	Status domain.AwardStatus
	Count  int
}

// awards lists the register.
func (v *visit) awards() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	from, err := v.cursor()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	shown := registerShown{Statuses: awardStatuses, Tier: q.Get("tier"), Status: q.Get("status"), Criteria: q.Get("criteria_hash"),
		Backlog: q.Get("backlog")}
	if shown.Status != "" && shown.Status != "open" && !slices.Contains(awardStatuses, domain.AwardStatus(shown.Status)) {
		return invalid("status", "is none that awards have")
	}
	all := v.may(access.AwardsRead)
	tiers, counts := map[string]bool{}, map[domain.AwardStatus]int{}
	rows := view.Register.Rows(view.People, view.Program, &view.AsOf, func(row *projections.AwardRow) bool {
		if !all && !v.who.Is(row.Person) {
			return false
		}
		tiers[string(row.Tier)] = true
		switch {
		case shown.Tier != "" && string(row.Tier) != shown.Tier,
			shown.Criteria != "" && !strings.HasPrefix(strings.TrimPrefix(row.Criteria, "sha256:"), strings.TrimPrefix(shown.Criteria, "sha256:")),
			shown.Backlog == "no" && row.Backlog, shown.Backlog == "yes" && !row.Backlog:
			return false
		}
		counts[row.Status]++
		return shown.Status == "" || string(row.Status) == shown.Status || shown.Status == "open" && row.Status.Open()
	})
	for _, s := range awardStatuses {
		if counts[s] > 0 {
			shown.Counts = append(shown.Counts, statusCount{s, counts[s]})
		}
	}
	slices.Reverse(rows) // the newest first
	shown.Tiers, shown.Total = slices.Sorted(maps.Keys(tiers)), len(rows)
	rows = rows[min(from, len(rows)):]
	if len(rows) > pageRows {
		rows, shown.Next = rows[:pageRows], strconv.Itoa(from+pageRows)
	}
	shown.Rows = rows
	return v.render("awards", frameOf{Title: "Awards", Room: "/awards", Live: true, Page: &shown,
		Lead: "The register: who was awarded what, when it was earned, and what became of it."})
}

// awardDetail is what the page of an award shows.
type awardDetail struct {
	*projections.AwardDetail
	Tier      string
	Measures  []measurePair
	Today     *projections.WouldHold
	Proposal  projections.CriteriaRecord
	HasRecord bool
	Actors    map[string]string // names of those who decided, by their ids
	Open      bool
	Badge     *badgeAddress // of its public page; nil where another time is looked at
}

// measurePair is a measure when an award was decided, and now.
type measurePair struct {
	Name      string
	Then, Now string // "" where there is none
}

// awardPage shows an award with all that it rests on.
func (v *visit) awardPage() error {
	view, award, err := v.award()
	if err != nil {
		return err
	}
	detail, ok, err := projections.NewAwardDetail(v.ctx(), v.engine.Store(), view.People, award, &view.AsOf, &view.Position)
	if err != nil {
		return err
	}
	if !ok {
		return missing("the award is not in the register at this time")
	}
	shown := awardDetail{AwardDetail: detail, Tier: string(detail.AwardRow.Tier), Actors: map[string]string{}, Open: detail.Status.Open()}
	state, _ := award.AsOf(view.AsOf)
	shown.Today, err = projections.NewWouldHold(v.auditSources(view), award, state, view.AsOf)
	if err != nil {
		shown.Today = nil // where no criteria are in force there is no answer
	}
	now := map[string]string{}
	if view.Criteria != nil {
		if row, ok, err := view.Of(detail.Person); err == nil && ok {
			for _, m := range row.Measures {
				now[m.Name] = projections.FormatMilli(int64(m.Value))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(detail.Measures)) {
		shown.Measures = append(shown.Measures, measurePair{name, projections.FormatMilli(int64(detail.Measures[name])), now[name]})
	}
	shown.Proposal, shown.HasRecord = view.Governance.Record(view.Program, detail.Criteria, view.AsOf)
	for _, d := range detail.Decisions {
		if id, err := uuid.Parse(d.Actor); err == nil {
			contact, _ := view.People.Contact(id)
			shown.Actors[d.Actor] = contact.Name
		}
	}
	if shown.Badge, err = v.badgeAddress(view, award); err != nil {
		return err
	}
	title := detail.Name
	if title == "" {
		title = "Award " + detail.Award.String()[:8]
	}
	return v.render("award", frameOf{Title: title, Room: "/awards", Live: true, Page: &shown,
		Lead: "Award " + detail.Award.String() + " of tier " + shown.Tier})
}

// auditSources is what awards are recomputed from.
func (v *visit) auditSources(view *serving.View) projections.AuditSources {
	return projections.AuditSources{Store: v.engine.Store(), Facts: view.Facts, Register: view.Register,
		Governance: view.Governance, People: view.People}
}

// reviewsShown is what waits for a review.
type reviewsShown struct {
	Rows []waitingAward
}

// waitingAward is an award that waits for a reviewer, with how long.
type waitingAward struct {
	projections.AwardRow
	Since time.Time `json:"waiting_since"`
	Days  int       `json:"waiting_days"`
}

// waitingAwards lists what waits for a reviewer, the longest first.
func waitingAwards(view *serving.View) []waitingAward {
	var rows []waitingAward
	for _, w := range awarding.WaitingAwards(view.Register, view.Program, view.AsOf) {
		award, _ := view.Register.Award(w.Award)
		state, _ := award.AsOf(view.AsOf)
		rows = append(rows, waitingAward{projections.NewAwardRow(view.People, state), w.Since,
			int(view.AsOf.Sub(w.Since).Hours() / 24)})
	}
	return rows
}

// reviews lists the awards that wait for a reviewer, the longest first.
func (v *visit) reviews() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	rows := waitingAwards(view)
	if !v.may(access.AwardsRead) {
		rows = slices.DeleteFunc(rows, func(row waitingAward) bool { return !v.who.Is(row.Person) })
	}
	shown := reviewsShown{Rows: rows}
	return v.render("reviews", frameOf{Title: "Waiting for a review", Room: "/awards", Live: true, Page: &shown,
		Lead: "Tiers that ask for a review are proposed by the award process and granted or declined by a human."})
}

// audit recomputes every award and lists those that do not hold up.
func (v *visit) audit() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	audit, err := projections.NewAudit(v.ctx(), v.auditSources(view), view.AsOf,
		projections.AuditOptions{Program: view.Program, All: v.r.URL.Query().Get("all") == "yes"})
	if err != nil {
		return err
	}
	return v.render("audit", frameOf{Title: "Audit of awards", Room: "/awards", Page: audit,
		Lead: "Every award in the register, computed again from the log and the criteria that it names."})
}

// reviewAward grants or declines what was proposed.
func (v *visit) reviewAward() error {
	meta, err := v.meta()
	if err != nil {
		return err
	}
	command := domain.ReviewAward{CommandMeta: meta, By: v.who.Person}
	switch v.r.PostFormValue("decision") {
	case "grant":
		command.Grant = true
	case "decline":
		command.ReasonCode = strings.TrimSpace(v.r.PostFormValue("reason"))
	default:
		return invalid("decision", "is neither grant nor decline")
	}
	return v.decideAward(command, "reviewed")
}

// revokeAward takes an award back.
func (v *visit) revokeAward() error {
	meta, err := v.meta()
	if err != nil {
		return err
	}
	return v.decideAward(domain.RevokeAward{CommandMeta: meta, By: v.who.Person, ReasonCode: strings.TrimSpace(v.r.PostFormValue("reason"))}, "revoked")
}

// decideAward carries out a decision about the award in the path, and shows it again.
func (v *visit) decideAward(command domain.Command, done string) error {
	id, err := v.pathID("award")
	if err != nil {
		return err
	}
	if v.who.Person == uuid.Nil {
		v.problem = errNoPerson
		return v.awardPage()
	}
	handled, err := eventstore.Handle(v.ctx(), v.engine.Store(), domain.AwardStream(id), domain.AwardDecider(id), command)
	if err != nil {
		v.problem = err
		return v.awardPage()
	}
	if err := v.recorded(handled.Position); err != nil {
		return err
	}
	return v.redirect("/awards/"+id.String(), done)
}

// errNoPerson is the answer to a decision of an account that is nobody.
var errNoPerson error = &domain.Error{Code: domain.CodeForbidden, Message: "your account is linked to no person, so nobody could be named as the one who decides",
	Hint: "an administrator links it"}
