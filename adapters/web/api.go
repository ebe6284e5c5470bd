package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
)

// apiVersion is that of the interface, which stays while answers only gain fields.
const apiVersion = "1.0.0"

// api is the part of the server that programs talk to. Each operation is a query or a command of the command line, with
// the JSON that `laurel -o json` prints.
type api struct {
	*Server
	huma       huma.API
	operations []operation
	now        *operation // while it is being registered
	replies    replies
}

// operation is what can be asked of the API.
type operation struct {
	id      string // camelCase, as clients that are generated name it
	method  string
	path    string
	tag     string
	summary string
	about   string // more than the summary, for the page and the document
	action  access.Action
	on      target // nil where it is about the program that is looked at
	command string // of the command line that does the same; "" where none does
	stream  bool   // answers for as long as the caller listens
	status  int    // of success; 0 for 200
}

// newAPI registers every operation on the mux.
func newAPI(s *Server, mux *http.ServeMux) *api {
	a := &api{Server: s, replies: newReplies()}
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	for t, as := range schemaAliases {
		registry.RegisterTypeAlias(t, as)
	}
	config := huma.Config{OpenAPI: apiDocument(registry), DefaultFormat: mediaJSON, NoFormatFallback: true,
		Formats:                      map[string]huma.Format{mediaJSON: {Marshal: writeJSON, Unmarshal: json.Unmarshal}, "json": {Marshal: writeJSON, Unmarshal: json.Unmarshal}},
		RejectUnknownQueryParameters: true, Transformers: []huma.Transformer{a.asProblem}}
	a.huma = humago.New(&apiMux{mux, a}, config)
	a.standingsOperations()
	a.criteriaOperations()
	a.awardOperations()
	a.peopleOperations()
	a.roomOperations()
	a.programOperations()
	a.consentOperations()
	a.logOperations()
	a.eventOperations()
	a.criteriaCommands()
	a.awardCommands()
	a.personCommands()
	a.roomCommands()
	a.programCommands()
	a.consentCommands()
	a.describe(mux)
	return a
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// apiDocument is the head of the OpenAPI document.
func apiDocument(registry huma.Registry) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Laurel", Version: apiVersion, Description: apiAbout,
			License: &huma.License{Name: "MIT", Identifier: "MIT"}, Contact: &huma.Contact{Name: "The operators of this server"}},
		Servers:  []*huma.Server{{URL: "/", Description: "This server"}},
		Security: []map[string][]string{{"token": {}}, {"session": {}}},
		Tags:     apiTags,
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"token": {Type: "http", Scheme: "bearer", Description: "An API token, with scopes."},
			"session": {Type: "apiKey", In: "cookie", Name: cookieName,
				Description: "The session of somebody who signed in with a browser."},
		}},
	}
}

const apiAbout = `Everything that the command line of Laurel asks and does, with the same JSON.

Queries take program, as_of, position and criteria: what held then, what was known then, and under which rules. They answer
in JSON, in JSON lines or in CSV, as Accept says, with an ETag that names criteria and position. A long list comes in pages:
the header Link leads to the next one, which looks at the same position.

Commands take an Idempotency-Key: what is sent again with it is done once, and answered as the first time. Commands about
criteria take If-Match with the ETag of the criteria that were looked at.

What is wrong is told as problem details (RFC 9457), with the field that is wrong and what would be right.`

// apiTags are the groups of operations, in the order of the page that describes them.
var apiTags = []*huma.Tag{
	{Name: "standings", Description: "Tiers and scores, why they are so, and what would change them"},
	{Name: "criteria", Description: "The rules: their documents, their history, and decisions about them"},
	{Name: "awards", Description: "The register of awards, their evidence, and decisions about them"},
	{Name: "people", Description: "People, and what they achieve"},
	{Name: "rooms", Description: "Mentorships: sessions, goals, roadmaps, threads"},
	{Name: "feedback", Description: "What is asked, due, and given"},
	{Name: "programs", Description: "Programs with roadmaps, rhythm and rewards"},
	{Name: "communities", Description: "What people share"},
	{Name: "consent", Description: "Who may be named before whom, acknowledgements, and the newsletter"},
	{Name: "log", Description: "The event log, events from elsewhere, and word of changes"},
}

// schemaAliases say how types look in JSON that write themselves.
var schemaAliases = map[reflect.Type]reflect.Type{
	reflect.TypeFor[projections.Decimal]():   reflect.TypeFor[float64](),
	reflect.TypeFor[domain.Milli]():          reflect.TypeFor[float64](),
	reflect.TypeFor[domain.Rating]():         reflect.TypeFor[float64](),
	reflect.TypeFor[eventstore.Position]():   reflect.TypeFor[string](),
	reflect.TypeFor[projections.Standings](): reflect.TypeFor[StandingsShape](),
}

// schemaName names a type in the document: as Go does, after its package where that is neither this one nor that of the
// read models.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	path := t.PkgPath()
	if t.Name() == "" || path == "" || strings.HasSuffix(path, "/web") || strings.HasSuffix(path, "/projections") {
		return name
	}
	pkg := path[strings.LastIndex(path, "/")+1:]
	return string(unicode.ToUpper(rune(pkg[0]))) + pkg[1:] + name
}

// apiMux puts the questions who asks and whether they may before each operation.
type apiMux struct {
	*http.ServeMux
	api *api
}

// HandleFunc implements humago.Mux.
func (m *apiMux) HandleFunc(pattern string, next func(http.ResponseWriter, *http.Request)) {
	o := *m.api.now
	m.api.actions[pattern] = o.action
	m.Handle(pattern, m.api.serve(pattern, o, next))
}

// asked is what the API keeps of a request beside the visit.
type asked struct {
	operation operation
	kind      string // of media that the answer is in
	body      []byte
	cursor    *cursor // that the caller came with; nil for a first page
	next      *cursor // that leads on; nil at the end
}

// visitKey is the key of the visit in the context of a request.
type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// serve is the handler of an operation, around the one that parses and answers.
func (a *api) serve(pattern string, o operation, next func(http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		if !o.stream {
			ctx, cancel = context.WithTimeout(r.Context(), handleTimeMax)
		}
		defer cancel()
		v := &visit{Server: a.Server, w: w, who: identityOf(r.Context()), asked: &asked{operation: o}}
		v.r = r.WithContext(context.WithValue(ctx, visitKey{}, v))
		defer v.release()
		if err := v.admitCall(pattern); err != nil {
			v.writeProblem(v.problemOf(err))
			return
		}
		inner := v.r.Clone(v.r.Context())
		inner.Header.Set("Accept", mediaJSON) // errors of the parser are problem details whatever was asked for
		inner.Body = io.NopCloser(strings.NewReader(string(v.asked.body)))
		next(w, inner)
	})
}

// queryBytesMax bounds a parameter; the longest is a cursor.
const queryBytesMax = 2048

// admitCall lets a call in, or not: signed in, well formed, and allowed, in this order. What the body holds is read before
// anything is looked at.
func (v *visit) admitCall(pattern string) error {
	o := &v.asked.operation
	if !o.action.Public() && v.who == nil {
		v.w.Header().Set("WWW-Authenticate", `Bearer realm="Laurel"`)
		return access.ErrSignedOut
	}
	if err := v.checkQuery(); err != nil {
		return err
	}
	var err error
	if v.asked.kind, err = negotiate(v.r, o); err != nil {
		return err
	}
	if v.r.Method != http.MethodGet {
		if v.asked.body, err = io.ReadAll(v.r.Body); err != nil {
			return err
		}
		if len(v.asked.body) == 0 {
			v.asked.body = []byte("{}") // so that what is missing is told by name
		}
		if isJSON(v.r.Header.Get("Content-Type")) {
			if err := checkJSON(v.asked.body); err != nil {
				return err
			}
		}
	}
	if text := v.r.URL.Query().Get("cursor"); text != "" {
		if v.asked.cursor, err = v.parseCursor(text); err != nil {
			return err
		}
	}
	return v.allow(route{pattern: pattern, action: o.action, on: o.on})
}

// checkQuery refuses an address whose parameters cannot be understood one way only.
func (v *visit) checkQuery() error {
	q, err := url.ParseQuery(v.r.URL.RawQuery)
	if err != nil {
		return &fault{status: http.StatusBadRequest, text: "the query of the address cannot be read: " + err.Error()}
	}
	for name, values := range q {
		if len(name) > parameterBytesMax || !utf8.ValidString(name) {
			return &fault{status: http.StatusBadRequest, text: "the query of the address has a parameter with no sensible name"}
		}
		if len(values) > 1 {
			return invalid(name, "is given more than once; give it once")
		}
		if err := checkField(name, values[0], queryBytesMax); err != nil {
			return err
		}
	}
	return nil
}

// ask registers a query. What it answers is written before anybody waits for it.
func ask[I, D any](a *api, o operation, run func(*visit, *I) (D, error)) {
	if o.method == "" {
		o.method = http.MethodGet
	}
	op := a.begin(o, reflect.TypeFor[D](), true)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*reply, error) {
		v := visitOf(ctx)
		if r := v.unchanged(); r != nil {
			return r, nil
		}
		document, err := run(v, in)
		if err != nil {
			return nil, v.problemOf(err)
		}
		r, err := v.answer(document)
		v.release()
		if err != nil {
			return nil, v.problemOf(err)
		}
		return r, nil
	})
}

// begin notes an operation and returns it as it is registered.
func (a *api) begin(o operation, document reflect.Type, query bool) huma.Operation {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	a.operations = append(a.operations, o)
	a.now = &a.operations[len(a.operations)-1]
	op := huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag},
		Description: o.describe(), DefaultStatus: o.status, MaxBodyBytes: bodyBytesMax + 1}
	op.Extensions = map[string]any{"x-laurel-action": string(o.action)}
	if o.command != "" {
		op.Extensions["x-laurel-command"] = o.command
	}
	if o.action.Public() {
		op.Security = []map[string][]string{}
	}
	registry := a.huma.OpenAPI().Components.Schemas
	op.Responses = responsesOf(registry, &o, document, query)
	return op
}

// describe says what an operation does, who may, and which command it is.
func (o *operation) describe() string {
	var parts []string
	if o.about != "" {
		parts = append(parts, o.about)
	}
	if o.command != "" {
		parts = append(parts, "As `laurel "+o.command+"`.")
	}
	return strings.Join(append(parts, "Needs the action `"+string(o.action)+"`."), " ")
}
