package web

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/awarding"
)

func (s *Server) consentPages() []route {
	return []route{
		{"GET /consent", access.ConsentRead, onMineAcross, (*visit).consentPage},
		{"POST /consent", access.ConsentGive, onSelf, (*visit).giveConsent},
		{"POST /consent/withdraw", access.ConsentGive, onSelf, (*visit).withdrawConsent},
	}
}

// consentVersion names the wording that people consent to here. Whoever changes the wording gives it a new version: a
// consent to one wording is none to another.
const consentVersion = "2026-02"

// consentText is what people consent to, by the audience.
var consentText = map[domain.Audience]string{
	domain.AudienceTeam: "My team may be told my name with the tiers that I reach, the milestones that I pass, and what I wrote for " +
		"the program to read. I can take this back at any time, and what was published is then taken back with it.",
	domain.AudienceOrganisation: "Everybody in my organisation may be told my name with the tiers that I reach, the milestones that I " +
		"pass, and what I wrote for the program to read. I can take this back at any time, and what was published is then taken back with it.",
	domain.AudiencePublic: "Anybody, also outside of my organisation, may be told my name with the tiers that I reach, the milestones " +
		"that I pass, and what I wrote for everybody to read. Each of my badges has a page that shows, to those who have its address, by " +
		"which criteria I earned it and how much I did for it. I can take this back at any time, and what was published is then taken " +
		"back with it; what others have copied by then is beyond reach.",
}

// onMineAcross is onMine for what is of no one program.
func onMineAcross(v *visit) (access.Target, error) {
	var t access.Target
	if v.who != nil && v.who.Person != uuid.Nil {
		t.People = []uuid.UUID{v.who.Person}
	}
	return t, nil
}

// consentShown is what the page of consents shows.
type consentShown struct {
	Version   string
	Audiences []consentAsked
	Others    []projections.Consent // of the visitor, to other wordings
	Counts    []projections.ConsentCount
	All       bool // the visitor may see how many others consent
	Person    bool // the visitor's account is linked to somebody
	Act       bool
}

// consentAsked is what the visitor may consent to.
type consentAsked struct {
	Audience domain.Audience
	Text     string
	Current  bool                 // they do, to this wording
	Given    *projections.Consent // for this very audience
}

// consentPage shows a visitor their consents, and to whom it is allowed how many there are.
func (v *visit) consentPage() error {
	view, err := v.lookAnyway()
	if err != nil {
		return err
	}
	shown := consentShown{Version: consentVersion, All: v.who.May(access.ConsentRead, access.Target{}), Act: view.Present}
	if shown.All {
		shown.Counts = view.Consents.Counts(view.AsOf)
	}
	if person := v.who.Person; person != uuid.Nil {
		shown.Person = true
		given := view.Consents.Of(person, view.AsOf)
		for _, audience := range projections.Audiences() {
			asked := consentAsked{Audience: audience, Text: consentText[audience],
				Current: view.Consents.Current(person, audience, consentVersion, view.AsOf)}
			if i := slices.IndexFunc(given, func(c projections.Consent) bool {
				return c.Audience == audience && c.TextVersion == consentVersion
			}); i >= 0 {
				asked.Given = &given[i]
			}
			shown.Audiences = append(shown.Audiences, asked)
		}
		shown.Others = slices.DeleteFunc(slices.Clone(given), func(c projections.Consent) bool { return c.TextVersion == consentVersion })
	}
	return v.render("consent", frameOf{Title: "Consent", Room: "/consent", Live: view.Program != "", Page: &shown,
		Lead: "Nobody is named before others without having agreed to it. Only you can agree for yourself."})
}

// audience reads the audience in a form.
func (v *visit) audience() (domain.Audience, error) {
	audience := domain.Audience(v.r.PostFormValue("audience"))
	if !slices.Contains(projections.Audiences(), audience) {
		return "", invalid("audience", "is none of team, organisation and public")
	}
	return audience, nil
}

func (v *visit) giveConsent() error {
	return v.onConsent("consent-given", func(person uuid.UUID, audience domain.Audience, meta domain.CommandMeta) error {
		var version string
		if err := v.fill(field{"text_version", &version}); err != nil {
			return err
		}
		if version != consentVersion {
			return invalid("text_version", "is not that of the wording which is shown; read it again")
		}
		return awarding.GrantConsent(v.ctx(), v.engine.Store(), person, audience, version, meta)
	})
}

func (v *visit) withdrawConsent() error {
	return v.onConsent("consent-taken", func(person uuid.UUID, audience domain.Audience, meta domain.CommandMeta) error {
		return awarding.WithdrawConsent(v.ctx(), v.engine.Store(), person, audience, meta)
	})
}

// onConsent changes what the visitor consents to.
func (v *visit) onConsent(done string, do func(uuid.UUID, domain.Audience, domain.CommandMeta) error) error {
	return v.act(&deed{to: "/consent", done: done, back: (*visit).consentPage, do: func(meta domain.CommandMeta) error {
		person, err := v.self()
		if err != nil {
			return err
		}
		audience, err := v.audience()
		if err != nil {
			return err
		}
		return do(person, audience, meta)
	}})
}
