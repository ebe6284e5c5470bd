package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"laurel/projections/serving"
)

// Bounds on streams of changes.
const (
	streamsMax        = 1000             // at once, on one server
	streamBeatTime    = 20 * time.Second // a comment is sent so often, so that proxies keep a silent stream open
	streamPauseTime   = 500 * time.Millisecond
	streamWriteMax    = 10 * time.Second // what one write may take
	streamRetryMillis = 2000             // when a browser is to come back after a stream ended
)

// liveness streams word of changes to a page: an event "changed" when something in the program that it shows is other
// than before. What changed it asks for itself. The stream ends when an answer has taken as long as it may; the browser
// then comes back, is asked who it is again, and hears what it has missed.
func (s *Server) liveness(v *visit) error {
	at, err := v.at()
	if err != nil {
		return err
	}
	return s.follow(v, v.since(), func(c *serving.Change) (string, error) {
		if !c.All && at.Program != "" && !slices.Contains(c.Programs, at.Program) {
			return "", nil
		}
		return "{}", nil
	})
}

// follow streams word of changes until the listener goes away or the server stops: at first of the changes since a version,
// if one is given, and then of each that tell has something to say about.
func (s *Server) follow(v *visit, since *uint64, tell func(*serving.Change) (string, error)) error {
	if s.streams.Add(1) > streamsMax {
		s.streams.Add(-1)
		return &fault{status: http.StatusServiceUnavailable, text: "too many streams are open; try again in a minute"}
	}
	defer s.streams.Add(-1)
	v.release() // or nothing new could be seen while somebody listens
	control := http.NewResponseController(v.w)
	h := v.w.Header()
	h.Set("Content-Type", mediaStream)
	h.Set("X-Accel-Buffering", "no")
	bounded := func() error { return control.SetWriteDeadline(time.Now().Add(streamWriteMax)) }
	send := func(format string, args ...any) error {
		if err := bounded(); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(v.w, format, args...); err != nil {
			return err
		}
		if err := control.Flush(); err != nil {
			return err
		}
		return control.SetWriteDeadline(time.Time{}) // one that passes in silence would cut the stream off
	}
	say := func(c *serving.Change) error {
		data, err := tell(c)
		if err != nil || data == "" {
			return err
		}
		return send("id: %s-%d\nevent: changed\ndata: %s\n\n", s.started, c.Version, data)
	}
	seen, next := s.engine.Changed(0)
	err := send("retry: %d\nid: %s-%d\n\n", streamRetryMillis, s.started, seen.Version)
	if err == nil && since != nil && *since != seen.Version {
		seen, next = s.engine.Changed(*since)
		err = say(&seen)
	}
	beat := time.NewTicker(streamBeatTime)
	defer beat.Stop()
	// Changes are told at once, and then not for a moment: those that come meanwhile are told together.
	var pause <-chan time.Time
	for err == nil {
		news := next
		if pause != nil {
			news = nil
		}
		select {
		case <-v.r.Context().Done():
			_ = bounded() // the end of the stream is written too
			return nil
		case <-s.stopping:
			_ = bounded()
			return nil
		case <-beat.C:
			err = send(": still here\n\n")
		case <-pause:
			pause = nil
		case <-news:
			seen, next = s.engine.Changed(seen.Version)
			err = say(&seen)
			pause = time.After(streamPauseTime)
		}
	}
	return nil // they have gone away
}

// since reads where a listener who was cut off goes on: what the id of the last event said that they saw. One of another
// process is before everything.
func (v *visit) since() *uint64 {
	id := v.r.Header.Get("Last-Event-ID")
	if id == "" {
		return nil
	}
	var version uint64
	if text, ok := strings.CutPrefix(id, v.started+"-"); ok {
		version, _ = strconv.ParseUint(text, 10, 64)
	}
	return &version
}
