package domain

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// ofAda is the case of an award that Ada earned an hour after day0.
func ofAda() AwardCase {
	return AwardCase{
		Program: "git", Person: ada, Tier: "champion", EarnedAt: hour(1), Criteria: hashOf("a"), Position: "7",
		Measures: map[string]Milli{"effort": 12000}, Evidence: []uuid.UUID{number(900)}, AsOf: hour(2),
	}
}

// reviewedBy is the case as somebody granted it.
func reviewedBy(person uuid.UUID) AwardCase {
	c := ofAda()
	c.By = person
	return c
}

func TestAwardDecisions(t *testing.T) {
	proposal := history(&AwardProposed{ofAda()})
	granted := history(&AwardGranted{ofAda()})
	reviewed := history(&AwardProposed{ofAda()}, &AwardGranted{reviewedBy(ben)})
	declined := history(&AwardProposed{ofAda()}, &AwardDeclined{By: ben, ReasonCode: "too-early"})
	kept := history(&AwardGranted{ofAda()}, &AwardKept{Criteria: hashOf("b")})
	revoked := history(&AwardGranted{ofAda()}, &AwardRevoked{By: ben})
	expired := history(&AwardGranted{ofAda()}, &AwardExpired{Criteria: hashOf("b"), ReasonCode: "no-longer-met"})
	review := func(meta CommandMeta, by uuid.UUID, grant bool) ReviewAward {
		return ReviewAward{meta, by, grant, "too-early"}
	}
	other := reviewedBy(ben)
	other.Measures = map[string]Milli{"effort": 13000}
	revoke := RevokeAward{CommandMeta: at(5), Criteria: hashOf("b"), ReasonCode: "criteria-changed"}
	expire := ExpireAward{CommandMeta: at(5), Criteria: hashOf("b"), ReasonCode: "no-longer-met"}
	keep := KeepAward{CommandMeta: at(5), Criteria: hashOf("b")}
	runScenarios(t, AwardStream(number(5)), map[string]scenario{
		"propose": {when: ProposeAward{at(1), ofAda()}, then: []Payload{&AwardProposed{ofAda()}}},
		"propose twice": {given: proposal, when: ProposeAward{at(1), ofAda()}, code: CodeConflict, says: []string{
			"the award was already proposed, at 2026-03-01T01:00:00Z; an award is proposed once"}},
		"propose what is granted": {given: granted, when: ProposeAward{at(1), ofAda()}, code: CodeConflict},
		"grant":                   {when: GrantAward{at(1), ofAda()}, then: []Payload{&AwardGranted{ofAda()}}},
		"grant twice": {given: granted, when: GrantAward{at(1), ofAda()}, code: CodeConflict, says: []string{
			"the award was already granted, at 2026-03-01T01:00:00Z; a decision stands unless its event is voided"}},
		"grant oneself": {when: GrantAward{at(1), reviewedBy(ada)}, code: CodeForbidden, field: "by"},
		"grant again after a void": {given: append(granted[:1:1], given(2, voided(1))), when: GrantAward{at(1), ofAda()},
			then: []Payload{&AwardGranted{ofAda()}}},
		"grant nothing": {when: record(1, &AwardGranted{}), code: CodeInvalid, field: "program"},
		"grant by the same command": {given: granted,
			when: func() Command { m := at(1); m.ID = number(1); return GrantAward{m, ofAda()} }()},

		"review: grant": {given: proposal, when: review(at(2), ben, true), then: []Payload{&AwardGranted{reviewedBy(ben)}}},
		"review: decline": {given: proposal, when: review(at(2), ben, false),
			then: []Payload{&AwardDeclined{By: ben, ReasonCode: "too-early"}}},
		"review by the same command": {given: reviewed,
			when: func() Command { m := at(2); m.ID = number(2); return review(m, ben, true) }()},
		"review by nobody": {given: proposal, when: review(at(2), uuid.Nil, true), code: CodeInvalid, field: "by",
			says: []string{"by: is missing; a proposed award is decided by a reviewer"}},
		"review one's own": {given: proposal, when: review(at(2), ada, true), code: CodeForbidden, field: "by",
			says: []string{"by: nobody reviews their own award; somebody else reviews it"}},
		"decline one's own": {given: proposal, when: review(at(2), ada, false), code: CodeForbidden, field: "by"},
		"import the review of one's own": {given: proposal, when: record(2, &AwardGranted{reviewedBy(ada)}),
			code: CodeForbidden, field: "by"},
		"review nothing": {when: review(at(2), ben, true), code: CodeNotFound, says: []string{
			"award " + number(5).String() + " was never proposed or granted; only then can it be reviewed"}},
		"decline nothing": {when: review(at(2), ben, false), code: CodeNotFound},
		"review what is granted": {given: reviewed, when: review(at(3), cyd, false), code: CodeConflict, says: []string{
			"the award was already granted, at 2026-03-01T02:00:00Z, by " + ben.String() +
				"; a decision stands unless its event is voided"}},
		"grant what is granted": {given: reviewed, when: review(at(3), cyd, true), code: CodeConflict},
		"review what is declined": {given: declined, when: review(at(3), cyd, true), code: CodeConflict, says: []string{
			"the award was already declined, at 2026-03-01T02:00:00Z, by " + ben.String()}},
		"review again after a void": {given: append(declined[:2:2], given(3, voided(2))), when: review(at(4), cyd, true),
			then: []Payload{&AwardGranted{reviewedBy(cyd)}}},
		"review too early": {given: proposal, when: review(at(0), ben, true), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before the proposal at 2026-03-01T01:00:00Z; review an award after it"}},
		"import from too early": {given: proposal, when: record(0, &AwardGranted{reviewedBy(ben)}),
			then: []Payload{&AwardGranted{reviewedBy(ben)}}},
		"grant something else": {given: proposal, when: GrantAward{at(2), other}, code: CodeConflict, field: "measures",
			says: []string{"measures: is not what was proposed; a review grants the award as it was proposed"}},
		"grant a proposal without review": {given: proposal, when: GrantAward{at(2), ofAda()}, code: CodeInvalid,
			field: "by"},

		"keep": {given: granted, when: keep, then: []Payload{&AwardKept{Criteria: hashOf("b")}}},
		"keep under the next": {given: kept, when: KeepAward{CommandMeta: at(5), Criteria: hashOf("c")},
			then: []Payload{&AwardKept{Criteria: hashOf("c")}}},
		"keep twice": {given: kept, when: keep, code: CodeConflict, field: "criteria", says: []string{
			"criteria: the award was already kept under " + nameCriteria(hashOf("b")) +
				"; an award is kept once under the same criteria"}},
		"keep a proposal": {given: proposal, when: keep, code: CodeConflict, says: []string{
			"the award is only proposed, since 2026-03-01T01:00:00Z; review it first"}},
		"keep what is revoked": {given: revoked, when: keep, code: CodeConflict, says: []string{
			"the award was already revoked, at 2026-03-01T02:00:00Z, by " + ben.String() +
				"; only an award that is held can be kept"}},
		"keep nothing": {when: keep, code: CodeNotFound},

		"revoke":              {given: granted, when: revoke, then: []Payload{revoke.payload()}},
		"revoke what is kept": {given: kept, when: revoke, then: []Payload{revoke.payload()}},
		"revoke a proposal":   {given: proposal, when: revoke, then: []Payload{revoke.payload()}},
		"revoke before it was granted": {given: granted, when: RevokeAward{CommandMeta: at(-1), By: ben, ReasonCode: "r"},
			code: CodeConflict, field: "occurred_at"},
		"let it end before it was reviewed": {given: reviewed, when: RevokeAward{CommandMeta: at(1), ReasonCode: "r"},
			then: []Payload{&AwardRevoked{ReasonCode: "r"}}},
		"revoke twice": {given: revoked, when: revoke, code: CodeConflict},
		"revoke what expired": {given: expired, when: revoke, code: CodeConflict, says: []string{
			"the award was already expired, at 2026-03-01T02:00:00Z; a decision stands unless its event is voided"}},
		"revoke nothing":                 {when: revoke, code: CodeNotFound},
		"expire":                         {given: granted, when: expire, then: []Payload{expire.payload()}},
		"expire a proposal":              {given: proposal, when: expire, then: []Payload{expire.payload()}},
		"expire declined":                {given: declined, when: expire, code: CodeConflict},
		"expire nothing":                 {when: expire, code: CodeNotFound},
		"void the revocation":            {given: revoked, when: VoidEvent{at(5), number(2), "r"}, then: []Payload{voided(2)}},
		"void the grant of what is kept": {given: append(kept[:2:2], given(3, voided(1))), when: keep, code: CodeNotFound},
		"void the grant of what is revoked": {given: append(revoked[:2:2], given(3, voided(1))), when: revoke,
			code: CodeNotFound},
		"void the review of what is kept": {
			given: append(reviewed[:2:2], given(3, &AwardKept{Criteria: hashOf("b")}), given(4, voided(2))),
			when:  review(at(5), cyd, true), then: []Payload{&AwardGranted{reviewedBy(cyd)}}},
		"void the unknown": {given: revoked, when: VoidEvent{at(5), number(3), "r"}, code: CodeNotFound,
			field: "event_id"},
	})
}

func TestAwardClaimsAndAcknowledgements(t *testing.T) {
	granted := history(&AwardGranted{ofAda()})
	claimed := history(&AwardGranted{ofAda()}, &RewardClaimed{Reward: "book", By: ada})
	published := history(&AwardGranted{ofAda()},
		&AcknowledgementPublished{Audience: AudienceTeam, Names: []uuid.UUID{ada}, TextVersion: "1"})
	later := ofAda()
	later.EffectiveAt = hour(4)
	claim := func(h int, by uuid.UUID) ClaimReward { return ClaimReward{at(h), "book", by} }
	publish := func(h int, a Audience, names ...uuid.UUID) PublishAcknowledgement {
		return PublishAcknowledgement{at(h), a, names, "1"}
	}
	runScenarios(t, AwardStream(number(5)), map[string]scenario{
		"claim": {given: granted, when: claim(3, ada), then: []Payload{&RewardClaimed{Reward: "book", By: ada}}},
		"claim another": {given: claimed, when: ClaimReward{at(3), "talk", ada},
			then: []Payload{&RewardClaimed{Reward: "talk", By: ada}}},
		"claim of a kept award": {given: append(granted[:1:1], given(2, &AwardKept{Criteria: hashOf("b")})),
			when: claim(3, ada), then: []Payload{&RewardClaimed{Reward: "book", By: ada}}},
		"claim twice": {given: claimed, when: claim(3, ada), code: CodeConflict, field: "reward", says: []string{
			"reward: book was already claimed, at 2026-03-01T02:00:00Z; an award brings a reward once"}},
		"claim again after a void": {given: append(claimed[:2:2], given(3, voided(2))), when: claim(4, ada),
			then: []Payload{&RewardClaimed{Reward: "book", By: ada}}},
		"claim somebody's": {given: granted, when: claim(3, ben), code: CodeForbidden, field: "by", says: []string{
			"by: " + ben.String() + " does not hold this award; its holder claims: " + ada.String()}},
		"claim of a proposal": {given: history(&AwardProposed{ofAda()}), when: claim(3, ada), code: CodeConflict,
			says: []string{"only proposed"}},
		"claim of a revoked award": {given: append(granted[:1:1], given(2, &AwardRevoked{})), when: claim(3, ada),
			code: CodeConflict, says: []string{"already revoked"}},
		"claim of nothing": {when: claim(3, ada), code: CodeNotFound},
		"claim too early": {given: granted, when: claim(0, ada), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before 2026-03-01T01:00:00Z, from when the award is held"}},
		"claim before it takes its place": {given: history(&AwardGranted{later}), when: claim(3, ada), code: CodeConflict,
			field: "occurred_at", says: []string{"2026-03-01T04:00:00Z"}},
		"import from too early": {given: granted, when: record(0, &RewardClaimed{Reward: "book", By: ada}),
			then: []Payload{&RewardClaimed{Reward: "book", By: ada}}},

		"publish": {given: granted, when: publish(3, AudienceTeam, ada, ben),
			then: []Payload{publish(3, AudienceTeam, ada, ben).payload()}},
		"publish wider": {given: published, when: publish(3, AudiencePublic, ada),
			then: []Payload{publish(3, AudiencePublic, ada).payload()}},
		"publish twice": {given: published, when: publish(3, AudienceTeam, ada), code: CodeConflict, field: "audience",
			says: []string{"audience: the award was already acknowledged before team, at 2026-03-01T02:00:00Z; " +
				"void that acknowledgement to publish another, event " + number(2).String()}},
		"publish again after a void": {given: append(published[:2:2], given(3, voided(2))),
			when: publish(4, AudienceTeam, ada), then: []Payload{publish(4, AudienceTeam, ada).payload()}},
		"publish no names": {given: granted, when: publish(3, AudienceTeam), code: CodeInvalid, field: "names"},
		"publish a name twice": {given: granted, when: publish(3, AudienceTeam, ada, ada), code: CodeInvalid,
			field: "names"},
		"publish for an unknown public": {given: granted, when: publish(3, "world", ada), code: CodeInvalid,
			field: "audience"},
		"publish a proposal": {given: history(&AwardProposed{ofAda()}), when: publish(3, AudienceTeam, ada),
			code: CodeConflict},
		"publish nothing":   {when: publish(3, AudienceTeam, ada), code: CodeNotFound},
		"publish too early": {given: granted, when: publish(0, AudienceTeam, ada), code: CodeConflict, field: "occurred_at"},
	})
}

func TestAwardState(t *testing.T) {
	d := AwardDecider(number(5))
	a := d.Fold(d.Initial, history(&AwardProposed{ofAda()}, &AwardGranted{reviewedBy(ben)},
		&RewardClaimed{Reward: "book", By: ada}, &AwardKept{Criteria: hashOf("b")})...)
	if a.Status != AwardStatusKept || !a.Status.Held() || !a.HasClaimed("book") || a.HasClaimed("talk") ||
		a.GrantedBy != ben || !a.GrantedAt.Equal(hour(2)) || !slices.Equal(a.KeptUnder, []string{hashOf("b")}) {
		t.Errorf("got %+v", a)
	}
	ended := d.Evolve(a, given(5, &AwardRevoked{Criteria: hashOf("b"), By: cyd, ReasonCode: "r"}))
	if ended.Status != AwardStatusRevoked || ended.Status.Open() || ended.ClosedBy != cyd || ended.ReasonCode != "r" ||
		!ended.ClosedAt.Equal(hour(5)) || ended.ClosedUnder != hashOf("b") {
		t.Errorf("got %+v", ended)
	}
	again := d.Evolve(ended, given(6, voided(5)))
	again.ledger, a.ledger = ledger{}, ledger{}
	if !reflect.DeepEqual(again, a) {
		t.Errorf("got %+v, want %+v", again, a)
	}
	if c := ofAda(); !c.From().Equal(hour(1)) {
		t.Errorf("from %v", c.From())
	}
	if c := (AwardCase{EarnedAt: hour(1), EffectiveAt: hour(2)}); !c.From().Equal(hour(2)) {
		t.Errorf("from %v", c.From())
	}
}

// The ids are part of logs: they must never change.
func TestAwardIDs(t *testing.T) {
	seen := map[uuid.UUID]bool{}
	for _, id := range []uuid.UUID{
		AwardID("git", ada, "champion", 0), AwardID("git", ada, "champion", 1), AwardID("git", ada, "star", 0),
		AwardID("git", ben, "champion", 0), AwardID("tig", ada, "champion", 0),
	} {
		if seen[id] || id.Version() != 5 {
			t.Errorf("%s", id)
		}
		seen[id] = true
	}
	if got, want := AwardID("git", ada, "champion", 0).String(), "86a3fd35-ea39-598f-8651-a980c3003245"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAwardCaseIsChecked(t *testing.T) {
	for field, change := range map[string]func(*AwardCase){
		"effective_at":   func(c *AwardCase) { c.EffectiveAt = hour(0) },
		"as_of":          func(c *AwardCase) { c.AsOf = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) },
		"evidence_total": func(c *AwardCase) { c.EvidenceTotal = 1 },
	} {
		c := ofAda()
		change(&c)
		err, _ := CheckPayload(&AwardGranted{c}).(*Error)
		if err == nil || err.Field != field || err.Code != CodeInvalid {
			t.Errorf("%s: got %v", field, err)
		}
	}
}
