package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Room holds all that is known about one mentorship, with the personal texts that belong to it.
//
// Apply takes the events of its stream, and passes over others.
type Room struct {
	log    roomLog
	stream string
}

// NewRoom returns a mentorship of which nothing is known.
func NewRoom(id uuid.UUID) *Room {
	return &Room{log: roomLog{id: id}, stream: domain.MentorshipStream(id)}
}

// ReadRoom reads one mentorship up to a position; nil for everything recorded so far.
func ReadRoom(ctx context.Context, store eventstore.Store, id uuid.UUID, upTo *eventstore.Position) (*Room, error) {
	r := NewRoom(id)
	for e, err := range store.ReadStream(ctx, r.stream, 0, eventstore.Forward) {
		var missing *eventstore.StreamNotFoundError
		switch {
		case errors.As(err, &missing):
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("read stream %q: %w", r.stream, err)
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if err := r.Apply([]eventstore.RecordedEvent{e}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Apply implements Model.
func (r *Room) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		if events[i].Stream != r.stream {
			continue
		}
		if err := r.log.apply(&events[i], true); err != nil {
			return err
		}
	}
	return nil
}

// RoomView is a mentorship as it was at a time.
type RoomView struct {
	Relationship
	EndReason domain.EndReason `json:"end_reason,omitempty"`
	Held      []RoomSession    `json:"held"`
	Goals     []RoomGoal       `json:"goals"`
	Roadmaps  []RoomRoadmap    `json:"roadmaps"`
	Threads   []RoomThread     `json:"threads"`
	Feedback  []Feedback       `json:"feedback"`
}

// RoomSession is a session that was held.
type RoomSession struct {
	Event     uuid.UUID `json:"event"`
	At        time.Time `json:"at"`
	Channel   string    `json:"channel,omitempty"`
	Minutes   int       `json:"minutes,omitempty"`
	Skill     string    `json:"skill,omitempty"`
	Confirmed bool      `json:"confirmed"`
	Personal  *NoteText `json:"personal,omitempty"`
}

// NoteText is a personal text with the person to whom it belongs.
type NoteText struct {
	Of   Party  `json:"of"`
	Text string `json:"text"`
}

// GoalState is how far a goal has come.
type GoalState string

// The states of a goal.
const (
	GoalOpen    GoalState = "set"
	GoalReached GoalState = "met"
	GoalOverdue GoalState = "overdue" // not met, and its due time is past
)

// RoomGoal is a goal. One that was imported may have been met without being set, and may have no name.
type RoomGoal struct {
	Goal     string    `json:"goal"`
	State    GoalState `json:"state"`
	Owner    *Party    `json:"owner,omitempty"`
	Skill    string    `json:"skill,omitempty"`
	SetAt    time.Time `json:"set_at,omitzero"`
	Due      time.Time `json:"due,omitzero"`
	MetAt    time.Time `json:"met_at,omitzero"`
	Late     bool      `json:"late,omitempty"` // met after it was due
	Attested bool      `json:"attested,omitempty"`
	Personal *NoteText `json:"personal,omitempty"`
}

// RoomRoadmap is an assigned roadmap.
type RoomRoadmap struct {
	Roadmap    domain.Slug     `json:"roadmap"`
	AssignedAt time.Time       `json:"assigned_at"`
	Reached    int             `json:"reached"`
	Milestones []RoomMilestone `json:"milestones"`
}

// RoomMilestone is a milestone of an assigned roadmap; ReachedAt is zero for an open one.
type RoomMilestone struct {
	Milestone domain.Slug `json:"milestone"`
	ReachedAt time.Time   `json:"reached_at,omitzero"`
	Attested  bool        `json:"attested,omitempty"`
}

// RoomThread is a growth thread.
type RoomThread struct {
	Thread string     `json:"thread"`
	Posts  []RoomPost `json:"posts"`
}

// RoomPost is a post on a growth thread.
type RoomPost struct {
	Event      uuid.UUID         `json:"event"`
	At         time.Time         `json:"at"`
	Visibility domain.Visibility `json:"visibility"`
	Personal   NoteText          `json:"personal"`
}

// RoomReader says how a mentorship is to be read: by the names of which directory, and which programs set the rhythm of
// feedback. Without programs there is none. Without a directory, neither names nor personal texts are shown, since
// nobody knows who was erased.
type RoomReader struct {
	People   *People
	Programs *Programs
}

func (r *RoomReader) erased(person uuid.UUID) bool { return r.People != nil && r.People.Erased(person) }

// At returns the mentorship as it was at a time, and false when it had not started. Personal texts of those who were
// erased, whenever that was, are left out, and their names in those of others.
func (r *Room) At(asOf time.Time, reader RoomReader) (*RoomView, bool) {
	t := asOf.UnixNano()
	if !r.log.startedBy(t) {
		return nil, false
	}
	var life roomLife
	var days []int64
	view := &RoomView{
		Relationship: r.log.relationship(reader.People, t, &life, &days), EndReason: life.reason,
		Held: []RoomSession{}, Goals: []RoomGoal{}, Roadmaps: []RoomRoadmap{}, Threads: []RoomThread{},
	}
	f := roomFold{
		view: view, reader: &reader, room: &r.log, texts: reader.People.texts(r.log.start.Mentor, r.log.start.Mentee),
	}
	for e := range r.log.until(t) {
		f.fold(e)
	}
	f.judgeGoals(asOf)
	for i := range view.Roadmaps {
		f.reach(&view.Roadmaps[i])
	}
	var changes []rhythmChange
	if reader.Programs != nil && !reader.erased(r.log.start.Mentor) && !reader.erased(r.log.start.Mentee) {
		changes = reader.Programs.rhythms(r.log.start.Program)
	}
	view.Feedback = r.log.feedback(reader.People, changes, t, &life)
	if view.Feedback == nil {
		view.Feedback = []Feedback{}
	}
	return view, true
}

// roomFold puts a view together.
type roomFold struct {
	view    *RoomView
	reader  *RoomReader
	room    *roomLog
	texts   texts
	reached []roomEvent // milestones
}

func (f *roomFold) fold(e *roomEvent) {
	at := unixUTC(e.at)
	switch p := e.payload.(type) {
	case *domain.SessionHeld:
		f.view.Held = append(f.view.Held, RoomSession{
			Event: e.id, At: at, Channel: p.Channel, Minutes: p.Minutes, Skill: p.Skill,
			Confirmed: p.Confirmed || f.room.confirmed(e.id), Personal: f.text(p.Personal.Of, p.Personal.Note),
		})
	case *domain.GoalSet:
		goal := RoomGoal{
			Goal: p.Goal, Skill: p.Skill, SetAt: at, Due: p.Due, Personal: f.text(p.Personal.Of, p.Personal.Wording),
		}
		if p.Owner != uuid.Nil {
			owner := partyOf(f.reader.People, p.Owner)
			goal.Owner = &owner
		}
		f.view.Goals = append(f.view.Goals, goal)
	case *domain.GoalMet:
		goal := f.goal(p)
		goal.MetAt, goal.Attested = at, p.Attested
		if goal.Skill == "" {
			goal.Skill = p.Skill
		}
	case *domain.RoadmapAssigned:
		roadmap := RoomRoadmap{Roadmap: p.Roadmap, AssignedAt: at}
		for _, m := range p.Milestones {
			roadmap.Milestones = append(roadmap.Milestones, RoomMilestone{Milestone: m})
		}
		f.view.Roadmaps = replace(f.view.Roadmaps, roadmap, func(r RoomRoadmap) bool { return r.Roadmap == p.Roadmap })
	case *domain.MilestoneReached:
		f.reached = append(f.reached, *e)
	case *domain.ThreadPosted:
		f.post(e, p)
	}
}

// goal finds the goal that was met, or adds one that was never set here.
func (f *roomFold) goal(p *domain.GoalMet) *RoomGoal {
	for i := range f.view.Goals {
		if g := &f.view.Goals[i]; g.Goal == p.Goal && p.Goal != "" && g.MetAt.IsZero() {
			return g
		}
	}
	f.view.Goals = append(f.view.Goals, RoomGoal{Goal: p.Goal})
	return &f.view.Goals[len(f.view.Goals)-1]
}

func (f *roomFold) judgeGoals(asOf time.Time) {
	for i := range f.view.Goals {
		g := &f.view.Goals[i]
		switch {
		case !g.MetAt.IsZero():
			g.State, g.Late = GoalReached, !g.Due.IsZero() && g.MetAt.After(g.Due)
		case !g.Due.IsZero() && asOf.After(g.Due):
			g.State = GoalOverdue
		default:
			g.State = GoalOpen
		}
	}
}

// reach marks the milestones of a roadmap that were reached, by its newest list.
func (f *roomFold) reach(roadmap *RoomRoadmap) {
	for _, e := range f.reached {
		p := e.payload.(*domain.MilestoneReached)
		if p.Roadmap != roadmap.Roadmap {
			continue
		}
		i := slices.IndexFunc(roadmap.Milestones, func(m RoomMilestone) bool { return m.Milestone == p.Milestone })
		if i >= 0 && roadmap.Milestones[i].ReachedAt.IsZero() {
			roadmap.Milestones[i].ReachedAt, roadmap.Milestones[i].Attested = unixUTC(e.at), p.Attested
			roadmap.Reached++
		}
	}
}

func (f *roomFold) post(e *roomEvent, p *domain.ThreadPosted) {
	post := RoomPost{Event: e.id, At: unixUTC(e.at), Visibility: p.Visibility}
	post.Personal.Of = partyOf(f.reader.People, p.Personal.Of)
	if text := f.text(p.Personal.Of, p.Personal.Text); text != nil {
		post.Personal = *text
	}
	i := slices.IndexFunc(f.view.Threads, func(t RoomThread) bool { return t.Thread == p.Thread })
	if i < 0 {
		i = len(f.view.Threads)
		f.view.Threads = append(f.view.Threads, RoomThread{Thread: p.Thread})
	}
	f.view.Threads[i].Posts = append(f.view.Threads[i].Posts, post)
}

// text is a personal text, nil where there is none or it is to be forgotten.
func (f *roomFold) text(of uuid.UUID, text string) *NoteText {
	if text = f.texts.show(of, text); text == "" {
		return nil
	}
	return &NoteText{Of: partyOf(f.reader.People, of), Text: text}
}

// confirmed tells whether somebody confirmed a session. As in Facts, that counts from when it was recorded.
func (r *roomLog) confirmed(session uuid.UUID) bool {
	return slices.ContainsFunc(r.events, func(e roomEvent) bool {
		p, ok := e.payload.(*domain.SessionConfirmed)
		return ok && !e.voided && p.Session == session
	})
}

// MaySee tells whether something that was written for some may be read by an audience: what is public by all, what is
// the program's by the program and the room, and the room's, or nobody's in particular, by the room alone.
func MaySee(audience, written domain.Visibility) bool {
	return visibilityRank(written) >= visibilityRank(audience)
}

func visibilityRank(v domain.Visibility) int {
	switch v {
	case domain.VisibilityPublic:
		return 2
	case domain.VisibilityProgram:
		return 1
	}
	return 0
}

// VisibleTo returns the threads with the posts that an audience may read; those without any are left out.
func (v *RoomView) VisibleTo(audience domain.Visibility) []RoomThread {
	visible := []RoomThread{}
	for _, thread := range v.Threads {
		shown := RoomThread{Thread: thread.Thread}
		for _, post := range thread.Posts {
			if MaySee(audience, post.Visibility) {
				shown.Posts = append(shown.Posts, post)
			}
		}
		if len(shown.Posts) > 0 {
			visible = append(visible, shown)
		}
	}
	return visible
}
