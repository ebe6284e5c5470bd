package naive

const twoSessions = `
	s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
	x1 2024-01-01 SessionHeld m1
	x2 2024-01-02 SessionHeld m1`

// Tiers: which is held, how long it is kept, and what caused a change.
var tierCases = []Case{
	{
		Name: "the highest tier that holds, whatever the lower ones do", Log: twoSessions, Measures: countSessions,
		Tiers: `
			{id: low, name: Low, when: n >= 3}
			{id: mid, name: Mid, when: n >= 1}
			{id: top, name: Top, when: n == 2}`,
		Checks: []Check{{Want: `ann history 2024-01-01 mid x1, 2024-01-02 top x2`}},
	},
	{
		Name:     "while-met is the default and keeps nothing",
		Log:      twoSessions,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers: `
			{id: low, name: Low, when: n >= 1}
			{id: top, name: Top, when: n >= 2, keep: while-met}`,
		Checks: []Check{
			{AsOf: "2024-01-10T23:59:59.999999999Z", Want: `ann tier=top`},
			{AsOf: "2024-01-11", Want: `ann tier=low`},
			{AsOf: "2024-12-31", Want: `
				ann history 2024-01-01 low x1, 2024-01-02 top x2, 2024-01-11 low elapsed, 2024-01-12 - elapsed`},
		},
	},
	{
		Name:     "forever",
		Log:      twoSessions,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers: `
			{id: low, name: Low, when: n >= 1, keep: forever}
			{id: top, name: Top, when: n >= 2}`,
		Checks: []Check{{AsOf: "2034-01-01", Want: `
			ann tier=low n=0
			ann history 2024-01-01 low x1, 2024-01-02 top x2, 2024-01-11 low elapsed`}},
	},
	{
		Name: "a keep is counted from when its when stopped holding, and its end is out",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers:    `{id: top, name: Top, when: n >= 1, keep: 10d}`,
		Checks: []Check{
			{AsOf: "2024-01-20T23:59:59.999999999Z", Want: "ann tier=top n=0\n ann history 2024-01-01 top x1"},
			{AsOf: "2024-01-21", Want: `
				ann tier=-
				ann history 2024-01-01 top x1, 2024-01-21 - elapsed`},
		},
	},
	{
		Name: "a tier met again starts its keep again",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-01-15 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers:    `{id: top, name: Top, when: n >= 1, keep: 10d}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-01 top x1, 2024-02-04 - elapsed`}},
	},
	{
		Name:     "each tier keeps for itself, also below a higher one",
		Log:      twoSessions,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers: `
			{id: low, name: Low, when: n >= 1, keep: 30d}
			{id: top, name: Top, when: n >= 2}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-01 low x1, 2024-01-02 top x2, 2024-01-11 low elapsed, 2024-02-11 - elapsed`}},
	},
	{
		Name:     "a tier that only ever held below a higher one is kept as well",
		Log:      twoSessions,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers: `
			{id: low, name: Low, when: n >= 2, keep: forever}
			{id: top, name: Top, when: n >= 2}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-02 top x2, 2024-01-11 low elapsed`}},
	},
	{
		Name:     "a kept higher tier stands above a lower one that holds",
		Log:      twoSessions,
		Measures: "n: {count: events, of: SessionHeld, window: 10d}\n all: {count: events, of: SessionHeld}",
		Tiers: `
			{id: low, name: Low, when: all >= 1}
			{id: top, name: Top, when: n >= 2, keep: 5d}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-01 low x1, 2024-01-02 top x2, 2024-01-16 low elapsed`}},
	},
	{
		Name: "facts at one instant make one transition, caused by the last in the log",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-01-01 SessionHeld m1
			t1 2024-01-01 ThreadPosted m1`,
		Measures: countSessions,
		Tiers: `
			{id: low, name: Low, when: n >= 1}
			{id: top, name: Top, when: n >= 2}`,
		Checks: []Check{
			{Limit: 2, Want: `ann history 2024-01-01 low x1`},
			{Limit: 3, Want: `ann history 2024-01-01 top x2`},
			{Want: `ann history 2024-01-01 top t1`},
		},
	},
	{
		Name: "a tier that holds for no time at all is not held, even if facts pass through it",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			x2 2024-01-01 SessionHeld m1`,
		Measures: countSessions,
		Tiers:    `{id: one, name: One, when: n == 1, keep: forever}`,
		Checks: []Check{
			{Limit: 2, Want: `ann tier=one`},
			{Want: "ann tier=-\n ann history"},
		},
	},
	{
		Name: "a fact at the instant of an expiry is the cause",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			t1 2024-01-11 ThreadPosted m1
			x2 2024-02-01 SessionHeld m1
			x3 2024-02-11 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld, window: 10d}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-01 top x1, 2024-01-11 - t1, 2024-02-01 top x2, 2024-02-21 - elapsed`}},
	},
	{
		Name: "an outcome that no measure credits causes nothing; one that any credits does",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			o1 2024-01-11 PromotionRecorded bob
			x2 2024-02-01 SessionHeld m1
			o2 2024-02-11 SkillAttested bob`,
		Measures: `
			n: {count: events, of: SessionHeld, window: 10d}
			up: {count: events, of: PromotionRecorded, credit: {within: 5d}}`,
		Tiers: `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann up=0
			ann history 2024-01-01 top x1, 2024-01-11 - elapsed, 2024-02-01 top x2, 2024-02-11 - o2`}},
	},
	{
		Name: "a fact can end a tier, and its keep starts there",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			f1 2024-01-01 FeedbackGiven m1 by=bob about=ann rating=5
			f2 2024-01-05 FeedbackGiven m1 by=bob about=ann rating=3`,
		Measures: `fb: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}}`,
		Tiers: `
			{id: low, name: Low, when: fb >= 4}
			{id: top, name: Top, when: fb >= 4, keep: 10d}`,
		Checks: []Check{
			{Want: `ann tier=top fb=3.667`},
			{AsOf: "2024-01-14T23:59:59Z", Want: `ann tier=top`},
			{AsOf: "2024-01-15", Want: `ann history 2024-01-01 top f1, 2024-01-15 - elapsed`},
		},
	},
	{
		Name: "nothing is held before the first fact",
		Log: `
			o1 2023-01-01 ProgramOpened alpha
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-03 SessionHeld m1`,
		Measures: countSessions,
		Tiers:    `{id: new, name: New, when: n == 0}`,
		Checks:   []Check{{Want: `ann history 2024-01-01 new s1, 2024-01-03 - x1`}},
	},
	{
		Name: "decay ends a tier between facts, and a keep runs out at a fact",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-01 SessionHeld m1
			t1 2024-02-10 ThreadPosted m1`,
		Measures: `points: {sum: points, of: {SessionHeld: 10}, decay: [{after: 30d, keep: 0.5}]}`,
		Tiers: `
			{id: low, name: Low, when: points >= 1}
			{id: mid, name: Mid, when: points >= 6, keep: 10d}
			{id: top, name: Top, when: points >= 10}`,
		Checks: []Check{{AsOf: "2024-12-31", Want: `
			ann history 2024-01-01 top x1, 2024-01-31 mid elapsed, 2024-02-10 low t1`}},
	},
	{
		Name: "an event recorded late rewrites the history",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-05 SessionHeld m1
			x2 2024-01-09 SessionHeld m1
			x0 2024-01-01 SessionHeld m1`,
		Measures: countSessions,
		Tiers:    `{id: top, name: Top, when: n >= 2}`,
		Checks: []Check{
			{Limit: 3, Want: `ann history 2024-01-09 top x2`},
			{Want: "as_of 2024-01-09T00:00:00Z\n ann history 2024-01-05 top x1"},
			{AsOf: "2024-01-04", Want: `ann history`},
		},
	},
}
