package csvfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// ids makes the ids of a source.
type ids struct{ space uuid.UUID }

func newIDs(source string) ids {
	return ids{domain.SourceSpace(source)}
}

func (s ids) of(parts ...string) uuid.UUID {
	return uuid.NewSHA1(s.space, []byte(strings.Join(parts, "\x1f")))
}

// someone is a person that a row names.
type someone struct {
	id               uuid.UUID
	name, mail, hrID string
}

// item turns a row into an event, with the people and the mentorship that it needs.
func (im *importer) item(cells []string) (eventstore.IngestItem, error) {
	t, p := im.table, im.profile
	kindText, err := t.text(p.kind, cells)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	kind := domain.EventType(kindText)
	if kind == "" {
		return eventstore.IngestItem{}, fmt.Errorf("column %q is empty: it says the type of the event", p.kind.column.name)
	}
	meta, err := im.meta(cells)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	b := builder{im: im, cells: cells, kind: kind, meta: meta, data: map[string]any{}, personal: map[string]any{}}
	if b.fields = im.fieldsOf(kind); len(b.fields) == 0 && domain.NewPayload(kind) == nil {
		return eventstore.IngestItem{}, fmt.Errorf("no event type is called %q; %s", shorten(kindText),
			domain.UnknownTypeHint(kind))
	}
	if err := b.stream(); err != nil {
		return eventstore.IngestItem{}, err
	}
	if err := b.values(); err != nil {
		return eventstore.IngestItem{}, err
	}
	payload, err := b.payload()
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	id, err := im.id(kind, cells)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	meta.Schema = domain.SchemaOf(kind)
	optional := kind == domain.TypePersonRegistered || kind == domain.TypeMentorshipStarted ||
		kind == domain.TypeProgramOpened
	return eventstore.IngestItem{
		Stream: b.streamName, Event: domain.Event{ID: id, Meta: meta, Payload: payload}, Optional: optional, With: b.with,
	}, nil
}

// id derives the id of a row's event from its key.
func (im *importer) id(kind domain.EventType, cells []string) (uuid.UUID, error) {
	parts := []string{"row", string(kind)}
	some := false
	for _, c := range im.profile.key {
		cell := im.table.cell(c, cells)
		some = some || cell != ""
		parts = append(parts, cell)
	}
	if !some {
		return uuid.Nil, fmt.Errorf("column %q is empty: it is the key that tells rows apart", im.profile.key[0].name)
	}
	return im.ids.of(parts...), nil
}

func (im *importer) meta(cells []string) (domain.Metadata, error) {
	t, p := im.table, im.profile
	text, err := t.text(p.at, cells)
	if err != nil {
		return domain.Metadata{}, err
	}
	if text == "" {
		return domain.Metadata{}, fmt.Errorf("column %q is empty: it says when it happened", p.at.column.name)
	}
	at, err := p.parseDate(text)
	if err != nil {
		return domain.Metadata{}, fmt.Errorf("column %q: %w", p.at.column.name, err)
	}
	return domain.Metadata{
		OccurredAt: at, Actor: p.actor, Source: p.Source, CorrelationID: t.cell(p.correlation, cells),
	}, nil
}

// fieldsOf is payloadFields, remembered.
func (im *importer) fieldsOf(kind domain.EventType) map[string]fieldKind {
	if fields, ok := im.fields[kind]; ok {
		return fields
	}
	fields := payloadFields(kind)
	const typesMax = 100 // a column may say anything
	if len(im.fields) < typesMax {
		im.fields[kind] = fields
	}
	return fields
}

// builder makes the event of one row.
type builder struct {
	im     *importer
	cells  []string
	kind   domain.EventType
	meta   domain.Metadata
	fields map[string]fieldKind

	streamName             string
	with                   []eventstore.IngestItem
	person, mentor, mentee someone
	data, personal         map[string]any
}

// stream finds the event's stream, and what must be there before it.
func (b *builder) stream() error {
	p := b.im.profile
	for _, ref := range p.people {
		if b.im.table.cell(ref.email, b.cells) == "" {
			continue
		}
		who, err := b.someone(ref)
		if err != nil {
			return err
		}
		b.register(who)
	}
	switch p.stream.category {
	case domain.CategoryPerson:
		who, err := b.someone(p.stream.person)
		if err != nil {
			return err
		}
		b.person, b.streamName = who, domain.PersonStream(who.id)
		if b.kind != domain.TypePersonRegistered {
			b.register(who)
			return nil
		}
		for field, text := range map[string]string{"name": who.name, "email": who.mail, "hr_id": who.hrID} {
			if text != "" {
				b.personal[field] = text
			}
		}
		return nil
	case domain.CategoryMentorship:
		return b.mentorship()
	}
	program, err := b.program()
	b.streamName = domain.ProgramStream(program)
	return err
}

func (b *builder) program() (domain.Slug, error) {
	v := b.im.profile.stream.program
	text, err := b.im.table.text(v, b.cells)
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", fmt.Errorf("column %q is empty: it says the program", v.column.name)
	}
	program, err := domain.ParseSlug(text)
	if err != nil {
		return "", fmt.Errorf("program %w", err)
	}
	return program, nil
}

// mentorship finds the mentorship of the row's two people, and starts one if there is none.
func (b *builder) mentorship() error {
	p := b.im.profile
	program, err := b.program()
	if err != nil {
		return err
	}
	if b.mentor, err = b.someone(p.stream.mentor); err != nil {
		return err
	}
	if b.mentee, err = b.someone(p.stream.mentee); err != nil {
		return err
	}
	key := pairKey{program, b.mentor.id, b.mentee.id}
	stream, known := b.im.pairs[key]
	own := b.im.ids.of("mentorship", string(program), b.mentor.id.String(), b.mentee.id.String())
	if !known {
		stream = domain.MentorshipStream(own)
	}
	b.streamName = stream
	b.register(b.mentor)
	b.register(b.mentee)
	b.needs(domain.ProgramStream(program), b.im.ids.of("program", string(program)),
		&domain.ProgramOpened{Title: string(program)})
	started := &domain.MentorshipStarted{Program: program, Mentor: b.mentor.id, Mentee: b.mentee.id}
	if b.kind == domain.TypeMentorshipStarted {
		b.data["program"], b.data["mentor"], b.data["mentee"] = program, b.mentor.id, b.mentee.id
		return nil
	}
	b.needs(stream, b.im.ids.of("started", own.String()), started)
	return nil
}

func (b *builder) needs(stream string, id uuid.UUID, payload domain.Payload) {
	meta := b.meta
	meta.Schema = domain.SchemaOf(payload.EventType())
	b.with = append(b.with, eventstore.IngestItem{
		Stream: stream, Event: domain.Event{ID: id, Meta: meta, Payload: payload},
	})
}

func (b *builder) register(who someone) {
	if who.mail == "" {
		return // named by id: somebody else knows them
	}
	b.needs(domain.PersonStream(who.id), b.im.ids.of("registered", who.id.String()), &domain.PersonRegistered{
		Personal: domain.PersonDetails{Of: who.id, Name: who.name, Email: who.mail, HRID: who.hrID},
	})
}

func (b *builder) someone(ref personRef) (someone, error) {
	text := b.im.table.cell(ref.email, b.cells)
	who, err := parsePerson(text)
	if err != nil {
		return who, fmt.Errorf("column %q: %w", ref.email.name, err)
	}
	who.name, who.hrID = b.im.table.cell(ref.name, b.cells), b.im.table.cell(ref.hrID, b.cells)
	return who, nil
}

// parsePerson reads an e-mail address or a uuid.
func parsePerson(text string) (someone, error) {
	if id, err := uuid.Parse(text); err == nil && len(text) == 36 {
		return someone{id: id}, nil
	}
	mail := strings.ToLower(text)
	at := strings.IndexByte(mail, '@')
	const emailBytesMax = 320
	if at <= 0 || at == len(mail)-1 || len(mail) > emailBytesMax || strings.ContainsAny(mail, " \t\r\n<>,;") ||
		strings.Count(mail, "@") != 1 {
		if text == "" {
			return someone{}, errors.New("it is empty; want an e-mail address")
		}
		// What it says may be somebody's name, and errors are shown where personal fields must not be.
		return someone{}, errors.New("it is not an e-mail address; write one such as name@example.org")
	}
	return someone{id: domain.PersonID(mail), mail: mail}, nil
}

// values reads the fields of the payload.
func (b *builder) values() error {
	for _, f := range b.im.profile.fields {
		kind, has := b.fields[f.name]
		if !has {
			continue // it is for another of the profile's types
		}
		text, err := b.im.table.text(f.value, b.cells)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		v, err := b.convert(kind, f.name, text)
		if err != nil {
			if f.value.column.set() {
				return fmt.Errorf("column %q: %w", f.value.column.name, err)
			}
			return fmt.Errorf("field %s: %w", f.name, err)
		}
		if name, personal := strings.CutPrefix(f.name, "personal."); personal {
			b.personal[name] = v
		} else {
			b.data[f.name] = v
		}
	}
	b.complete()
	return nil
}

// convert reads a text as what a field holds.
func (b *builder) convert(kind fieldKind, name, text string) (any, error) {
	p := b.im.profile
	switch kind {
	case fieldInteger:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", shorten(text))
		}
		return n, nil
	case fieldDecimal:
		number := text
		if p.decimalComma {
			number = strings.Replace(text, ",", ".", 1)
		}
		m, err := domain.ParseMilli(number)
		if err != nil {
			hint := ""
			if !p.decimalComma && strings.Contains(text, ",") {
				hint = "; if the file has decimal commas, write `decimal: \",\"` into the profile"
			}
			return nil, fmt.Errorf("%q is not a number with at most three decimals%s", shorten(text), hint)
		}
		return json.RawMessage(m.Append(nil)), nil
	case fieldBoolean:
		switch strings.ToLower(text) {
		case "true", "yes", "y", "1", "x":
			return true, nil
		case "false", "no", "n", "0":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false; write true, yes, y, 1 or x, or false, no, n or 0, or add a map",
			shorten(text))
	case fieldTime:
		return p.parseDate(text)
	case fieldList:
		parts := strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' || r == ',' })
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return parts, nil
	case fieldPerson:
		switch name {
		case "session", "event_id":
			id, err := uuid.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("%q is not the uuid of an event", shorten(text))
			}
			return id, nil
		}
		who, err := parsePerson(text)
		return who.id, err
	}
	return text, nil
}

// complete fills in what follows from the rest.
func (b *builder) complete() {
	if b.kind == domain.TypeFeedbackGiven || b.kind == domain.TypeFeedbackRequested {
		giver := "by"
		if b.kind == domain.TypeFeedbackRequested {
			giver = "from"
		}
		from, about := b.mentee.id, b.mentor.id
		if b.data["rater"] == string(domain.RaterMentor) || b.data[giver] == b.mentor.id {
			from, about = about, from
		}
		setDefault(b.data, giver, from)
		setDefault(b.data, "about", about)
	}
	if _, has := b.fields["personal.of"]; !has || len(b.personal) == 0 {
		return
	}
	switch {
	case b.im.profile.stream.category == domain.CategoryPerson:
		setDefault(b.personal, "of", b.person.id)
	case b.data["by"] != nil:
		setDefault(b.personal, "of", b.data["by"])
	case b.data["owner"] != nil:
		setDefault(b.personal, "of", b.data["owner"])
	default:
		setDefault(b.personal, "of", b.mentee.id)
	}
}

func setDefault(m map[string]any, key string, v any) {
	if _, has := m[key]; !has {
		m[key] = v
	}
}

// payload makes the payload, by way of the JSON that every other source writes too.
func (b *builder) payload() (domain.Payload, error) {
	if len(b.personal) > 0 {
		b.data["personal"] = b.personal
	}
	for name, v := range b.data {
		if at, ok := v.(time.Time); ok {
			b.data[name] = at.Format(time.RFC3339Nano)
		}
	}
	data, err := json.Marshal(b.data)
	if err != nil {
		return nil, err
	}
	return eventstore.DecodeStrict(b.kind, domain.SchemaOf(b.kind), data)
}
