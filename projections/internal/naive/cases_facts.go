package naive

// Which events are facts of whom, voids, confirmations, and what where sees.
var factCases = []Case{
	{
		Name: "mentors are those with a mentorship started by T, by score and then by id",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=cas mentee=bob
			x1 2024-01-02 SessionHeld m2
			s3 2024-02-01 MentorshipStarted m3 mentor=dee mentee=ann
			p1 2024-01-03 PracticeShared bob`,
		Measures: `n: {count: events, of: SessionHeld}`,
		Checks: []Check{
			{Want: `
				mentors cas ann dee
				events 4
				as_of 2024-02-01T00:00:00Z`},
			{AsOf: "2024-01-31T23:59:59.999999999Z", Want: `
				mentors cas ann
				events 3
				as_of 2024-01-31T23:59:59.999999999Z`},
			{AsOf: "2023-12-31T12:00:00.5Z", Want: `
				mentors
				events 0
				as_of 2023-12-31T12:00:00.5Z`},
		},
	},
	{
		Name: "without an as-of, T is the newest event of any kind",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			o1 2024-05-01T00:00:00.000000001Z ProgramOpened alpha
			x1 2024-01-02 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld, window: 120d}`,
		Checks: []Check{
			{Want: `
				as_of 2024-05-01T00:00:00.000000001Z
				events 2
				ann n=0`}, // 2024-01-02 and 120 days is 2024-05-01
			{Limit: 1, Want: `
				as_of 2024-01-01T00:00:00Z
				events 1`},
		},
	},
	{
		Name: "feedback is a fact only when it is about the mentor",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			f1 2024-01-02 FeedbackGiven m1 by=bob about=ann rating=4
			f2 2024-01-03 FeedbackGiven m1 by=ann about=bob rater=mentor rating=2`,
		Measures: `n: {count: events, of: FeedbackGiven}`,
		Checks: []Check{{Want: `
			ann n=1
			events 2
			as_of 2024-01-03T00:00:00Z`}},
	},
	{
		Name: "a shared practice is a fact in every program where its person is a mentor, and has no mentee",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=dee program=beta
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-03 SessionHeld m2
			p1 2024-01-04 PracticeShared ann
			p2 2024-01-05 PracticeShared bob`,
		Measures: `
			n: {count: events, of: [PracticeShared, SessionHeld]}
			who: {count: mentees, of: [PracticeShared, SessionHeld]}`,
		Checks: []Check{{Want: `
			mentors ann
			ann n=2 who=1
			events 3`}},
	},
	{
		Name: "a voided session leaves the facts at every T, and caps forget it",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-03 SessionHeld m1
			v1 2024-01-04 EventVoided m1 event_id=x1`,
		Measures: `points: {sum: points, of: {SessionHeld: 2}, caps: [{per: mentor, every: ever, max: 3}]}`,
		Tiers:    `{id: top, name: Top, when: points >= 3}`,
		Checks: []Check{
			{Limit: 3, Want: `
				ann points=3 tier=top
				ann history 2024-01-03 top x2
				events 3`},
			{Want: `
				ann points=2 tier=-
				ann history
				events 2
				as_of 2024-01-04T00:00:00Z`},
			{AsOf: "2024-01-02", Want: `
				ann points=0
				events 1`},
		},
	},
	{
		Name: "a voided start takes the whole mentorship out",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=cas
			x2 2024-01-03 SessionHeld m2
			x3 2024-01-03 SessionHeld m2
			v1 2024-01-04 EventVoided m1 event_id=s1
			v2 2024-01-05 EventVoided m2 event_id=s2`,
		Measures: `n: {count: events, of: SessionHeld}`,
		Checks: []Check{
			{Limit: 5, Want: `
				ann n=3
				events 5`},
			{Limit: 6, Want: `
				ann n=2
				events 3`},
			{Want: `
				mentors
				events 0`},
		},
	},
	{
		Name: "a confirmation confirms its session from when it is recorded, until it is voided",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			c1 2024-01-09 SessionConfirmed m1 session=x1
			v1 2024-01-10 EventVoided m1 event_id=c1`,
		Measures: `
			yes: {count: events, of: SessionHeld, where: confirmed}
			acts: {count: events, of: SessionConfirmed}`,
		Tiers: `{id: top, name: Top, when: yes >= 1}`,
		Checks: []Check{
			{Limit: 2, Want: `ann yes=0 acts=0`},
			{Limit: 3, Want: `
				ann yes=1 acts=1
				ann history 2024-01-02 top x1
				events 3`},
			{Limit: 3, AsOf: "2024-01-08", Want: `ann yes=1 acts=0`},
			{Want: `
				ann yes=0 acts=0
				ann history
				events 2`},
		},
	},
	{
		Name: "a confirmation of a voided session is a fact like any other",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1 skill=go
			x2 2024-01-02 SessionHeld m1 skill=go
			v1 2024-01-03 EventVoided m1 event_id=x1
			c1 2024-01-04 SessionConfirmed m1 session=x1
			c2 2024-01-05 SessionConfirmed m1 session=x2`,
		Measures: `
			acts: {count: events, of: SessionConfirmed, where: mentee != ""}
			skills: {count: skills, of: SessionConfirmed}
			plain: {count: events, of: [SessionConfirmed, SessionHeld], where: skill == ""}
			yes: {count: events, of: SessionHeld, where: confirmed}`,
		Checks: []Check{{Want: `
			ann acts=2 skills=0 plain=2 yes=1
			events 4`}},
	},
	{
		Name: "who mentors by voided starts alone is no mentor, also for a shared practice",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=bob mentee=cas
			p1 2024-01-02 PracticeShared bob
			o1 2024-01-02 SkillAttested cas
			v1 2024-01-03 EventVoided m2 event_id=s2`,
		Measures: `n: {count: events, of: [PracticeShared, SkillAttested]}`,
		Checks: []Check{
			{Limit: 4, Want: `
				mentors bob ann
				bob n=2
				events 4`},
			{Want: `
				mentors ann
				events 1`},
		},
	},
	{
		Name: "two people who mentor each other",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=bob mentee=ann
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-03 SessionHeld m1
			x3 2024-01-03 SessionHeld m2
			o1 2024-01-04 PromotionRecorded bob`,
		Measures: `
			n: {count: events, of: SessionHeld}
			up: {count: events, of: PromotionRecorded}`,
		Checks: []Check{{Want: `
			mentors ann bob
			ann n=2 up=1
			bob n=1 up=0
			events 6`}},
	},
	{
		Name: "two mentorships with one person are one mentee and one bucket",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			s2 2024-01-01 MentorshipStarted m2 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1
			x2 2024-01-03 SessionHeld m2`,
		Measures: `
			n: {count: events, of: SessionHeld}
			who: {count: mentees, of: SessionHeld}
			points: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: ever, max: 1.5}]}`,
		Checks: []Check{{Want: `ann n=2 who=1 points=1.5`}},
	},
	{
		Name: "a session dated before its start is a fact, but makes nobody a mentor earlier",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2023-12-31 SessionHeld m1`,
		Measures: `n: {count: events, of: SessionHeld}`,
		Tiers:    `{id: top, name: Top, when: n >= 1}`,
		Checks: []Check{
			{Want: `
				as_of 2024-01-01T00:00:00Z
				ann history 2023-12-31 top x1`},
			{AsOf: "2023-12-31", Want: `
				mentors
				events 1`},
		},
	},
	{
		Name: "every event of a room is a fact of its mentor",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			a1 2024-01-02 GoalSet m1
			a2 2024-01-02 GoalMet m1
			a3 2024-01-02 RoadmapAssigned m1
			a4 2024-01-02 MilestoneReached m1
			a5 2024-01-02 ThreadPosted m1
			a6 2024-01-02 FeedbackRequested m1 from=bob about=ann
			a7 2024-01-02 MentorshipPaused m1
			a8 2024-01-02 MentorshipResumed m1
			a9 2024-01-02 MentorshipEnded m1 reason=completed
			u1 2024-01-02 PersonJoinedUnit ann`,
		Measures: `n: {count: events, of: [GoalSet, GoalMet, RoadmapAssigned, MilestoneReached, ThreadPosted, ` +
			`FeedbackRequested, MentorshipPaused, MentorshipResumed, MentorshipEnded, MentorshipStarted]}`,
		Checks: []Check{{Want: `
			ann n=10
			events 10`}},
	},
	{
		Name: "what where sees",
		Log: `
			s1 2024-01-01 MentorshipStarted m1 mentor=ann mentee=bob
			x1 2024-01-02 SessionHeld m1 channel=helped minutes=30 skill=go confirmed=true
			x2 2024-01-02 SessionHeld m1
			f1 2024-01-02 FeedbackGiven m1 by=bob about=ann rating=4.5
			f2 2024-01-02 FeedbackGiven m1 by=cas about=ann rater=mentor rating=4
			t1 2024-01-02 ThreadPosted m1 visibility=public
			p1 2024-01-02 PracticeShared ann visibility=public
			o1 2024-01-02 PromotionRecorded bob levels=2
			o2 2024-01-02 SkillAttested bob skill=go by=cas
			o3 2024-01-02 SkillAttested bob skill=sql by=ann
			g1 2024-01-02 GoalMet m1 attested=true
			g2 2024-01-02 GoalMet m1 by=bob
			g3 2024-01-02 GoalMet m1`,
		Measures: `
			no_channel: {count: events, of: SessionHeld, where: channel == ""}
			long: {count: events, of: SessionHeld, where: minutes >= 30}
			cross: {count: events, of: SessionHeld, where: minutes > 29.5}
			short: {count: events, of: SessionHeld, where: minutes < 1}
			liked: {count: events, of: FeedbackGiven, where: rating >= 4 && rater == "mentee"}
			four: {count: events, of: FeedbackGiven, where: rating == 4.0}
			two: {count: events, of: PromotionRecorded, where: levels == 2}
			sure: {count: events, of: [SkillAttested, GoalMet], where: attested}
			held: {count: events, of: [SessionHeld, GoalMet], where: type == "SessionHeld"}
			bobs: {count: events, of: SessionHeld, where: mentee == "00000000-0000-4000-8000-000000000062"}
			open: {count: events, of: [ThreadPosted, PracticeShared], where: visibility == "public" && mentee != ""}
			unsure: {count: events, of: SessionHeld, where: "!confirmed"}
			go: {count: events, of: [SessionHeld, SkillAttested], where: skill == "go"}
			fails: {count: events, of: SessionHeld, where: 60 / minutes == 2}`,
		Checks: []Check{{Want: `
			ann no_channel=1 long=1 cross=1 short=1 liked=1 four=1 two=1 sure=3 held=2 bobs=2 open=1 unsure=1 go=2
			ann fails=1`}},
	},
}
