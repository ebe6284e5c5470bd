package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

func (s *Server) acknowledgementPages() []route {
	return []route{
		{"GET /acknowledgements", access.AcknowledgementsRead, nil, (*visit).acknowledgementsPage},
		{"POST /acknowledgements", access.AcknowledgementsPublish, nil, (*visit).acknowledge},
		{"POST /acknowledgements/retract", access.AcknowledgementsPublish, nil, (*visit).retract},
	}
}

// acknowledgementsShown is what the page of acknowledgements shows.
type acknowledgementsShown struct {
	Due     []acknowledged // what has lost a consent
	Rows    []acknowledged
	Awards  []projections.AwardRow // whose holders may be named
	Version string
	Publish bool // the visitor may publish and retract now
}

// acknowledged is a publication with the names in it.
type acknowledged struct {
	projections.Acknowledgement
	People  []projections.Party
	Lacking []projections.Party // those of them without a consent
}

// acknowledgementsPage shows what was published, and first what has to be taken back.
func (v *visit) acknowledgementsPage() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	shown := acknowledgementsShown{Version: consentVersion, Publish: view.Present && v.may(access.AcknowledgementsPublish)}
	for _, due := range view.Acknowledgements.Due(view.Consents, view.AsOf) {
		if v.inProgram(due.Award) {
			shown.Due = append(shown.Due, acknowledged{due.Acknowledgement, parties(view, due.Names), parties(view, due.Lacking)})
		}
	}
	for _, a := range slices.Backward(view.Acknowledgements.AsOf(view.AsOf)) {
		if v.inProgram(a.Award) {
			shown.Rows = append(shown.Rows, acknowledged{Acknowledgement: a, People: parties(view, a.Names)})
		}
	}
	if shown.Publish {
		shown.Awards = nameable(view)
	}
	return v.render("acknowledgements", frameOf{Title: "Acknowledgements", Room: "/acknowledgements", Live: true, Page: &shown,
		Lead: "Who was named before whom for an award. It needs the consent of everybody it names, and is taken back when one goes."})
}

// parties names people.
func parties(view *serving.View, ids []uuid.UUID) (named []projections.Party) {
	for _, id := range ids {
		contact, _ := view.People.Contact(id)
		named = append(named, projections.Party{Person: id, Name: contact.Name})
	}
	return named
}

// nameable lists the awards that are held by people who agreed to be named before some audience.
func nameable(view *serving.View) (rows []projections.AwardRow) {
	for _, registered := range view.Register.All(view.Program) {
		award, ok := registered.AsOf(view.AsOf)
		if ok && award.Status.Held() && len(view.Consents.Of(award.Case.Person, view.AsOf)) > 0 {
			rows = append(rows, projections.NewAwardRow(view.People, award))
		}
	}
	slices.SortFunc(rows, func(a, b projections.AwardRow) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), b.EarnedAt.Compare(a.EarnedAt))
	})
	return rows
}

// formAward reads the award that a form names, which has to be of the program that is looked at.
func (v *visit) formAward() (uuid.UUID, error) {
	if _, err := v.look(); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(v.r.PostFormValue("award"))
	if err != nil || !v.inProgram(id) {
		return uuid.Nil, invalid("award", "is none of this program")
	}
	return id, nil
}

// acknowledge names the person of an award, and perhaps mentees with them.
func (v *visit) acknowledge() error {
	award, wrong := v.formAward()
	return v.act(&deed{to: "/acknowledgements", done: "recorded", back: (*visit).acknowledgementsPage, do: func(meta domain.CommandMeta) error {
		if wrong != nil {
			return wrong
		}
		c := domain.PublishAcknowledgement{CommandMeta: meta}
		var err error
		if c.Audience, err = v.audience(); err != nil {
			return err
		}
		if err := v.fill(field{"text_version", &c.TextVersion}); err != nil {
			return err
		}
		with, err := v.everybody("names")
		if err != nil {
			return err
		}
		report, err := awarding.PublishAcknowledgement(v.ctx(), v.engine.Store(), award, with, c)
		if err == nil && report.Retracted {
			err = &domain.Error{Code: domain.CodeConflict, Field: "names", Message: "a consent was withdrawn meanwhile, so it was retracted at once",
				Hint: "publish it without those who withdrew"}
		}
		return err
	}})
}

// retract takes back what was published about an award, before one audience or all.
func (v *visit) retract() error {
	award, wrong := v.formAward()
	return v.act(&deed{to: "/acknowledgements", done: "retracted", back: (*visit).acknowledgementsPage, do: func(meta domain.CommandMeta) error {
		if wrong != nil {
			return wrong
		}
		var audience domain.Audience
		if v.r.PostFormValue("audience") != "" {
			var err error
			if audience, err = v.audience(); err != nil {
				return err
			}
		}
		_, err := awarding.Retract(v.ctx(), v.engine.Store(), award, audience, meta, "retracted")
		return err
	}})
}
