package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Why a server is not ready. Anybody may ask, so they tell no more than this.
const (
	unreadyReading  = "the log is being read"
	unreadyLost     = "the log cannot be followed"
	unreadyStopping = "the server is shutting down"
)

// Unready tells why requests should rather go elsewhere; "" if they need not.
func (s *Server) Unready() string {
	select {
	case <-s.stopping:
		return unreadyStopping
	default:
	}
	switch f := s.engine.Freshness(); {
	case f.Failure != "":
		return unreadyLost
	case !f.Following:
		return unreadyReading
	}
	return ""
}

// health registers what orchestrators ask: whether the process lives, and whether it is ready. It is asked by whoever,
// however often.
func (s *Server) health(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { writeHealth(w, r, "alive", "") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { writeHealth(w, r, "ready", s.Unready()) })
}

// isHealth tells whether a request asks for the health of the server.
func isHealth(r *http.Request) bool { return r.URL.Path == "/livez" || r.URL.Path == "/readyz" }

// writeHealth answers that something is so, or why it is not, as JSON where that is asked for.
func writeHealth(w http.ResponseWriter, r *http.Request, state, reason string) {
	status := http.StatusOK
	if reason != "" {
		status, state = http.StatusServiceUnavailable, "not "+state
	}
	w.Header().Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept"), mediaJSON) {
		w.Header().Set("Content-Type", mediaJSON)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(struct {
			Status string `json:"status"`
			Reason string `json:"reason,omitempty"`
		}{state, reason})
		return
	}
	if reason != "" {
		state += ": " + reason
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, state)
}

// starting answers while the log is read: the process lives, and all else comes later.
func starting(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/livez" {
		writeHealth(w, r, "alive", "")
		return
	}
	w.Header().Set("Retry-After", "1")
	writeHealth(w, r, "ready", unreadyReading)
}
