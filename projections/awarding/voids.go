package awarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// Void asks to correct the log: an event, of whatever stream, that is not to count.
type Void struct {
	Meta          domain.CommandMeta
	Event         uuid.UUID
	Reason        string // a code, such as entered-twice
	DespiteAwards bool   // also where an award rests on the event
}

// VoidReport is what became of it.
type VoidReport struct {
	Event   uuid.UUID               `json:"event"`
	Type    domain.EventType        `json:"type"` // of the event that is voided
	Stream  string                  `json:"stream"`
	Before  bool                    `json:"before"`            // the command was carried out before
	Awards  []uuid.UUID             `json:"awards"`            // that stand and rest on the event
	Between []uuid.UUID             `json:"between,omitempty"` // those that came in while the void was being recorded
	Result  eventstore.AppendResult `json:"-"`
}

// VoidEvent records that an event does not count. It refuses where an award that is proposed or held rests on the
// event, unless told otherwise, so that whoever corrects the log knows what they take the ground from; an audit lists
// those awards that do not hold up without it.
//
// The check and the append are not one step: awards are decided in their own streams. An award that came in between is
// reported, and not undone: the void is right, and the award is for the audit and the next pass of the award process.
func VoidEvent(ctx context.Context, store eventstore.Store, v Void) (VoidReport, error) {
	report := VoidReport{Event: v.Event, Awards: []uuid.UUID{}}
	target, err := findEvent(ctx, store, v.Event)
	if err != nil {
		return report, err
	}
	report.Type, report.Stream = target.Type, target.Stream
	decider, err := domain.DeciderFor(target.Stream)
	if err != nil {
		return report, err
	}
	command := domain.VoidEvent{CommandMeta: v.Meta, EventID: v.Event, Reason: v.Reason}
	judged, err := eventstore.Judge(ctx, store, target.Stream, decider, command)
	if err != nil {
		return report, err // the rules of the stream come first: who voids twice need not hear of awards
	}
	if report.Awards, err = restOn(ctx, store, target); err != nil {
		return report, err
	}
	report.Before = len(judged.Events) == 0
	if !report.Before && len(report.Awards) > 0 && !v.DespiteAwards {
		return report, awardsStand(v.Event, report.Awards)
	}
	handled, err := eventstore.Handle(ctx, store, target.Stream, decider, command)
	if err != nil {
		return report, err
	}
	report.Result = handled.AppendResult
	after, err := restOn(ctx, store, target)
	if err != nil {
		return report, fmt.Errorf("event %s is voided; look for awards that rest on it: %w", v.Event, err)
	}
	for _, id := range after {
		if !slices.Contains(report.Awards, id) {
			report.Between = append(report.Between, id)
		}
	}
	report.Awards = append(report.Awards, report.Between...)
	return report, nil
}

// awardsNamedMax bounds how many awards a refusal names.
const awardsNamedMax = 8

// awardsStand refuses to void what awards rest on.
func awardsStand(event uuid.UUID, awards []uuid.UUID) error {
	var ids []string
	for _, id := range awards[:min(len(awards), awardsNamedMax)] {
		ids = append(ids, id.String())
	}
	if more := len(awards) - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	rests := "an award that stands rests"
	if len(awards) > 1 {
		rests = fmt.Sprintf("%d awards that stand rest", len(awards))
	}
	return &domain.Error{Code: domain.CodeConflict, Field: "event_id",
		Message: fmt.Sprintf("%s on event %s: %s", rests, event, strings.Join(ids, ", ")),
		Hint:    "evidence of an award is voided only --despite-awards; the audit says whether the award holds up then"}
}

// findEvent finds an event by its id anywhere in the log.
func findEvent(ctx context.Context, store eventstore.Store, id uuid.UUID) (eventstore.RecordedEvent, error) {
	event, found, err := eventstore.FindEvent(ctx, store, id)
	if err == nil && !found {
		err = &domain.Error{Code: domain.CodeNotFound, Field: "event_id", Message: "no event " + id.String() + " is in the log",
			Hint: "`laurel log show` lists events with their ids"}
	}
	return event, err
}

// restOn returns the awards that stand and rest on an event: that have it in their evidence, or something that counts
// only with it. A session's confirmation may be why the session counts; without its start, nothing of a mentorship
// counts, and the mentor is not credited with what became of the mentee.
//
// An award lists a bounded number of events, the latest; what an older one beyond them gave shows only in an audit.
func restOn(ctx context.Context, store eventstore.Store, target eventstore.RecordedEvent) ([]uuid.UUID, error) {
	register, err := projections.ReadRegister(ctx, store, nil)
	if err != nil {
		return nil, err
	}
	found := []uuid.UUID{}
	standing := standingAwards(register)
	if len(standing) == 0 {
		return found, nil
	}
	grounds, mentor, err := groundsOf(ctx, store, target)
	if err != nil {
		return nil, err
	}
	for _, a := range standing {
		if slices.Contains(a.Case.Evidence, target.ID) {
			found = append(found, a.ID)
		} else if mentor == uuid.Nil || a.Case.Person == mentor {
			if slices.ContainsFunc(a.Case.Evidence, func(id uuid.UUID) bool { return grounds[id] }) {
				found = append(found, a.ID)
			}
		}
	}
	return found, nil
}

// standingAwards returns the awards that are proposed or held.
func standingAwards(r *projections.Register) []*projections.RegisteredAward {
	var standing []*projections.RegisteredAward
	for _, a := range r.All("") {
		switch a.Status {
		case domain.AwardStatusProposed, domain.AwardStatusGranted, domain.AwardStatusKept:
			standing = append(standing, a)
		}
	}
	return standing
}

// groundsOf returns the events that count for a mentor only with the target: for anybody where the mentor is the zero
// id.
func groundsOf(ctx context.Context, store eventstore.Store, target eventstore.RecordedEvent) (
	grounds map[uuid.UUID]bool, mentor uuid.UUID, err error,
) {
	grounds = map[uuid.UUID]bool{}
	if target.Type != domain.TypeSessionConfirmed && target.Type != domain.TypeMentorshipStarted {
		return grounds, uuid.Nil, nil
	}
	event, err := eventstore.Decode(target)
	if err != nil {
		return nil, uuid.Nil, err
	}
	switch p := event.Payload.(type) {
	case *domain.SessionConfirmed:
		grounds[p.Session] = true
	case *domain.MentorshipStarted:
		mentor = p.Mentor
		for _, stream := range []string{target.Stream, domain.PersonStream(p.Mentee)} {
			for e, err := range store.ReadStream(ctx, stream, 0, eventstore.Forward) {
				var missing *eventstore.StreamNotFoundError
				if errors.As(err, &missing) {
					break
				}
				if err != nil {
					return nil, uuid.Nil, err
				}
				grounds[e.ID] = true
			}
		}
	}
	return grounds, mentor, nil
}
