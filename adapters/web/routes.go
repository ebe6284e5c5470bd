package web

import (
	"net/http"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
)

// page answers a visit, or fails with an error that fault.go knows how to tell.
type page func(*visit) error

// route is one address with what somebody does who calls it.
type route struct {
	pattern string // as http.ServeMux takes it, with its method
	action  access.Action
	on      target // nil where the action is about the program that is looked at
	page    page
}

// target finds out what an action is about, and whose data it is, before the visitor is let in.
type target func(*visit) (access.Target, error)

// pages lists every page by its room. newAPI registers those of the API.
func (s *Server) pages() []route {
	var all []route
	for _, room := range [][]route{
		s.overviewPages(),
		s.peoplePages(),
		s.awardPages(),
		s.badgePages(),
		s.packetPages(),
		s.flagPages(),
		s.retunePages(),
		s.criteriaPages(),
		s.mentoringPages(),
		s.logPages(),
		s.signInPages(),
		s.referencePages(),
		s.accountPages(),
		s.userPages(),
		s.operationsPages(),
	} {
		all = append(all, room...)
	}
	return all
}

// register puts every route on the mux, each behind the question whether the visitor may.
func (s *Server) register(mux *http.ServeMux) {
	for _, r := range s.pages() {
		mux.Handle(r.pattern, s.serve(r))
		s.actions[r.pattern] = r.action
	}
	s.api = newAPI(s, mux)
	s.health(mux)
	mux.HandleFunc("GET /static/{version}/{file...}", s.static)
	for _, pattern := range []string{"GET /static/{version}/{file...}", "GET /livez", "GET /readyz"} {
		s.actions[pattern] = access.PublicRead
	}
}

// onProgram is the target of what is about the program that is looked at.
func onProgram(v *visit) (access.Target, error) {
	view, err := v.look()
	if err != nil {
		return access.Target{}, err
	}
	return access.Target{Program: domain.Slug(view.Program)}, nil
}

// onPerson is the target of what is about the person in the path, in the program that is looked at.
func onPerson(v *visit) (access.Target, error) {
	person, err := v.person()
	if err != nil {
		return access.Target{}, err
	}
	t, err := onProgram(v)
	t.People = []uuid.UUID{person}
	return t, err
}

// onOwn is the target of lists of which those who may not read everything see what is theirs.
func onOwn(v *visit) (access.Target, error) {
	t, err := onProgram(v)
	t.People = []uuid.UUID{v.who.Person}
	return t, err
}

// onAll is the target of what is about no one program.
func onAll(*visit) (access.Target, error) { return access.Target{}, nil }
