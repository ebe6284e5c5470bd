package projections_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

var (
	roomOne   = uuid.MustParse("00000000-0000-4000-8000-0000000000a1")
	roomTwo   = uuid.MustParse("00000000-0000-4000-8000-0000000000a2")
	roomAnn   = uuid.MustParse("00000000-0000-4000-8000-0000000000b1")
	roomBen   = uuid.MustParse("00000000-0000-4000-8000-0000000000b2")
	roomStart = &domain.MentorshipStarted{Program: "git", Mentor: roomAnn, Mentee: roomBen}
)

// roomDay is the start of a day, counted from 2025.
func roomDay(n int) time.Time { return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// happening is something that occurred on a day of a mentorship. Void names, from 1 on, the happening that it voids.
type happening struct {
	day     int
	payload domain.Payload
	void    int
	room    uuid.UUID // the first one where none is given
}

func on(day int, p domain.Payload) happening { return happening{day: day, payload: p} }

func met(days ...int) []happening {
	var held []happening
	for _, day := range days {
		held = append(held, on(day, &domain.SessionHeld{}))
	}
	return held
}

// recordRooms makes events of happenings, one at each position from 1 on.
func recordRooms(t require, happenings []happening) []eventstore.RecordedEvent {
	id := func(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, "room", n)) }
	revisions := map[uuid.UUID]int{}
	var events []eventstore.RecordedEvent
	for i, h := range happenings {
		p, room := h.payload, h.room
		if room == uuid.Nil {
			room = roomOne
		}
		if h.void > 0 {
			p = &domain.EventVoided{EventID: id(h.void), Reason: "entered-twice"}
		}
		e, err := eventstore.Encode(domain.Event{ID: id(i + 1), Payload: p, Meta: domain.Metadata{OccurredAt: roomDay(h.day),
			Actor: "test", Source: "test", Schema: domain.SchemaOf(p.EventType())}})
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, eventstore.RecordedEvent{ID: e.ID, Type: e.Type, Stream: domain.MentorshipStream(room),
			Revision: eventstore.Revision(revisions[room]), Position: eventstore.NewPosition(1, uint64(i+1), 0), Meta: e.Meta,
			Data: e.Data})
		revisions[room]++
	}
	return events
}

func roomsOf(t require, events []eventstore.RecordedEvent) *projections.Rooms {
	rooms := projections.NewRooms()
	if err := rooms.Apply(events); err != nil {
		t.Fatal(err)
	}
	return rooms
}

func TestHealth(t *testing.T) {
	start, end := on(0, roomStart), &domain.MentorshipEnded{Reason: domain.EndCompleted}
	pause, resume := &domain.MentorshipPaused{}, &domain.MentorshipResumed{}
	type want struct {
		health projections.Health
		status projections.RoomStatus
		days   int
		rhythm float64
		idle   int
	}
	const active, fading, oneOff = projections.HealthActive, projections.HealthFading, projections.HealthOneOff
	const running, paused, ended = projections.RoomRunning, projections.RoomPaused, projections.RoomEnded
	for name, c := range map[string]struct {
		given []happening
		known int // events; 0: all
		asOf  int
		want  want
	}{
		"just started":        {nil, 0, 60, want{active, running, 0, 30, 60}},
		"nothing ever came":   {nil, 0, 61, want{oneOff, running, 0, 30, 61}},
		"one meeting":         {met(5), 0, 65, want{active, running, 1, 30, 60}},
		"one meeting, long":   {met(5), 0, 66, want{oneOff, running, 1, 30, 61}},
		"twice the same day":  {met(5, 5), 0, 66, want{oneOff, running, 1, 30, 61}},
		"every two weeks":     {met(0, 14, 28), 0, 56, want{active, running, 3, 14, 28}},
		"fades after two":     {met(0, 14, 28), 0, 57, want{fading, running, 3, 14, 29}},
		"daily is a week":     {met(0, 1, 2), 0, 16, want{active, running, 3, 7, 14}},
		"daily, too long":     {met(0, 1, 2), 0, 17, want{fading, running, 3, 7, 15}},
		"a year is a quarter": {met(0, 365), 0, 545, want{active, running, 2, 90, 180}},
		"a year, too long":    {met(0, 365), 0, 546, want{fading, running, 2, 90, 181}},
		"median of two gaps":  {met(0, 10, 31), 0, 62, want{active, running, 3, 15.5, 31}},
		"recorded late":       {met(28, 0, 14), 0, 56, want{active, running, 3, 14, 28}},
		"not occurred yet":    {met(0, 14, 28), 0, 20, want{active, running, 2, 14, 6}},
		"not known yet":       {met(0, 14, 28), 3, 57, want{fading, running, 2, 14, 43}},
		"a rest is left out": {append(met(0, 14, 28), on(30, pause), on(60, resume)), 0, 86,
			want{active, running, 3, 14, 28}},
		"after a rest, too long": {append(met(0, 14, 28), on(30, pause), on(60, resume)), 0, 87,
			want{fading, running, 3, 14, 29}},
		"while it rests": {append(met(0, 14, 28), on(30, pause)), 0, 400, want{active, paused, 3, 14, 2}},
		"a voided rest": {append(met(0, 14, 28), on(30, pause), happening{day: 31, void: 5}), 0, 57,
			want{fading, running, 3, 14, 29}},
		"ended well":       {append(met(0, 14, 28), on(40, end)), 0, 900, want{active, ended, 3, 14, 12}},
		"ended long after": {append(met(0, 14, 28), on(90, end)), 0, 900, want{fading, ended, 3, 14, 62}},
		"ended in a rest": {append(met(0, 14, 28), on(30, pause), on(90, end)), 0, 900,
			want{active, ended, 3, 14, 2}},
		"before it ended": {append(met(0, 14, 28), on(90, end)), 0, 89, want{fading, running, 3, 14, 61}},
		"a voided end": {append(met(0, 14, 28), on(40, end), happening{day: 41, void: 5}), 0, 57,
			want{fading, running, 3, 14, 29}},
		"a voided session": {append(met(0, 14, 28), happening{day: 30, void: 4}), 0, 43,
			want{fading, running, 2, 14, 29}},
		"a void not known yet": {append(met(0, 14, 28), happening{day: 30, void: 4}), 4, 43,
			want{active, running, 3, 14, 15}},
	} {
		t.Run(name, func(t *testing.T) {
			events := recordRooms(t, append([]happening{start}, c.given...))
			if c.known > 0 {
				events = events[:c.known]
			}
			found := roomsOf(t, events).Relationships(nil, projections.RoomQuery{}, roomDay(c.asOf))
			if len(found) != 1 {
				t.Fatalf("got %d relationships, want one", len(found))
			}
			r := found[0]
			if got := (want{r.Health, r.Status, r.SessionDays, r.RhythmDays, r.IdleDays}); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestHealthCounts tells lasting mentorship from single meetings, and leaves out what had not started or never counted.
func TestHealthCounts(t *testing.T) {
	events := recordRooms(t, []happening{
		on(0, roomStart), on(0, &domain.SessionHeld{}), on(14, &domain.SessionHeld{}),
		{day: 5, room: roomTwo, payload: &domain.MentorshipStarted{Program: "git", Mentor: roomBen, Mentee: roomAnn}},
		{day: 6, room: roomTwo, payload: &domain.SessionHeld{}},
		{day: 6, room: roomTwo, void: 4},
	})
	rooms := roomsOf(t, events[:5])
	count := func(rooms *projections.Rooms, q projections.RoomQuery, day int) []projections.HealthCount {
		counts := rooms.CountHealth(q, roomDay(day))
		if listed := projections.CountHealth(rooms.Relationships(nil, q, roomDay(day))); !reflect.DeepEqual(listed, counts) {
			t.Errorf("counted one by one there are %+v, and in a list %+v", counts, listed)
		}
		return counts
	}
	for _, c := range []struct {
		day  int
		q    projections.RoomQuery
		want []projections.HealthCount
	}{
		{4, projections.RoomQuery{}, []projections.HealthCount{{Program: "git", Rooms: 1, Active: 1}}},
		{20, projections.RoomQuery{}, []projections.HealthCount{{Program: "git", Rooms: 2, Active: 2}}},
		{90, projections.RoomQuery{}, []projections.HealthCount{{Program: "git", Rooms: 2, Fading: 1, OneOff: 1}}},
		{90, projections.RoomQuery{Mentor: roomBen}, []projections.HealthCount{{Program: "git", Rooms: 1, OneOff: 1}}},
		{90, projections.RoomQuery{Program: "other"}, []projections.HealthCount{}},
	} {
		if got := count(rooms, c.q, c.day); !reflect.DeepEqual(got, c.want) {
			t.Errorf("day %d: got %+v, want %+v", c.day, got, c.want)
		}
	}
	voided := roomsOf(t, events)
	want := []projections.HealthCount{{Program: "git", Rooms: 1, Fading: 1}}
	if got := count(voided, projections.RoomQuery{}, 90); !reflect.DeepEqual(got, want) {
		t.Errorf("after the start was voided: got %+v, want %+v", got, want)
	}
}

// drawHappenings makes a history of two mentorships in any order, right and wrong.
func drawHappenings(t *rapid.T) []happening {
	n := rapid.IntRange(0, 40).Draw(t, "events")
	happenings := make([]happening, n)
	for i := range happenings {
		h := happening{day: rapid.IntRange(0, 400).Draw(t, "day"),
			room: rapid.SampledFrom([]uuid.UUID{roomOne, roomTwo}).Draw(t, "room")}
		switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case kind == 0 || i < 2:
			h.payload = roomStart
		case kind == 1:
			h.payload = &domain.MentorshipPaused{}
		case kind == 2:
			h.payload = &domain.MentorshipResumed{}
		case kind == 3:
			h.payload = &domain.MentorshipEnded{}
		case kind == 4:
			h.void = rapid.IntRange(1, i).Draw(t, "void")
			h.room = happenings[h.void-1].room
		case kind == 5:
			h.payload = &domain.GoalSet{Goal: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "goal")}
		case kind == 6:
			h.payload = &domain.FeedbackRequested{Request: "r", From: roomAnn, About: roomBen}
		default:
			h.payload = &domain.SessionHeld{}
		}
		happenings[i] = h
	}
	return happenings
}

// TestRoomsGrow holds rooms that were read bit by bit, and asked on the way, to those read at once; and a room by
// itself to what is said of it among many.
func TestRoomsGrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := recordRooms(t, drawHappenings(t))
		grown, one := projections.NewRooms(), projections.NewRoom(roomOne)
		for i := 0; i < len(events); {
			n := min(len(events), i+rapid.IntRange(1, 5).Draw(t, "chunk"))
			if err := grown.Apply(events[i:n]); err != nil {
				t.Fatal(err)
			}
			if err := one.Apply(events[i:n]); err != nil {
				t.Fatal(err)
			}
			i = n
			asOf := roomDay(rapid.IntRange(0, 500).Draw(t, "as of"))
			got := grown.Relationships(nil, projections.RoomQuery{}, asOf)
			want := roomsOf(t, events[:n]).Relationships(nil, projections.RoomQuery{}, asOf)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("after %d events: got %+v, want %+v", n, got, want)
			}
			at := slices.IndexFunc(got, func(r projections.Relationship) bool { return r.Room == roomOne })
			view, started := one.At(asOf, projections.RoomReader{})
			if started != (at >= 0) || started && !reflect.DeepEqual(view.Relationship, got[at]) {
				t.Fatalf("after %d events: alone %+v, among many %+v", n, view, got)
			}
		}
	})
}
