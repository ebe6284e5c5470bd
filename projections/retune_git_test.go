package projections_test

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
)

const gitProgram = "git"

// gitSample is the history of the Git project with the sample criteria in force since 2015, and the awards that a pass
// decided as of 2020; the text is that of the criteria, with comments.
func gitSample(t testing.TB) (basis projections.RetuneBasis, text []byte, years map[uuid.UUID]int) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("../cmd/laurel/sample/mentor-tiers.yaml")
	must(err)
	store := eventstore.NewMemory()
	source := gitlog.Sample()
	_, err = gitlog.Import(ctx, store, source, gitProgram, "sample", eventstore.IngestOptions{})
	must(err)
	plan, since := compile(t, text), time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	activated, err := eventstore.Encode(domain.Event{ID: uuid.New(), Meta: domain.Metadata{OccurredAt: since},
		Payload: &domain.CriteriaActivated{
			Hash: plan.Doc.Hash(), Document: string(plan.Doc.Canonical()), EffectiveAt: since,
		}})
	must(err)
	_, err = store.Append(ctx, eventstore.StreamAppend{Stream: domain.CriteriaStream(gitProgram),
		Expected: eventstore.NoStream, Events: []eventstore.NewEvent{activated}})
	must(err)
	_, err = awarding.Run(ctx, store, gitProgram, awarding.Options{AsOf: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	must(err)
	facts, err := projections.Build(ctx, store, projections.BuildOptions{})
	must(err)
	governance, err := projections.ReadGovernance(ctx, store, nil)
	must(err)
	register, err := projections.ReadRegister(ctx, store, nil)
	must(err)
	newest, _ := facts.Newest()
	regimes, err := projections.CompileRegimes(governance, gitProgram, newest)
	must(err)
	var events []naive.Event
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
		must(err)
		events = append(events, naive.Event{
			ID: e.ID.String(), Type: string(e.Type), Stream: e.Stream, OccurredAt: e.Meta.OccurredAt, Data: e.Data,
		})
	}
	basis = projections.RetuneBasis{Facts: facts, Program: gitProgram, AsOf: newest, From: regimes[0].Plan,
		Regimes: regimes, Register: register}
	return basis, text, joined(events, gitProgram)
}

// gitChanges turns each knob of the sample criteria a step up and a step down, and then some more.
func gitChanges(t testing.TB, text []byte) [][]byte {
	t.Helper()
	knobs, err := criteria.Knobs("sample.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	var texts [][]byte
	for _, k := range knobs {
		for _, steps := range []float64{1, -1} {
			value := min(max(math.Round((k.Value+steps*k.Step)*1e6)/1e6, k.Least), k.Most)
			changed, err := criteria.Set("sample.yaml", text, k.ID, value)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, changed)
		}
	}
	return texts
}

// TestRetunerOnGitSample holds previews over the history of the Git project to Compare and PreviewAwards, now and as of
// a time whose future is known.
func TestRetunerOnGitSample(t *testing.T) {
	basis, text, years := gitSample(t)
	texts := gitChanges(t, text)
	for _, change := range [][2]string{
		{"timezone: UTC", "timezone: Asia/Tokyo"},
		{"id: champion", "id: hero"},
		{"review: true", "review: false"},
		{"lost: grandfather", "lost: {grace: 10d}"},
		{"score: effort + outcome", "score: 2 * effort - outcome / 3"},
		{"when: score >= 60 &&", "when: dependence < 0.9 ||"},
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Fatalf("the sample has no %q", change[0])
		}
		texts = append(texts, []byte(changed))
	}
	for _, asOf := range []time.Time{basis.AsOf, time.Date(2018, 5, 1, 0, 0, 0, 0, time.UTC)} {
		basis.AsOf = asOf
		retuner, err := projections.NewRetuner(context.Background(), basis)
		if err != nil {
			t.Fatal(err)
		}
		moved := 0
		for i, text := range texts {
			if testing.Short() && i%5 > 0 && i < len(texts)-6 {
				continue
			}
			plan := compile(t, text)
			wantRetune(t, retuner, &basis, plan, years)
			if preview, err := retuner.Preview(context.Background(), plan); err != nil || preview.Rise+preview.Fall > 0 {
				moved++
			}
		}
		if moved < 5 {
			t.Errorf("as of %v only %d changes move anybody", asOf, moved)
		}
	}
}

// BenchmarkRetuneGit previews changes of the sample criteria over the history of the Git project, each from its text
// on.
func BenchmarkRetuneGit(b *testing.B) {
	basis, text, _ := gitSample(b)
	texts := gitChanges(b, text)
	retuner, err := projections.NewRetuner(b.Context(), basis)
	if err != nil {
		b.Fatal(err)
	}
	var took []float64
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		plan, err := criteria.Load("changed.yaml", texts[n%len(texts)])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := retuner.Preview(b.Context(), plan); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start).Seconds()*1e3)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms-median")
	b.ReportMetric(took[len(took)-1], "ms-worst")
}
