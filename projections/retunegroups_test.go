package projections

import (
	"slices"
	"strings"
	"testing"

	"laurel/domain/criteria"
)

// TestGroupRates compares groups by hand.
func TestGroupRates(t *testing.T) {
	g := grouping{by: GroupByUnit, names: []string{"", "a", "b", "c", "tiny"}, listed: []int{1, 2, 3, 4, 0}}
	sizes := []int{50, 100, 40, 200, 3}
	tier := g.tier("t", sizes, []int{25, 50, 16, 85, 3}, []int{0, 0, 0, 0, 0})
	if want := (GroupReference{Group: "a", Rate: 500}); tier.Before != want {
		t.Errorf("reference %+v, want %+v", tier.Before, want)
	}
	if !tier.After.None {
		t.Errorf("a reference where nobody holds the tier: %+v", tier.After)
	}
	ratio := func(milli Decimal) *Decimal { return &milli }
	for i, want := range []GroupRate{
		{Held: 50, Rate: 500, Ratio: ratio(1000)},
		{Held: 16, Rate: 400, Ratio: ratio(800), Note: NoteOne}, // exactly four fifths, and not below
		{Held: 85, Rate: 425, Ratio: ratio(850)},
		{Held: 3, Rate: 1000, Ratio: ratio(2000), Note: NoteFew},
		{Held: 25, Rate: 500},
	} {
		got := tier.Groups[i].Before
		if (got.Ratio == nil) != (want.Ratio == nil) || got.Ratio != nil && *got.Ratio != *want.Ratio {
			t.Errorf("group %q: ratio %v, want %v", tier.Groups[i].Group, got.Ratio, want.Ratio)
		}
		if got.Ratio = want.Ratio; got != want {
			t.Errorf("group %q: %+v, want %+v", tier.Groups[i].Group, got, want)
		}
	}

	// 79 of 200 is just below four fifths of one half, and one more is not.
	for _, c := range []struct {
		held  int
		below bool
		note  string
	}{{78, true, ""}, {79, true, NoteOne}, {80, false, NoteOne}, {81, false, ""}} {
		got := g.tier("t", sizes, []int{0, 50, 16, c.held, 0}, make([]int, 5)).Groups[2].Before
		if got.Below != c.below || got.Note != c.note {
			t.Errorf("%d of 200 against 50 of 100: %+v", c.held, got)
		}
	}

	// Where all are few, the highest of all is the reference, and the largest of several.
	few := grouping{names: []string{"2001", "2002", "2003"}, listed: []int{0, 1, 2}}
	got := few.tier("t", []int{2, 4, 10}, []int{1, 2, 3}, []int{2, 0, 0})
	if got.Before.Group != "2002" || got.Groups[2].Before.Note != NoteFew || !got.Groups[2].Before.Below {
		t.Errorf("few: %+v", got)
	}
	if got.After.Group != "2001" || got.Groups[1].After.Note != NoteFew {
		t.Errorf("few: %+v", got)
	}
}

// TestGroupsListed bounds the list, and orders years by themselves and other groups by size.
func TestGroupsListed(t *testing.T) {
	years, units := newGrouping(GroupByYear), newGrouping(GroupByUnit)
	for i := range 3 * groupsListedMax {
		for range 1 + i%7 {
			years.add(string(rune('a'+i%20)) + string(rune('a'+i/20)))
			units.add(string(rune('a'+i%20)) + string(rune('a'+i/20)))
		}
	}
	year, unit := years.done(), units.done()
	if len(year.listed) != groupsListedMax || len(unit.listed) != groupsListedMax || len(unit.names) != 3*groupsListedMax {
		t.Fatalf("%d and %d of %d listed", len(year.listed), len(unit.listed), len(unit.names))
	}
	if !slices.IsSortedFunc(year.listed, func(a, b int) int { return strings.Compare(year.names[a], year.names[b]) }) {
		t.Error("years are out of order")
	}
}

// TestColumnsAreBounded computes more than is kept.
func TestColumnsAreBounded(t *testing.T) {
	c := newColumns(&crowd{}, 0, 1)
	column := func() *column { return &column{values: make([]criteria.Milli, retuneCacheBytesMax/8/4)} }
	for i := range 20 {
		c.round++
		if i > 0 && c.find("first") == nil {
			t.Fatal("what is used again and again was forgotten")
		}
		if i == 0 {
			c.put("first", column())
		}
		c.put(string(rune('a'+i)), column())
		if c.bytes > retuneCacheBytesMax || len(c.byKey) > 3 {
			t.Fatalf("%d bytes in %d columns", c.bytes, len(c.byKey))
		}
	}
	c.round++
	for i := range 6 {
		c.put(string(rune('A'+i)), column())
	}
	if len(c.byKey) != 6 {
		t.Errorf("%d columns of 6 in use", len(c.byKey))
	}
}
