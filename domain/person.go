package domain

import "github.com/google/uuid"

// Person is the state of a person's stream.
type Person struct {
	ID         uuid.UUID
	Registered bool
	Erased     bool
	consents   uint8 // a bit for each audience that the person agreed to
	ledger     ledger
}

// PersonDecider returns the decider of a person's stream.
//
// A person is registered once. What is imported may come before the registration, and a second imported registration
// changes nothing, as several sources know the same people; a unit that it names is joined. An erased person's stream
// takes nothing more, and an erasure cannot be voided, as what was forgotten cannot be brought back. Erasing withdraws
// the consents first.
//
// Consent is the person's own: who grants or withdraws it, or voids a withdrawal, must be the person, by the command's
// Actor. What is imported was said elsewhere, and may have any actor; a withdrawal may come before the consent that it
// takes back, and is never refused for it.
func PersonDecider(person uuid.UUID) Decider[*Person] {
	return Decider[*Person]{Initial: &Person{ID: person}, Decide: (*Person).decide, Evolve: (*Person).Evolve}
}

// Consents tells whether the person may be named before an audience: they agreed to it, or to a wider one.
func (p *Person) Consents(a Audience) bool { return p.consents&audienceAndWider(a) != 0 }

// audienceAndWider has the bits of an audience and of all wider ones, none for an unknown one.
func audienceAndWider(a Audience) uint8 {
	bit := audienceBit(a)
	return (audienceBit(AudiencePublic)<<1 - 1) &^ (bit - 1)
}

func audienceBit(a Audience) uint8 {
	switch a {
	case AudienceTeam:
		return 1
	case AudienceOrganisation:
		return 2
	case AudiencePublic:
		return 4
	}
	return 0
}

func (p *Person) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(p.ledger, CategoryPerson, meta, payload); done || err != nil {
		return nil, err
	}
	switch c := cmd.(type) {
	case RegisterPerson:
		if c.Person != p.ID {
			return nil, invalid("person", "is not the person of this stream",
				"register them on "+PersonStream(c.Person))
		}
		if c.Unit != "" {
			joined := &PersonJoinedUnit{Unit: c.Unit, Program: c.Program}
			if p.Registered && meta.Imported {
				return p.decideAll(meta, joined)
			}
			return p.decideAll(meta, payload, joined)
		}
	case ErasePerson:
		if p.Consents(AudienceTeam) { // the narrowest: it takes all back
			return p.decideAll(meta, &ConsentWithdrawn{Audience: AudienceTeam}, payload)
		}
	}
	if _, ok := payload.(*PersonRegistered); ok && meta.Imported && p.Registered && !p.Erased {
		return nil, nil
	}
	if err := p.judgeOwn(meta, payload); err != nil {
		return nil, err
	}
	return p.decideAll(meta, payload)
}

// judgeOwn refuses consent that somebody else gives or takes back. Erasing the person withdraws it too, and is not
// asked here.
func (p *Person) judgeOwn(meta *CommandMeta, payload Payload) error {
	switch v := payload.(type) {
	case *ConsentGranted, *ConsentWithdrawn:
	case *EventVoided:
		if i := p.ledger.find(v.EventID); i < 0 || p.ledger.entries()[i].kind != kindConsentWithdrawn {
			return nil // to void a withdrawal is to give the consent again
		}
	default:
		return nil
	}
	if meta.Imported || meta.Actor == p.ID.String() {
		return nil
	}
	return forbidden("actor", "consent for somebody else is not accepted",
		"the person gives it and takes it back: "+p.ID.String())
}

// decideAll judges several payloads, each in the state after those before it.
func (p *Person) decideAll(meta *CommandMeta, payloads ...Payload) ([]Event, error) {
	events := make([]Event, len(payloads))
	for i, payload := range payloads {
		if err := CheckPayload(payload); err != nil {
			return nil, err
		}
		events[i] = meta.event(i, payload)
		if err := p.judge(meta, payload); err != nil {
			return nil, err
		}
		if i+1 < len(payloads) {
			p = p.Evolve(events[i])
		}
	}
	return events, nil
}

func (p *Person) judge(meta *CommandMeta, payload Payload) error {
	if p.Erased {
		return conflict("", "person "+p.ID.String()+" was erased", "nothing is recorded about an erased person")
	}
	if owned, ok := payload.(HasPersonal); ok {
		if of := owned.PersonalOf(); of != uuid.Nil && of != p.ID {
			return invalid("personal.of", "is not the person of this stream", "it is "+p.ID.String()+" here")
		}
	}
	switch v := payload.(type) {
	case *EventVoided:
		return p.ledger.judgeVoid(v, meta.ID)
	case *PersonRegistered:
		if p.Registered {
			return conflict("", "person "+p.ID.String()+" is already registered", "register a person once")
		}
		return nil
	}
	if !p.Registered && !meta.Imported {
		return notFound("", "person "+p.ID.String()+" is not registered", "register them first")
	}
	switch v := payload.(type) {
	case *SkillAttested:
		return p.judgeAttested(v.By, v.Attested)
	case *ProjectCompleted:
		return p.judgeAttested(v.By, v.Attested)
	case *PromotionRecorded:
		return p.judgeAttested(v.By, v.Attested)
	case *ConsentWithdrawn:
		if !p.Consents(v.Audience) && !meta.Imported {
			return conflict("audience", "no consent for "+string(v.Audience)+" is in force",
				"only a consent that was granted can be withdrawn")
		}
	}
	return nil
}

// judgeAttested refuses people who vouch for themselves.
func (p *Person) judgeAttested(by uuid.UUID, attested bool) error {
	if attested && by == p.ID {
		return forbidden("by", "nobody attests something about themselves", "leave attested out, or name who saw it")
	}
	return nil
}

func (p *Person) evolve(e Event) State { return p.Evolve(e) }

// Evolve returns the person after an event.
func (p *Person) Evolve(e Event) *Person {
	next := *p
	k, mark := kindOther, uint8(0)
	switch v := e.Payload.(type) {
	case *PersonRegistered:
		k = kindOpening
	case *ConsentGranted:
		k, mark = kindConsent, audienceBit(v.Audience)
	case *ConsentWithdrawn:
		k, mark = kindConsentWithdrawn, audienceAndWider(v.Audience)
	case *PersonErased:
		k = kindClosing
	case *EventVoided:
		k = kindVoid
		next.ledger = next.ledger.void(v.EventID)
		next.refold()
	}
	next.apply(k, mark)
	next.ledger = next.ledger.add(k, e.ID, e.Meta.OccurredAt, "", mark)
	return &next
}

func (p *Person) apply(k kind, mark uint8) {
	switch k {
	case kindOpening:
		p.Registered = true
	case kindConsent:
		p.consents |= mark
	case kindConsentWithdrawn:
		p.consents &^= mark
	case kindClosing:
		p.Erased = true
	}
}

// refold computes the status anew from the events that still count.
func (p *Person) refold() {
	p.Registered, p.Erased, p.consents = false, false, 0
	for _, e := range p.ledger.entries() {
		if !e.voided {
			p.apply(e.kind, e.mark)
		}
	}
}
