package web

import (
	"slices"
	"time"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
)

// ProgramList is the programs that were opened.
type ProgramList struct {
	AsOf     time.Time             `json:"as_of"`
	Programs []projections.Program `json:"programs"`
}

func (l *ProgramList) items() any { return l.Programs }

// RewardList is the rewards of a program, and what is left of them.
type RewardList struct {
	Rewards []projections.RewardRow `json:"rewards"`
}

func (l *RewardList) items() any { return l.Rewards }

// CommunityList is communities with what they have shared.
type CommunityList struct {
	AsOf        time.Time               `json:"as_of"`
	Audience    domain.Visibility       `json:"audience"`
	Communities []projections.Community `json:"communities"`
}

func (l *CommunityList) items() any { return l.Communities }

// PracticeList is what was shared with a community.
type PracticeList struct {
	AsOf      time.Time              `json:"as_of"`
	Audience  domain.Visibility      `json:"audience"`
	Community string                 `json:"community"`
	Shared    []projections.Practice `json:"shared"`
}

func (l *PracticeList) items() any { return l.Shared }

// ProgramPath names a program.
type ProgramPath struct {
	Slug string `path:"slug" maxLength:"64" doc:"The program, by its slug." example:"git"`
}

// Readers say as whom communities are read.
type Readers struct {
	Audience string `query:"audience" enum:"program,public" default:"program" doc:"As whom it is read."`
}

type programQuery struct {
	ProgramPath
	Moment
}

type communitiesQuery struct {
	Moment
	Listing
	Readers
}

type communityQuery struct {
	Name string `path:"community" maxLength:"256" doc:"The name of the community." example:"reviewers"`
	Moment
	Listing
	Readers
	Person string `query:"person" format:"uuid" doc:"Only what this person shared."`
}

func (a *api) programOperations() {
	ask(a, operation{id: "listPrograms", path: "/v1/programs", tag: "programs", action: access.ProgramsRead, on: onAll, command: "program list",
		summary: "The programs"},
		func(v *visit, in *criteriaQuery) (*ProgramList, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			return &ProgramList{view.AsOf, part(v, in.Listing, view.Programs.List(view.AsOf))}, nil
		})
	ask(a, operation{id: "getProgram", path: "/v1/programs/{slug}", tag: "programs", action: access.ProgramsRead, on: onSlug, command: "program show",
		summary: "A program: its roadmaps, and when it asks for feedback"},
		func(v *visit, in *programQuery) (*projections.Program, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			program, ok := view.Programs.Find(domain.Slug(in.Slug), view.AsOf)
			if !ok {
				return nil, missing("the program was not opened by then")
			}
			return &program, nil
		})
	ask(a, operation{id: "listRewards", path: "/v1/rewards", tag: "programs", action: access.RewardsRead, command: "rewards list",
		summary: "The rewards of a program: what is left, until when, and for which tiers"},
		func(v *visit, in *criteriaQuery) (*RewardList, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			return &RewardList{part(v, in.Listing, projections.NewRewardRows(view.Rewards(view.Program), view.Governance, view.AsOf))}, nil
		})
	ask(a, operation{id: "listCommunities", path: "/v1/communities", tag: "communities", action: access.PracticeRead, on: onAll,
		command: "community list", summary: "The communities with what they have shared"},
		func(v *visit, in *communitiesQuery) (*CommunityList, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			audience := domain.Visibility(in.Audience)
			list := view.Communities.List(view.People, audience, view.AsOf)
			for i := range list {
				list[i].Shared = nil // a community shows it
			}
			return &CommunityList{view.AsOf, audience, part(v, in.Listing, list)}, nil
		})
	ask(a, operation{id: "getCommunity", path: "/v1/communities/{community}", tag: "communities", action: access.PracticeRead, on: onAll,
		command: "community show", summary: "What was shared with a community, newest first"},
		func(v *visit, in *communityQuery) (*PracticeList, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			person, err := parseID("person", in.Person)
			if err != nil {
				return nil, err
			}
			audience := domain.Visibility(in.Audience)
			if !slices.ContainsFunc(view.Communities.List(nil, audience, view.AsOf), func(c projections.Community) bool {
				return c.Community == in.Name
			}) {
				return nil, missing("nothing was shared with such a community that may be read")
			}
			return &PracticeList{view.AsOf, audience, in.Name,
				part(v, in.Listing, view.Communities.Practices(view.People, in.Name, person, audience, view.AsOf))}, nil
		})
}

// onSlug is the target of what is about the program in the path, which may not be there yet.
func onSlug(v *visit) (access.Target, error) {
	slug, err := domain.ParseSlug(v.r.PathValue("slug"))
	if err != nil {
		return access.Target{}, invalid("slug", "is none; programs are named such as git or spring-2026")
	}
	return access.Target{Program: slug}, nil
}
