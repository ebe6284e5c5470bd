package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Bounds on streams of changes.
const (
	streamsMax        = 1000             // at once, on one server
	streamBeatTime    = 20 * time.Second // a comment is sent so often, so that proxies keep a silent stream open
	streamWriteMax    = 10 * time.Second // what one write may take
	streamRetryMillis = 2000             // when a browser is to come back after a stream ended
)

// liveness streams word of changes to a page: an event "changed" when something in the program that it shows is other
// than before. What changed it asks for itself.
func (s *Server) liveness(v *visit) error {
	at, err := v.at()
	if err != nil {
		return err
	}
	if s.streams.Add(1) > streamsMax {
		s.streams.Add(-1)
		return &fault{status: http.StatusServiceUnavailable, text: "too many pages are open; try again in a minute"}
	}
	defer s.streams.Add(-1)
	control := http.NewResponseController(v.w)
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	send := func(format string, args ...any) error {
		if err := control.SetWriteDeadline(time.Now().Add(streamWriteMax)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(v.w, format, args...); err != nil {
			return err
		}
		return control.Flush()
	}
	seen, next := s.engine.Changed(0)
	if err := send("retry: %d\nid: %d\n\n", streamRetryMillis, seen.Version); err != nil {
		return nil // they have gone away
	}
	beat := time.NewTicker(streamBeatTime)
	defer beat.Stop()
	for {
		select {
		case <-v.r.Context().Done():
			return nil
		case <-s.stopping:
			return nil
		case <-beat.C:
			err = send(": still here\n\n")
		case <-next:
			seen, next = s.engine.Changed(seen.Version)
			if seen.All || at.Program == "" || slices.Contains(seen.Programs, at.Program) {
				err = send("id: %d\nevent: changed\ndata: {}\n\n", seen.Version)
			}
		}
		if err != nil {
			return nil
		}
	}
}
