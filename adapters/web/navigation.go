package web

import "laurel/domain/access"

// rooms is the navigation: what people come for first, then what keeps it running. A room is left out for whoever may
// not enter it.
var rooms = []navGroup{
	{Title: "Recognition", Rooms: []navRoom{
		{Path: "/", Title: "Overview", action: access.ActionStandings},
		{Path: "/people", Title: "People", action: access.ActionStandings},
		{Path: "/retune", Title: "Retune", action: access.ActionRetune},
		{Path: "/criteria", Title: "Criteria", action: access.ActionStandings},
	}},
	{Title: "Audit", Rooms: []navRoom{
		{Path: "/awards", Title: "Awards", action: access.ActionAwards},
		{Path: "/log", Title: "Event log", action: access.ActionLog},
		{Path: "/flags", Title: "Flags", action: access.ActionFlags},
		{Path: "/packet", Title: "Audit packet", action: access.ActionAudit},
	}},
	{Title: "Mentoring", Rooms: []navRoom{
		{Path: "/programs", Title: "Programs", action: access.ActionPrograms},
		{Path: "/rooms", Title: "Mentorships", action: access.ActionRooms},
		{Path: "/feedback", Title: "Feedback", action: access.ActionFeedback},
		{Path: "/communities", Title: "Communities", action: access.ActionPrograms},
		{Path: "/rewards", Title: "Rewards", action: access.ActionRewards},
	}},
	{Title: "In public", Rooms: []navRoom{
		{Path: "/consent", Title: "Consent", action: access.ActionConsent},
		{Path: "/acknowledgements", Title: "Acknowledgements", action: access.ActionAcknowledge},
		{Path: "/digest", Title: "Digest", action: access.ActionDigest},
	}},
	{Title: "Running it", Rooms: []navRoom{
		{Path: "/operations", Title: "Operations", action: access.ActionOperations},
		{Path: "/users", Title: "Users and roles", action: access.ActionUsers},
	}},
}
