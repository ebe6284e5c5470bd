package naive

// Means, shares, scores and conditions: how numbers are rounded.
var ratioCases = []Case{
	{
		Name: "a mean is drawn towards its prior",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			f1 2024-01-02 FeedbackGiven m1 by=bob about=ann rating=1
			f2 2024-01-03 FeedbackGiven m1 by=bob about=ann rating=5
			f3 2024-01-04 FeedbackGiven m1 by=bob about=ann rating=4.125
			f4 2024-01-04 FeedbackGiven m1 by=cas about=ann rater=mentor rating=1`,
		Measures: `fb: {mean: rating, of: FeedbackGiven, where: rater == "mentee", prior: {mean: 3.8, weight: 5}}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann fb=3.8`},
			{AsOf: "2024-01-02", Want: `ann fb=3.333`}, // 20 / 6
			{AsOf: "2024-01-03", Want: `ann fb=3.571`}, // 25 / 7 = 3.5714
			{AsOf: "2024-01-04", Want: `ann fb=3.641`}, // 29.125 / 8 = 3.640625
		},
	},
	{
		Name: "a mean rounds half up",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			f1 2024-01-02 FeedbackGiven m1 by=bob about=ann rating=4.001`,
		Measures: `
			half: {mean: rating, of: FeedbackGiven, prior: {mean: 4, weight: 1}}
			below: {mean: rating, of: FeedbackGiven, prior: {mean: 4, weight: 2}}
			light: {mean: rating, of: FeedbackGiven, prior: {mean: 4, weight: 0.5}}`,
		Checks: []Check{{Want: `ann half=4.001 below=4 light=4.001`}}, // 4.0005, 4.00033, 4.00066
	},
	{
		Name: "a mean over a window goes back to its prior",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			f1 2024-01-01 FeedbackGiven m1 by=bob about=ann rating=5
			f2 2024-01-02 FeedbackGiven m1 by=bob about=ann rating=2`,
		Measures: `fb: {mean: rating, of: FeedbackGiven, window: 10d, prior: {mean: 3, weight: 1}}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann fb=4`},
			{AsOf: "2024-01-02", Want: `ann fb=3.333`},
			{AsOf: "2024-01-11", Want: `ann fb=2.5`},
			{AsOf: "2024-01-12", Want: `ann fb=3`},
		},
	},
	{
		Name: "the share of the largest mentee, rounded down",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			g1 2024-01-02 GoalMet m1
			g2 2024-01-03 GoalMet m2
			g3 2024-01-04 GoalMet m2
			p1 2024-01-05 PracticeShared ann`,
		Measures: `
			part: {share: mentee, in: points}
			points: {sum: points, of: {GoalMet: 1, PracticeShared: 3}}`,
		Checks: []Check{
			{AsOf: "2024-01-01", Want: `ann part=0`},
			{AsOf: "2024-01-02", Want: `ann part=1`},
			{AsOf: "2024-01-03", Want: `ann part=0.5`},
			{AsOf: "2024-01-04", Want: `ann part=0.666`},
			{AsOf: "2024-01-05", Want: `ann part=0.333`},
		},
	},
	{
		Name: "practices alone are nobody's share",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			p1 2024-01-05 PracticeShared ann`,
		Measures: `
			points: {sum: points, of: {GoalMet: 1, PracticeShared: 3}}
			part: {share: mentee, in: points}`,
		Checks: []Check{{Want: `ann points=3 part=0`}},
	},
	{
		Name: "a share is of what decay and the window leave",
		Log: `
			s1 2023-12-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-12-01 MentorshipStarted m2 mentor=ann mentee=cas
			g1 2024-01-01 GoalMet m1
			g2 2024-01-06 GoalMet m2`,
		Measures: `
			points: {sum: points, of: {GoalMet: 1}, window: 20d, decay: [{after: 10d, keep: 0.25}, {after: 17d, keep: 0}]}
			part: {share: mentee, in: points}`,
		Checks: []Check{
			{AsOf: "2024-01-06", Want: `ann points=2 part=0.5`},
			{AsOf: "2024-01-11", Want: `ann points=1.25 part=0.8`},
			{AsOf: "2024-01-16", Want: `ann points=0.5 part=0.5`},
			{AsOf: "2024-01-18", Want: `ann points=0.25 part=1`},
			{AsOf: "2024-01-23", Want: `ann points=0 part=0`},
		},
	},
}

const oneSession = `
	s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
	x1 2024-01-02 SessionHeld m1
	s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob`

// n is 1 for ann and 0 for cas.
const countSessions = `n: {count: events, of: SessionHeld}`

var scoreCases = []Case{
	{
		Name: "a score rounds half away from zero", Log: oneSession, Measures: countSessions,
		Score:  `n / 16`, // 0.0625
		Tiers:  `{id: top, name: Top, when: score == 0.063}`,
		Checks: []Check{{Want: "ann score=0.063 tier=top\n cas score=0 tier=-"}},
	},
	{
		Name: "a negative score rounds half away from zero, and sorts last", Log: oneSession, Measures: countSessions,
		Score:  `-(n / 16)`,
		Checks: []Check{{Want: "mentors cas ann\n ann score=-0.063\n cas score=0"}},
	},
	{
		Name: "there is no negative zero", Log: oneSession, Measures: countSessions,
		Score: `n / -4096`,
		Tiers: `{id: top, name: Top, when: 1 / score > 0}`,
		// -0.000244 rounds to 0, and 1 / 0 is infinite.
		Checks: []Check{{Want: "ann score=0 tier=top\n cas score=0 tier=top"}},
	},
	{
		Name: "integer literals are doubles", Log: oneSession, Measures: countSessions,
		Score:  `n * (7 / 2) - 0.1 - 0.2`,
		Checks: []Check{{Want: "ann score=3.2\n cas score=-0.3"}},
	},
	{
		Name: "an infinite score is 0", Log: oneSession, Measures: countSessions,
		Score: `n / 0`, Checks: []Check{{Want: "ann score=0\n cas score=0"}},
	},
	{
		Name: "a choice of scores", Log: oneSession, Measures: countSessions,
		Score: `n >= 1 ? 2.0005 : -1`, // 2.0005 x 1000 is 2000.5 in doubles
		Tiers: `{id: top, name: Top, when: "!(score < 0) && (n == 7 || n == 1)"}`,
		Checks: []Check{{Want: `
			ann score=2.001 tier=top
			cas score=-1 tier=-`}},
	},
	{
		Name: "a comparison with what is not a number is false, as in IEEE 754", Log: oneSession,
		Measures: countSessions,
		Tiers: `
			{id: a, name: A, when: (n - n) / 0 >= 0}
			{id: b, name: B, when: "!((n - n) / 0 >= 0)"}
			{id: c, name: C, when: (n - n) / 0 >= 0 || n >= 1}`,
		Checks: []Check{{Want: "ann tier=c\n cas tier=b"}},
	},
	{
		Name: "measures are thousandths in expressions",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=cas mentee=bob
			s3 2024-01-01 MentorshipStarted m3 mentor=dee mentee=bob
			o1 2024-01-02 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 1}, credit: {split: true}}`,
		Score:    `up * 3`,
		Tiers:    `{id: top, name: Top, when: up == 0.333 && up < 1 / 3}`,
		Checks:   []Check{{Want: "mentors ann cas dee\n dee score=0.999 tier=top"}},
	},
}
