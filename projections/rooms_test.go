package projections_test

import (
	"reflect"
	"testing"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

func roomView(t *testing.T, asOf int, reader projections.RoomReader, given ...happening) *projections.RoomView {
	t.Helper()
	room := projections.NewRoom(roomOne)
	if err := room.Apply(recordRooms(t, append([]happening{on(0, roomStart)}, given...))); err != nil {
		t.Fatal(err)
	}
	view, started := room.At(roomDay(asOf), reader)
	if !started {
		t.Fatal("the mentorship has not started")
	}
	return view
}

func TestGoals(t *testing.T) {
	given := []happening{
		on(1, &domain.GoalSet{Goal: "a", Owner: roomBen, Due: roomDay(10)}),
		on(1, &domain.GoalSet{Goal: "b", Due: roomDay(10)}),
		on(1, &domain.GoalSet{Goal: "c"}),
		on(9, &domain.GoalMet{Goal: "a"}),
		on(11, &domain.GoalMet{Goal: "b", Attested: true, By: roomAnn}),
	}
	for _, c := range []struct {
		asOf int
		want []projections.GoalState
		late bool // of b
	}{
		{0, []projections.GoalState{}, false},
		{8, []projections.GoalState{projections.GoalOpen, projections.GoalOpen, projections.GoalOpen}, false},
		{10, []projections.GoalState{projections.GoalReached, projections.GoalOpen, projections.GoalOpen}, false},
		{11, []projections.GoalState{projections.GoalReached, projections.GoalReached, projections.GoalOpen}, true},
	} {
		view := roomView(t, c.asOf, projections.RoomReader{}, given...)
		states := []projections.GoalState{}
		for _, g := range view.Goals {
			states = append(states, g.State)
			if g.Late != (c.late && g.Goal == "b") {
				t.Errorf("day %d: goal %s: late is %v", c.asOf, g.Goal, g.Late)
			}
		}
		if !reflect.DeepEqual(states, c.want) {
			t.Errorf("day %d: got %v, want %v", c.asOf, states, c.want)
		}
	}
	unmet := append(given, happening{day: 12, void: 6})
	if g := roomView(t, 20, projections.RoomReader{}, unmet...).Goals[1]; g.State != projections.GoalOverdue {
		t.Errorf("after its meeting was voided, goal b is %s", g.State)
	}
}

func TestRoadmaps(t *testing.T) {
	view := roomView(t, 20, projections.RoomReader{},
		on(1, &domain.RoadmapAssigned{Roadmap: "r", Milestones: []domain.Slug{"one", "two"}}),
		on(2, &domain.MilestoneReached{Roadmap: "r", Milestone: "one"}),
		on(3, &domain.RoadmapAssigned{Roadmap: "r", Milestones: []domain.Slug{"one", "three"}}),
		on(4, &domain.MilestoneReached{Roadmap: "r", Milestone: "three", Attested: true, By: roomAnn}),
		happening{day: 5, void: 5})
	want := []projections.RoomRoadmap{{Roadmap: "r", AssignedAt: roomDay(3), Reached: 1,
		Milestones: []projections.RoomMilestone{{Milestone: "one", ReachedAt: roomDay(2)}, {Milestone: "three"}}}}
	if !reflect.DeepEqual(view.Roadmaps, want) {
		t.Errorf("got %+v, want %+v", view.Roadmaps, want)
	}
}

func TestThreadsAreReadByThoseWhoMay(t *testing.T) {
	post := func(v domain.Visibility) happening {
		return on(1, &domain.ThreadPosted{Thread: "t", Visibility: v,
			Personal: domain.ThreadText{Of: roomBen, Text: "for the " + string(v)}})
	}
	given := []happening{post(domain.VisibilityRoom), post(domain.VisibilityProgram), post(domain.VisibilityPublic)}
	view := roomView(t, 5, projections.RoomReader{}, given...)
	for audience, want := range map[domain.Visibility]int{
		domain.VisibilityRoom: 3, domain.VisibilityProgram: 2, domain.VisibilityPublic: 1,
	} {
		threads := view.VisibleTo(audience)
		if len(threads) != 1 || len(threads[0].Posts) != want {
			t.Errorf("%s reads %+v, want %d posts", audience, threads, want)
		}
	}
	onlyRoom := roomView(t, 5, projections.RoomReader{}, given[0])
	if threads := onlyRoom.VisibleTo(domain.VisibilityPublic); len(threads) != 0 {
		t.Errorf("the public reads %+v", threads)
	}
}

func TestConfirmedSessions(t *testing.T) {
	held := on(1, &domain.SessionHeld{})
	session := recordRooms(t, []happening{on(0, roomStart), held})[1].ID
	confirm := on(2, &domain.SessionConfirmed{Session: session, By: roomBen})
	for name, c := range map[string]struct {
		given []happening
		want  bool
	}{
		"not":           {[]happening{held}, false},
		"by the mentee": {[]happening{held, confirm}, true},
		"voided":        {[]happening{held, confirm, {day: 3, void: 3}}, false},
		"of another":    {[]happening{held, on(2, &domain.SessionConfirmed{Session: uuid.New(), By: roomBen})}, false},
	} {
		if got := roomView(t, 9, projections.RoomReader{}, c.given...).Held[0].Confirmed; got != c.want {
			t.Errorf("%s: confirmed is %v", name, got)
		}
	}
}
