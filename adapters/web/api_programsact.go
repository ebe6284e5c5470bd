package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
)

// ProgramDone is what became of a program.
type ProgramDone struct {
	Program domain.Slug `json:"program"`
	Status  string      `json:"status"`
}

// RoadmapDefined is a roadmap of a program.
type RoadmapDefined struct {
	Program    domain.Slug   `json:"program"`
	Roadmap    domain.Slug   `json:"roadmap"`
	Milestones []domain.Slug `json:"milestones"`
}

// RhythmSet is when a program asks for feedback.
type RhythmSet struct {
	Program domain.Slug                `json:"program"`
	Rhythm  projections.FeedbackRhythm `json:"rhythm"`
}

// RewardDefined is a reward of a program.
type RewardDefined struct {
	Program  domain.Slug `json:"program"`
	Reward   domain.Slug `json:"reward"`
	Capacity int         `json:"capacity"`
}

// PracticeShared is something that was shared with a community.
type PracticeShared struct {
	Community  string            `json:"community"`
	Event      uuid.UUID         `json:"event"`
	Visibility domain.Visibility `json:"visibility"`
	Recorded   bool              `json:"recorded"`
}

// OpenBody says what a program is.
type OpenBody struct {
	Timed
	Title string `json:"title" maxLength:"10000" doc:"What people call it."`
	Kind  string `json:"kind,omitempty" maxLength:"1000" doc:"What sort of program it is, a short name."`
}

// RoadmapDefinition is a roadmap, in the order of its milestones.
type RoadmapDefinition struct {
	Timed
	Roadmap    string   `json:"roadmap" maxLength:"256"`
	Title      string   `json:"title" maxLength:"10000"`
	Milestones []string `json:"milestones" maxItems:"1000" nullable:"false"`
}

// RhythmBody says when a program asks for feedback; what is left out is not asked.
type RhythmBody struct {
	Timed
	AfterSessions int    `json:"after_sessions,omitempty" doc:"After every so many sessions."`
	AtEnd         bool   `json:"at_end,omitempty"`
	Every         string `json:"every,omitempty" enum:"month,quarter,half-year,year"`
	DueDays       int    `json:"due_days,omitempty" doc:"To be given within so many days."`
}

// RewardBody is what a tier may bring.
type RewardBody struct {
	Timed
	Reward    string    `json:"reward" maxLength:"256"`
	Title     string    `json:"title" maxLength:"10000"`
	Kind      string    `json:"kind,omitempty" maxLength:"1000" doc:"Such as training, workshop, leadership."`
	Capacity  int       `json:"capacity,omitempty" doc:"How many there are; 0 is no limit."`
	ValidFrom time.Time `json:"valid_from,omitzero"`
	ValidTo   time.Time `json:"valid_to,omitzero"`
}

// PracticeBody is what somebody shares.
type PracticeBody struct {
	Timed
	Title      string `json:"title,omitempty" maxLength:"10000" doc:"What it is, in a few words."`
	Text       string `json:"text,omitempty" maxLength:"100000" doc:"How it goes."`
	Skill      string `json:"skill,omitempty" maxLength:"1000"`
	Visibility string `json:"visibility,omitempty" enum:"room,program,public" default:"program" doc:"Who may read it."`
}

// programInput is a command about the program in the path.
type programInput[B any] struct {
	Keyed
	ProgramPath
	Body B
}

type rewardInput struct {
	Keyed
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    RewardBody
}

type practiceInput struct {
	Keyed
	Name string `path:"community" maxLength:"256" doc:"The name of the community."`
	Body PracticeBody
}

func (a *api) programCommands() {
	const tag = "programs"
	act(a, operation{id: "openProgram", path: "/v1/programs/{slug}", tag: tag, action: access.ProgramsOpen, on: onSlug, command: "program open",
		summary: "Open a program"},
		func(v *visit, in *programInput[OpenBody]) (*ProgramDone, error) {
			err := v.onProgramStream(in.Slug, in.Body.At, func(meta domain.CommandMeta) domain.Command {
				return domain.OpenProgram{CommandMeta: meta, Title: in.Body.Title, Kind: in.Body.Kind}
			})
			return &ProgramDone{domain.Slug(in.Slug), projections.ProgramOpen}, err
		})
	act(a, operation{id: "closeProgram", path: "/v1/programs/{slug}/close", tag: tag, action: access.ProgramsManage, on: onSlug,
		command: "program close", summary: "Close a program: no mentorship starts in it any more"},
		func(v *visit, in *programInput[Timed]) (*ProgramDone, error) {
			err := v.onProgramStream(in.Slug, in.Body.At, func(meta domain.CommandMeta) domain.Command {
				return domain.CloseProgram{CommandMeta: meta}
			})
			return &ProgramDone{domain.Slug(in.Slug), projections.ProgramClosed}, err
		})
	act(a, operation{id: "defineRoadmap", path: "/v1/programs/{slug}/roadmaps", tag: tag, action: access.ProgramsManage, on: onSlug,
		command: "program roadmap define", summary: "Define a roadmap, or define it again"},
		func(v *visit, in *programInput[RoadmapDefinition]) (*RoadmapDefined, error) {
			done := &RoadmapDefined{domain.Slug(in.Slug), domain.Slug(in.Body.Roadmap), []domain.Slug{}}
			for _, m := range in.Body.Milestones {
				done.Milestones = append(done.Milestones, domain.Slug(m))
			}
			return done, v.onProgramStream(in.Slug, in.Body.At, func(meta domain.CommandMeta) domain.Command {
				return domain.DefineRoadmap{CommandMeta: meta, Roadmap: done.Roadmap, Title: in.Body.Title, Milestones: done.Milestones}
			})
		})
	act(a, operation{id: "setRhythm", method: http.MethodPut, path: "/v1/programs/{slug}/rhythm", tag: tag, action: access.ProgramsManage,
		on: onSlug, command: "program rhythm", summary: "Say when a program asks both of a mentorship for feedback"}, (*visit).setRhythm)
	act(a, operation{id: "defineReward", path: "/v1/rewards", tag: tag, action: access.RewardsDefine, command: "rewards define",
		summary: "Say what a tier may bring; defining a reward again replaces it"},
		func(v *visit, in *rewardInput) (*RewardDefined, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			b := &in.Body
			done := &RewardDefined{domain.Slug(view.Program), domain.Slug(b.Reward), b.Capacity}
			return done, v.onProgramStream(view.Program, b.At, func(meta domain.CommandMeta) domain.Command {
				return domain.DefineReward{CommandMeta: meta, Reward: done.Reward, Title: b.Title, Kind: b.Kind, Capacity: b.Capacity,
					ValidFrom: b.ValidFrom, ValidTo: b.ValidTo}
			})
		})
	act(a, operation{id: "sharePractice", path: "/v1/communities/{community}/practices", tag: "communities", action: access.PracticeShare,
		on: onSelf, command: "community share", summary: "Share a practice with a community"}, (*visit).share)
}

// onProgramStream records something about a program.
func (v *visit) onProgramStream(slug string, at time.Time, command func(domain.CommandMeta) domain.Command) error {
	c, err := v.calling(at, false)
	if err != nil {
		return err
	}
	program := domain.Slug(slug)
	_, err = eventstore.Handle(v.ctx(), c.store, domain.ProgramStream(program), domain.ProgramDecider(program), command(c.meta))
	return err
}

func (v *visit) setRhythm(in *programInput[RhythmBody]) (*RhythmSet, error) {
	b := &in.Body
	rhythm := projections.FeedbackRhythm{AfterSessions: b.AfterSessions, AtEnd: b.AtEnd, Every: b.Every, DueDays: b.DueDays}
	if !rhythm.Asks() && b.DueDays != 0 {
		return nil, invalid("due_days", "has nothing to hold for; give after_sessions, at_end or every too")
	}
	err := v.onProgramStream(in.Slug, b.At, func(meta domain.CommandMeta) domain.Command {
		return domain.SetFeedbackRhythm{CommandMeta: meta, AfterSessions: b.AfterSessions, AtEnd: b.AtEnd, Every: b.Every, DueDays: b.DueDays}
	})
	if rhythm.Asks() && rhythm.DueDays == 0 {
		rhythm.DueDays = domain.FeedbackDueDays
	}
	return &RhythmSet{domain.Slug(in.Slug), rhythm}, err
}

func (v *visit) share(in *practiceInput) (*PracticeShared, error) {
	b := &in.Body
	if b.Title == "" && b.Text == "" {
		return nil, invalid("title", "and text are missing; say what works for you")
	}
	c, err := v.calling(b.At, true)
	if err != nil {
		return nil, err
	}
	handled, err := eventstore.Handle(v.ctx(), c.store, domain.PersonStream(c.by), domain.PersonDecider(c.by),
		domain.SharePractice{CommandMeta: c.meta, Community: in.Name, Skill: b.Skill, Visibility: domain.Visibility(b.Visibility),
			Personal: domain.PracticeText{Of: c.by, Title: b.Title, Text: b.Text}})
	return &PracticeShared{in.Name, c.meta.ID, domain.Visibility(b.Visibility), len(handled.Events) > 0}, err
}
