package awarding_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

// meddling is a store on which something happens just before its first append.
type meddling struct {
	eventstore.Store
	before func()
}

func (m *meddling) Append(ctx context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	if before := m.before; before != nil {
		m.before = nil
		before()
	}
	return m.Store.Append(ctx, a)
}

// Given an award and consents, when it is acknowledged, then it stands, is refused, or is retracted at once.
func TestAcknowledgements(t *testing.T) {
	person, mentee := claimTestID(2000), claimTestID(5000)
	at := claimDay.Add(24 * time.Hour)
	publish := func(audience domain.Audience, version string) domain.PublishAcknowledgement {
		return domain.PublishAcknowledgement{Audience: audience, TextVersion: version,
			CommandMeta: domain.CommandMeta{ID: claimTestID(77), OccurredAt: at, Actor: "test"}}
	}
	grant := &domain.ConsentGranted{Audience: domain.AudienceOrganisation, TextVersion: "v1"}
	withdrawn := &domain.ConsentWithdrawn{Audience: domain.AudienceOrganisation}
	for name, s := range map[string]struct {
		given     []domain.Payload // of the person
		meanwhile []domain.Payload
		with      []uuid.UUID
		when      domain.PublishAcknowledgement
		code      domain.Code
		retracted bool
	}{
		"with consent":           {given: []domain.Payload{grant}, when: publish(domain.AudienceOrganisation, "v1")},
		"to a wider audience":    {given: []domain.Payload{grant}, when: publish(domain.AudienceTeam, "v1")},
		"to a narrower audience": {given: []domain.Payload{grant}, when: publish(domain.AudiencePublic, "v1"), code: domain.CodeForbidden},
		"to another text":        {given: []domain.Payload{grant}, when: publish(domain.AudienceTeam, "v2"), code: domain.CodeForbidden},
		"withdrawn": {given: []domain.Payload{grant, withdrawn}, when: publish(domain.AudienceTeam, "v1"),
			code: domain.CodeForbidden},
		"erased": {given: []domain.Payload{grant, &domain.PersonErased{}}, when: publish(domain.AudienceTeam, "v1"),
			code: domain.CodeForbidden},
		"withdrawn meanwhile": {given: []domain.Payload{grant}, meanwhile: []domain.Payload{withdrawn},
			when: publish(domain.AudienceOrganisation, "v1"), retracted: true},
		"with somebody else": {given: []domain.Payload{grant}, with: []uuid.UUID{mentee},
			when: publish(domain.AudienceOrganisation, "v1"), code: domain.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			store := eventstore.NewMemory()
			prepareClaims(t, store, 1, 1)
			send(t, store, domain.PersonStream(person), 100, s.given...)
			meddled := &meddling{Store: store}
			if len(s.meanwhile) > 0 {
				meddled.before = func() { send(t, store, domain.PersonStream(person), 200, s.meanwhile...) }
			}
			report, err := awarding.PublishAcknowledgement(t.Context(), meddled, claimTestID(1000), s.with, s.when)
			if domain.ErrorCode(err) != s.code || s.code == "" && err != nil || report.Retracted != s.retracted {
				t.Fatalf("%+v, %v", report, err)
			}
			due, err := awarding.DueRetractions(t.Context(), store, at, nil)
			if err != nil || len(due) != 0 {
				t.Fatalf("due: %v, %v", due, err)
			}
			if s.code != "" || s.retracted {
				return
			}
			send(t, store, domain.PersonStream(person), 300, withdrawn)
			if due, err = awarding.DueRetractions(t.Context(), store, at, nil); err != nil || len(due) != 1 {
				t.Fatalf("due after the withdrawal: %v, %v", due, err)
			}
			if n, err := awarding.Retract(t.Context(), store, claimTestID(1000), "", s.when.CommandMeta, "x"); n != 1 || err != nil {
				t.Fatalf("retract: %d, %v", n, err)
			}
			if due, err = awarding.DueRetractions(t.Context(), store, at, nil); err != nil || len(due) != 0 {
				t.Fatalf("due after the retraction: %v, %v", due, err)
			}
		})
	}
}
