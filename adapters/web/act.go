package web

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// deed is what a form asks for.
type deed struct {
	do   func(domain.CommandMeta) error
	to   string // the page that shows what was done
	done string // what it says then, a key of doneTexts
	back page   // shows the form again where it was refused
}

// act carries out what a form asks for. A form that is sent twice means the time at which it was sent first, so that it
// is the same command both times and recorded once.
func (v *visit) act(d *deed) error {
	err := v.carryOut(d.do)
	if err != nil {
		v.problem = err
		return d.back(v)
	}
	return v.redirect(d.to, d.done)
}

func (v *visit) carryOut(do func(domain.CommandMeta) error) error {
	meta, err := v.meta()
	if err != nil {
		return err
	}
	at, err := v.time("occurred_at")
	if err != nil {
		return err
	}
	if !at.IsZero() {
		meta.OccurredAt = at
	}
	v.release()
	err = do(meta)
	var reused *eventstore.CommandReusedError
	if errors.As(err, &reused) && reused.ID == meta.ID && at.IsZero() {
		meta.OccurredAt = reused.OccurredAt
		err = do(meta)
	}
	if err != nil {
		return err
	}
	head, err := v.engine.Store().Head(v.ctx())
	if err != nil {
		return err
	}
	return v.recorded(head)
}

// handle carries out a command on the stream of a mentorship, a person, a program or an award.
func (v *visit) handle(stream string, c domain.Command) error {
	decider, err := domain.DeciderFor(stream)
	if err != nil {
		return err
	}
	_, err = eventstore.Handle(v.ctx(), v.engine.Store(), stream, decider, c)
	return err
}

// self is the person who acts.
func (v *visit) self() (uuid.UUID, error) {
	if v.who == nil || v.who.Person == uuid.Nil {
		return uuid.Nil, errNoPerson
	}
	return v.who.Person, nil
}

// own writes a text that belongs to a person, so that nothing is kept that would belong to somebody who was erased.
func (v *visit) own(field string, of uuid.UUID) (string, error) {
	text, err := v.text(field, domain.PersonalBytesMax)
	if err != nil || text == "" {
		return "", err
	}
	view, err := v.engine.Look(v.ctx(), serving.At{Across: true})
	if err != nil {
		return "", err
	}
	defer view.Close()
	if view.People.Erased(of) {
		return "", invalid(field, "would belong to somebody who was erased, about whom nothing is recorded")
	}
	return text, nil
}

// time reads a time in a form; the zero time where the field is empty.
func (v *visit) time(field string) (time.Time, error) {
	text, err := v.text(field, parameterBytesMax)
	if err != nil {
		return time.Time{}, err
	}
	return parseTime(field, text)
}

// field is a short field of a form, and where it goes.
type field struct {
	name string
	to   *string
}

// fill reads short fields; what else they have to be, the command knows.
func (v *visit) fill(fields ...field) (err error) {
	for _, f := range fields {
		if *f.to, err = v.text(f.name, domain.IDBytesMax); err != nil {
			return err
		}
	}
	return nil
}

// texts reads short fields, and a personal text of somebody.
func (v *visit) texts(of uuid.UUID, personal string, fields ...field) (text string, err error) {
	if err := v.fill(fields...); err != nil {
		return "", err
	}
	return v.own(personal, of)
}

// number reads a whole number in a form; 0 where the field is empty.
func (v *visit) number(field string) (int, error) {
	text, err := v.text(field, parameterBytesMax)
	if err != nil || text == "" {
		return 0, err
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalid(field, "is no whole number")
	}
	return n, nil
}

// ticked tells whether a box of a form was ticked.
func (v *visit) ticked(field string) bool { return v.r.PostFormValue(field) == "yes" }

// somebody finds the person whom a field names: by id, e-mail address or whole name.
func (v *visit) somebody(field string) (uuid.UUID, error) {
	text, err := v.text(field, parameterBytesMax)
	if err != nil {
		return uuid.Nil, err
	}
	return v.whoIs(field, text)
}

// peopleBytesMax bounds a field that names several people.
const peopleBytesMax = 16 << 10

// everybody finds the people whom a field names, one a line.
func (v *visit) everybody(field string) (people []uuid.UUID, err error) {
	text, err := v.text(field, peopleBytesMax)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		person, err := v.whoIs(field, line)
		if err != nil {
			return nil, err
		}
		people = append(people, person)
	}
	return people, nil
}

// whoIs finds the person whom a text names.
func (v *visit) whoIs(field, text string) (uuid.UUID, error) {
	view, err := v.engine.Look(v.ctx(), serving.At{Across: true})
	if err != nil {
		return uuid.Nil, err
	}
	defer view.Close()
	switch found := view.People.Find(text); {
	case text == "":
		return uuid.Nil, invalid(field, "is missing; give an id, an e-mail address or a whole name")
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return uuid.Nil, invalid(field, "is nobody who is known; give an id, an e-mail address or a whole name")
	default:
		return uuid.Nil, invalid(field, "is the name of %d people; give an id or an e-mail address", len(found))
	}
}

// slugs reads a field with several slugs, such as the milestones of a roadmap.
func (v *visit) slugs(field string, bytesMax int) ([]domain.Slug, error) {
	text, err := v.text(field, bytesMax)
	if err != nil {
		return nil, err
	}
	var slugs []domain.Slug
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		slugs = append(slugs, domain.Slug(word))
	}
	return slugs, nil
}

// onMine is the target of lists of which everybody sees what is theirs, and some see everything.
func onMine(v *visit) (access.Target, error) {
	t, err := onProgram(v)
	if err == nil && v.who != nil && v.who.Person != uuid.Nil {
		t.People = []uuid.UUID{v.who.Person}
	}
	return t, err
}

// onSelf is the target of what people do for themselves.
func onSelf(v *visit) (access.Target, error) {
	person, err := v.self()
	return access.Target{People: []uuid.UUID{person}}, err
}

// mine is whose part of a list the visitor sees: the zero id for all of it.
func (v *visit) mine(action access.Action) uuid.UUID {
	if v.may(action) || v.who == nil {
		return uuid.Nil
	}
	return v.who.Person
}

// choice reads a parameter of the address that is one of a few words, or "".
func (v *visit) choice(name string, words ...string) (string, error) {
	word := v.r.URL.Query().Get(name)
	if word != "" && !slices.Contains(words, word) {
		return "", invalid(name, "is none of %s", strings.Join(words, ", "))
	}
	return word, nil
}

// shownRows cuts a page out of a list, by the cursor in the address; next is the cursor of the page after it.
func shownRows[Row any](v *visit, all []Row) (rows []Row, next string, err error) {
	from, err := v.cursor()
	if err != nil {
		return nil, "", err
	}
	all = all[min(from, len(all)):]
	if len(all) > pageRows {
		next = strconv.Itoa(from + pageRows)
	}
	return all[:min(pageRows, len(all))], next, nil
}

// mentoringPages are the rooms in which people work with each other, and show it.
func (s *Server) mentoringPages() []route {
	return slices.Concat(s.roomPages(), s.programPages(), s.feedbackPages(), s.rewardPages(), s.consentPages(), s.acknowledgementPages(),
		s.digestPages(), s.communityPages(), s.personActPages())
}
