package web

import (
	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
)

func (s *Server) personActPages() []route {
	return []route{
		{"POST /people", access.PeopleRegister, onAll, (*visit).registerPerson},
		{"POST /people/{person}/unit", access.PeopleRegister, onPersonAcross, (*visit).joinUnit},
		{"POST /people/{person}/skill", access.PeopleAttest, onPersonAcross, (*visit).attestSkill},
		{"POST /people/{person}/project", access.PeopleAttest, onPersonAcross, (*visit).completeProject},
		{"POST /people/{person}/promotion", access.PeoplePromote, onPersonAcross, (*visit).promote},
		{"POST /people/{person}/erase", access.PeopleErase, onPersonAcross, (*visit).erasePerson},
	}
}

// registerPerson makes somebody known. Every source that knows an e-mail address means the same person by it.
func (v *visit) registerPerson() error {
	d := &deed{done: "recorded", back: (*visit).mentors}
	d.do = func(meta domain.CommandMeta) error {
		c := domain.RegisterPerson{CommandMeta: meta}
		var program string
		err := v.fill(field{"personal.name", &c.Name}, field{"personal.email", &c.Email}, field{"personal.hr_id", &c.HRID},
			field{"unit", &c.Unit}, field{"program", &program})
		switch {
		case err != nil:
			return err
		case c.Email != "":
			c.Person = domain.PersonID(c.Email)
		case c.Name == "" && c.HRID == "":
			return invalid("personal.name", "is missing; give a name, an e-mail address or an id")
		default:
			c.Person = uuid.NewSHA1(meta.ID, []byte("person"))
		}
		c.Program = domain.Slug(program)
		d.to = "/people/" + c.Person.String()
		return v.handle(domain.PersonStream(c.Person), c)
	}
	return v.act(d)
}

// onPersonAct carries out a command on the person in the path.
func (v *visit) onPersonAct(done string, command func(uuid.UUID, domain.CommandMeta) (domain.Command, error)) error {
	person, err := v.person()
	if err != nil {
		return err
	}
	d := &deed{to: "/people/" + person.String(), done: done, back: (*visit).personPage}
	d.do = func(meta domain.CommandMeta) error {
		c, err := command(person, meta)
		if err != nil {
			return err
		}
		return v.handle(domain.PersonStream(person), c)
	}
	return v.act(d)
}

func (v *visit) joinUnit() error {
	return v.onPersonAct("recorded", func(_ uuid.UUID, meta domain.CommandMeta) (domain.Command, error) {
		c := domain.JoinUnit{CommandMeta: meta}
		var program string
		err := v.fill(field{"unit", &c.Unit}, field{"program", &program})
		c.Program = domain.Slug(program)
		return c, err
	})
}

func (v *visit) attestSkill() error {
	return v.onPersonAct("recorded", func(_ uuid.UUID, meta domain.CommandMeta) (domain.Command, error) {
		by, err := v.self()
		if err != nil {
			return nil, err
		}
		c := domain.AttestSkill{CommandMeta: meta, By: by, Attested: true}
		if err := v.fill(field{"skill", &c.Skill}); err != nil {
			return nil, err
		}
		c.Level, err = v.number("level")
		return c, err
	})
}

func (v *visit) completeProject() error {
	return v.onPersonAct("recorded", func(person uuid.UUID, meta domain.CommandMeta) (domain.Command, error) {
		c := domain.CompleteProject{CommandMeta: meta, By: v.who.Person, Attested: v.ticked("attested")}
		title, err := v.texts(person, "personal.title", field{"project", &c.Project}, field{"skill", &c.Skill})
		if title != "" {
			c.Personal = domain.ProjectTitle{Of: person, Title: title}
		}
		return c, err
	})
}

func (v *visit) promote() error {
	return v.onPersonAct("recorded", func(_ uuid.UUID, meta domain.CommandMeta) (domain.Command, error) {
		c := domain.RecordPromotion{CommandMeta: meta, By: v.who.Person, Attested: v.ticked("attested")}
		err := v.fill(field{"to", &c.To})
		if err != nil {
			return nil, err
		}
		c.Levels, err = v.number("levels")
		return c, err
	})
}

// erasePerson forgets somebody for good. The form asks for the word, since it cannot be undone.
func (v *visit) erasePerson() error {
	return v.onPersonAct("erased", func(_ uuid.UUID, meta domain.CommandMeta) (domain.Command, error) {
		if v.r.PostFormValue("sure") != "erase" {
			return nil, invalid("sure", "does not say erase; nothing was done")
		}
		return domain.ErasePerson{CommandMeta: meta}, nil
	})
}
