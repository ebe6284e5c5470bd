package web

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/serving"
)

// AwardList is a part of the register.
type AwardList struct {
	Awards []projections.AwardRow `json:"awards"`
}

func (l *AwardList) items() any { return l.Awards }

// WaitingList is what waits for a reviewer.
type WaitingList struct {
	Waiting []waitingAward `json:"waiting"`
	AsOf    time.Time      `json:"as_of"`
}

func (l *WaitingList) items() any { return l.Waiting }

// AwardToday is an award with the answer whether it would be given.
type AwardToday struct {
	projections.AwardRow
	Today *projections.WouldHold `json:"would_hold"`
}

// AwardPath names an award.
type AwardPath struct {
	Award string `path:"award" format:"uuid" doc:"The award."`
}

type awardsQuery struct {
	Moment
	Listing
	Person string `query:"person" format:"uuid" doc:"Only those of this person."`
	Tier   string `query:"tier" maxLength:"256" doc:"Only those of this tier."`
	Status string `query:"status" enum:"open,proposed,granted,kept,declined,revoked,expired" doc:"Only those with this status."`
	Given  string `query:"given_under" maxLength:"256" doc:"Only those given under criteria whose hash begins so."`
}

type awardQuery struct {
	AwardPath
	Moment
}

type auditQuery struct {
	Moment
	Person string `query:"person" format:"uuid" doc:"Only those of this person."`
	All    bool   `query:"all" doc:"Also awards that were declined, revoked or expired."`
}

func (a *api) awardOperations() {
	const tag = "awards"
	ask(a, operation{id: "listAwards", path: "/v1/awards", tag: tag, action: access.AwardsRead, on: onProgramOrOwn, command: "awards list",
		summary: "The register of awards"}, (*visit).awardList)
	ask(a, operation{id: "getAward", path: "/v1/awards/{award}", tag: tag, action: access.AwardsRead, on: onAwardAcross, command: "awards show",
		summary: "An award: what it rests on, and every decision about it"},
		func(v *visit, _ *awardQuery) (*projections.AwardDetail, error) {
			view, award, err := v.awardAcross()
			if err != nil {
				return nil, err
			}
			d, ok, err := projections.NewAwardDetail(v.ctx(), v.engine.Store(), view.People, award, &view.AsOf, &view.Position)
			if err == nil && !ok {
				err = missing("the award is not in the register at this time")
			}
			return d, err
		})
	ask(a, operation{id: "wouldAwardHold", path: "/v1/awards/{award}/would-hold", tag: tag, action: access.AwardsRead, on: onAwardAcross,
		command: "awards show", summary: "Whether the criteria in force would give an award"},
		func(v *visit, _ *awardQuery) (*AwardToday, error) {
			view, award, err := v.awardAcross()
			if err != nil {
				return nil, err
			}
			state, ok := award.AsOf(view.AsOf)
			if !ok {
				return nil, missing("the award is not in the register at this time")
			}
			w, err := projections.NewWouldHold(v.auditSources(view), award, state, view.AsOf)
			return &AwardToday{projections.NewAwardRow(view.People, state), w}, err
		})
	ask(a, operation{id: "listWaiting", path: "/v1/awards/waiting", tag: tag, action: access.AwardsRead, command: "awards review",
		summary: "What waits for a reviewer, the longest first"},
		func(v *visit, in *criteriaQuery) (*WaitingList, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			return &WaitingList{part(v, in.Listing, waitingAwards(view)), view.AsOf}, nil
		})
	ask(a, operation{id: "auditAwards", path: "/v1/awards/audit", tag: tag, action: access.AwardsAudit, command: "awards audit",
		summary: "Every award recomputed, and those that do not hold up"},
		func(v *visit, in *auditQuery) (*projections.Audit, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			o := projections.AuditOptions{Program: view.Program, All: in.All}
			if o.Person, err = parseID("person", in.Person); err != nil {
				return nil, err
			}
			return projections.NewAudit(v.ctx(), v.auditSources(view), view.AsOf, o)
		})
}

// awardAcross finds the award in the path, of whatever program.
func (v *visit) awardAcross() (*serving.View, *projections.RegisteredAward, error) {
	id, err := v.pathID("award")
	if err != nil {
		return nil, nil, err
	}
	view, err := v.lookAcross()
	if err != nil {
		return nil, nil, err
	}
	award, ok := view.Register.Award(id)
	if !ok {
		return nil, nil, missing("the register holds no such award, as is known at this position")
	}
	return view, award, nil
}

// onAwardAcross is the target of what is about the award in the path: its program, and whose it is.
func onAwardAcross(v *visit) (access.Target, error) {
	_, award, err := v.awardAcross()
	if err != nil {
		return access.Target{}, err
	}
	return access.Target{Program: award.First.Program, People: []uuid.UUID{award.First.Person}}, nil
}

// onProgramOrOwn is the target of a list that may be asked for about one person only, who may be the caller.
func onProgramOrOwn(v *visit) (access.Target, error) {
	person, err := parseID("person", v.r.URL.Query().Get("person"))
	if err != nil {
		return access.Target{}, err
	}
	t, err := onProgram(v)
	if person != uuid.Nil {
		t.People = []uuid.UUID{person}
	}
	return t, err
}

func (v *visit) awardList(in *awardsQuery) (*AwardList, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	person, err := parseID("person", in.Person)
	if err != nil {
		return nil, err
	}
	rows := view.Register.Rows(view.People, view.Program, &view.AsOf, func(row *projections.AwardRow) bool {
		return (person == uuid.Nil || row.Person == person) && (in.Tier == "" || string(row.Tier) == in.Tier) &&
			strings.HasPrefix(bareHash(row.Criteria), bareHash(in.Given)) && hasStatus(row.Status, in.Status)
	})
	return &AwardList{part(v, in.Listing, rows)}, nil
}

// hasStatus tells whether an award has a status that was asked for: any for "", one that is not closed for "open".
func hasStatus(status domain.AwardStatus, asked string) bool {
	return asked == "" || asked == string(status) || asked == "open" && status.Open()
}

// within tells whether a word is one of those that there are.
func within[T ~string](field, text string, words ...T) error {
	if slices.Contains(words, T(text)) {
		return nil
	}
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = string(w)
	}
	return invalid(field, "is not known; it is one of %s", strings.Join(list, ", "))
}
