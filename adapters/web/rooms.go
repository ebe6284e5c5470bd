package web

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/awarding"
)

func (s *Server) roomPages() []route {
	act := func(name string, do func(*visit, *roomDesk) error) route {
		return route{"POST /rooms/{room}/" + name, access.RoomsAct, onRoomShown, func(v *visit) error { return v.roomAct(do) }}
	}
	return []route{
		{"GET /rooms", access.RoomsRead, onMine, (*visit).roomList},
		{"POST /rooms", access.RoomsStart, nil, (*visit).startRoom},
		{"GET /rooms/{room}", access.RoomsRead, onRoomShown, (*visit).roomPage},
		act("session", (*visit).holdSession),
		act("confirm", (*visit).confirmSession),
		act("goal", (*visit).setGoal),
		act("goal-met", (*visit).meetGoal),
		act("roadmap", (*visit).assignRoadmap),
		act("milestone", (*visit).reachMilestone),
		act("post", (*visit).postThread),
		act("pause", (*visit).pauseRoom),
		act("resume", (*visit).resumeRoom),
		act("end", (*visit).endRoom),
	}
}

// onRoomShown is onRoom for pages, which show beside the mentorship what program is looked at.
func onRoomShown(v *visit) (access.Target, error) {
	if _, err := v.look(); err != nil {
		return access.Target{}, err
	}
	return onRoom(v)
}

// roomListShown is what the list of mentorships shows.
type roomListShown struct {
	Health, Status string
	Counts         projections.HealthCount
	Rows           []projections.Relationship
	Total          int
	Next           string
	Mine           bool // only those of the visitor
	Start          bool // the visitor may start one
}

// roomStatuses are the words for how a mentorship stands.
var roomStatuses = []string{string(projections.RoomRunning), string(projections.RoomPaused), string(projections.RoomEnded)}

// healthWords are the words for how lively a mentorship is.
func healthWords() (words []string) {
	for _, h := range projections.Healths {
		words = append(words, string(h))
	}
	return words
}

// roomList lists the mentorships of the program, the longest lasting first: all, or the visitor's own.
func (v *visit) roomList() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	shown := roomListShown{Start: view.Present && v.may(access.RoomsStart)}
	if shown.Health, err = v.choice("health", healthWords()...); err != nil {
		return err
	}
	if shown.Status, err = v.choice("status", roomStatuses...); err != nil {
		return err
	}
	person := v.mine(access.RoomsRead)
	shown.Mine = person != uuid.Nil
	all := view.Rooms.Relationships(view.People, projections.RoomQuery{Program: domain.Slug(view.Program), Person: person}, view.AsOf)
	for _, count := range projections.CountHealth(all) {
		shown.Counts = count
	}
	all = slices.DeleteFunc(all, func(r projections.Relationship) bool {
		return shown.Health != "" && string(r.Health) != shown.Health || shown.Status != "" && string(r.Status) != shown.Status
	})
	shown.Total = len(all)
	if shown.Rows, shown.Next, err = shownRows(v, all); err != nil {
		return err
	}
	return v.render("rooms", frameOf{Title: "Mentorships", Room: "/rooms", Live: true, Page: &shown,
		Lead: "Who works with whom, and which of it lasts. A mentorship is active while its last session is no more than two " +
			"of its own rhythms ago."})
}

// startRoom brings two people together in the program that is looked at.
func (v *visit) startRoom() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	c := domain.StartMentorship{Program: domain.Slug(view.Program)}
	d := &deed{done: "room-started", back: (*visit).roomList}
	d.do = func(meta domain.CommandMeta) (err error) {
		c.CommandMeta = meta
		if c.Mentor, err = v.somebody("mentor"); err != nil {
			return err
		}
		if c.Mentee, err = v.somebody("mentee"); err != nil {
			return err
		}
		room, _, err := awarding.StartMentorship(v.ctx(), v.engine.Store(), c)
		d.to = "/rooms/" + room.String()
		return err
	}
	return v.act(d)
}

// sessionsShown bounds the sessions that the page of a mentorship lists.
const sessionsShown = 100

// roomShown is what the page of a mentorship shows.
type roomShown struct {
	*projections.RoomView
	Inside  bool                   // the visitor is one of the two
	Act     bool                   // the visitor may record something now
	Confirm bool                   // and confirm sessions
	Defined []projections.Roadmap  // that the program defines
	Unnamed int                    // goals that were met without having been set here, besides the others
	Earlier int                    // sessions that are not shown
	Open    []projections.Feedback // what the visitor is asked for
}

// roomPage shows a mentorship: to the two as they wrote it, to others without what is between the two.
func (v *visit) roomPage() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	room, ref, err := v.roomView()
	if err != nil {
		return err
	}
	shown := roomShown{RoomView: room, Inside: v.who.Is(ref.Mentor) || v.who.Is(ref.Mentee)}
	named := slices.DeleteFunc(room.Goals, func(g projections.RoomGoal) bool { return g.Goal == "" })
	shown.Unnamed, room.Goals = len(room.Goals)-len(named), named
	slices.Reverse(room.Held)
	shown.Earlier = max(0, len(room.Held)-sessionsShown)
	room.Held = room.Held[:len(room.Held)-shown.Earlier]
	on := access.Target{Program: ref.Program, People: []uuid.UUID{ref.Mentor, ref.Mentee}}
	shown.Act = view.Present && v.who.Person != uuid.Nil && room.Status != projections.RoomEnded && v.who.May(access.RoomsAct, on)
	shown.Confirm = shown.Act && !v.who.Is(ref.Mentor)
	if program, ok := view.Programs.Find(ref.Program, view.AsOf); ok {
		shown.Defined = program.Roadmaps
	}
	for _, f := range room.Feedback {
		if v.who.Is(f.From.Person) && f.Request != "" && f.State != projections.FeedbackAnswered && f.State != projections.FeedbackDue {
			shown.Open = append(shown.Open, f)
		}
	}
	return v.render("room", frameOf{Title: partyName(room.Mentor) + " and " + partyName(room.Mentee), Room: "/rooms", Live: true, Page: &shown})
}

// partyName is the name of somebody, or the first digits of their id.
func partyName(p projections.Party) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Person.String()[:8]
}

// roomDesk is what is recorded in a mentorship, by whom.
type roomDesk struct {
	room projections.RoomRef
	by   uuid.UUID
	meta domain.CommandMeta
}

// roomAct records something in the mentorship in the path.
func (v *visit) roomAct(do func(*visit, *roomDesk) error) error {
	room, err := v.room()
	if err != nil {
		return err
	}
	return v.act(&deed{to: "/rooms/" + room.Room.String(), done: "recorded", back: (*visit).roomPage,
		do: func(meta domain.CommandMeta) error {
			by, err := v.self()
			if err != nil {
				return err
			}
			return do(v, &roomDesk{room, by, meta})
		}})
}

// inRoom carries out a command in a mentorship.
func (v *visit) inRoom(d *roomDesk, c domain.Command) error {
	return v.handle(domain.MentorshipStream(d.room.Room), c)
}

func (v *visit) holdSession(d *roomDesk) error {
	c := domain.HoldSession{CommandMeta: d.meta, Confirmed: d.by == d.room.Mentee}
	note, err := v.texts(d.by, "personal.note", field{"channel", &c.Channel}, field{"skill", &c.Skill})
	if err != nil {
		return err
	}
	if c.Minutes, err = v.number("minutes"); err != nil {
		return err
	}
	if note != "" {
		c.Personal = domain.SessionNote{Of: d.by, Note: note}
	}
	return v.inRoom(d, c)
}

func (v *visit) confirmSession(d *roomDesk) error {
	session, err := uuid.Parse(v.r.PostFormValue("session"))
	if err != nil {
		return invalid("session", "is no session of this mentorship")
	}
	return v.inRoom(d, domain.ConfirmSession{CommandMeta: d.meta, Session: session, By: d.by})
}

func (v *visit) setGoal(d *roomDesk) error {
	c := domain.SetGoal{CommandMeta: d.meta, Owner: d.room.Mentee}
	if v.r.PostFormValue("owner") == string(domain.RaterMentor) {
		c.Owner = d.room.Mentor
	}
	wording, err := v.texts(c.Owner, "personal.wording", field{"goal", &c.Goal}, field{"skill", &c.Skill})
	if err != nil {
		return err
	}
	if c.Due, err = v.time("due"); err != nil {
		return err
	}
	if wording != "" {
		c.Personal = domain.GoalWording{Of: c.Owner, Wording: wording}
	}
	return v.inRoom(d, c)
}

func (v *visit) meetGoal(d *roomDesk) error {
	c := domain.MeetGoal{CommandMeta: d.meta, By: d.by, Attested: v.ticked("attested")}
	if err := v.fill(field{"goal", &c.Goal}, field{"skill", &c.Skill}); err != nil {
		return err
	}
	return v.inRoom(d, c)
}

func (v *visit) assignRoadmap(d *roomDesk) error {
	roadmap, err := v.text("roadmap", domain.IDBytesMax)
	if err != nil {
		return err
	}
	_, err = awarding.AssignRoadmap(v.ctx(), v.engine.Store(), d.room.Room, domain.Slug(roadmap), d.meta)
	return err
}

func (v *visit) reachMilestone(d *roomDesk) error {
	c := domain.ReachMilestone{CommandMeta: d.meta, By: d.by, Attested: v.ticked("attested")}
	var roadmap, milestone string
	if err := v.fill(field{"roadmap", &roadmap}, field{"milestone", &milestone}, field{"skill", &c.Skill}); err != nil {
		return err
	}
	c.Roadmap, c.Milestone = domain.Slug(roadmap), domain.Slug(milestone)
	return v.inRoom(d, c)
}

func (v *visit) postThread(d *roomDesk) error {
	c := domain.PostThread{CommandMeta: d.meta, Visibility: domain.Visibility(v.r.PostFormValue("visibility"))}
	text, err := v.texts(d.by, "personal.text", field{"thread", &c.Thread})
	if err != nil {
		return err
	}
	if text == "" {
		return invalid("personal.text", "is missing")
	}
	c.Personal = domain.ThreadText{Of: d.by, Text: text}
	return v.inRoom(d, c)
}

func (v *visit) pauseRoom(d *roomDesk) error {
	return v.inRoom(d, domain.PauseMentorship{CommandMeta: d.meta})
}

func (v *visit) resumeRoom(d *roomDesk) error {
	return v.inRoom(d, domain.ResumeMentorship{CommandMeta: d.meta})
}

func (v *visit) endRoom(d *roomDesk) error {
	return v.inRoom(d, domain.EndMentorship{CommandMeta: d.meta, Reason: domain.EndReason(v.r.PostFormValue("reason"))})
}
