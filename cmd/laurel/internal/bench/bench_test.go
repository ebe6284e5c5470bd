package bench

import (
	"context"
	"sync"
	"testing"

	"laurel/projections"
)

var shared = sync.OnceValue(func() *projections.Facts {
	events, mentors := 2_000_000, 20_000
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
