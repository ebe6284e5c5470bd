package serving

import (
	"time"

	"laurel/eventstore"
)

// Freshness tells how far the engine is behind its log.
type Freshness struct {
	Position eventstore.Position `json:"position"` // of the newest event applied
	Version  uint64              `json:"version"`
	Events   int                 `json:"events"` // applied
	Newest   time.Time           `json:"newest"` // occurred at of any event; zero for an empty log
	AsOf     time.Time           `json:"as_of"`  // what is asked about where no time is given

	Pending int           `json:"pending"` // events received and not applied
	Lag     time.Duration `json:"lag"`     // the age of the oldest event that is not applied; 0 when all are

	Following bool        `json:"following"`            // everything recorded was received, and what comes will be
	CaughtUp  time.Time   `json:"caught_up"`            // when everything recorded was last received
	Failure   string      `json:"failure,omitempty"`    // what the engine is trying again; "" when all is well
	FailureAt time.Time   `json:"failure_at,omitzero"`  // when it last failed
	Awards    AwardReport `json:"awards"`               // the last pass of the award process that succeeded
	AwardFail string      `json:"award_fail,omitempty"` // why the award process is being tried again

	AwardPasses   int       `json:"award_passes"`           // of the award process, since the engine was opened
	AwardFailures int       `json:"award_failures"`         // of these
	AwardFailAt   time.Time `json:"award_fail_at,omitzero"` // when one last failed
}

// health is what went well and what did not. Engine.mu guards it.
type health struct {
	following bool
	caughtUp  time.Time
	lost      time.Time // since when the log is not followed; zero while it is
	followErr error
	applyErr  error
	awardErr  error
	failedAt  time.Time
	awards    AwardReport

	awardPasses, awardFailures int
	awardFailedAt              time.Time
}

// Freshness tells how far the engine is behind its log. While the log cannot be followed, the lag is the time since it
// last was: nobody knows what was recorded meanwhile.
func (e *Engine) Freshness() Freshness {
	s, release := e.acquire()
	defer release()
	f := Freshness{Position: s.position, Version: s.version, Events: s.Facts.Events(), AsOf: s.asOf}
	f.Newest, _ = s.Facts.Newest()
	now := e.o.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	h := &e.health
	f.Pending, f.Following, f.CaughtUp, f.Awards = len(e.pending), h.following, h.caughtUp, h.awards
	f.AwardPasses, f.AwardFailures, f.AwardFailAt = h.awardPasses, h.awardFailures, h.awardFailedAt
	switch {
	case len(e.pending) > 0:
		f.Lag = max(0, now.Sub(e.pending[0].RecordedAt))
	case !h.lost.IsZero():
		f.Lag = max(0, now.Sub(h.lost))
	}
	for _, err := range []error{h.followErr, h.applyErr} {
		if err != nil {
			f.Failure, f.FailureAt = err.Error(), h.failedAt
		}
	}
	if h.awardErr != nil {
		f.AwardFail = h.awardErr.Error()
	}
	return f
}

// failed notes a failure that is tried again, and tells whoever wants to know. What fails because the engine ends is
// none.
func (e *Engine) failed(of *error, err error) {
	if e.ctx.Err() != nil {
		return
	}
	now := e.o.Now()
	e.mu.Lock()
	*of = err
	e.health.failedAt = now
	if of == &e.health.followErr {
		e.health.following = false
		if e.health.lost.IsZero() {
			e.health.lost = now
		}
	}
	e.mu.Unlock()
	if e.o.Failed != nil {
		e.o.Failed(err)
	}
}

// following notes that everything recorded was received.
func (e *Engine) following() {
	now := e.o.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.health.following = true
	e.health.caughtUp, e.health.lost, e.health.followErr = now, time.Time{}, nil
}
