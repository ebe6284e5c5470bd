package web

import (
	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
)

// Registered is a person who is known now.
type Registered struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name"`
}

// PersonDone is something that was recorded of a person.
type PersonDone struct {
	Person uuid.UUID `json:"person"`
	Event  uuid.UUID `json:"event"`
}

// RegisterBody says who is to be known.
type RegisterBody struct {
	Timed
	Name    string `json:"name,omitempty" maxLength:"10000" doc:"What they are called."`
	Email   string `json:"email,omitempty" maxLength:"1000" doc:"Their e-mail address; their id follows from it."`
	HRID    string `json:"hr_id,omitempty" maxLength:"1000" doc:"Their id in the personnel system."`
	Unit    string `json:"unit,omitempty" maxLength:"1000" doc:"The part of the organisation that they join."`
	Program string `json:"program,omitempty" maxLength:"256" doc:"The program in which they are of that unit."`
	Person  string `json:"person,omitempty" format:"uuid" doc:"Their id, where another source has given them one."`
}

// JoinBody says which part of the organisation somebody joins.
type JoinBody struct {
	Timed
	Unit    string `json:"unit" maxLength:"1000"`
	Program string `json:"program,omitempty" maxLength:"256" doc:"The program in which they are of that unit."`
}

// AttestBody is a skill that was seen.
type AttestBody struct {
	Timed
	Skill string `json:"skill" maxLength:"1000"`
	Level int    `json:"level,omitempty" doc:"How far it goes, from 1 on; left out where skills have no levels."`
}

// PromoteBody is a step up.
type PromoteBody struct {
	Timed
	Levels   int    `json:"levels,omitempty" default:"1"`
	To       string `json:"to,omitempty" maxLength:"1000" doc:"The level reached, a short name."`
	Attested bool   `json:"attested,omitempty" doc:"Who records it has seen it, and is somebody else."`
}

// ProjectBody is a project that was finished.
type ProjectBody struct {
	Timed
	Project  string `json:"project" maxLength:"1000" doc:"The id of the project, which names nobody."`
	Title    string `json:"title,omitempty" maxLength:"100000" doc:"What the person calls it; it is theirs, and is forgotten with them."`
	Skill    string `json:"skill,omitempty" maxLength:"1000"`
	Attested bool   `json:"attested,omitempty" doc:"Who records it has seen it, and is somebody else."`
}

type registerInput struct {
	Keyed
	Body RegisterBody
}

// personInput is a command about the person in the path.
type personInput[B any] struct {
	Keyed
	PersonPath
	Body B
}

func (a *api) personCommands() {
	const tag = "people"
	act(a, operation{id: "registerPerson", path: "/v1/people", tag: tag, action: access.PeopleRegister, on: onAll, command: "person register",
		summary: "Make a person known"}, (*visit).register)
	personCommand(a, operation{id: "joinUnit", path: "/v1/people/{person}/units", action: access.PeopleRegister, command: "person join",
		summary: "Move a person to a part of the organisation"}, false,
		func(b *JoinBody, c *acting, _ uuid.UUID) domain.Command {
			return domain.JoinUnit{CommandMeta: c.meta, Unit: b.Unit, Program: domain.Slug(b.Program)}
		})
	personCommand(a, operation{id: "attestSkill", path: "/v1/people/{person}/skills", action: access.PeopleAttest, command: "person attest",
		summary: "Say that somebody else has a skill"}, true,
		func(b *AttestBody, c *acting, _ uuid.UUID) domain.Command {
			return domain.AttestSkill{CommandMeta: c.meta, Skill: b.Skill, Level: b.Level, By: c.by, Attested: true}
		})
	personCommand(a, operation{id: "recordPromotion", path: "/v1/people/{person}/promotions", action: access.PeoplePromote,
		command: "person promote", summary: "Record that a person was promoted"}, false,
		func(b *PromoteBody, c *acting, _ uuid.UUID) domain.Command {
			return domain.RecordPromotion{CommandMeta: c.meta, Levels: b.Levels, To: b.To, By: c.by, Attested: b.Attested}
		})
	personCommand(a, operation{id: "recordProject", path: "/v1/people/{person}/projects", action: access.PeopleAttest,
		command: "person project", summary: "Record a project that a person finished"}, false,
		func(b *ProjectBody, c *acting, person uuid.UUID) domain.Command {
			command := domain.CompleteProject{CommandMeta: c.meta, Project: b.Project, Skill: b.Skill, By: c.by, Attested: b.Attested}
			if b.Title != "" {
				command.Personal = domain.ProjectTitle{Of: person, Title: b.Title}
			}
			return command
		})
	personCommand(a, operation{id: "erasePerson", path: "/v1/people/{person}/erasure", action: access.PeopleErase, command: "person erase",
		summary: "Forget a person for good: their name, their texts and their consents",
		about:   "It cannot be undone. What they did still counts, under an id that nobody's name belongs to."}, false,
		func(_ *Timed, c *acting, _ uuid.UUID) domain.Command { return domain.ErasePerson{CommandMeta: c.meta} })
}

// timedBody is a body that may say when.
type timedBody interface{ when() Timed }

func (t Timed) when() Timed { return t }

// personCommand registers a command on the stream of the person in the path.
func personCommand[B timedBody](a *api, o operation, byPerson bool, command func(*B, *acting, uuid.UUID) domain.Command) {
	o.tag, o.on = "people", onPersonAcross
	act(a, o, func(v *visit, in *personInput[B]) (*PersonDone, error) {
		person, err := v.person()
		if err != nil {
			return nil, err
		}
		view, err := v.lookAcross()
		if err != nil {
			return nil, err
		}
		if _, known := view.People.Contact(person); !known {
			if _, known = view.PersonRecords.Of(person); !known {
				return nil, missing("nothing was recorded of such a person")
			}
		}
		c, err := v.calling(in.Body.when().At, byPerson)
		if err != nil {
			return nil, err
		}
		_, err = eventstore.Handle(v.ctx(), c.store, domain.PersonStream(person), domain.PersonDecider(person), command(&in.Body, c, person))
		return &PersonDone{person, c.meta.ID}, err
	})
}

// register makes a person known. Without an e-mail address or an id, the id follows from the command's.
func (v *visit) register(in *registerInput) (*Registered, error) {
	b := &in.Body
	c, err := v.calling(b.At, false)
	if err != nil {
		return nil, err
	}
	command := domain.RegisterPerson{CommandMeta: c.meta, Name: b.Name, Email: b.Email, HRID: b.HRID, Unit: b.Unit,
		Program: domain.Slug(b.Program)}
	if command.Person, err = parseID("person", b.Person); err != nil {
		return nil, err
	}
	switch {
	case command.Person != uuid.Nil:
	case b.Email != "":
		command.Person = domain.PersonID(b.Email)
	case b.Name == "" && b.HRID == "":
		return nil, invalid("name", "is missing; say what they are called")
	default:
		command.Person = uuid.NewSHA1(c.meta.ID, []byte("person"))
	}
	_, err = eventstore.Handle(v.ctx(), c.store, domain.PersonStream(command.Person), domain.PersonDecider(command.Person), command)
	return &Registered{command.Person, b.Name}, err
}
