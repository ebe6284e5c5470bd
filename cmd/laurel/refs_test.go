package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

// documentWith is a small criteria document with a threshold, so that two of them differ.
func documentWith(t *testing.T, threshold string) (text, hash string) {
	t.Helper()
	source := `{apiVersion: laurel/v1, kind: Criteria, program: git,
  measures: {effort: {sum: points, of: {SessionHeld: 1}}},
  score: effort, tiers: [{id: one, when: effort >= ` + threshold + `}]}`
	doc, findings := criteria.Parse("test", []byte(source))
	if err := findings.Err(); err != nil {
		t.Fatal(err)
	}
	return string(doc.Canonical()), doc.Hash()
}

// criteriaLog appends events to the stream of the program git, each with an id made of its number.
func criteriaLog(t *testing.T, payloads ...domain.Payload) eventstore.Store {
	t.Helper()
	store := eventstore.NewMemory()
	for i, p := range payloads {
		e, err := eventstore.Encode(domain.Event{ID: numbered(i), Payload: p,
			Meta: domain.Metadata{OccurredAt: at(1), Actor: "test", Source: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(t.Context(), eventstore.StreamAppend{Stream: "criteria-git",
			Events: []eventstore.NewEvent{e}}); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func numbered(i int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte{byte(i)}) }

func at(day int) time.Time { return time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC) }

func TestActiveCriteria(t *testing.T) {
	textA, hashA := documentWith(t, "1")
	textB, hashB := documentWith(t, "2")
	by := numbered(100)
	store := criteriaLog(t,
		&domain.CriteriaProposed{Hash: hashA, Document: textA, By: by},
		&domain.CriteriaActivated{Hash: hashA, EffectiveAt: at(5)},
		&domain.CriteriaActivated{Hash: hashB, EffectiveAt: at(10), Document: textB},
		&domain.CriteriaActivated{Hash: hashA, EffectiveAt: at(15)}, // a roll-back
		&domain.CriteriaActivated{Hash: hashB, EffectiveAt: at(20)}, // a mistake
		&domain.EventVoided{EventID: numbered(4), Reason: "entered-twice"},
	)
	positions := map[int]*eventstore.Position{}
	n := 0
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		positions[n] = &e.Position
	}
	for _, c := range []struct {
		name  string
		asOf  time.Time
		known int // events
		want  string
	}{
		{"before the first activation", at(4), 6, ""},
		{"from its first instant", at(5), 6, hashA},
		{"the next one", at(12), 6, hashB},
		{"rolled back", at(16), 6, hashA},
		{"a voided activation never was", at(21), 6, hashA},
		{"before the void was known", at(21), 5, hashB},
		{"before the roll-back was known", at(21), 3, hashB},
		{"before anything was known", at(21), 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			view := &logView{store: store, program: "git", asOf: c.asOf, upTo: positions[c.known]}
			got, err := loadCriteria(t.Context(), refActive, view)
			if c.want == "" {
				if text, code := describeOrNone(err); code != exitUsage || !strings.Contains(text, "laurel criteria list") {
					t.Errorf("got %q with status %d, want a remedy", text, code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.hash != c.want {
				t.Errorf("got %s, want %s", got.hash, c.want)
			}
		})
	}
}

func describeOrNone(err error) (string, int) {
	if err == nil {
		return "", exitDone
	}
	return describe(err)
}

func TestCriteriaByHash(t *testing.T) {
	text, hash := documentWith(t, "1")
	store := criteriaLog(t, &domain.CriteriaProposed{Hash: hash, Document: text, By: numbered(100)})
	view := &logView{store: store, program: "other", asOf: at(1)}
	for _, ref := range []string{hash, hash[:20], strings.TrimPrefix(hash, "sha256:"),
		strings.TrimPrefix(hash, "sha256:")[:8]} {
		if c, err := loadCriteria(context.Background(), ref, view); err != nil || c.hash != hash {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := loadCriteria(context.Background(), strings.Repeat("0", 12), view); err == nil {
		t.Error("a hash that nothing has was found")
	}
}
