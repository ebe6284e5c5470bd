package bench

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"laurel/domain/criteria"
	"laurel/projections"
)

var shared = sync.OnceValue(func() *projections.Facts {
	events, mentors := 1_000_000, 20_000
	if testing.Short() {
		events, mentors = 100_000, 1_000
	}
	f, err := generateFacts(context.Background(), events, mentors, 1, func(int) {})
	if err != nil {
		panic(err)
	}
	return f
})

func factsIn(f *projections.Facts) (n int) {
	for _, id := range f.MentorsOf(program) {
		n += len(f.Mentor(id).Facts)
	}
	return n
}

func benchmarkReplay(b *testing.B, text string) {
	f := shared()
	plan, err := compile("bench.yaml", text)
	if err != nil {
		b.Fatal(err)
	}
	asOf, _ := f.Newest()
	n := factsIn(f)
	b.ReportAllocs()
	for b.Loop() {
		projections.Replay(f, program, plan, asOf, 0)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mfacts/s")
}

func BenchmarkReplaySample(b *testing.B) { benchmarkReplay(b, sampleText) }
func BenchmarkReplayHeavy(b *testing.B)  { benchmarkReplay(b, heavyText) }

func BenchmarkReplayByHand(b *testing.B) {
	f := shared()
	asOf, _ := f.Newest()
	mentors := f.MentorsOf(program)
	n := factsIn(f)
	for b.Loop() {
		replayByHand(f, mentors, asOf, 2)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mfacts/s")
}

// TestByHandAgrees holds the yardstick to the engine: a loop that computed something else would measure nothing.
func TestByHandAgrees(t *testing.T) {
	f, err := generateFacts(context.Background(), 60_000, 600, 3, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := compile("sample.yaml", sampleText)
	if err != nil {
		t.Fatal(err)
	}
	asOf, _ := f.Newest()
	all := projections.Replay(f, program, plan, asOf, 0)
	if err := sameTimelines(all.Of, replayByHand(f, all.Mentors, asOf, 2)); err != nil {
		t.Fatal(err)
	}
}

// benchmarkRetune previews one change after the other, each from its text on.
func benchmarkRetune(b *testing.B, text string) {
	bench, err := newRetuneBench(shared(), text)
	if err != nil {
		b.Fatal(err)
	}
	retuner, err := projections.NewRetuner(b.Context(), bench.basis)
	if err != nil {
		b.Fatal(err)
	}
	var took []float64
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		plan, err := criteria.Load("changed.yaml", bench.texts[n%len(bench.texts)])
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

func BenchmarkRetuneSample(b *testing.B) { benchmarkRetune(b, sampleText) }
func BenchmarkRetuneHeavy(b *testing.B)  { benchmarkRetune(b, heavyText) }

// BenchmarkRetunePrepare is what comes before the first preview.
func BenchmarkRetunePrepare(b *testing.B) {
	bench, err := newRetuneBench(shared(), sampleText)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := projections.NewRetuner(b.Context(), bench.basis); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRetuneWhole is what a preview would take without a retuner.
func BenchmarkRetuneWhole(b *testing.B) {
	bench, err := newRetuneBench(shared(), sampleText)
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		bench.whole(bench.texts[n%len(bench.texts)])
	}
}
