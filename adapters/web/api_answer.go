package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"laurel/domain"
	"laurel/projections"
	"laurel/projections/serving"
)

// The media that answers come in.
const (
	mediaJSON    = "application/json"
	mediaLines   = "application/jsonl"
	mediaCSV     = "text/csv"
	mediaStream  = "text/event-stream"
	mediaProblem = "application/problem+json"
)

// reply is an answer as it is sent.
type reply struct {
	Status      int
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Link        string `header:"Link"`
	Position    string `header:"Laurel-Position"`
	Replayed    string `header:"Idempotency-Replayed"`
	Body        []byte
}

// responsesOf describes what an operation answers.
func responsesOf(registry huma.Registry, o *operation, document reflect.Type, query bool) map[string]*huma.Response {
	text := func(about string) *huma.Param {
		return &huma.Param{Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	done := &huma.Response{Description: "Done", Headers: map[string]*huma.Param{
		"Laurel-Position": text("The position of the log that the answer is about."),
	}}
	problem := &huma.Response{Description: "A problem, with the field that is wrong and what would be right", Content: map[string]*huma.MediaType{
		mediaProblem: {Schema: registry.Schema(reflect.TypeFor[Problem](), true, "")}}}
	responses := map[string]*huma.Response{strconv.Itoa(o.status): done, "default": problem, "4XX": problem}
	if o.stream {
		done.Content = map[string]*huma.MediaType{mediaStream: {Schema: &huma.Schema{Type: huma.TypeString}}}
		return responses
	}
	schema := registry.Schema(document, true, o.id+"Answer")
	done.Content = map[string]*huma.MediaType{mediaJSON: {Schema: schema}}
	if !query {
		return responses
	}
	done.Description = "What was asked for"
	done.Headers["ETag"] = text("Names the criteria and the position of the answer.")
	done.Headers["Link"] = text("Leads to the next page, where there is one.")
	done.Content[mediaLines] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "One member of the list a line."}}
	done.Content[mediaCSV] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "A table, with a header."}}
	responses["304"] = &huma.Response{Description: "Nothing has changed"}
	return responses
}

// negotiate finds the media that the caller reads.
func negotiate(r *http.Request, o *operation) (string, error) {
	offers := []string{mediaJSON, mediaLines, mediaCSV}
	switch {
	case o.stream:
		offers = []string{mediaStream}
	case o.method != http.MethodGet:
		offers = offers[:1]
	}
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return offers[0], nil
	}
	best, bestQuality, refused := "", 0.0, map[string]bool{}
	for _, part := range strings.Split(accept, ",") {
		media, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		quality := 1.0
		if text, ok := parameters["q"]; ok {
			if quality, err = strconv.ParseFloat(text, 64); err != nil || quality < 0 || quality > 1 {
				continue
			}
		}
		for _, offer := range offers {
			switch {
			case media != offer && media != "*/*" && media != offer[:strings.Index(offer, "/")+1]+"*":
			case quality == 0 && media == offer:
				refused[offer] = true
			case quality > bestQuality && !refused[offer]:
				best, bestQuality = offer, quality
			}
		}
	}
	if best == "" || refused[best] {
		return "", &fault{status: http.StatusNotAcceptable, field: "Accept", text: "names nothing that this can be told in: " +
			strings.Join(offers, ", ")}
	}
	return best, nil
}

// answer writes a document as the caller wants to read it.
func (v *visit) answer(document any) (*reply, error) {
	var b bytes.Buffer
	var err error
	switch v.asked.kind {
	case mediaLines:
		err = writeLines(&b, itemsOf(document))
	case mediaCSV:
		err = writeTable(&b, tableOf(document))
	default:
		err = writeJSON(&b, document)
	}
	if err != nil {
		return nil, err
	}
	r := &reply{Status: v.asked.operation.status, ContentType: v.asked.kind, Body: b.Bytes()}
	if v.view != nil {
		r.Position = v.view.Position.String()
		r.ETag = v.etag()
	}
	if v.asked.kind != mediaJSON {
		r.ContentType += "; charset=utf-8"
	}
	if v.asked.next != nil {
		q := v.r.URL.Query()
		q.Set("cursor", v.asked.next.String())
		r.Link = "<" + (&url.URL{Path: v.r.URL.Path, RawQuery: q.Encode()}).String() + `>; rel="next"`
	}
	if r.ETag != "" && matches(v.r.Header.Get("If-None-Match"), r.ETag) {
		return &reply{Status: http.StatusNotModified, ETag: r.ETag, Position: r.Position}, nil
	}
	return r, nil
}

// unchanged is the answer to who has it already, where that can be told before it is computed.
func (v *visit) unchanged() *reply {
	if v.view == nil || v.r.Header.Get("If-None-Match") == "" {
		return nil
	}
	if tag := v.etag(); matches(v.r.Header.Get("If-None-Match"), tag) {
		return &reply{Status: http.StatusNotModified, ETag: tag, Position: v.view.Position.String()}
	}
	return nil
}

// etag names an answer: by the criteria, the position, and what else it follows from. The first part alone counts for
// If-Match: what was decided about the criteria of the program.
func (v *visit) etag() string {
	h := sha256.New()
	view := v.view
	hash := "none"
	if view.Criteria != nil {
		hash = strings.TrimPrefix(view.Criteria.Hash, "sha256:")[:12]
	}
	version := view.Version
	if version == 0 { // the past changes too, where somebody is forgotten
		now, _ := v.engine.Changed(0)
		version = now.Version
	}
	who := ""
	if v.who != nil {
		who = v.who.Account.String() + v.who.Token.String()
	}
	fmt.Fprintln(h, v.asked.kind, v.r.URL.Path, v.r.URL.Query().Encode(), view.Program, view.AsOf.UnixNano(), hash, version, who)
	return fmt.Sprintf("%q", fmt.Sprintf("%s.%s.%s.%s", criteriaVersion(view, view.Program), hash, view.Position,
		base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])))
}

// criteriaVersion names what was decided about the criteria of a program so far.
func criteriaVersion(view *serving.View, program string) string {
	if program == "" {
		return "c"
	}
	h := sha256.New()
	for _, r := range view.Governance.Records(program, domain.OccurredMax) {
		fmt.Fprintln(h, r.Criteria, r.Status, r.ProposedAt.UnixNano(), len(r.Approvals), r.Activations)
	}
	return "c" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:6])
}

// matches tells whether a list of tags holds one.
func matches(list, tag string) bool {
	for _, one := range strings.Split(list, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// lister is a document that is a list of something, which lines and tables are made of.
type lister interface{ items() any }

// itemsOf returns what of a document goes on lines of its own; the whole where it is no list.
func itemsOf(document any) any {
	switch d := document.(type) {
	case lister:
		return d.items()
	case *projections.Standings:
		return d.Mentors
	case *projections.Comparison:
		return d.Movers
	case *projections.Flags:
		return d.Flags
	case *projections.Audit:
		return d.Findings
	case *projections.Losses:
		return d.Events
	case *projections.Reach:
		return d.Events
	}
	if reflect.TypeOf(document).Kind() == reflect.Slice {
		return document
	}
	return []any{document}
}

// tableOf returns what of a document goes into rows: as lines, but that of an explanation its events are wanted.
func tableOf(document any) any {
	if e, ok := document.(*projections.Explanation); ok {
		type row struct {
			Counted bool `json:"counted"`
			projections.Contribution
		}
		rows := []row{}
		for _, c := range e.Contributions {
			rows = append(rows, row{true, c})
		}
		for _, c := range e.Excluded {
			rows = append(rows, row{false, c})
		}
		return rows
	}
	return itemsOf(document)
}

// each calls do with every member of a slice.
func each(items any, do func(any) error) error {
	list := reflect.ValueOf(items)
	for i := range list.Len() {
		if err := do(list.Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

func writeLines(w io.Writer, items any) error {
	return each(items, func(item any) error { return writeJSON(w, item) })
}

// writeTable writes items as CSV. Their members are the columns, those of an object within after its name; a list of plain
// values stands in one cell, with spaces between.
func writeTable(w io.Writer, items any) error {
	var columns []string
	var rows []map[string]string
	err := each(items, func(item any) error {
		var b bytes.Buffer
		if err := writeJSON(&b, item); err != nil {
			return err
		}
		row := map[string]string{}
		rows = append(rows, row)
		return flatten(json.NewDecoder(&b), "", func(name, value string) {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
			row[name] = value
		})
	})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if len(columns) > 0 {
		if err := out.Write(columns); err != nil {
			return err
		}
	}
	cells := make([]string, len(columns))
	for _, row := range rows {
		for i, name := range columns {
			cells[i] = row[name]
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// flatten names every plain value in a JSON value, in order.
func flatten(d *json.Decoder, name string, put func(name, value string)) error {
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch value := token.(type) {
	case json.Delim:
		if value == '[' {
			return flattenList(d, name, put)
		}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			inner := key.(string)
			if name != "" {
				inner = name + "_" + inner
			}
			if err := flatten(d, inner, put); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case string:
		put(name, defused(value))
	case nil:
		put(name, "")
	default:
		put(name, fmt.Sprint(value))
	}
	return nil
}

func flattenList(d *json.Decoder, name string, put func(name, value string)) error {
	var parts []string
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			parts = append(parts, text)
			continue
		}
		parts = append(parts, string(raw))
	}
	if name == "" {
		name = "value"
	}
	put(name, defused(strings.Join(parts, " ")))
	_, err := d.Token()
	return err
}

// defused keeps a spreadsheet from taking a text for a formula.
func defused(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
