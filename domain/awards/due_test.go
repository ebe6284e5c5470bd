package awards_test

import (
	"testing"

	"laurel/domain/awards"
)

// TestDue tells when time alone may next decide something.
func TestDue(t *testing.T) {
	const never = int64(1<<63 - 1)
	granted := func(from int64) awards.Held {
		return awards.Held{Tier: "silver", From: from * day, Standing: awards.Granted}
	}
	held, closed := []awards.Held{granted(3)}, granted(3)
	closed.Standing, closed.ClosedAt = awards.Closed, 40*day
	tests := map[string]struct {
		script []regime
		held   []awards.Held
		want   int64
	}{
		"nothing held":              {[]regime{{"0", "{grace: 5d}", ""}}, nil, never},
		"supported":                 {[]regime{{"0", "{grace: 5d}", "3 silver"}}, held, never},
		"in grace":                  {[]regime{{"0", "{grace: 5d}", "3 silver, 18 -"}}, held, 23 * day},
		"in grace, supported again": {[]regime{{"0", "{grace: 5d}", "3 silver, 18 -, 19 silver"}}, held, never},
		"kept":                      {[]regime{{"0", "grandfather", "3 silver, 18 -"}}, held, never},
		"a longer grace of later criteria": {[]regime{{"0", "{grace: 5d}", "3 silver, 18 -"},
			{"19", "{grace: 9d}", "3 silver, 18 -"}}, held, 27 * day},
		"explained by nothing, in grace":     {[]regime{{"0", "{grace: 50d}", ""}}, held, 53 * day},
		"explained by nothing, grandfather":  {[]regime{{"0", "grandfather", ""}}, held, never},
		"explained by nothing, of long ago":  {[]regime{{"0", "{grace: 5d}", ""}}, held, never},
		"given for a later time":             {[]regime{{"0", "grandfather", ""}}, []awards.Held{granted(30)}, 30 * day},
		"closed at a later time":             {[]regime{{"0", "grandfather", "3 silver"}}, []awards.Held{closed}, 40 * day},
		"before any criteria, it is granted": {[]regime{{"25", "{grace: 5d}", ""}}, held, never},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			const until = 20 * day
			regimes, timelines := build(t, test.script)
			episodes := awards.Episodes(regimes, awards.Path(regimes, timelines, until), until)
			if got := awards.Due(regimes, episodes, test.held, until); got != test.want {
				t.Errorf("day %d, want %d", got/day, test.want/day)
			}
		})
	}
}
