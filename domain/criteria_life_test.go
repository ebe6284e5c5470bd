package domain

import (
	"testing"
)

// document is a criteria document of program git; each version has a hash of its own.
func document(version string) string { return `{"program":"git","title":"` + version + `"}` }

func hashOf(version string) string { return DocumentHash(document(version)) }

func proposed(version string) *CriteriaProposed {
	return &CriteriaProposed{Hash: hashOf(version), Document: document(version), By: ada}
}

func approved(version string) *CriteriaApproved {
	return &CriteriaApproved{Hash: hashOf(version), By: ben}
}

func activated(version string, h int) *CriteriaActivated {
	return &CriteriaActivated{Hash: hashOf(version), EffectiveAt: hour(h), By: ben}
}

func withdrawn(version string) *CriteriaWithdrawn {
	return &CriteriaWithdrawn{Hash: hashOf(version), By: ada}
}

func voided(n int) *EventVoided { return &EventVoided{EventID: number(n), Reason: "r"} }

func TestCriteriaProposals(t *testing.T) {
	one := history(proposed("a"))
	ready := history(proposed("a"), approved("a"))
	live := history(proposed("a"), approved("a"), activated("a", 3))
	scheduled := history(proposed("a"), approved("a"), activated("a", 20))
	rolled := history(proposed("a"), approved("a"), activated("a", 3), proposed("b"), approved("b"), activated("b", 6))
	lapsed := history(proposed("a"), approved("a"), proposed("b"), approved("b"), activated("b", 5))
	name := nameCriteria(hashOf("a"))
	propose := func(meta CommandMeta, version string) ProposeCriteria {
		return ProposeCriteria{CommandMeta: meta, Document: document(version), By: ada}
	}
	approve := func(meta CommandMeta, version string) ApproveCriteria {
		return ApproveCriteria{CommandMeta: meta, Hash: hashOf(version), By: cyd}
	}
	byCyd := &CriteriaApproved{Hash: hashOf("a"), By: cyd}
	withdraw := func(meta CommandMeta) WithdrawCriteria { return WithdrawCriteria{meta, hashOf("a"), ada} }
	runScenarios(t, CriteriaStream("git"), map[string]scenario{
		"propose":              {when: propose(at(1), "a"), then: []Payload{proposed("a")}},
		"propose side by side": {given: ready, when: propose(at(3), "b"), then: []Payload{proposed("b")}},
		"propose with impact": {
			when: ProposeCriteria{at(1), document("a"), ada, []byte(`{"gained":1}`), "7"},
			then: []Payload{&CriteriaProposed{
				Hash: hashOf("a"), Document: document("a"), By: ada, Impact: []byte(`{"gained":1}`), Position: "7"}}},
		"propose no JSON": {when: ProposeCriteria{CommandMeta: at(1), Document: "program: git", By: ada},
			code: CodeInvalid, field: "document", says: []string{
				"document: is not a JSON object with a program; give the canonical form of the criteria"}},
		"propose for another program": {
			when: ProposeCriteria{CommandMeta: at(1), Document: `{"program":"nursing"}`, By: ada}, code: CodeInvalid,
			field: "document", says: []string{
				`document: is of program "nursing", and not of git; propose it for the program that it names`}},
		"propose nothing": {when: ProposeCriteria{CommandMeta: at(1), By: ada}, code: CodeInvalid, field: "document"},
		"propose by nobody": {when: ProposeCriteria{CommandMeta: at(1), Document: document("a")}, code: CodeInvalid,
			field: "by"},
		"impact no object": {when: ProposeCriteria{at(1), document("a"), ada, []byte("[]"), ""}, code: CodeInvalid,
			field: "impact"},
		"import under another hash": {
			when: record(1, &CriteriaProposed{Hash: hashOf("b"), Document: document("a"), By: ada}), code: CodeInvalid,
			field: "hash", says: []string{"hash: is not that of the document; it is " + hashOf("a")}},
		"propose the same again": {given: one, when: propose(at(2), "a"), code: CodeConflict, field: "hash", says: []string{
			"hash: " + name + " are already proposed, since 2026-03-01T01:00:00Z; approve or withdraw that proposal"}},
		"propose what is approved": {given: ready, when: propose(at(3), "a"), code: CodeConflict, field: "hash",
			says: []string{"are already approved, since 2026-03-01T02:00:00Z"}},
		"propose what is in force": {given: live, when: propose(at(4), "a"), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " are in force since 2026-03-01T03:00:00Z; propose what is to change"}},
		"propose what will be in force": {given: scheduled, when: propose(at(4), "a"), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " are to come into force at 2026-03-01T20:00:00Z; withdraw them first"}},
		"propose what was in force": {given: rolled, when: propose(at(7), "a"), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " were in force before, from 2026-03-01T03:00:00Z on; roll back to them: " +
				"that needs no proposal"}},
		"propose what was withdrawn": {given: history(proposed("a"), withdrawn("a")), when: propose(at(3), "a"),
			then: []Payload{proposed("a")}},
		"propose what lapsed": {given: lapsed, when: propose(at(6), "a"), then: []Payload{proposed("a")}},
		"propose what was voided": {given: history(proposed("a"), voided(1)), when: propose(at(3), "a"),
			then: []Payload{proposed("a")}},

		"approve":       {given: one, when: approve(at(2), "a"), then: []Payload{byCyd}},
		"approve twice": {given: ready, when: approve(at(3), "a"), then: []Payload{byCyd}},
		"approve one's own": {given: one, when: ApproveCriteria{CommandMeta: at(2), Hash: hashOf("a"), By: ada},
			code: CodeForbidden, field: "by", says: []string{
				"by: nobody approves their own criteria; somebody other than the author approves them"}},
		"import the approval of one's own": {given: one,
			when: record(2, &CriteriaApproved{Hash: hashOf("a"), By: ada}), code: CodeForbidden, field: "by"},
		"approve again": {given: ready, when: ApproveCriteria{CommandMeta: at(3), Hash: hashOf("a"), By: ben},
			code: CodeConflict, field: "by", says: []string{"by: " + ben.String() + " already approved " + name +
				" at 2026-03-01T02:00:00Z; a person approves a proposal once"}},
		"approve again after a lapse": {given: lapsed,
			when: ApproveCriteria{CommandMeta: at(6), Hash: hashOf("a"), By: ben}, then: []Payload{approved("a")}},
		"approve the unknown": {given: one, when: approve(at(2), "b"), code: CodeNotFound, field: "hash", says: []string{
			"hash: " + nameCriteria(hashOf("b")) + " were never proposed; propose them first"}},
		"approve what is in force": {given: live, when: approve(at(4), "a"), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " were already activated at 2026-03-01T03:00:00Z; " +
				"only an open proposal can be approved"}},
		"approve what was withdrawn": {given: history(proposed("a"), withdrawn("a")), when: approve(at(3), "a"),
			code: CodeConflict, field: "hash", says: []string{"hash: " + name + " were withdrawn; propose them again"}},
		"approve too early": {given: one, when: approve(at(0), "a"), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before the proposal at 2026-03-01T01:00:00Z; approve a proposal after it"}},
		"import from too early": {given: one, when: record(0, byCyd), then: []Payload{byCyd}},
		"nobody's approval": {given: one, when: record(1, &CriteriaApproved{Hash: hashOf("a")}), code: CodeInvalid,
			field: "by"},
		"half a hash": {given: one, when: record(1, &CriteriaApproved{Hash: "sha256:00", By: ada}), code: CodeInvalid,
			field: "hash"},
		"an award": {when: record(1, &AwardExpired{}), code: CodeInvalid, field: "type", says: []string{"award-"}},

		"withdraw":           {given: one, when: withdraw(at(2)), then: []Payload{withdrawn("a")}},
		"withdraw approved":  {given: ready, when: withdraw(at(3)), then: []Payload{withdrawn("a")}},
		"withdraw scheduled": {given: scheduled, when: withdraw(at(19)), then: []Payload{withdrawn("a")}},
		"withdraw what came into force": {given: scheduled, when: withdraw(at(20)), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " came into force at 2026-03-01T20:00:00Z; " +
				"criteria in force cannot be withdrawn: roll back to others"}},
		"void the approval of what is in force": {given: live, when: VoidEvent{at(5), number(2), "r"}, code: CodeConflict,
			field: "event_id", says: []string{"void their activation first"}},
		"void the approval of what is not": {given: ready, when: VoidEvent{at(5), number(2), "r"},
			then: []Payload{voided(2)}},
		"withdraw what is in force as of before it was decided": {given: live, when: withdraw(at(2)), code: CodeConflict,
			field: "occurred_at", says: []string{
				"occurred_at: is before the activation was decided, at 2026-03-01T03:00:00Z; withdraw an activation after that"}},
		"withdraw what was in force": {given: rolled, when: withdraw(at(8)), code: CodeConflict, field: "hash"},
		"withdraw twice": {given: history(proposed("a"), withdrawn("a")), when: withdraw(at(3)), code: CodeConflict,
			field: "hash", says: []string{"were already withdrawn"}},
		"withdraw the unknown": {when: withdraw(at(3)), code: CodeNotFound, field: "hash"},
		"withdraw too early":   {given: one, when: withdraw(at(0)), code: CodeConflict, field: "occurred_at"},
		"withdraw again after a void": {given: history(proposed("a"), withdrawn("a"), voided(2)), when: withdraw(at(4)),
			then: []Payload{withdrawn("a")}},
	})
}

func TestCriteriaActivations(t *testing.T) {
	ready := history(proposed("a"), approved("a"))
	live := history(proposed("a"), approved("a"), activated("a", 3), proposed("b"), approved("b"))
	both := append(live[:5:5], given(6, activated("b", 6)))
	scheduled := append(live[:5:5], given(6, activated("b", 20)))
	name := nameCriteria(hashOf("a"))
	activate := func(occurred, effective int, version string) ActivateCriteria {
		return ActivateCriteria{at(occurred), hashOf(version), hour(effective), ben, false}
	}
	backdated := activate(4, 1, "a")
	backdated.Backdated = true
	runScenarios(t, CriteriaStream("git"), map[string]scenario{
		"now":       {given: ready, when: activate(3, 3, "a"), then: []Payload{activated("a", 3)}},
		"later":     {given: ready, when: activate(3, 9, "a"), then: []Payload{activated("a", 9)}},
		"backdated": {given: ready, when: backdated, then: []Payload{activated("a", 1)}},
		"in the past": {given: ready, when: activate(4, 1, "a"), code: CodeConflict, field: "effective_at", says: []string{
			"effective_at: 2026-03-01T01:00:00Z is past, and would change what was decided since; " +
				"say that it is meant to be backdated, or give a time from now on"}},
		"import from the past": {given: ready, when: record(4, activated("a", 1)), then: []Payload{activated("a", 1)}},
		"what was never proposed": {when: activate(3, 3, "a"), code: CodeNotFound, field: "hash",
			says: []string{"hash: " + name + " were never proposed; propose them first"}},
		"what was never approved": {given: ready[:1:1], when: activate(3, 3, "a"), code: CodeConflict, field: "hash",
			says: []string{"hash: " + name + " were never approved; somebody other than the author approves them first"}},
		"import what was never approved": {given: ready[:1:1], when: record(3, activated("a", 3)), code: CodeConflict,
			field: "hash"},
		"what was withdrawn": {given: append(ready[:2:2], given(3, withdrawn("a"))), when: activate(4, 4, "a"),
			code: CodeConflict, field: "hash", says: []string{"hash: " + name + " were withdrawn; propose them again"}},
		"whose approval was voided": {given: append(ready[:2:2], given(3, voided(2))), when: activate(4, 4, "a"),
			code: CodeConflict, field: "hash", says: []string{"were never approved"}},
		"whose approval lapsed": {
			given: history(proposed("a"), approved("a"), proposed("b"), approved("b"), activated("b", 5)),
			when:  activate(6, 6, "a"), code: CodeConflict, field: "hash", says: []string{"hash: the approval of " + name +
				" lapsed, as other criteria were activated after it; have them approved again"}},
		"approved again": {
			given: history(proposed("a"), approved("a"), proposed("b"), approved("b"), activated("b", 5), approved("a")),
			when:  activate(7, 7, "a"), then: []Payload{activated("a", 7)}},
		"that did not lapse, as the other was voided": {
			given: history(proposed("a"), approved("a"), proposed("b"), approved("b"), activated("b", 5), voided(5)),
			when:  activate(7, 7, "a"), then: []Payload{activated("a", 7)}},
		"before the approval": {given: ready, when: activate(1, 5, "a"), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before the approval at 2026-03-01T02:00:00Z; activate criteria after it"}},
		"the next":          {given: live, when: activate(6, 6, "b"), then: []Payload{activated("b", 6)}},
		"roll back":         {given: both, when: activate(7, 7, "a"), then: []Payload{activated("a", 7)}},
		"roll back at once": {given: both, when: activate(6, 6, "a"), then: []Payload{activated("a", 6)}},
		"what is in force": {given: live, when: activate(6, 6, "a"), code: CodeConflict, field: "hash", says: []string{
			"hash: " + name + " are in force at that time already, since 2026-03-01T03:00:00Z; " +
				"activate other criteria, or these for another time"}},
		"what is scheduled for then":  {given: scheduled, when: activate(7, 20, "b"), code: CodeConflict, field: "hash"},
		"what is scheduled for later": {given: scheduled, when: activate(7, 8, "b"), then: []Payload{activated("b", 8)}},
		"with another document": {given: ready,
			when: record(3, &CriteriaActivated{Hash: hashOf("a"), EffectiveAt: hour(3), Document: "x"}), code: CodeInvalid,
			field: "hash"},
		"by the same command": {given: live,
			when: func() Command { c := activate(3, 3, "a"); c.ID = number(3); return c }()},

		"void an activation": {given: both, when: VoidEvent{at(8), number(6), "r"}, then: []Payload{voided(6)}},
		"void a proposal":    {given: ready, when: VoidEvent{at(8), number(1), "r"}, then: []Payload{voided(1)}},
		"void the proposal of what is in force": {given: live, when: VoidEvent{at(8), number(1), "r"}, code: CodeConflict,
			field: "event_id", says: []string{"event_id: " + name + " were activated, at 2026-03-01T03:00:00Z; " +
				"void their activation first, event " + number(3).String()}},
		"void the unknown": {given: live, when: VoidEvent{at(8), number(9), "r"}, code: CodeNotFound, field: "event_id"},
		"void a void": {given: append(both[:6:6], given(7, voided(6))), when: VoidEvent{at(8), number(7), "r"},
			code: CodeConflict, field: "event_id"},
	})
}

func TestCriteriaInForce(t *testing.T) {
	d := CriteriaDecider("git")
	check := func(c *Criteria, want string) {
		t.Helper()
		got := ""
		for h := range 12 {
			version := "-"
			for _, v := range []string{"a", "b"} {
				if hash, ok := c.InForce(hour(h)); ok && hash == hashOf(v) {
					version = v
				}
			}
			got += version
		}
		if got != want {
			t.Errorf("in force %s, want %s", got, want)
		}
	}
	c := d.Fold(d.Initial, history(proposed("a"), approved("a"), activated("a", 3), proposed("b"), approved("b"),
		activated("b", 8))...)
	check(c, "---aaaaabbbb")
	check(d.Evolve(c, given(7, withdrawn("b"))), "---aaaaaaaaa")
	check(d.Evolve(c, given(8, withdrawn("b"))), "---aaaaabbbb")
	check(d.Evolve(c, given(9, voided(3))), "--------bbbb")
	check(d.Evolve(c, given(9, activated("a", 10))), "---aaaaabbaa")
	check(d.Evolve(c, given(9, activated("a", 8))), "---aaaaaaaaa")
	check(d.Evolve(c, given(9, activated("b", 0))), "bbbaaaaabbbb")
	if p := d.Evolve(c, given(7, withdrawn("b"))).Proposal(hashOf("b")); p.Status != ProposalWithdrawn {
		t.Errorf("a proposal whose activation was withdrawn is %s", p.Status)
	}
	if doc, ok := c.Document(hashOf("b")); !ok || doc != document("b") {
		t.Errorf("got %q, %v", doc, ok)
	}
	if _, ok := c.Document("sha256:"); ok {
		t.Error("there is a document for an unknown hash")
	}
}
