package gitlog_test

import (
	"maps"
	"testing"

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
	t.Logf("%+v", report)
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
