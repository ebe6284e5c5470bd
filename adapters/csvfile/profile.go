package csvfile

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Profile says what the columns of a table mean. See the package's documentation for how it is written.
type Profile struct {
	Source    string
	Encoding  Encoding
	Delimiter byte

	program      domain.Slug
	decimalComma bool
	formats      []dateFormat
	location     *time.Location
	key          []column
	kind         value
	at           value
	actor        string
	correlation  column
	stream       streamOf
	people       []personRef
	fields       []field
	columns      []column // all that the profile names
}

// column is a column that a profile names; index is its place in a table once its header was read.
type column struct {
	name         string
	line, column int
	id           int // index into Profile.columns and table.places
}

func (c column) set() bool { return c.name != "" }

// value is a constant, or a column with what its cells mean.
type value struct {
	column   column
	constant string
	mapping  map[string]string
	def      string // for an empty cell
}

func (v value) set() bool { return v.column.set() || v.constant != "" }

// personRef names a person by columns.
type personRef struct{ email, name, hrID column }

// streamOf says which stream a row's event belongs to.
type streamOf struct {
	category       string
	person         personRef
	mentor, mentee personRef
	program        value
}

// field is a field of the payload.
type field struct {
	name  string // such as minutes or personal.note
	value value
	node  *node
}

// fieldKind is what a field of a payload holds.
type fieldKind uint8

const (
	fieldText fieldKind = iota
	fieldInteger
	fieldDecimal
	fieldBoolean
	fieldPerson
	fieldTime
	fieldList
)

// ParseProfile reads a profile. File names it in errors, which are *ProfileError joined.
func ParseProfile(file string, text []byte) (*Profile, error) {
	r := &reader{file: file}
	root := r.parse(string(text))
	if root == nil {
		return nil, errors.Join(r.errs...)
	}
	p := r.profile(root)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return p, nil
}

var profileKeys = []string{
	"apiVersion", "kind", "source", "program", "encoding", "delimiter", "decimal", "dates", "key", "type", "occurred_at",
	"actor", "correlation", "stream", "people", "fields",
}

// profile reads the whole.
func (r *reader) profile(root *node) *Profile {
	p := &Profile{Encoding: UTF8, Delimiter: ',', location: time.UTC, actor: "import:csv"}
	v := r.object(root, "a profile", profileKeys...)
	for _, required := range []string{"apiVersion", "kind", "source", "key", "type", "occurred_at", "stream"} {
		if v[required] == nil {
			r.fail(root, "%s is missing", required)
		}
	}
	if n := v["apiVersion"]; n != nil {
		choice(r, n, "apiVersion", "laurel/v1")
	}
	if n := v["kind"]; n != nil {
		choice(r, n, "kind", "CSVProfile")
	}
	if n := v["source"]; n != nil {
		p.Source = string(r.slug(n, "source"))
	}
	if n := v["program"]; n != nil {
		p.program = r.slug(n, "program")
	}
	if n := v["encoding"]; n != nil {
		p.Encoding = r.encoding(n)
	}
	if n := v["delimiter"]; n != nil {
		p.Delimiter = r.delimiter(n)
	}
	if n := v["decimal"]; n != nil {
		p.decimalComma = choice(r, n, "decimal", ".", ",") == ","
	}
	if n := v["actor"]; n != nil {
		if p.actor = r.scalar(n, "actor"); strings.ContainsAny(p.actor, "@ ") {
			r.fail(n, "actor names a system or a uuid, and no person; write one such as import:hr")
		}
	}
	r.dates(p, v["dates"])
	if n := v["key"]; n != nil {
		p.key = r.columns(p, n, "key")
	}
	if n := v["type"]; n != nil {
		p.kind = r.value(p, n, "type", false)
	}
	if n := v["occurred_at"]; n != nil {
		p.at = r.value(p, n, "occurred_at", true)
	}
	if n := v["correlation"]; n != nil {
		p.correlation = r.column(p, n, "correlation")
	}
	if n := v["stream"]; n != nil {
		r.stream(p, n)
	}
	if n := v["people"]; n != nil {
		for _, item := range r.list(n, "people") {
			p.people = append(p.people, r.person(p, item, "people"))
		}
	}
	if n := v["fields"]; n != nil {
		r.fieldValues(p, n, "")
	}
	r.checkTypes(p, v["type"])
	return p
}

func (r *reader) slug(n *node, what string) domain.Slug {
	text := r.scalar(n, what)
	if text != "" && !domain.Slug(text).Valid() {
		r.fail(n, "%s %q is not a slug; use 1 to %d of a-z, 0-9 and -", what, shorten(text), domain.SlugBytesMax)
	}
	return domain.Slug(text)
}

func (r *reader) encoding(n *node) Encoding {
	// The same encoding goes by several names.
	switch strings.ToLower(n.text) {
	case "utf8", "ascii", "us-ascii":
		return UTF8
	case "utf-8-sig":
		return UTF8BOM
	case "cp1252", "windows1252", "ansi":
		return Windows1252
	case "latin1", "latin-1", "iso8859-1":
		return Latin1
	}
	return choice(r, n, "encoding", encodings...)
}

func (r *reader) delimiter(n *node) byte {
	switch n.text {
	case ",", ";", "|", "\t":
		return n.text[0]
	case "tab":
		return '\t'
	}
	r.fail(n, `delimiter %q is not known; it is "," or ";" or "|" or tab`, shorten(n.text))
	return ','
}

func (r *reader) dates(p *Profile, n *node) {
	p.formats = []dateFormat{{"rfc3339", time.RFC3339, true}, {"YYYY-MM-DD", "2006-01-02", false}}
	if n == nil {
		return
	}
	v := r.object(n, "dates", "formats", "timezone")
	if f := v["formats"]; f != nil {
		p.formats = nil
		for _, item := range r.list(f, "formats") {
			format, err := parseDateFormat(r.scalar(item, "a date format"))
			if err != nil {
				r.fail(item, "date format %q: %v", shorten(item.text), err)
			}
			p.formats = append(p.formats, format)
		}
	}
	if z := v["timezone"]; z != nil {
		name := r.scalar(z, "timezone")
		location, err := time.LoadLocation(name)
		if err != nil || name == "Local" || name == "" {
			r.fail(z, "time zone %q is not known; write an IANA name such as Europe/Berlin or UTC", shorten(name))
			return
		}
		p.location = location
	}
}

// list reads a list, or a single value as a list of one.
func (r *reader) list(n *node, what string) []*node {
	const itemsMax = 100
	switch {
	case n.kind == kindScalar || n.kind == kindMap:
		return []*node{n}
	case n.kind != kindList || len(n.items) == 0 || len(n.items) > itemsMax:
		r.fail(n, "%s is a list of 1 to %d", what, itemsMax)
		return nil
	}
	return n.items
}

func (r *reader) column(p *Profile, n *node, what string) column {
	name := strings.TrimSpace(r.scalar(n, what))
	c := column{name: name, line: n.line, column: n.column, id: len(p.columns)}
	if name != "" {
		p.columns = append(p.columns, c)
	}
	return c
}

func (r *reader) columns(p *Profile, n *node, what string) []column {
	var out []column
	for _, item := range r.list(n, what) {
		out = append(out, r.column(p, item, what))
	}
	return out
}

// value reads a constant, or a column by name where plainColumn is set, or a mapping with column, map and default.
func (r *reader) value(p *Profile, n *node, what string, plainColumn bool) value {
	if n.kind != kindMap {
		if plainColumn {
			return value{column: r.column(p, n, what)}
		}
		return value{constant: r.scalar(n, what)}
	}
	v := r.object(n, what, "column", "map", "default")
	var out value
	if c := v["column"]; c != nil {
		out.column = r.column(p, c, what+" column")
	} else {
		r.fail(n, "%s: column is missing", what)
	}
	if d := v["default"]; d != nil {
		out.def = r.scalar(d, what+" default")
	}
	if m := v["map"]; m != nil {
		if m.kind != kindMap {
			r.fail(m, "%s map is a mapping from what the column says to what is meant", what)
			return out
		}
		out.mapping = map[string]string{}
		for _, pair := range m.pairs {
			from := strings.ToLower(strings.TrimSpace(pair.key.text))
			if _, again := out.mapping[from]; again {
				r.fail(pair.key, "%q is mapped twice", shorten(pair.key.text))
			}
			out.mapping[from] = pair.value.text
			if pair.value.kind != kindScalar {
				r.fail(pair.value, "%q is mapped to something that is not a single value", shorten(pair.key.text))
			}
		}
	}
	return out
}

func (r *reader) person(p *Profile, n *node, what string) personRef {
	if n.kind == kindScalar {
		return personRef{email: r.column(p, n, what)}
	}
	v := r.object(n, what, "email", "name", "hr_id")
	var ref personRef
	if e := v["email"]; e != nil {
		ref.email = r.column(p, e, what+" email")
	} else {
		r.fail(n, "%s: email is missing; name the column with the e-mail address", what)
	}
	if c := v["name"]; c != nil {
		ref.name = r.column(p, c, what+" name")
	}
	if c := v["hr_id"]; c != nil {
		ref.hrID = r.column(p, c, what+" hr_id")
	}
	return ref
}

func (r *reader) stream(p *Profile, n *node) {
	v := r.object(n, "stream", domain.CategoryPerson, domain.CategoryMentorship, domain.CategoryProgram)
	if len(v) != 1 {
		r.fail(n, "stream names one of person, mentorship and program")
		return
	}
	if s := v[domain.CategoryPerson]; s != nil {
		p.stream = streamOf{category: domain.CategoryPerson, person: r.person(p, s, "person")}
	}
	if s := v[domain.CategoryProgram]; s != nil {
		p.stream = streamOf{category: domain.CategoryProgram, program: r.value(p, s, "program", false)}
	}
	s := v[domain.CategoryMentorship]
	if s == nil {
		return
	}
	p.stream = streamOf{category: domain.CategoryMentorship, program: value{constant: string(p.program)}}
	m := r.object(s, "mentorship", "mentor", "mentee", "program")
	for _, who := range []struct {
		key string
		ref *personRef
	}{{"mentor", &p.stream.mentor}, {"mentee", &p.stream.mentee}} {
		if m[who.key] == nil {
			r.fail(s, "mentorship: %s is missing", who.key)
			continue
		}
		*who.ref = r.person(p, m[who.key], who.key)
	}
	if m["program"] != nil {
		p.stream.program = r.value(p, m["program"], "program", false)
	} else if p.program == "" {
		r.fail(s, "mentorship: no program; write `program: SLUG` at the top, or program: {column: ...} here")
	}
}

// fieldValues reads the fields of the payload, personal ones also nested under personal.
func (r *reader) fieldValues(p *Profile, n *node, prefix string) {
	if n.kind != kindMap {
		r.fail(n, "fields is a mapping from fields of the payload to values")
		return
	}
	for _, pair := range n.pairs {
		name := prefix + pair.key.text
		if name == "personal" && pair.value.kind == kindMap {
			r.fieldValues(p, pair.value, "personal.")
			continue
		}
		for _, f := range p.fields {
			if f.name == name {
				r.fail(pair.key, "%s is given twice", name)
			}
		}
		p.fields = append(p.fields, field{name, r.value(p, pair.value, name, false), pair.key})
	}
}

// checkTypes checks that the event types belong on the stream and have the fields.
func (r *reader) checkTypes(p *Profile, n *node) {
	if n == nil || !p.kind.set() {
		return
	}
	types := slices.Collect(p.types())
	names := map[string]bool{}
	for _, t := range types {
		category, known := domain.CategoryOf(domain.EventType(t))
		switch {
		case !known:
			r.fail(n, "no event type is called %q; %s", shorten(t), domain.UnknownTypeHint(domain.EventType(t)))
		case category == domain.CategoryCriteria || category == domain.CategoryAward:
			r.fail(n, "%s cannot be imported from a table: criteria and awards are decided in Laurel", t)
		case category != "" && p.stream.category != "" && category != p.stream.category:
			r.fail(n, "%s belongs on the stream of a %s, not of a %s", t, category, p.stream.category)
		default:
			for name := range payloadFields(domain.EventType(t)) {
				names[name] = true
			}
		}
	}
	if len(names) == 0 {
		return
	}
	known := make([]string, 0, len(names))
	for name := range names {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, f := range p.fields {
		if names[f.name] {
			continue
		}
		hint := "it has " + strings.Join(known, ", ")
		if s := domain.Suggest(f.name, known); s != "" {
			hint = "did you mean " + s + "?"
		}
		r.fail(f.node, "%s has no field %q; %s", strings.Join(types, ", "), shorten(f.name), hint)
	}
}

// types yields the event types that the profile can give, each once, in order.
func (p *Profile) types() func(yield func(string) bool) {
	var list []string
	if !p.kind.column.set() {
		list = append(list, p.kind.constant)
	}
	for _, t := range p.kind.mapping {
		list = append(list, t)
	}
	if p.kind.def != "" {
		list = append(list, p.kind.def)
	}
	if p.kind.column.set() && p.kind.mapping == nil {
		for _, t := range domain.EventTypes() {
			if c, _ := domain.CategoryOf(t); c == p.stream.category {
				list = append(list, string(t))
			}
		}
	}
	slices.Sort(list)
	return slices.Values(slices.Compact(list))
}

// payloadFields lists the fields of a type's payload, by the names that a profile uses.
func payloadFields(t domain.EventType) map[string]fieldKind {
	fields := map[string]fieldKind{}
	payload := domain.NewPayload(t)
	if payload == nil {
		return fields
	}
	collectFields(fields, reflect.TypeOf(payload).Elem(), "")
	return fields
}

func collectFields(fields map[string]fieldKind, t reflect.Type, prefix string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		if name == "personal" {
			collectFields(fields, f.Type, "personal.")
			continue
		}
		fields[prefix+name] = kindOf(f.Type)
	}
}

func kindOf(t reflect.Type) fieldKind {
	switch t {
	case reflect.TypeFor[uuid.UUID]():
		return fieldPerson
	case reflect.TypeFor[time.Time]():
		return fieldTime
	case reflect.TypeFor[domain.Rating]():
		return fieldDecimal
	}
	switch t.Kind() {
	case reflect.Int:
		return fieldInteger
	case reflect.Bool:
		return fieldBoolean
	case reflect.Slice:
		return fieldList
	}
	return fieldText
}
