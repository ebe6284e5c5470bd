package web

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
)

// RoomList is mentorships with how they fare.
type RoomList struct {
	AsOf   time.Time                  `json:"as_of"`
	Counts []projections.HealthCount  `json:"counts"`
	Rooms  []projections.Relationship `json:"rooms"`
}

func (l *RoomList) items() any { return l.Rooms }

// RoomHealth counts mentorships by how they fare.
type RoomHealth struct {
	AsOf     time.Time                 `json:"as_of"`
	Programs []projections.HealthCount `json:"programs"`
}

func (h *RoomHealth) items() any { return h.Programs }

// RoomDetail is a mentorship with all that was done and written in it.
type RoomDetail struct {
	AsOf time.Time `json:"as_of"`
	*projections.RoomView
}

func (d *RoomDetail) items() any { return d.Held }

// ThreadList is growth threads, as an audience may read them.
type ThreadList struct {
	AsOf     time.Time                `json:"as_of"`
	Room     uuid.UUID                `json:"room"`
	Audience string                   `json:"audience"`
	Threads  []projections.RoomThread `json:"threads"`
}

func (l *ThreadList) items() any { return l.Threads }

// FeedbackList is feedback that is due, asked for, or given.
type FeedbackList struct {
	AsOf     time.Time              `json:"as_of"`
	Feedback []projections.Feedback `json:"feedback"`
}

func (l *FeedbackList) items() any { return l.Feedback }

// RoomPath names a mentorship.
type RoomPath struct {
	Room string `path:"room" format:"uuid" doc:"The mentorship."`
}

type roomsQuery struct {
	Moment
	Listing
	Mentor string `query:"mentor" format:"uuid" doc:"Only those of this mentor."`
	Mentee string `query:"mentee" format:"uuid" doc:"Only those of this mentee."`
	Person string `query:"person" format:"uuid" doc:"Only those that this person is in."`
	Health string `query:"health" enum:"active,fading,one-off" doc:"Only those that fare so."`
	Status string `query:"status" enum:"running,paused,ended" doc:"Only those that are so."`
}

type roomQuery struct {
	RoomPath
	Moment
}

type threadsQuery struct {
	RoomPath
	Moment
	Thread   string `query:"thread" maxLength:"256" doc:"Only this thread."`
	Audience string `query:"audience" enum:"room,program,public" default:"room" doc:"Who reads: what the room keeps to itself is for the two alone."`
}

type feedbackQuery struct {
	Moment
	Listing
	Room   string `query:"room" format:"uuid" doc:"Only of this mentorship."`
	Person string `query:"person" format:"uuid" doc:"Only of mentorships of this person."`
	State  string `query:"state" maxLength:"256" doc:"Only in these states, with commas between." example:"due,asked"`
}

func (a *api) roomOperations() {
	const tag = "rooms"
	ask(a, operation{id: "listRooms", path: "/v1/rooms", tag: tag, action: access.RoomsRead, on: onProgramOrOwn, command: "room list",
		summary: "Mentorships, the longest lasting first"},
		func(v *visit, in *roomsQuery) (*RoomList, error) {
			list, err := v.relationships(in)
			if err != nil {
				return nil, err
			}
			return &RoomList{v.view.AsOf, projections.CountHealth(list), part(v, in.Listing, list)}, nil
		})
	ask(a, operation{id: "countRooms", path: "/v1/rooms/health", tag: tag, action: access.RoomsRead, on: onProgramOrOwn, command: "room health",
		summary: "How many mentorships last, and how many were single meetings"},
		func(v *visit, in *roomsQuery) (*RoomHealth, error) {
			list, err := v.relationships(in)
			if err != nil {
				return nil, err
			}
			return &RoomHealth{v.view.AsOf, projections.CountHealth(list)}, nil
		})
	ask(a, operation{id: "getRoom", path: "/v1/rooms/{room}", tag: tag, action: access.RoomsRead, on: onRoom, command: "room show",
		summary: "A mentorship: sessions, goals, roadmaps, threads, feedback",
		about:   "Notes, wordings, and posts that are for the room alone are shown to the two, and to nobody else."},
		func(v *visit, _ *roomQuery) (*RoomDetail, error) {
			view, _, err := v.roomView()
			if err != nil {
				return nil, err
			}
			return &RoomDetail{v.view.AsOf, view}, nil
		})
	ask(a, operation{id: "listThreads", path: "/v1/rooms/{room}/threads", tag: tag, action: access.RoomsRead, on: onRoom, command: "room thread",
		summary: "Growth threads of a mentorship, as those see them who may"},
		func(v *visit, in *threadsQuery) (*ThreadList, error) {
			view, _, err := v.roomView()
			if err != nil {
				return nil, err
			}
			threads := slices.DeleteFunc(view.VisibleTo(domain.Visibility(in.Audience)), func(t projections.RoomThread) bool {
				return in.Thread != "" && t.Thread != in.Thread
			})
			return &ThreadList{v.view.AsOf, view.Room, in.Audience, threads}, nil
		})
	for _, o := range []struct {
		id, path, command, summary string
		states                     []projections.FeedbackState
	}{
		{"listFeedback", "/v1/feedback", "feedback list", "All feedback: due, asked, reminded of, answered", nil},
		{"listDueFeedback", "/v1/feedback/due", "feedback due", "The feedback that is to be asked for, or to be reminded of",
			[]projections.FeedbackState{projections.FeedbackDue, projections.FeedbackReminderDue}},
	} {
		ask(a, operation{id: o.id, path: o.path, tag: "feedback", action: access.FeedbackRead, on: onProgramOrOwn, command: o.command,
			summary: o.summary},
			func(v *visit, in *feedbackQuery) (*FeedbackList, error) { return v.feedbackList(in, o.states) })
	}
}

// relationships finds the mentorships that a query selects.
func (v *visit) relationships(in *roomsQuery) ([]projections.Relationship, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	q := projections.RoomQuery{Program: domain.Slug(view.Program)}
	if q.Mentor, err = parseID("mentor", in.Mentor); err != nil {
		return nil, err
	}
	if q.Mentee, err = parseID("mentee", in.Mentee); err != nil {
		return nil, err
	}
	if q.Person, err = parseID("person", in.Person); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(view.Rooms.Relationships(view.People, q, view.AsOf), func(r projections.Relationship) bool {
		return in.Health != "" && string(r.Health) != in.Health || in.Status != "" && string(r.Status) != in.Status
	}), nil
}

// roomView reads the mentorship in the path. What the two keep to themselves others do not see.
func (v *visit) roomView() (*projections.RoomView, projections.RoomRef, error) {
	ref, err := v.room()
	if err != nil {
		return nil, ref, err
	}
	view, err := v.readRoom(ref)
	return view, ref, err
}

// readRoom reads a mentorship as the visitor may see it: what the two wrote for each other is for the two.
func (v *visit) readRoom(ref projections.RoomRef) (*projections.RoomView, error) {
	room, err := projections.ReadRoom(v.ctx(), v.engine.Store(), ref.Room, &v.view.Position)
	if err != nil {
		return nil, err
	}
	view, ok := room.At(v.view.AsOf, projections.RoomReader{People: v.view.People, Programs: v.view.Programs})
	if !ok {
		return nil, missing("the mentorship had not started at this time")
	}
	if !v.who.Is(ref.Mentor) && !v.who.Is(ref.Mentee) {
		for i := range view.Held {
			view.Held[i].Personal = nil
		}
		for i := range view.Goals {
			view.Goals[i].Personal = nil
		}
		view.Threads = view.VisibleTo(domain.VisibilityProgram)
	}
	return view, nil
}

func (v *visit) feedbackList(in *feedbackQuery, states []projections.FeedbackState) (*FeedbackList, error) {
	for _, name := range listed(in.State) {
		if err := within("state", name, projections.FeedbackStates...); err != nil {
			return nil, err
		}
		states = append(states, projections.FeedbackState(name))
	}
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	q := projections.RoomQuery{Program: domain.Slug(view.Program)}
	if q.Person, err = parseID("person", in.Person); err != nil {
		return nil, err
	}
	room, err := parseID("room", in.Room)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(view.Rooms.Feedback(view.People, view.Programs, q, view.AsOf), func(f projections.Feedback) bool {
		return room != uuid.Nil && f.Room != room || len(states) > 0 && !slices.Contains(states, f.State)
	})
	return &FeedbackList{view.AsOf, part(v, in.Listing, found)}, nil
}
