package web

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
)

func (s *Server) communityPages() []route {
	return []route{
		{"GET /communities", access.PracticeRead, onAll, (*visit).communityList},
		{"GET /communities/{community}", access.PracticeRead, onAll, (*visit).communityPage},
		{"POST /communities", access.PracticeShare, onSelf, (*visit).sharePractice},
	}
}

// communitiesShown is what the list of communities shows.
type communitiesShown struct {
	Audience    domain.Visibility
	Communities []projections.Community
	Share       bool // the visitor may share something now
}

// readers are as whom communities are read: whoever is signed in belongs to the program, or looks at what the public sees.
func (v *visit) readers() (domain.Visibility, error) {
	audience, err := v.choice("audience", string(domain.VisibilityProgram), string(domain.VisibilityPublic))
	if audience == "" {
		audience = string(domain.VisibilityProgram)
	}
	return domain.Visibility(audience), err
}

// communityList lists the communities with what they have shared.
func (v *visit) communityList() error {
	view, err := v.lookAnyway()
	if err != nil {
		return err
	}
	shown := communitiesShown{Share: view.Present && v.who.Person != uuid.Nil}
	if shown.Audience, err = v.readers(); err != nil {
		return err
	}
	shown.Communities = view.Communities.List(view.People, shown.Audience, view.AsOf)
	return v.render("communities", frameOf{Title: "Communities", Room: "/communities", Live: view.Program != "", Page: &shown,
		Lead: "What mentors share with each other about their craft."})
}

// communityPage shows what was shared with a community, the newest first.
func (v *visit) communityPage() error {
	view, err := v.lookAnyway()
	if err != nil {
		return err
	}
	audience, err := v.readers()
	if err != nil {
		return err
	}
	name := v.r.PathValue("community")
	list := view.Communities.List(view.People, audience, view.AsOf)
	i := slices.IndexFunc(list, func(c projections.Community) bool { return c.Community == name })
	if i < 0 {
		return missing("nothing was shared with such a community that may be read")
	}
	shown := struct {
		Audience  domain.Visibility
		Community projections.Community
		Rows      []projections.Practice
		Next      string
	}{Audience: audience, Community: list[i]}
	all := view.Communities.Practices(view.People, name, uuid.Nil, audience, view.AsOf)
	if shown.Rows, shown.Next, err = shownRows(v, all); err != nil {
		return err
	}
	return v.render("community", frameOf{Title: name, Room: "/communities", Live: view.Program != "", Page: &shown})
}

// sharePractice shares something with a community.
func (v *visit) sharePractice() error {
	return v.act(&deed{to: "/communities", done: "recorded", back: (*visit).communityList, do: func(meta domain.CommandMeta) error {
		by, err := v.self()
		if err != nil {
			return err
		}
		c := domain.SharePractice{CommandMeta: meta, Visibility: domain.Visibility(v.r.PostFormValue("visibility"))}
		text, err := v.texts(by, "personal.text", field{"community", &c.Community}, field{"skill", &c.Skill})
		if err != nil {
			return err
		}
		title, err := v.own("personal.title", by)
		switch {
		case err != nil:
			return err
		case c.Community == "":
			return invalid("community", "is missing; name one, such as reviewers")
		case title == "" && text == "":
			return invalid("personal.title", "is missing; say what works for you")
		}
		c.Personal = domain.PracticeText{Of: by, Title: title, Text: text}
		return v.handle(domain.PersonStream(by), c)
	}})
}
