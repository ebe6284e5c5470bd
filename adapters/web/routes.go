package web

import (
	"net/http"

	"laurel/domain/access"
)

// page answers a visit, or fails with an error that fault.go knows how to tell.
type page func(*visit) error

// route is one address with what somebody does who calls it.
type route struct {
	pattern string // as http.ServeMux takes it, with its method
	action  access.Action
	page    page
}

// pages lists every page by its room. The API registers its own in api.go.
func (s *Server) pages() []route {
	var all []route
	for _, room := range [][]route{
		s.overviewPages(),
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
	mux.HandleFunc("GET /static/{version}/{file...}", s.static)
	s.actions["GET /static/{version}/{file...}"] = access.ActionPublic
}
