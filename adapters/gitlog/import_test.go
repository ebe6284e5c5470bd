package gitlog_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/eventstore"
)

// sampleWant is what the sample gives, by the design.
var sampleWant = map[domain.EventType]int{
	domain.TypeMentorshipStarted: 1503, domain.TypeSessionHeld: 5259, domain.TypeGoalMet: 852,
	domain.TypePromotionRecorded: 92,
}

func TestImportSample(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	sample := gitlog.Sample()
	defer sample.Close()
	report, err := gitlog.Import(t.Context(), store, sample, "git", "sample", eventstore.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range sampleWant {
		if got := report.Appended[kind]; got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
	if report.Commits != 4007 || len(report.Problems) != 0 || report.Rejected != 0 || report.AlreadyThere != 0 {
		t.Errorf("report: %+v", report)
	}
	first := maps.Clone(report.Appended)

	again := gitlog.Sample()
	defer again.Close()
	report, err = gitlog.Import(t.Context(), store, again, "git", "sample", eventstore.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range first {
		total += n
	}
	if report.AppendedTotal() != 0 || report.AlreadyThere != total || report.Rejected != 0 {
		t.Errorf("imported again: %d appended, %d there (want %d), %d rejected", report.AppendedTotal(),
			report.AlreadyThere, total, report.Rejected)
	}
}

// listing lists a log's events without what depends on when they were recorded.
func listing(t *testing.T, store eventstore.Store, withTime bool) []string {
	t.Helper()
	var out []string
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s %s %s %s", e.Stream, e.ID, e.Type, e.Data)
		if withTime {
			line += " " + e.Meta.OccurredAt.Format(time.RFC3339) + " " + e.Meta.CorrelationID
		}
		out = append(out, line)
	}
	return out
}

func importText(t *testing.T, store eventstore.Store, text string) gitlog.Report {
	t.Helper()
	report, err := gitlog.Import(t.Context(), store, strings.NewReader(text), "git", "log", eventstore.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Rejected != 0 {
		t.Fatalf("rejected: %v", report.Rejections)
	}
	return report
}

// TestImportMapping follows a small history event by event.
func TestImportMapping(t *testing.T) {
	const text = `commit 0000001
Author: Ann <Ann@x.org>
CommitDate: 2020-01-01T00:00:00Z

    Reviewed-by: Ann <ann@x.org>

commit 0000002
Author: Ann <ann@x.org>
CommitDate: 2020-01-02T00:00:00Z

    Mentored-by: Bo B <bo@x.org>
    Mentored-by: Bo <bo@X.ORG>
    Reviewed-by: Bo <bo@x.org>

commit 0000003
Author: Cy <cy@x.org>
CommitDate: 2020-01-03T00:00:00Z

    Mentored-by: Ann <ann@x.org>
    Reviewed-by: Ann <ann@x.org>
    Reviewed-by: Bo <bo@x.org>

commit 0000004
Author: Cy <cy@x.org>
CommitDate: 2020-01-04T00:00:00Z

    Reviewed-by: Ann <ann@x.org>
`
	store := eventstore.NewMemory()
	defer store.Close()
	importText(t, store, text)
	names := map[string]string{}
	var got []string
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		what := string(e.Type)
		switch p := event.Payload.(type) {
		case *domain.PersonRegistered:
			names[e.Stream] = p.Personal.Name
		case *domain.MentorshipStarted:
			names[e.Stream] = names[domain.PersonStream(p.Mentor)] + ">" + names[domain.PersonStream(p.Mentee)]
		case *domain.SessionHeld:
			what = fmt.Sprintf("%s %v", p.Channel, p.Confirmed)
		case *domain.PromotionRecorded:
			what = "to " + p.To
		case *domain.GoalMet:
			what = fmt.Sprintf("met %v %v", p.Imported, p.Attested)
		}
		got = append(got, e.Meta.CorrelationID[6:]+" "+names[e.Stream]+" "+what)
	}
	want := []string{
		"2  ProgramOpened",
		"2 Ann PersonRegistered", "2 Bo B PersonRegistered",
		"2 Bo B>Ann MentorshipStarted", "2 Bo B>Ann mentored true", "2 Bo B>Ann met true true", "2 Bo B>Ann reviewed false",
		"3 Cy PersonRegistered", "3 Ann to reviewer", "3 Ann to mentor",
		"3 Ann>Cy MentorshipStarted", "3 Ann>Cy mentored true", "3 Ann>Cy met true true", "3 Ann>Cy reviewed false",
		"3 Bo B>Cy MentorshipStarted", "3 Bo B>Cy reviewed false",
		"4 Ann>Cy reviewed false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// randomLog makes the commits of a small community, each as text.
func randomLog(r *rand.Rand, commits int) []string {
	var out []string
	for i := range commits {
		var b strings.Builder
		fmt.Fprintf(&b, "commit %040x\nAuthor: P%[2]d <p%[2]d@x.org>\nCommitDate: %[3]s\n\n", i, r.IntN(8),
			time.Date(2020, 1, 1, i, 0, 0, 0, time.UTC).Format(time.RFC3339))
		for range r.IntN(4) {
			fmt.Fprintf(&b, "    %s-by: P%[2]d <p%[2]d@x.org>\n", []string{"Mentored", "Helped", "Reviewed"}[r.IntN(3)], r.IntN(8))
		}
		out = append(out, b.String())
	}
	return out
}

// TestImportInParts proves that a history imported in parts gives what it gives at once.
func TestImportInParts(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 30 {
		commits := randomLog(r, 60)
		all := strings.Join(commits, "")
		whole := eventstore.NewMemory()
		importText(t, whole, all)
		want := listing(t, whole, true)

		cut := r.IntN(len(commits))
		var some strings.Builder // a log in which commits are missing
		for _, c := range commits {
			if r.IntN(3) > 0 {
				some.WriteString(c)
			}
		}
		for _, c := range []struct {
			name  string
			parts []string
			exact bool // also the order and the times
		}{
			{"a longer log", []string{strings.Join(commits[:cut], ""), all}, true},
			{"newer commits only", []string{strings.Join(commits[:cut], ""), strings.Join(commits[cut:], "")}, true},
			{"overlapping", []string{strings.Join(commits[:cut], ""), strings.Join(commits[cut/2:], "")}, true},
			{"with commits put in", []string{some.String(), all}, false},
			{"joined twice", []string{all + all}, true},
		} {
			store := eventstore.NewMemory()
			for _, part := range c.parts {
				if part != "" {
					importText(t, store, part)
				}
			}
			got, want := listing(t, store, c.exact), want
			if !c.exact {
				want = listing(t, whole, false)
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: got\n%s\nwant\n%s\nof\n%s", c.name, strings.Join(got, "\n"), strings.Join(want, "\n"), all)
			}
			store.Close()
		}
		whole.Close()
	}
}

// TestImportAfterACrash proves that an import that was cut short is completed by another.
func TestImportAfterACrash(t *testing.T) {
	open := func(store eventstore.Store, o eventstore.IngestOptions) error {
		sample := gitlog.Sample()
		defer sample.Close()
		_, err := gitlog.Import(t.Context(), store, sample, "git", "sample", o)
		return err
	}
	whole := eventstore.NewMemory()
	defer whole.Close()
	store := eventstore.NewMemory()
	defer store.Close()
	if err := open(whole, eventstore.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := open(&breaking{Store: store, after: 7}, eventstore.IngestOptions{BatchEventsMax: 500}); !errors.Is(err, errBroken) {
		t.Fatalf("error %v", err)
	}
	if n := len(listing(t, store, true)); n != 7*500 {
		t.Errorf("%d events before the crash", n)
	}
	if err := open(store, eventstore.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(listing(t, store, true), listing(t, whole, true)) {
		t.Error("the log differs from one that was imported at once")
	}
}

var errBroken = errors.New("broken")

// breaking is a store that fails after a number of batches.
type breaking struct {
	eventstore.Store
	after int
}

func (b *breaking) AppendBatch(ctx context.Context, a []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	if b.after--; b.after < 0 {
		return nil, errBroken
	}
	return b.Store.AppendBatch(ctx, a)
}

// TestImportTwoPrograms proves that programs do not know of each other, but of the same people.
func TestImportTwoPrograms(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	text := strings.Join(randomLog(rand.New(rand.NewPCG(1, 2)), 60), "")
	first := importText(t, store, text)
	second, err := gitlog.Import(t.Context(), store, strings.NewReader(text), "other", "log", eventstore.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	people := first.Appended[domain.TypePersonRegistered]
	if second.AlreadyThere != people || second.AppendedTotal() != first.AppendedTotal()-people || second.Rejected != 0 {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
}
