package naive

// Caps: buckets, order, and what is left.
var capCases = []Case{
	{
		Name: "a fact is credited what is left",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-03 SessionHeld m1
			x3 2024-01-04 SessionHeld m1
			x4 2024-01-05 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 0.4}, caps: [{per: mentor, every: ever, max: 1}]}`,
		Checks: []Check{
			{AsOf: "2024-01-03", Want: `ann points=0.8`},
			{AsOf: "2024-01-04", Want: `ann points=1`},
			{Want: `ann points=1`},
		},
	},
	{
		Name: "a fact is credited the least of what all caps leave",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			s3 2024-01-01 MentorshipStarted m3 mentor=ann mentee=dee
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-02 SessionHeld m1
			x3 2024-01-03 SessionHeld m2
			x4 2024-01-04 SessionHeld m3
			x5 2024-01-08 SessionHeld m1
			x6 2024-02-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: week, max: 1}, ` +
			`{per: mentor, every: month, max: 2}]}`,
		Checks: []Check{
			{AsOf: "2024-01-02", Want: `ann points=1`},
			{AsOf: "2024-01-03", Want: `ann points=2`},
			{AsOf: "2024-01-31", Want: `ann points=2`},
			{Want: `ann points=3`},
		},
	},
	{
		Name: "a bucket uses up only what was credited",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-02 SessionHeld m2
			x3 2024-01-03 SessionHeld m2
			x4 2024-01-04 SessionHeld m2
			x5 2024-01-05 SessionHeld m2`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: ever, max: 2}, ` +
			`{per: mentor, every: day, max: 1}]}`,
		Checks: []Check{
			{AsOf: "2024-01-02", Want: `ann points=1`},
			{AsOf: "2024-01-04", Want: `ann points=3`},
			{Want: `ann points=3`},
		},
	},
	{
		Name: "caps fill in order of time, not of the log",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			g1 2024-01-03 GoalMet m1
			x1 2024-01-02 SessionHeld m2`,
		Measures: `
			points: {sum: points, of: {SessionHeld: 2, GoalMet: 3}, caps: [{per: mentor, every: ever, max: 3}]}
			part: {share: mentee, in: points}`,
		Checks: []Check{
			{Limit: 3, Want: `ann points=3 part=1`},
			{Want: `ann points=3 part=0.666`},
		},
	},
	{
		Name: "caps fill in order of the log within one instant",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			x1 2024-01-02 SessionHeld m2
			g1 2024-01-02 GoalMet m1
			g2 2024-02-02 GoalMet m1
			x2 2024-02-02 SessionHeld m2`,
		Measures: `
			points: {sum: points, of: {SessionHeld: 2, GoalMet: 3}, caps: [{per: mentor, every: month, max: 3}], window: 20d}
			part: {share: mentee, in: points}`,
		Checks: []Check{
			{AsOf: "2024-01-02", Want: `ann points=3 part=0.666`},
			{AsOf: "2024-02-02", Want: `ann points=3 part=1`},
		},
	},
	{
		Name: "a fact that where rejects uses nothing up",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1 channel=email
			x2 2024-01-03 SessionHeld m1 channel=call`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, where: channel == "call", ` +
			`caps: [{per: mentor, every: ever, max: 1}]}`,
		Checks: []Check{{AsOf: "2024-01-02", Want: `ann points=0`}, {Want: `ann points=1`}},
	},
	{
		Name: "ISO week 53 goes on into January",
		Log: `
			s1 2020-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2020-12-28 SessionHeld m1
			x2 2020-12-31 SessionHeld m1
			x3 2021-01-01 SessionHeld m1
			x4 2021-01-03T23:59:59.999999999Z SessionHeld m1
			x5 2021-01-04 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: week, max: 1}]}`,
		Checks: []Check{
			{AsOf: "2021-01-03T23:59:59.999999999Z", Want: `ann points=1`},
			{AsOf: "2021-01-04", Want: `ann points=2`},
		},
	},
	{
		Name: "the last days of December can be in week 1",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-12-29 SessionHeld m1
			x2 2024-12-30 SessionHeld m1
			x3 2025-01-05 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: week, max: 1}]}`,
		Checks:   []Check{{Want: `ann points=2`}},
	},
	{
		Name: "a week ends at local midnight",
		Log: `
			s1 2020-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2020-12-31 SessionHeld m1
			x2 2021-01-04T04:59:59Z SessionHeld m1
			x3 2021-01-04T05:00:00Z SessionHeld m1`,
		Zone:     "America/New_York",
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: week, max: 1}]}`,
		Checks:   []Check{{AsOf: "2021-01-04T04:59:59Z", Want: `ann points=1`}, {Want: `ann points=2`}},
	},
	{
		Name: "a local day of 25 hours and one of 23",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-03-30T23:00:00Z SessionHeld m1
			x2 2024-03-31T21:59:59Z SessionHeld m1
			x3 2024-03-31T22:00:00Z SessionHeld m1
			x4 2024-10-26T22:00:00Z SessionHeld m1
			x5 2024-10-27T22:59:59Z SessionHeld m1
			x6 2024-10-27T23:00:00Z SessionHeld m1`,
		Zone:     "Europe/Berlin",
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: day, max: 1}]}`,
		Checks: []Check{
			{AsOf: "2024-03-31T21:59:59Z", Want: `ann points=1`},
			{AsOf: "2024-03-31T22:00:00Z", Want: `ann points=2`},
			{AsOf: "2024-10-27T22:59:59Z", Want: `ann points=3`},
			{AsOf: "2024-10-27T23:00:00Z", Want: `ann points=4`},
		},
	},
	{
		Name: "years and quarters end at local midnight",
		Log: `
			s1 2023-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2023-12-31T22:59:59Z SessionHeld m1
			x2 2023-12-31T23:00:00Z SessionHeld m1
			x3 2024-03-31T21:59:59Z SessionHeld m1
			x4 2024-03-31T22:00:00Z SessionHeld m1
			x5 2024-06-30T21:59:59Z SessionHeld m1
			x6 2024-12-31T22:59:59Z SessionHeld m1
			x7 2024-12-31T23:00:00Z SessionHeld m1`,
		Zone: "Europe/Berlin",
		Measures: `
			yearly: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: year, max: 1}]}
			quarterly: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: quarter, max: 1}]}`,
		Checks: []Check{
			{AsOf: "2023-12-31T22:59:59Z", Want: `ann yearly=1 quarterly=1`},
			{AsOf: "2023-12-31T23:00:00Z", Want: `ann yearly=2 quarterly=2`},
			{AsOf: "2024-03-31T21:59:59Z", Want: `ann yearly=2 quarterly=2`},
			{AsOf: "2024-03-31T22:00:00Z", Want: `ann yearly=2 quarterly=3`},
			{AsOf: "2024-06-30T21:59:59Z", Want: `ann yearly=2 quarterly=3`},
			{AsOf: "2024-12-31T22:59:59Z", Want: `ann yearly=2 quarterly=4`},
			{Want: `ann yearly=3 quarterly=5`},
		},
	},
	{
		Name: "months of the same name in two years, and a leap day",
		Log: `
			s1 2023-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2023-02-28 SessionHeld m1
			x2 2024-02-28 SessionHeld m1
			x3 2024-02-29T23:59:59Z SessionHeld m1
			x4 2024-03-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: month, max: 1}]}`,
		Checks:   []Check{{AsOf: "2024-02-29T23:59:59Z", Want: `ann points=2`}, {Want: `ann points=3`}},
	},
	{
		Name: "shared practices have a mentee's bucket of their own",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			p1 2024-01-03 PracticeShared ann
			p2 2024-01-04 PracticeShared ann`,
		Measures: `points: {sum: points, of: {SessionHeld: 1, PracticeShared: 1}, ` +
			`caps: [{per: mentee, every: ever, max: 1}]}`,
		Checks: []Check{{Want: `ann points=2`}},
	},
	{
		Name: "caps look at facts that the window no longer counts",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-01-02 SessionHeld m1
			x3 2024-02-01 SessionHeld m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: ever, max: 2}], window: 10d}`,
		Checks:   []Check{{AsOf: "2024-01-05", Want: `ann points=2`}, {Want: `ann points=0`}},
	},
}
