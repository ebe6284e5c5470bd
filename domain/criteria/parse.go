package criteria

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"laurel/domain"
)

// Limits on a document's parts. Expressions have limits of their own.
const (
	measuresMax     = 64
	tiersMax        = 32
	capsMax         = 8
	decayMax        = 16
	rewardsMax      = 32
	graceMax        = 1000
	nameBytesMax    = 64  // of a measure
	titleBytesMax   = 200 // of the document and of a tier
	milliMax        = 1_000_000 * 1000
	microMax        = 1_000_000
	creditWithinDay = 365
)

const (
	apiVersion   = "laurel/v1"
	documentKind = "Criteria"
)

// Parse reads a criteria document, YAML or JSON, and checks all of it: its shape, its expressions and whether its
// tiers can be reached. The name stands in the findings, which are in order of place. The document is nil when there is
// an error among the findings; with warnings only, it can be used.
func Parse(name string, text []byte) (*Document, Diagnostics) {
	r, findings := read(name, text)
	if r == nil {
		return nil, findings
	}
	return r.checked.Doc, findings
}

// reading is a document that can be used, with the text that it was read from.
type reading struct {
	*parse
	root    *node
	checked *CheckedDocument
}

// read does what Parse does; the reading is nil when there is an error among the findings.
func read(name string, text []byte) (*reading, Diagnostics) {
	f := &findings{file: name}
	src, root := readYAML(f, text)
	if root == nil {
		return nil, f.done()
	}
	p := &parse{source: src, written: map[Place]*node{}}
	doc := p.document(root)
	if len(doc.Measures) == 0 {
		return nil, f.done() // an error is reported, and every name in an expression would be another
	}
	checked := checkExpressions(doc, f, p.within)
	if ds := f.done(); ds.HasErrors() {
		return nil, ds
	}
	if size := len(doc.Canonical()); size > documentBytesMax {
		// What is stored is the canonical form, and it must be readable again.
		f.errorf(root.at, "", "split the criteria by program, or remove what is not used",
			"the document has %d bytes with its defaults filled in, and at most %d are allowed", size, documentBytesMax)
		return nil, f.done()
	}
	warn(checked, f, p.within)
	return &reading{p, root, checked}, f.done()
}

// parse is the state of reading one document.
type parse struct {
	*source
	written map[Place]*node // the scalars of expressions, by the place of their first character
}

func (p *parse) document(root *node) *Document {
	doc := &Document{Timezone: "UTC", Policy: Policy{Gained: "award"}}
	const what = "the document"
	got := p.object(root, "", what, required("apiVersion"), required("kind"), required("program"), optional("title"),
		optional("timezone"), required("measures"), required("score"), required("tiers"), optional("policy"))
	if n := got["apiVersion"]; n != nil {
		p.choice(n, "apiVersion", "apiVersion", apiVersion)
	}
	if n := got["kind"]; n != nil {
		p.choice(n, "kind", "kind", documentKind)
	}
	if n := got["program"]; n != nil {
		doc.Program, _ = p.slug(n, "program", "program")
	}
	if n := got["title"]; n != nil {
		doc.Title, _ = p.oneLine(n, "title", "title", titleBytesMax)
	}
	if n := got["timezone"]; n != nil {
		p.timezone(doc, n)
	}
	if n := got["measures"]; n != nil {
		p.measures(doc, n)
	}
	if n := got["score"]; n != nil {
		doc.Score = p.expression(n, "score", "score")
	}
	if n := got["tiers"]; n != nil {
		p.tiers(doc, n)
	}
	if n := got["policy"]; n != nil {
		p.policy(doc, n)
	}
	return doc
}

func (p *parse) timezone(doc *Document, n *node) {
	const path = "timezone"
	name, ok := p.oneLine(n, path, path, 64)
	if !ok {
		return
	}
	doc.Timezone = name
	if name == "Local" {
		p.errorf(n.at, path, "name it, such as Europe/Berlin or UTC",
			"timezone cannot be `Local`: it differs from machine to machine")
		return
	}
	if _, err := time.LoadLocation(name); err != nil {
		hint := "use an IANA name such as Europe/Berlin or UTC"
		if near := nearestZone(name); near != "" {
			hint = "did you mean `" + near + "`?"
		}
		p.errorf(n.at, path, hint, "there is no time zone `%s`", clip(name))
	}
}

// nearestZone compares with whole names and with their cities.
func nearestZone(name string) string {
	known := zonesKnown()
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	if near := nearest(name, known); near != "" {
		return near
	}
	cities := make([]string, len(known))
	for i, zone := range known {
		cities[i] = zone[strings.LastIndexByte(zone, '/')+1:]
	}
	if near := nearest(name[strings.LastIndexByte(name, '/')+1:], cities); near != "" {
		return known[slices.Index(cities, near)]
	}
	return ""
}

// expression reads a CEL expression: any scalar, taken by its text.
func (p *parse) expression(n *node, path, what string) Expr {
	if n.kind != kindPlain && n.kind != kindQuoted {
		hint := ""
		if n.kind == kindMap || n.kind == kindList {
			hint = "put an expression that starts with { or [ in quotes"
		}
		p.errorf(n.at, path, hint, "%s must be an expression and is %s", what, n.describe())
		return Expr{}
	}
	places := p.placesOf(n)
	start := 0
	for _, r := range n.text {
		if r != ' ' && r != '\n' && r != '\t' {
			break
		}
		start++
	}
	e := Expr{Source: strings.Trim(n.text, " \n\t"), At: n.at}
	if e.Source == "" {
		p.errorf(n.at, path, "write an expression or leave the key out", "%s is empty", what)
		return Expr{}
	}
	control := func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || r == unicode.ReplacementChar
	}
	if strings.ContainsFunc(e.Source, control) {
		p.errorf(n.at, path, "remove it, or write it as an escape of CEL", "%s has a control character", what)
		return Expr{}
	}
	if start < len(places) {
		e.At = places[start]
	}
	p.written[e.At] = n
	return e
}

// nameRE matches names of measures: identifiers of CEL.
var nameRE = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (p *parse) measures(doc *Document, n *node) {
	const path = "measures"
	if n.kind != kindMap {
		p.wrongType(n, path, path, "a mapping from names to measures")
		return
	}
	if len(n.pairs) == 0 {
		p.errorf(n.at, path, "add one, such as `effort: {sum: points, of: {SessionHeld: 1}}`", "there are no measures")
	}
	for i, entry := range p.distinct(n, path) {
		if i == measuresMax {
			p.errorf(entry.at, path, fmt.Sprintf("at most %d are allowed", measuresMax), "there are %d measures",
				len(n.pairs))
			break
		}
		p.measureName(entry)
		m := p.measure(entry.value, entry.key)
		m.Name, m.At = entry.key, entry.at
		doc.Measures = append(doc.Measures, m)
	}
	for i := range doc.Measures {
		if m := &doc.Measures[i]; m.Aggregate == ShareMentee && m.In != "" {
			p.shareOf(doc, m, n.pairs)
		}
	}
}

func (p *parse) measureName(entry pair) {
	path := join("measures", entry.key)
	switch {
	case !nameRE.MatchString(entry.key):
		hint := "use letters, digits and underscores, not starting with a digit"
		if better := strings.ReplaceAll(slugged(entry.key), "-", "_"); nameRE.MatchString(better) {
			hint += "; did you mean `" + better + "`?"
		}
		p.errorf(entry.at, path, hint, "`%s` cannot be the name of a measure", clip(entry.key))
	case len(entry.key) > nameBytesMax:
		p.errorf(entry.at, path, fmt.Sprintf("use at most %d letters", nameBytesMax), "the name `%s` is too long",
			clip(entry.key))
	case slices.Contains(namesReserved(), entry.key):
		p.errorf(entry.at, path, "choose another, such as `"+entry.key+"_total`",
			"`%s` cannot be the name of a measure: it means something else in an expression", entry.key)
	}
}

// shareOf checks what a share refers to.
func (p *parse) shareOf(doc *Document, m *Measure, pairs []pair) {
	path := "measures." + m.Name + ".in"
	at := m.At
	for _, entry := range pairs {
		if entry.key == m.Name {
			for _, option := range entry.value.pairs {
				if option.key == "in" {
					at = option.value.at
				}
			}
			break
		}
	}
	var sums []string
	var target *Measure
	for i := range doc.Measures {
		other := &doc.Measures[i]
		if other.Aggregate == SumPoints {
			sums = append(sums, other.Name)
		}
		if other.Name == m.In {
			target = other
		}
	}
	switch {
	case m.In == m.Name:
		p.errorf(at, path, didYouMean("", sums), "`%s` is a share in itself", m.Name)
	case target == nil:
		p.errorf(at, path, didYouMean(m.In, sums), "there is no measure `%s`", clip(m.In))
	case target.Aggregate != SumPoints && target.Aggregate != 0:
		p.errorf(at, path, didYouMean("", sums), "a share is taken in a sum, and `%s` is none", m.In)
	}
}

func (p *parse) tiers(doc *Document, n *node) {
	const path = "tiers"
	items := p.list(n, path, path, tiersMax)
	if n.kind == kindList && len(items) == 0 {
		p.errorf(n.at, path, "add one, such as `- {id: participant, when: score > 0}`", "there are no tiers")
	}
	seen := map[string]Place{}
	for i, item := range items {
		t, at := p.tier(item, path+"["+strconv.Itoa(i)+"]")
		if first, ok := seen[t.ID]; ok && t.ID != "" {
			p.errorf(at, path+"["+strconv.Itoa(i)+"].id", "give each tier an id of its own",
				"the tier id `%s` is given twice, first on line %d", t.ID, first.Line)
		} else {
			seen[t.ID] = at
		}
		doc.Tiers = append(doc.Tiers, t)
	}
}

// tier reads one tier; the place is that of its id.
func (p *parse) tier(n *node, path string) (t Tier, idAt Place) {
	t.At, idAt = n.at, n.at
	got := p.object(n, path, "the tier", required("id"), optional("name"), required("when"), optional("keep"),
		optional("review"), optional("rewards"))
	if id := got["id"]; id != nil {
		t.ID, _ = p.slug(id, path+".id", "id")
		t.Name, idAt = t.ID, id.at
	}
	if name := got["name"]; name != nil {
		t.Name, _ = p.oneLine(name, path+".name", "name", titleBytesMax)
	}
	if when := got["when"]; when != nil {
		t.When = p.expression(when, path+".when", "when")
	}
	if keep := got["keep"]; keep != nil {
		t.Keep, t.KeepNS = p.keep(keep, path+".keep")
	}
	if review := got["review"]; review != nil {
		t.Review, _ = p.boolean(review, path+".review", "review")
	}
	if rewards := got["rewards"]; rewards != nil {
		for i, item := range p.list(rewards, path+".rewards", "rewards", rewardsMax) {
			reward, ok := p.slug(item, path+".rewards["+strconv.Itoa(i)+"]", "the reward")
			if ok && slices.Contains(t.Rewards, reward) {
				p.errorf(item.at, path+".rewards["+strconv.Itoa(i)+"]", "keep one of them", "the reward `%s` is given twice",
					reward)
				continue
			}
			t.Rewards = append(t.Rewards, reward)
		}
	}
	return t, idAt
}

func (p *parse) keep(n *node, path string) (Keep, int64) {
	const right = "write forever, while-met or whole days such as 180d"
	if n.kind != kindPlain && n.kind != kindQuoted {
		p.errorf(n.at, path, right, "keep is %s", n.describe())
		return KeepWhileMet, 0
	}
	switch n.text {
	case "forever":
		return KeepForever, 0
	case "while-met":
		return KeepWhileMet, 0
	}
	if days, ok := parseDays(n.text); ok {
		return KeepFor, int64(days) * int64(day)
	}
	hint := right
	if near := nearest(n.text, []string{"forever", "while-met"}); near != "" {
		hint = "did you mean `" + near + "`?"
	} else if more, ok := strings.CutPrefix(daysHint(n.text), daysHint("")); ok {
		hint += more
	}
	p.errorf(n.at, path, hint, "keep cannot be `%s`", clip(n.text))
	return KeepWhileMet, 0
}

func (p *parse) policy(doc *Document, n *node) {
	got := p.object(n, "policy", "policy", optional("gained"), optional("lost"))
	if gained := got["gained"]; gained != nil {
		p.choice(gained, "policy.gained", "gained", "award")
	}
	lost := got["lost"]
	if lost == nil {
		return
	}
	if lost.kind == kindMap {
		doc.Policy.Lost = LostGrace
		if grace := p.object(lost, "policy.lost", "lost", required("grace"))["grace"]; grace != nil {
			doc.Policy.GraceNS, _ = p.duration(grace, "policy.lost.grace", "grace")
		}
		return
	}
	if lost.kind == kindPlain && lost.text == "grace" {
		p.errorf(lost.at, "policy.lost", "write lost: {grace: 90d}", "grace needs a duration")
		return
	}
	word, _ := p.choice(lost, "policy.lost", "lost", "grandfather", "revoke", "{grace: 90d}")
	switch word {
	case "revoke":
		doc.Policy.Lost = LostRevoke
	case "{grace: 90d}":
		p.errorf(lost.at, "policy.lost", "remove the quotes", "grace is a mapping")
	}
}

// factTypeNames are the event types of facts as texts.
func factTypeNames() []string {
	var names []string
	for _, t := range FactTypes() {
		names = append(names, string(t))
	}
	return names
}

// factType reads an event type that a measure may take.
func (p *parse) factType(text string, at Place, path string) (domain.EventType, bool) {
	if slices.Contains(factTypeNames(), text) {
		return domain.EventType(text), true
	}
	hint := didYouMean(text, factTypeNames())
	if slices.Contains(otherTypes(), domain.EventType(text)) {
		hint = "use one of " + allOf(factTypeNames())
		p.errorf(at, path, hint, "`%s` says nothing about a mentor and cannot be measured", text)
		return "", false
	}
	p.errorf(at, path, hint, "there is no event type `%s`", clip(text))
	return "", false
}

// otherTypes are the event types that never become facts.
func otherTypes() []domain.EventType {
	return []domain.EventType{
		domain.TypePersonRegistered, domain.TypePersonJoinedUnit, domain.TypeConsentGranted, domain.TypeConsentWithdrawn,
		domain.TypePersonErased, domain.TypeFeedbackReminded, domain.TypeProgramOpened, domain.TypeRewardDefined,
		domain.TypeRewardReserved, domain.TypeRewardReleased, domain.TypeRoadmapDefined, domain.TypeFeedbackRhythmSet,
		domain.TypeProgramClosed,
		domain.TypeCriteriaProposed, domain.TypeCriteriaApproved, domain.TypeCriteriaActivated,
		domain.TypeCriteriaWithdrawn, domain.TypeAwardProposed, domain.TypeAwardGranted, domain.TypeAwardDeclined,
		domain.TypeAwardKept, domain.TypeAwardRevoked, domain.TypeAwardExpired, domain.TypeRewardClaimed,
		domain.TypeAcknowledgementPublished, domain.TypeEventVoided,
	}
}
