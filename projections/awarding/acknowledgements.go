package awarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// ReasonConsentWithdrawn is why an acknowledgement was retracted that lost its consent while it was being published.
const ReasonConsentWithdrawn = "consent-withdrawn"

// AcknowledgementReport tells what became of a publication.
type AcknowledgementReport struct {
	Names     []uuid.UUID // the people named
	Lacking   []uuid.UUID // of them, those who took their consent back meanwhile
	Retracted bool        // because of them
}

// PublishAcknowledgement names the person of an award, and others with them, before an audience. Everybody named has to
// consent to it at that time, under this text version; those named with the person are their mentees in the program.
//
// Consents are on other streams than the award, so a withdrawal can come between the look at them and the publication.
// They are looked at again after it: what has lost a consent is retracted at once, and the report says so. A crash in
// between leaves a retraction that projections.Acknowledgements.Due lists.
func PublishAcknowledgement(ctx context.Context, store eventstore.Store, award uuid.UUID, with []uuid.UUID,
	cmd domain.PublishAcknowledgement) (AcknowledgementReport, error) {
	var report AcknowledgementReport
	a, err := load(ctx, store, domain.AwardStream(award), domain.AwardDecider(award))
	if err != nil {
		return report, err
	}
	if a.Status == "" {
		return report, noAward(award)
	}
	report.Names = []uuid.UUID{a.Case.Person}
	for _, person := range with {
		if !slices.Contains(report.Names, person) {
			report.Names = append(report.Names, person)
		}
	}
	cmd.Names = report.Names
	if err := checkMentees(ctx, store, a, report.Names[1:]); err != nil {
		return report, err
	}
	if _, err := eventstore.Judge(ctx, store, domain.AwardStream(award), domain.AwardDecider(award), cmd); err != nil {
		return report, err
	}
	lacking, err := lackingConsent(ctx, store, cmd)
	if err != nil {
		return report, err
	}
	if len(lacking) > 0 {
		return report, &domain.Error{Code: domain.CodeForbidden, Field: "names",
			Message: fmt.Sprintf("person %s has no consent in force to be named before %s under text version %q",
				lacking[0], cmd.Audience, cmd.TextVersion),
			Hint: "only people whose consent is current may be named; they give it with `laurel consent grant`"}
	}
	_, err = eventstore.Handle(ctx, store, domain.AwardStream(award), domain.AwardDecider(award), cmd)
	if err != nil {
		return report, err
	}
	if report.Lacking, err = lackingConsent(ctx, store, cmd); err != nil || len(report.Lacking) == 0 {
		return report, err
	}
	err = retract(ctx, store, award, cmd.ID, cmd.CommandMeta, ReasonConsentWithdrawn)
	report.Retracted = err == nil
	return report, err
}

// checkMentees refuses people who were never mentees of the award's person in its program.
func checkMentees(ctx context.Context, store eventstore.Store, a *domain.Award, people []uuid.UUID) error {
	if len(people) == 0 {
		return nil
	}
	mentees, starts := map[uuid.UUID]int{}, map[uuid.UUID]uuid.UUID{}
	filter := eventstore.Filter{Categories: []string{domain.CategoryMentorship},
		Types: []domain.EventType{domain.TypeMentorshipStarted, domain.TypeEventVoided}}
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return err
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return err
		}
		switch p := event.Payload.(type) {
		case *domain.MentorshipStarted:
			if p.Program == a.Case.Program && p.Mentor == a.Case.Person {
				mentees[p.Mentee]++
				starts[e.ID] = p.Mentee
			}
		case *domain.EventVoided:
			if mentee, ok := starts[p.EventID]; ok {
				mentees[mentee]--
				delete(starts, p.EventID)
			}
		}
	}
	for _, person := range people {
		if mentees[person] == 0 {
			return &domain.Error{Code: domain.CodeForbidden, Field: "names",
				Message: "person " + person.String() + " is no mentee of the award's person in program " +
					string(a.Case.Program),
				Hint: "an acknowledgement names the person of the award and their mentees"}
		}
	}
	return nil
}

// lackingConsent lists the people whom an acknowledgement may not name.
func lackingConsent(ctx context.Context, store eventstore.Store, cmd domain.PublishAcknowledgement,
) ([]uuid.UUID, error) {
	consents := projections.NewConsents()
	for _, person := range cmd.Names {
		for e, err := range store.ReadStream(ctx, domain.PersonStream(person), 0, eventstore.Forward) {
			var missing *eventstore.StreamNotFoundError
			if errors.As(err, &missing) {
				break
			}
			if err != nil {
				return nil, err
			}
			if err := consents.Apply([]eventstore.RecordedEvent{e}); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(cmd.Names), func(person uuid.UUID) bool {
		return consents.MayName(person, cmd.Audience, cmd.TextVersion, cmd.OccurredAt)
	}), nil
}

// Retract voids what was published about an award: before one audience, or before all for "". It returns how many
// publications it retracted.
func Retract(ctx context.Context, store eventstore.Store, award uuid.UUID, audience domain.Audience,
	meta domain.CommandMeta, reason string) (int, error) {
	a, err := load(ctx, store, domain.AwardStream(award), domain.AwardDecider(award))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, published := range a.Acknowledgements {
		if audience != "" && published.Audience != audience {
			continue
		}
		if err := retract(ctx, store, award, published.EventID, meta, reason); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, &domain.Error{Code: domain.CodeNotFound, Field: "award",
			Message: "no acknowledgement of award " + award.String() + " stands",
			Hint:    "`laurel acknowledge list` names those that do"}
	}
	return n, nil
}

func retract(ctx context.Context, store eventstore.Store, award, published uuid.UUID, meta domain.CommandMeta,
	reason string) error {
	meta.ID = uuid.NewSHA1(published, []byte("retract"))
	_, err := eventstore.Handle(ctx, store, domain.AwardStream(award), domain.AwardDecider(award),
		domain.VoidEvent{CommandMeta: meta, EventID: published, Reason: reason})
	return stepTaken(err)
}

// WithdrawConsent takes a person's consent back for an audience and all wider ones. The decider knows whose it is.
func WithdrawConsent(ctx context.Context, store eventstore.Store, person uuid.UUID, audience domain.Audience,
	meta domain.CommandMeta) error {
	_, err := eventstore.Handle(ctx, store, domain.PersonStream(person), domain.PersonDecider(person),
		domain.WithdrawConsent{CommandMeta: meta, Audience: audience})
	return err
}

// GrantConsent records that a person may be named before an audience. The decider knows whose consent it is.
func GrantConsent(ctx context.Context, store eventstore.Store, person uuid.UUID, audience domain.Audience,
	textVersion string, meta domain.CommandMeta) error {
	_, err := eventstore.Handle(ctx, store, domain.PersonStream(person), domain.PersonDecider(person),
		domain.GrantConsent{CommandMeta: meta, Audience: audience, TextVersion: textVersion})
	return err
}

// DueRetractions reads the acknowledgements that are due to be retracted as of a time, as known at a position.
func DueRetractions(ctx context.Context, store eventstore.Store, asOf time.Time, upTo *eventstore.Position,
) ([]projections.DueRetraction, error) {
	published, err := projections.ReadAcknowledgements(ctx, store, upTo)
	if err != nil {
		return nil, err
	}
	consents, err := projections.ReadConsents(ctx, store, upTo)
	if err != nil {
		return nil, err
	}
	return published.Due(consents, asOf), nil
}
