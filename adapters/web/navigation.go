package web

import "laurel/domain/access"

// rooms is the navigation: what people come for first, then what keeps it running. A room is left out for whoever may
// not enter it.
var rooms = []navGroup{
	{Title: "Recognition", Rooms: []navRoom{
		{Path: "/", Title: "Overview", action: access.StandingsRead},
		{Path: "/people", Title: "People", action: access.StandingsRead},
		{Path: "/retune", Title: "Retune", action: access.CriteriaPreview},
		{Path: "/criteria", Title: "Criteria", action: access.CriteriaRead},
	}},
	{Title: "Audit", Rooms: []navRoom{
		{Path: "/awards", Title: "Awards", action: access.AwardsRead},
		{Path: "/log", Title: "Event log", action: access.LogRead},
		{Path: "/flags", Title: "Flags", action: access.FlagsRead},
		{Path: "/packet", Title: "Audit packet", action: access.AwardsAudit},
	}},
	{Title: "Mentoring", Rooms: []navRoom{
		{Path: "/programs", Title: "Programs", action: access.ProgramsRead},
		{Path: "/rooms", Title: "Mentorships", action: access.RoomsRead},
		{Path: "/feedback", Title: "Feedback", action: access.FeedbackRead},
		{Path: "/communities", Title: "Communities", action: access.PracticeRead},
		{Path: "/rewards", Title: "Rewards", action: access.RewardsRead},
	}},
	{Title: "In public", Rooms: []navRoom{
		{Path: "/consent", Title: "Consent", action: access.ConsentRead},
		{Path: "/acknowledgements", Title: "Acknowledgements", action: access.AcknowledgementsRead},
		{Path: "/digest", Title: "Digest", action: access.DigestRead},
	}},
	{Title: "Running it", Rooms: []navRoom{
		{Path: "/operations", Title: "Operations", action: access.OperationsRead},
		{Path: "/users", Title: "Users and roles", action: access.UsersManage},
	}},
}
