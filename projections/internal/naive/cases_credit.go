package naive

// Outcomes on a person stream: whose they are, and how points are split.
var creditCases = []Case{
	{
		Name: "at_least includes its end",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01T00:00:00.000000001Z MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-01-31 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {at_least: 30d}}`,
		Checks:   []Check{{Want: "ann up=20\n cas up=0\n events 3"}},
	},
	{
		Name: "within includes its end, from the start or the last session",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-12-31T23:59:59.999999999Z MentorshipStarted m2 mentor=cas mentee=bob
			s3 2023-06-01 MentorshipStarted m3 mentor=dee mentee=bob
			x3 2024-01-01 SessionHeld m3
			s4 2023-06-01 MentorshipStarted m4 mentor=eve mentee=bob
			x4 2023-12-31T23:59:59.999999999Z SessionHeld m4
			t4 2024-01-30 ThreadPosted m4
			o1 2024-01-31 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 30d}}`,
		Checks:   []Check{{Want: "ann up=20\n cas up=0\n dee up=20\n eve up=0"}},
	},
	{
		Name: "the default credit is within 365d, unsplit",
		Log: `
			s1 2023-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2022-12-31T23:59:59.999999999Z MentorshipStarted m2 mentor=cas mentee=bob
			s3 2024-01-01 MentorshipStarted m3 mentor=dee mentee=bob
			s4 2024-01-01T00:00:00.000000001Z MentorshipStarted m4 mentor=eve mentee=bob
			o1 2024-01-01 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}}`,
		Checks:   []Check{{Want: "ann up=20\n cas up=0\n dee up=20\n eve up=0"}},
	},
	{
		Name: "a session at the outcome's instant counts if it is before it in the log; a start counts by time alone",
		Log: `
			s1 2023-06-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-06-01 MentorshipStarted m2 mentor=cas mentee=bob
			x1 2024-01-01 SessionHeld m1
			o1 2024-01-01 PromotionRecorded bob
			x2 2024-01-01 SessionHeld m2
			s3 2024-01-01 MentorshipStarted m3 mentor=dee mentee=bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 1d}}`,
		Checks:   []Check{{Want: "ann up=20\n cas up=0\n dee up=20"}},
	},
	{
		Name: "a session after the outcome does not make its mentor active, one recorded late does",
		Log: `
			s1 2023-06-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2023-06-01 MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-01-10 PromotionRecorded bob
			x1 2024-01-11 SessionHeld m1
			x2 2024-01-09 SessionHeld m2`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 30d, split: true}}`,
		Checks: []Check{
			{Limit: 4, Want: "ann up=0\n cas up=0"},
			{Want: "ann up=0\n cas up=20"},
		},
	},
	{
		Name: "an outcome recorded before the mentorship that it falls into",
		Log: `
			o1 2024-02-01 PromotionRecorded bob
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}}`,
		Checks: []Check{
			{Want: "ann up=20\n events 2"},
			{Limit: 1, Want: "mentors\n events 0"},
			{AsOf: "2024-01-31", Want: "ann up=0\n events 1"},
		},
	},
	{
		Name: "one mentorship must meet both ends of a credit",
		Log: `
			s1 2023-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-20 MentorshipStarted m2 mentor=ann mentee=bob
			x2 2024-01-25 SessionHeld m2
			o1 2024-01-31 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 60d, at_least: 30d}}`,
		Checks:   []Check{{Want: `ann up=0`}},
	},
	{
		Name: "a mentor with two mentorships with the person counts once",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=ann mentee=bob
			s3 2024-01-03 MentorshipStarted m3 mentor=cas mentee=bob
			o1 2024-01-31 PromotionRecorded bob`,
		Measures: `
			up: {sum: points, of: {PromotionRecorded: 20}, credit: {split: true}}
			n: {count: events, of: PromotionRecorded}`,
		Checks: []Check{{Want: "ann up=10 n=1\n cas up=10 n=1\n events 4"}},
	},
	{
		Name: "a split rounds each share down to a thousandth",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob
			s3 2024-01-03 MentorshipStarted m3 mentor=dee mentee=bob
			o1 2024-01-31 PromotionRecorded bob
			o2 2024-01-31 SkillAttested bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20, SkillAttested: 0.002}, credit: {split: true}}`,
		Checks:   []Check{{Want: "ann up=6.666\n cas up=6.666\n dee up=6.666"}},
	},
	{
		Name: "caps come after the split",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-01-31 PromotionRecorded bob
			o2 2024-02-01 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 3}, credit: {split: true}, ` +
			`caps: [{per: mentor, every: ever, max: 2}]}`,
		Checks: []Check{
			{AsOf: "2024-01-31", Want: `ann up=1.5`},
			{Want: "ann up=2\n cas up=2"},
		},
	},
	{
		Name: "where does not change the number of mentors of a split",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-01-31 PromotionRecorded bob by=ann`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, where: attested, credit: {split: true}}`,
		Checks:   []Check{{Want: "ann up=0\n cas up=10"}},
	},
	{
		Name: "a mentorship that ended still credits; a voided session keeps nobody active",
		Log: `
			s1 2023-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2023-12-20 SessionHeld m1
			e1 2023-12-21 MentorshipEnded m1
			o1 2024-01-01 ProjectCompleted bob
			v1 2024-01-02 EventVoided m1 event_id=x1`,
		Measures: `up: {sum: points, of: {ProjectCompleted: 7}, credit: {within: 30d}}`,
		Checks: []Check{
			{Limit: 4, Want: `ann up=7`},
			{Want: `ann up=0`},
		},
	},
	{
		Name: "a voided start gives its share to the others, a voided outcome takes it from all",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-01-31 PromotionRecorded bob
			v1 2024-02-01 EventVoided m2 event_id=s2
			v2 2024-02-02 EventVoided bob event_id=o1`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {split: true}}`,
		Checks: []Check{
			{Limit: 3, Want: "ann up=10\n cas up=10"},
			{Limit: 4, Want: "mentors ann\n ann up=20"},
			{Want: "ann up=0\n events 1"},
		},
	},
	{
		Name: "mentors in another program neither earn nor share",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-02 MentorshipStarted m2 mentor=cas mentee=bob program=beta
			x2 2024-01-30 SessionHeld m2
			o1 2024-01-31 PromotionRecorded bob`,
		Measures: `up: {sum: points, of: {PromotionRecorded: 20}, credit: {split: true}}`,
		Checks:   []Check{{Want: "mentors ann\n ann up=20\n events 2"}},
	},
	{
		Name: "each measure has its own credit",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-05-01 MentorshipStarted m2 mentor=cas mentee=bob
			o1 2024-05-31 PromotionRecorded bob`,
		Measures: `
			near: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 30d, split: true}}
			far: {sum: points, of: {PromotionRecorded: 20}, credit: {within: 365d, split: true}}
			old: {count: mentees, of: PromotionRecorded, credit: {at_least: 31d}}`,
		Checks: []Check{{Want: "ann near=0 far=10 old=1\n cas near=20 far=10 old=0"}},
	},
	{
		Name: "an outcome is not a fact of its own person",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=cas mentee=ann
			o1 2024-01-31 SkillAttested ann skill=go`,
		Measures: `n: {count: skills, of: SkillAttested}`,
		Checks:   []Check{{Want: "ann n=0\n cas n=1\n events 3"}},
	},
}
