package web

import "laurel/domain/access"

func (s *Server) overviewPages() []route {
	return []route{
		{"GET /{$}", access.StandingsRead, nil, (*visit).overview},
		{"GET /live", access.StandingsRead, nil, s.liveness},
	}
}

// overview shows where the program stands.
func (v *visit) overview() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	standings, err := view.Standings()
	if err != nil {
		return err
	}
	return v.render("overview", frameOf{Title: "Overview", Room: "/", Live: true, Page: standings})
}
