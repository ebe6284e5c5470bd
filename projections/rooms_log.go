package projections

import (
	"bytes"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// roomLog is a mentorship's stream as read models keep it: what counts, in order of (occurred at, place in the log).
//
// As in Facts, voids work by position: what is voided counts at no time. A mentorship starts once. What was recorded
// while none stands is passed over; voiding the start takes the whole mentorship out until it is started anew.
type roomLog struct {
	id     uuid.UUID
	start  *domain.MentorshipStarted // nil while none stands
	began  int64                     // occurred at of the start, Unix nanoseconds
	events []roomEvent               // the start is none of them
	starts []roomEvent               // every start that ever stood
}

// roomEvent is one event of a mentorship.
type roomEvent struct {
	id      uuid.UUID
	at      int64          // occurred at, Unix nanoseconds
	payload domain.Payload // nil where the type says all that is kept
	kind    roomKind
	voided  bool
}

// roomKind is the type of a roomEvent.
type roomKind uint8

const (
	roomOther roomKind = iota
	roomStart
	roomSession
	roomPause
	roomResume
	roomEnd
	roomRequest
	roomReminder
	roomAnswer
	roomDetail // only whoever looks at one mentorship needs it
)

// roomKindOf tells how an event type is kept.
func roomKindOf(t domain.EventType) roomKind {
	switch t {
	case domain.TypeMentorshipStarted:
		return roomStart
	case domain.TypeSessionHeld:
		return roomSession
	case domain.TypeMentorshipPaused:
		return roomPause
	case domain.TypeMentorshipResumed:
		return roomResume
	case domain.TypeMentorshipEnded:
		return roomEnd
	case domain.TypeFeedbackRequested:
		return roomRequest
	case domain.TypeFeedbackReminded:
		return roomReminder
	case domain.TypeFeedbackGiven:
		return roomAnswer
	case domain.TypeSessionConfirmed, domain.TypeGoalSet, domain.TypeGoalMet, domain.TypeRoadmapAssigned,
		domain.TypeMilestoneReached, domain.TypeThreadPosted:
		return roomDetail
	}
	return roomOther
}

// apply takes one event of the stream in. Without details, only what many mentorships are looked at for is kept, and
// nothing personal.
func (r *roomLog) apply(e *eventstore.RecordedEvent, details bool) error {
	if e.Type == domain.TypeEventVoided {
		return r.void(e)
	}
	kind := roomKindOf(e.Type)
	switch {
	case kind == roomOther, kind == roomDetail && !details:
		return nil
	case kind == roomStart && r.start != nil, kind != roomStart && r.start == nil:
		return nil // a mentorship starts once; nothing happens before
	}
	event := roomEvent{id: e.ID, at: e.Meta.OccurredAt.UnixNano(), kind: kind}
	if details || kind != roomSession && kind != roomPause && kind != roomResume {
		decoded, err := eventstore.Decode(*e)
		if err != nil {
			return err
		}
		event.payload = decoded.Payload
	}
	switch p := event.payload.(type) {
	case *domain.MentorshipStarted:
		r.start, r.began = p, event.at
		r.starts = append(r.starts, event)
		return nil
	case *domain.FeedbackGiven:
		if !details {
			p.Personal = domain.FeedbackComment{}
		}
	}
	at := len(r.events)
	for at > 0 && r.events[at-1].at > event.at {
		at--
	}
	r.events = slices.Insert(r.events, at, event)
	return nil
}

// void takes an event of the stream out.
func (r *roomLog) void(e *eventstore.RecordedEvent) error {
	decoded, err := eventstore.Decode(*e)
	if err != nil {
		return err
	}
	id := decoded.Payload.(*domain.EventVoided).EventID
	for i := len(r.events) - 1; i >= 0; i-- {
		if r.events[i].id == id {
			r.events[i].voided = true
			return nil
		}
	}
	if n := len(r.starts); r.start != nil && r.starts[n-1].id == id {
		r.start = nil
	}
	return nil
}

// startedBy tells whether the mentorship stands and had begun by t.
func (r *roomLog) startedBy(t int64) bool { return r.start != nil && r.began <= t }

// until yields what counts and had occurred by t, oldest first.
func (r *roomLog) until(t int64) iter.Seq[*roomEvent] {
	return func(yield func(*roomEvent) bool) {
		for i := range r.events {
			e := &r.events[i]
			if e.at > t || !e.voided && !yield(e) {
				return
			}
		}
	}
}

// RoomStatus is whether a mentorship goes on.
type RoomStatus string

// The statuses.
const (
	RoomRunning RoomStatus = "running"
	RoomPaused  RoomStatus = "paused"
	RoomEnded   RoomStatus = "ended"
)

// roomLife is how a mentorship went up to a time.
type roomLife struct {
	status   RoomStatus
	endedAt  int64 // when ended
	reason   domain.EndReason
	sessions []int64    // when they were held
	pauses   []interval // the last one may be open, up to the time asked about
}

// interval is a time from one instant to before another, in Unix nanoseconds.
type interval struct{ from, to int64 }

// life follows the mentorship up to t. It reuses the slices of a life that is no longer needed.
func (r *roomLog) life(t int64, l *roomLife) {
	*l = roomLife{status: RoomRunning, sessions: l.sessions[:0], pauses: l.pauses[:0]}
	for e := range r.until(t) {
		switch e.kind {
		case roomSession:
			l.sessions = append(l.sessions, e.at)
		case roomPause:
			if l.status == RoomRunning {
				l.status = RoomPaused
				l.pauses = append(l.pauses, interval{e.at, t})
			}
		case roomResume:
			if l.status == RoomPaused {
				l.status = RoomRunning
				l.pauses[len(l.pauses)-1].to = e.at
			}
		case roomEnd:
			if l.status == RoomPaused {
				l.pauses[len(l.pauses)-1].to = e.at
			}
			l.status, l.endedAt = RoomEnded, e.at
			l.reason = e.payload.(*domain.MentorshipEnded).Reason
		}
	}
}

// pausedWithin is how much of the time from one instant to another was paused.
func (l *roomLife) pausedWithin(from, to int64) time.Duration {
	paused := int64(0)
	for _, p := range l.pauses {
		paused += max(0, min(p.to, to)-max(p.from, from))
	}
	return time.Duration(paused)
}

func unixUTC(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func compareIDs(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
