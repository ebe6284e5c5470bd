package projections

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Communities holds the practices that people shared, by community. What a person wrote is forgotten when they are
// erased: that they shared it stays.
type Communities struct {
	shared []sharedPractice // in log order
	byID   map[uuid.UUID]int
}

type sharedPractice struct {
	event, person uuid.UUID
	at            time.Time
	voided        bool
	*domain.PracticeShared
}

// NewCommunities returns the communities of an empty log.
func NewCommunities() *Communities {
	return &Communities{byID: map[uuid.UUID]int{}}
}

// Apply implements Model.
func (c *Communities) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		e := &events[i]
		switch e.Type {
		case domain.TypePracticeShared, domain.TypeEventVoided:
		default:
			continue
		}
		text, onPerson := strings.CutPrefix(e.Stream, domain.CategoryPerson+"-")
		person, err := uuid.Parse(text)
		if !onPerson || err != nil {
			continue
		}
		event, err := eventstore.Decode(*e)
		if err != nil {
			return err
		}
		switch p := event.Payload.(type) {
		case *domain.PracticeShared:
			c.byID[e.ID] = len(c.shared)
			c.shared = append(c.shared, sharedPractice{e.ID, person, e.Meta.OccurredAt.UTC(), false, p})
		case *domain.EventVoided:
			if i, known := c.byID[p.EventID]; known && c.shared[i].person == person {
				c.shared[i].voided = true
			}
		}
	}
	return nil
}

// Community is what a community has shared up to a time.
type Community struct {
	Community string     `json:"community"`
	Members   int        `json:"members"` // those who shared something
	Practices int        `json:"practices"`
	Skills    []string   `json:"skills"`
	Latest    time.Time  `json:"latest"`
	Shared    []Practice `json:"shared,omitempty"` // newest first
}

// Practice is something that a person shared with a community.
type Practice struct {
	Event      uuid.UUID         `json:"event"`
	Community  string            `json:"community"`
	At         time.Time         `json:"at"`
	Skill      string            `json:"skill,omitempty"`
	Visibility domain.Visibility `json:"visibility,omitempty"`
	Personal   PracticeText      `json:"personal"`
}

// PracticeText is what a person wrote about a practice.
type PracticeText struct {
	Of    Party  `json:"of"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text,omitempty"`
}

// Practices returns what was shared up to a time and may be read by an audience, newest first. A community or a person
// may be named. Without a directory, neither names nor texts are shown.
func (c *Communities) Practices(people *People, community string, person uuid.UUID, audience domain.Visibility,
	asOf time.Time) []Practice {
	found, shown := []Practice{}, people.texts()
	for i := range c.shared {
		s := &c.shared[i]
		if s.voided || s.at.After(asOf) || !MaySee(audience, s.Visibility) ||
			community != "" && s.Community != community || person != uuid.Nil && s.person != person {
			continue
		}
		found = append(found, Practice{
			Event: s.event, Community: s.Community, At: s.at, Skill: s.Skill, Visibility: s.Visibility,
			Personal: PracticeText{
				partyOf(people, s.person), shown.show(s.person, s.Personal.Title), shown.show(s.person, s.Personal.Text),
			},
		})
	}
	slices.Reverse(found) // the newest in the log first, among those of one time
	slices.SortStableFunc(found, func(a, b Practice) int { return b.At.Compare(a.At) })
	return found
}

// List returns the communities with something that an audience may read, in order of their names.
func (c *Communities) List(people *People, audience domain.Visibility, asOf time.Time) []Community {
	byName := map[string]*Community{}
	members := map[string]map[uuid.UUID]bool{}
	for _, p := range c.Practices(people, "", uuid.Nil, audience, asOf) {
		community := byName[p.Community]
		if community == nil {
			community = &Community{Community: p.Community, Latest: p.At, Skills: []string{}}
			byName[p.Community], members[p.Community] = community, map[uuid.UUID]bool{}
		}
		community.Practices++
		community.Shared = append(community.Shared, p)
		members[p.Community][p.Personal.Of.Person] = true
		if p.Skill != "" && !slices.Contains(community.Skills, p.Skill) {
			community.Skills = append(community.Skills, p.Skill)
		}
	}
	list := []Community{}
	for name, community := range byName {
		community.Members = len(members[name])
		slices.Sort(community.Skills)
		list = append(list, *community)
	}
	slices.SortFunc(list, func(a, b Community) int { return cmp.Compare(a.Community, b.Community) })
	return list
}
