package naive

// Streaks: runs, grace, and the instants at which they run out.
var streakCases = []Case{
	{
		Name: "a run without grace lasts to the end of the next month",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-31T23:59:59Z SessionHeld m1
			x2 2024-02-01 SessionHeld m1
			x3 2024-03-31 SessionHeld m1`,
		Measures: `n: {streak: month, of: SessionHeld, grace: 0}`,
		Tiers:    `{id: top, name: Top, when: n >= 3}`,
		Checks: []Check{
			{AsOf: "2024-02-01", Want: `ann n=2`},
			{AsOf: "2024-04-30T23:59:59.999999999Z", Want: `ann n=3`},
			{AsOf: "2024-05-01", Want: `
				ann n=0
				ann history 2024-03-31 top x3, 2024-05-01 - elapsed`},
		},
	},
	{
		Name: "grace bridges a gap but does not fill it",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-15 SessionHeld m1
			x2 2024-03-15 SessionHeld m1
			x3 2024-06-15 SessionHeld m1`,
		Measures: `
			n: {streak: month, of: SessionHeld, grace: 1}
			longest: {streak: month, of: SessionHeld, grace: 1, longest: true}`,
		Checks: []Check{
			{AsOf: "2024-02-29", Want: `ann n=1 longest=1`},
			{AsOf: "2024-03-31T23:59:59Z", Want: `ann n=2 longest=2`},
			{AsOf: "2024-05-31T23:59:59Z", Want: `ann n=2 longest=2`},
			{AsOf: "2024-06-01", Want: `ann n=0 longest=2`},
			{AsOf: "2024-06-15", Want: `ann n=1 longest=2`},
			{AsOf: "2024-08-31T23:59:59Z", Want: `ann n=1 longest=2`},
			{AsOf: "2024-09-01", Want: `ann n=0 longest=2`},
		},
	},
	{
		Name: "the default grace is none",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-15 SessionHeld m1
			x2 2024-03-15 SessionHeld m1`,
		Measures: `n: {streak: month, of: SessionHeld}`,
		Checks: []Check{
			{AsOf: "2024-02-29", Want: `ann n=1`},
			{AsOf: "2024-03-01", Want: `ann n=0`},
			{AsOf: "2024-03-15", Want: `ann n=1`},
		},
	},
	{
		Name: "weeks run on over week 53 and the new year",
		Log: `
			s1 2020-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2020-12-27 SessionHeld m1
			x2 2020-12-28 SessionHeld m1
			x3 2021-01-03 SessionHeld m1
			x4 2021-01-04 SessionHeld m1`,
		Measures: `n: {streak: week, of: SessionHeld}`,
		Checks: []Check{
			{AsOf: "2021-01-03", Want: `ann n=2`},
			{AsOf: "2021-01-17T23:59:59.999999999Z", Want: `ann n=3`},
			{AsOf: "2021-01-18", Want: `ann n=0`},
		},
	},
	{
		Name: "months run on over the new year",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2023-12-31 SessionHeld m1
			x2 2024-01-01 SessionHeld m1`,
		Measures: `n: {streak: month, of: SessionHeld}`,
		Checks:   []Check{{Want: `ann n=2`}, {AsOf: "2024-03-01", Want: `ann n=0`}},
	},
	{
		Name: "a month's streak ends at local midnight, in summer time",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-03-15 SessionHeld m1`,
		Zone:     "Europe/Berlin",
		Measures: `n: {streak: month, of: SessionHeld}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{
			{AsOf: "2024-04-30T21:59:59.999999999Z", Want: `ann n=1`},
			{AsOf: "2024-06-01", Want: `ann history 2024-03-15 top x1, 2024-04-30T22:00:00Z - elapsed`},
		},
	},
	{
		Name: "a week's streak ends at local midnight after the clocks change",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-03-18 SessionHeld m1`,
		Zone:     "Europe/Berlin",
		Measures: `n: {streak: week, of: SessionHeld}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{{AsOf: "2024-06-01", Want: `
			ann history 2024-03-18 top x1, 2024-03-31T22:00:00Z - elapsed`}},
	},
	{
		Name: "west of Greenwich the streak ends later",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-03-01T04:59:59Z SessionHeld m1`,
		Zone:     "America/New_York",
		Measures: `n: {streak: month, of: SessionHeld}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{{AsOf: "2024-06-01", Want: `
			ann history 2024-03-01T04:59:59Z top x1, 2024-04-01T04:00:00Z - elapsed`}},
	},
	{
		// In Asuncion clocks went from 00:00 on 1 October 2017 straight to 01:00: 04:00 UTC.
		Name: "a month can start at one o'clock",
		Log: `
			s1 2017-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2017-08-15 SessionHeld m1`,
		Zone:     "America/Asuncion",
		Measures: `n: {streak: month, of: SessionHeld}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{{AsOf: "2017-12-01", Want: `
			ann history 2017-08-15 top x1, 2017-10-01T04:00:00Z - elapsed`}},
	},
	{
		Name: "a window shortens a run from its start",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-10 SessionHeld m1
			x2 2024-02-10 SessionHeld m1
			x3 2024-03-10 SessionHeld m1`,
		Measures: `
			n: {streak: month, of: SessionHeld, window: 60d}
			longest: {streak: month, of: SessionHeld, window: 60d, longest: true}
			short: {streak: month, of: SessionHeld, window: 10d}`,
		Checks: []Check{
			{AsOf: "2024-03-09", Want: `ann n=2 longest=2 short=0`},
			{AsOf: "2024-03-10", Want: `ann n=2 longest=2 short=1`}, // 60 days after 10 January is 10 March
			{AsOf: "2024-03-20", Want: `ann n=2 longest=2 short=0`},
			{AsOf: "2024-04-10", Want: `ann n=1 longest=1`},
			{AsOf: "2024-05-01", Want: `ann n=0 longest=1`},
			{AsOf: "2024-05-09", Want: `ann n=0 longest=0`},
		},
	},
	{
		Name: "the latest run, even if an earlier one was longer",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-10 SessionHeld m1
			x2 2024-02-10 SessionHeld m1
			x3 2024-02-20 SessionHeld m1
			x4 2024-05-10 SessionHeld m1`,
		Measures: `
			n: {streak: month, of: SessionHeld}
			longest: {streak: month, of: SessionHeld, longest: true}`,
		Checks: []Check{{Want: `ann n=1 longest=2`}},
	},
	{
		Name: "an event recorded late joins two runs",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-10 SessionHeld m1
			x3 2024-03-10 SessionHeld m1
			x2 2024-02-10 SessionHeld m1`,
		Measures: `n: {streak: month, of: SessionHeld}`,
		Checks:   []Check{{Limit: 3, Want: `ann n=1`}, {Want: `ann n=3`}},
	},
}
