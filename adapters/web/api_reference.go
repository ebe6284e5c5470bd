package web

import (
	"laurel/domain/access"
)

func (s *Server) referencePages() []route {
	return []route{{"GET /api", access.PublicRead, onAll, (*visit).reference}}
}

// referenceShown is what the page about the API shows.
type referenceShown struct {
	About  string
	Groups []referenceGroup
}

type referenceGroup struct {
	Name, About string
	Calls       []referenceCall
}

type referenceCall struct {
	Method, Path, Summary, About, Command string
	Action                                access.Action
}

// reference lists what can be asked of the API.
func (v *visit) reference() error {
	shown := referenceShown{About: apiAbout}
	for _, tag := range apiTags {
		group := referenceGroup{Name: tag.Name, About: tag.Description}
		for _, o := range v.api.operations {
			if o.tag == tag.Name {
				group.Calls = append(group.Calls, referenceCall{o.method, o.path, o.summary, o.about, o.command, o.action})
			}
		}
		shown.Groups = append(shown.Groups, group)
	}
	return v.render("api", frameOf{Title: "API", Plain: v.who == nil, Page: &shown, Lead: "What programs can ask this server, and have it do."})
}
