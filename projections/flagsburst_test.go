package projections_test

import (
	"testing"
	"time"

	"laurel/projections"
)

// heldFor is a tier for so many sessions of the last thirty days.
const heldFor = `
measures: {n: {count: events, of: SessionHeld, window: 30d}}
score: n
tiers: [{id: one, name: One, when: n >= `

func withBob(days ...int) func(p *patterns) {
	return func(p *patterns) { p.sessions("ann", "bob", days...) }
}

// TestBurstKeeps covers bursts without which a window or a tier's keep would have run out: at noon of day 30 the first
// of the sessions leaves the window.
func TestBurstKeeps(t *testing.T) {
	burst := projections.FlagBurst
	kept := []string{"ann: 29 29 29 29, edge 2024-01-31T12:00:00Z"}
	within := func(d time.Duration) func(*projections.FlagThresholds) {
		return func(t *projections.FlagThresholds) { t.EdgeWithin = d }
	}
	usual := func(n int) func(*projections.FlagThresholds) {
		return func(t *projections.FlagThresholds) { t.BurstTimesUsual = n }
	}
	checkFlags(t, heldFor+"4}]", []flagCase{
		{"four in a day, a day before", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), nil, 30, kept},
		{"before the edge", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), nil, 29, nil},
		{"only three", burst, withBob(0, 7, 14, 21, 29, 29, 29), nil, 30, nil},
		{"the edge as near as may be", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), within(24 * time.Hour), 30, kept},
		{"the edge further", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), within(24*time.Hour - 1), 30, nil},
		{"four times the usual", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), usual(4), 30, kept},
		{"less than five times", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), usual(5), 30, nil},
		{"what would be held anyway", burst, withBob(2, 7, 14, 21, 29, 29, 29, 29), nil, 30, nil},
		{"one of them voided", burst, func(p *patterns) {
			withBob(0, 7, 14, 21, 29, 29, 29, 29)(p)
			p.void("ann>bob 29 no. 2", "ann", "bob", 60)
		}, nil, 30, nil},
	})
	checkFlags(t, heldFor+"4, keep: 10d}]", []flagCase{
		{"before the keep ran out", burst, withBob(0, 7, 14, 21, 35, 35, 35, 35), nil, 40,
			[]string{"ann: 35 35 35 35, edge 2024-02-10T12:00:00Z"}},
		{"the keep not yet run out", burst, withBob(0, 7, 14, 21, 35, 35, 35, 35), nil, 39, nil},
	})
	checkFlags(t, heldFor+"4, keep: forever}]", []flagCase{
		{"a tier that stays", burst, withBob(0, 7, 14, 21, 29, 29, 29, 29), nil, 40, nil},
	})
}

// TestBurstReaches covers bursts that reached a tier just in time: a day after the burst the first of six sessions is
// out of the window.
func TestBurstReaches(t *testing.T) {
	burst := projections.FlagBurst
	checkFlags(t, heldFor+"6}]", []flagCase{
		{"in time", burst, withBob(0, 1, 29, 29, 29, 29), nil, 43, []string{"ann: 29 29 29 29, edge 2024-01-31T12:00:00Z"}},
		{"before one can know", burst, withBob(0, 1, 29, 29, 29, 29), nil, 42, nil},
		{"within a week", burst, withBob(0, 1, 22, 24, 26, 29), nil, 43,
			[]string{"ann: 29 26 24 22, edge 2024-01-31T12:00:00Z"}},
		{"within more than a week", burst, withBob(0, 1, 21, 24, 26, 29), nil, 43, nil},
		{"time to spare", burst, withBob(16, 17, 29, 29, 29, 29), nil, 60, nil},
		{"three days to spare", burst, withBob(3, 5, 29, 29, 29, 29), nil, 43,
			[]string{"ann: 29 29 29 29, edge 2024-02-03T12:00:00Z"}},
		{"reached without them", burst, withBob(0, 1, 2, 8, 9, 16, 29, 29, 29, 29), nil, 60, nil},
	})
}

// TestBurstFills covers bursts that filled a cap's bucket just before it closed, on 1 February.
func TestBurstFills(t *testing.T) {
	burst := projections.FlagBurst
	const monthly = `
measures: {n: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: month, max: 4}]}}
score: n
tiers: [{id: one, name: One, when: n >= 4}]
`
	checkFlags(t, monthly, []flagCase{
		{"at the end", burst, withBob(28, 29, 29, 30), nil, 31, []string{"ann: 30 29 29 28, edge 2024-02-01T00:00:00Z"}},
		{"before it closed", burst, withBob(28, 29, 29, 30), nil, 30, nil},
		{"from its last quarter on", burst, withBob(23, 24, 25, 26), nil, 40,
			[]string{"ann: 26 25 24 23, edge 2024-02-01T00:00:00Z"}},
		{"from before it", burst, withBob(22, 24, 25, 26), nil, 40, nil},
		{"not filled by one", burst, func(p *patterns) {
			withBob(28, 29)(p)
			p.sessions("ann", "cas", 28, 29)
		}, nil, 40, nil},
		{"past the end", burst, withBob(28, 29, 30, 31), nil, 40, nil},
		{"a tier held without them", burst, withBob(0, 3, 6, 9, 28, 28, 29, 29), nil, 40, nil},
	})
}

// TestBurstNumbers covers what a burst tells: the usual number is taken over at least four weeks, and at most 24.
func TestBurstNumbers(t *testing.T) {
	for _, c := range []struct {
		before []int
		usual  string
	}{
		{[]int{1000, 1001}, "0.5"},
		{[]int{1003, 1004}, "0.5"},
		{[]int{860, 1000, 1001}, "0.125"},
		{[]int{859, 1000, 1001}, "0.083"},
	} {
		p := &patterns{t: t, h: history{t: t}, rooms: map[string]bool{}}
		p.sessions("ann", "bob", append(c.before, 1028, 1028, 1028, 1029)...)
		found := p.find(heldFor+"6}]", 1100, projections.FlagOptions{Kinds: []projections.FlagKind{projections.FlagBurst}})
		if len(found.Flags) != 1 {
			t.Errorf("after %v: %+v", c.before, found.Flags)
			continue
		}
		got := map[string]string{}
		for _, n := range found.Flags[0].Numbers {
			got[n.Name] = n.Value.String()
		}
		if got["usual"] != c.usual || got["sessions"] != "4" || got["days"] != "1" {
			t.Errorf("after %v: %v, want %s usual", c.before, got, c.usual)
		}
	}
}
