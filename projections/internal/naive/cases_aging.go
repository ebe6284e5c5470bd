package naive

// Windows, decay and counts.
var agingCases = []Case{
	{
		Name: "a fact counts from its instant until the window's end, which is out",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld, window: 30d}`,
		Checks: []Check{
			{AsOf: "2023-12-31T23:59:59.999999999Z", Want: `ann n=0`},
			{AsOf: "2024-01-01", Want: `ann n=1`},
			{AsOf: "2024-01-30T23:59:59.999999999Z", Want: `ann n=1`},
			{AsOf: "2024-01-31", Want: `ann n=0`},
		},
	},
	{
		Name: "a day of a window is 24 hours, also when clocks change",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-03-30T11:00:00Z SessionHeld m1`,
		Zone:     "Europe/Berlin",
		Measures: `n: {sum: points, of: {SessionHeld: 1}, window: 1d}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{
			{AsOf: "2024-03-31T10:59:59Z", Want: `ann n=1`},
			{AsOf: "2024-04-01", Want: `
				ann n=0
				ann history 2024-03-30T11:00:00Z top x1, 2024-03-31T11:00:00Z - elapsed`},
		},
	},
	{
		Name: "decay starts at exactly its age",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 10}, ` +
			`decay: [{after: 30d, keep: 0.5}, {after: 60d, keep: 0.25}, {after: 90d, keep: 0}]}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann points=10`},
			{AsOf: "2024-01-30T23:59:59.999999999Z", Want: `ann points=10`},
			{AsOf: "2024-01-31", Want: `ann points=5`},
			{AsOf: "2024-02-29T23:59:59.999999999Z", Want: `ann points=5`},
			{AsOf: "2024-03-01", Want: `ann points=2.5`},
			{AsOf: "2024-03-31", Want: `ann points=0`},
		},
	},
	{
		Name: "365 days from the first day of a leap year end in that year",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 3}, decay: [{after: 365d, keep: 0.6}]}`,
		Checks: []Check{
			{AsOf: "2024-12-30T23:59:59Z", Want: `ann points=3`},
			{AsOf: "2024-12-31", Want: `ann points=1.8`},
		},
	},
	{
		Name: "decay rounds each fact down to a thousandth",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-01-01 SessionHeld m1
			g1 2024-01-01 GoalMet m1`,
		Measures: `
			half: {sum: points, of: {SessionHeld: 0.005}, decay: [{after: 30d, keep: 0.5}]}
			third: {sum: points, of: {GoalMet: 3}, decay: [{after: 30d, keep: 0.333333}]}
			gone: {sum: points, of: {SessionHeld: 0.001}, decay: [{after: 30d, keep: 0.999}]}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann half=0.01 third=3 gone=0.002`},
			{AsOf: "2024-01-31", Want: `ann half=0.004 third=0.999 gone=0`},
		},
	},
	{
		Name: "decay applies to what the caps credited",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-02-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 5}, caps: [{per: mentor, every: ever, max: 7}], ` +
			`decay: [{after: 30d, keep: 0.5}]}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann points=5`},
			{AsOf: "2024-01-31", Want: `ann points=2.5`},
			{AsOf: "2024-02-01", Want: `ann points=4.5`},
			{AsOf: "2024-03-02", Want: `ann points=3.5`},
		},
	},
	{
		Name: "decay inside a window",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 2}, window: 60d, decay: [{after: 30d, keep: 0.5}]}`,
		Tiers:    "{id: low, name: Low, when: points > 0}\n {id: top, name: Top, when: points >= 2}",
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann points=0
			ann history 2024-01-01 top x1, 2024-01-31 low elapsed, 2024-03-01 - elapsed`}},
	},
}

var countCases = []Case{
	{
		Name: "days are local",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01T12:00:00Z SessionHeld m1
			x2 2024-01-02T04:59:59Z SessionHeld m1
			x3 2024-01-02T05:00:00Z SessionHeld m1`,
		Zone:     "America/New_York",
		Measures: `n: {count: days, of: SessionHeld}`,
		Checks:   []Check{{AsOf: "2024-01-02T04:59:59Z", Want: `ann n=1`}, {Want: `ann n=2`}},
	},
	{
		Name: "week 53 is one week of two months",
		Log: `
			s1 2020-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2020-12-31 SessionHeld m1
			x2 2021-01-01 SessionHeld m1`,
		Measures: `
			days: {count: days, of: SessionHeld}
			weeks: {count: weeks, of: SessionHeld}
			months: {count: months, of: SessionHeld}`,
		Checks: []Check{{Want: `ann days=2 weeks=1 months=2`}},
	},
	{
		Name: "weeks and months of the same number in two years are two",
		Log: `
			s1 2020-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2020-01-06 SessionHeld m1
			x2 2021-01-11 SessionHeld m1`,
		Measures: `
			weeks: {count: weeks, of: SessionHeld}
			months: {count: months, of: SessionHeld}`,
		Checks: []Check{{Want: `ann weeks=2 months=2`}},
	},
	{
		Name: "skills that were named, mentees that there were, events of all types",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			x1 2024-01-02 SessionHeld m1 skill=go
			x2 2024-01-02 SessionHeld m1
			x3 2024-01-02 SessionHeld m2 skill=go
			x4 2024-01-03 SessionHeld m1 skill=sql
			p1 2024-01-03 PracticeShared ann skill=talks
			o1 2024-01-03 SkillAttested cas skill=sql`,
		Measures: `
			skills: {count: skills, of: [SessionHeld, SkillAttested]}
			all_skills: {count: skills, of: [SessionHeld, SkillAttested, PracticeShared]}
			mentees: {count: mentees, of: [SessionHeld, PracticeShared]}
			events: {count: events, of: [SessionHeld, SkillAttested, PracticeShared]}`,
		Checks: []Check{{Want: `ann skills=2 all_skills=3 mentees=2 events=6`}},
	},
	{
		Name: "a window takes units, mentees and skills away with their last fact",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-12-01 MentorshipStarted m2 mentor=ann mentee=cas
			x1 2024-01-01 SessionHeld m1 skill=go
			x2 2024-01-05 SessionHeld m2 skill=sql
			x3 2024-01-08 SessionHeld m1 skill=sql`,
		Measures: `
			days: {count: days, of: SessionHeld, window: 10d}
			weeks: {count: weeks, of: SessionHeld, window: 10d}
			months: {count: months, of: SessionHeld, window: 10d}
			mentees: {count: mentees, of: SessionHeld, window: 10d}
			skills: {count: skills, of: SessionHeld, window: 10d}`,
		Checks: []Check{
			{AsOf: "2024-01-10T23:59:59Z", Want: `ann days=3 weeks=2 months=1 mentees=2 skills=2`},
			{AsOf: "2024-01-11", Want: `ann days=2 weeks=2 months=1 mentees=2 skills=1`},
			{AsOf: "2024-01-15", Want: `ann days=1 weeks=1 months=1 mentees=1 skills=1`},
			{AsOf: "2024-01-18", Want: `ann days=0 weeks=0 months=0 mentees=0 skills=0`},
		},
	},
	{
		Name: "what expired is seen though the present fact adds nothing, far from every threshold",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-12-01 MentorshipStarted m2 mentor=ann mentee=cas
			x1 2024-01-02 SessionHeld m1 skill=go
			x2 2024-01-05 SessionHeld m2 skill=css
			x3 2024-01-20 SessionHeld m1 skill=sql
			x4 2024-02-10 SessionHeld m1
			p1 2024-02-10 PracticeShared ann skill=talks`,
		Measures: `
			skills: {count: skills, of: SessionHeld, window: 30d}
			mentees: {count: mentees, of: [SessionHeld, PracticeShared], window: 25d}
			events: {count: events, of: SessionHeld, window: 30d}`,
		Checks: []Check{{Want: `ann skills=1 mentees=1 events=2`}},
	},
}
