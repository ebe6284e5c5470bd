package projections

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// RetuneGraceNS is the grace of which a preview tells where the criteria's own policy is another one: 90 days.
const RetuneGraceNS = 90 * 24 * int64(time.Hour)

// PolicyPreview is what a first pass of the award process would decide if criteria came into force under a policy for
// awards whose tier is no longer met.
type PolicyPreview struct {
	Policy string `json:"policy"`          // grandfather, revoke or grace
	Grace  string `json:"grace,omitempty"` // how long, as 90d
	Chosen bool   `json:"chosen"`          // it is the document's own
	AwardPreview
	Notified int `json:"notified"` // of those granted or proposed, whose award is no old news
}

// awardBook holds what decisions about awards rest on, apart from the criteria that are tried out.
type awardBook struct {
	crowd   *crowd
	asOf    int64
	at      time.Time
	regimes []awards.Regime  // before, each with its end
	paths   [][]awards.Point // by mentor, through these
	held    [][]awards.Held  // by mentor, and after them of people who are none
	backlog backlog
	hashes  map[string]bool // that appear in regimes and awards
	memos   map[string]*awardMemo
	round   uint64
}

// awardMemosMax is how many combinations of tiers and policies are remembered: a few edits back.
const awardMemosMax = 9

// awardMemo remembers what is decided about a person who comes to hold a tier, under one policy and list of tiers.
type awardMemo struct {
	used  uint64
	tiers int
	of    []*tally // by person and tier; nil: not known

	mu   sync.Mutex
	same map[tally]*tally // each only once: most people's are alike
}

// tally counts decisions. Notified leaves out those that are fresh: which come when the criteria do, in a first pass, so
// that it depends on when the tier was earned under them whether they are told. Waning are the expiries that a grace
// would come to if the person stayed at the tier until it is over, and stray is set where some of these are of awards
// that nothing explains now.
type tally struct {
	granted, proposed, kept, revoked, expired, notified, fresh, waning int32
	stray                                                              bool
}

func (t *tally) add(o *tally) {
	t.granted, t.proposed, t.kept = t.granted+o.granted, t.proposed+o.proposed, t.kept+o.kept
	t.revoked, t.expired, t.notified = t.revoked+o.revoked, t.expired+o.expired, t.notified+o.notified
	t.waning += o.waning
}

func newAwardBook(ctx context.Context, c *crowd, basis *RetuneBasis) (*awardBook, error) {
	b := &awardBook{
		crowd: c, asOf: basis.AsOf.UnixNano(), at: basis.AsOf.UTC(), paths: make([][]awards.Point, len(c.mentors)),
		held: make([][]awards.Held, len(c.mentors)), hashes: map[string]bool{}, memos: map[string]*awardMemo{},
	}
	for _, r := range basis.Regimes {
		if r.From < b.asOf {
			r.To = min(r.To, b.asOf)
			b.regimes = append(b.regimes, r)
			b.hashes[r.Hash] = true
		}
	}
	register := basis.Register
	b.backlog = backlogOf(register, basis.Program, basis.AsOf)
	mentors := make(map[uuid.UUID]bool, len(c.mentors))
	for i := range c.mentors {
		mentors[c.mentors[i].person] = true
		b.held[i] = b.heldBy(register.Of(basis.Program, c.mentors[i].person))
	}
	for h, given := range register.holders {
		if string(h.program) == basis.Program && !mentors[h.person] {
			b.held = append(b.held, b.heldBy(given))
		}
	}
	return b, spread(ctx, len(c.mentors), evaluationBatch, basis.Workers, func(int) func(int) {
		evaluators := make([]*criteria.Evaluator, len(b.regimes))
		for i := range b.regimes {
			evaluators[i] = b.regimes[i].Plan.NewEvaluator(&c.tables)
		}
		timelines := make([]criteria.Timeline, len(b.regimes))
		return func(i int) {
			m := &c.mentors[i]
			if m.since >= b.asOf {
				return // nothing before counts
			}
			for n := range b.regimes {
				timelines[n] = evaluators[n].Evaluate(&m.Mentor, b.regimes[n].Until(b.asOf))
			}
			b.paths[i] = awards.Since(awards.Path(b.regimes, timelines, b.asOf), m.since)
		}
	})
}

func (b *awardBook) heldBy(given []*RegisteredAward) []awards.Held {
	var held []awards.Held
	for _, a := range given {
		held = append(held, heldOf(a))
		for _, hash := range a.KeptUnder {
			b.hashes[hash] = true
		}
	}
	return held
}

// policyCase is a plan that comes into force under one policy.
type policyCase struct {
	name    string
	chosen  bool
	regimes []awards.Regime
	policy  criteria.Policy
	until   int64 // when a grace that begins now is over
	memo    *awardMemo
}

// policies are the cases of a plan. What is decided depends on the hash of its document only where that was in force
// before; "" stands for one that never was.
func (b *awardBook) policies(plan *criteria.Plan, hash string) []policyCase {
	own := plan.Doc.Policy
	grace := criteria.Policy{Gained: own.Gained, Lost: criteria.LostGrace, GraceNS: RetuneGraceNS}
	if own.Lost == criteria.LostGrace {
		grace = own
	}
	cases := []policyCase{ // grace is the last
		{name: "grandfather", policy: criteria.Policy{Gained: own.Gained, Lost: criteria.LostGrandfather}},
		{name: "revoke", policy: criteria.Policy{Gained: own.Gained, Lost: criteria.LostRevoke}},
		{name: "grace", policy: grace},
	}
	b.round++
	for i := range cases {
		c := &cases[i]
		c.chosen = c.policy.Lost == own.Lost
		variant := plan.WithPolicy(c.policy)
		variantHash := hash
		if hash != "" && !c.chosen {
			variantHash = variant.Doc.Hash()
		}
		c.until = b.at.Add(time.Duration(c.policy.GraceNS)).UnixNano()
		c.regimes = append(b.regimes[:len(b.regimes):len(b.regimes)],
			awards.Regime{From: b.asOf, To: maxTime, Hash: variantHash, Plan: variant})
		c.memo = b.memo(c, variantHash)
	}
	return cases
}

// memo finds what was decided in the same case before.
func (b *awardBook) memo(c *policyCase, hash string) *awardMemo {
	doc := c.regimes[len(c.regimes)-1].Plan.Doc
	if !b.hashes[hash] {
		hash = ""
	}
	key := fmt.Sprintf("%s %d %s", c.name, c.policy.GraceNS, hash)
	for i := range doc.Tiers {
		key += fmt.Sprintf(" %s %t", doc.Tiers[i].ID, doc.Tiers[i].Review)
	}
	m := b.memos[key]
	if m == nil {
		for len(b.memos) >= awardMemosMax {
			b.forget()
		}
		m = &awardMemo{tiers: len(doc.Tiers) + 1, same: map[tally]*tally{}}
		m.of = make([]*tally, len(b.held)*m.tiers)
		b.memos[key] = m
	}
	m.used = b.round
	return m
}

// forget drops the memo that was not used for longest.
func (b *awardBook) forget() {
	oldest := ""
	for key, m := range b.memos {
		if oldest == "" || m.used < b.memos[oldest].used {
			oldest = key
		}
	}
	delete(b.memos, oldest)
}

// at is where the tally of a person who comes to a tier is kept. No two goroutines look at the same person.
func (m *awardMemo) at(person int, tier int16) **tally { return &m.of[person*m.tiers+int(tier)+1] }

// unique returns the one tally that is equal.
func (m *awardMemo) unique(t tally) *tally {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.same[t]
	if known == nil {
		known = &t
		m.same[t] = known
	}
	return known
}

// awardPass decides about one person after the other, in the cases of one plan.
type awardPass struct {
	*awardBook
	cases     []policyCase
	plan      *criteria.Plan
	evaluator *criteria.Evaluator // nil until needed
	added     []awards.Regime
	arrival   [1]criteria.Transition // at a tier
	earned    []criteria.Transition  // of the one who was evaluated last
	earnedBy  int
	timeline  []criteria.Timeline
	path      []awards.Point
	totals    []tally
	inGrace   int
}

func (b *awardBook) pass(plan *criteria.Plan, cases []policyCase) *awardPass {
	return &awardPass{
		awardBook: b, cases: cases, plan: plan, totals: make([]tally, len(cases)), timeline: make([]criteria.Timeline, 1),
		added: []awards.Regime{{From: b.asOf, To: maxTime, Plan: plan}}, earnedBy: -1,
	}
}

// decide counts what is decided about a person who comes to hold a tier. The looker has just looked at them; it is nil
// for those who are no mentors by now.
func (p *awardPass) decide(person int, tier int16, l *looker) {
	var path []awards.Point
	known := false
	for n := range p.cases {
		c := &p.cases[n]
		remembered := c.memo.at(person, tier)
		t := *remembered
		if t == nil {
			if !known {
				path, known = p.pathTo(person, tier), true
			}
			t = c.memo.unique(p.tally(c, person, path))
			*remembered = t
		}
		p.totals[n].add(t)
	}
	for n := range p.cases {
		if t := *p.cases[n].memo.at(person, tier); t.fresh > 0 {
			p.totals[n].notified += p.told(&p.cases[n], person, t.fresh)
		}
	}
	last := len(p.cases) - 1
	p.inGrace += p.wane(&p.cases[last], person, *p.cases[last].memo.at(person, tier), l)
}

// wane counts the expiries that the grace comes to. If nothing but time passes until it is over, and time alone takes
// nobody up, whoever is in grace now loses the award; anybody else is followed until then.
func (p *awardPass) wane(c *policyCase, person int, t *tally, l *looker) int {
	later := p.later(person, c.until)
	if t.waning == 0 && !later {
		return 0
	}
	if !later && !t.stray && l != nil && p.onlyFalls(person, c.until) && l.cannotRise(l.tiers[person]) {
		return int(t.waning)
	}
	return p.expiredBy(c, person) - int(t.expired)
}

// pathTo is the path of a person who comes to hold a tier when the criteria come into force.
func (p *awardPass) pathTo(person int, tier int16) []awards.Point {
	transitions := p.arrival[:0]
	if tier != criteria.NoTier {
		transitions = append(transitions, criteria.Transition{At: p.asOf, From: criteria.NoTier, To: tier})
	}
	return p.pathThrough(person, transitions, p.asOf)
}

func (p *awardPass) pathThrough(person int, transitions []criteria.Transition, until int64) []awards.Point {
	if person >= len(p.crowd.mentors) || p.crowd.mentors[person].since > until {
		return nil
	}
	p.timeline[0].Transitions = transitions
	p.path = append(p.path[:0], p.paths[person]...)
	for _, point := range awards.Path(p.added, p.timeline, until) {
		point.Regime = len(p.regimes)
		p.path = append(p.path, point)
	}
	return awards.Since(p.path, p.crowd.mentors[person].since)
}

func (p *awardPass) reconcile(c *policyCase, person int, path []awards.Point, until int64) []awards.Decision {
	if len(path) == 0 && len(p.held[person]) == 0 {
		return nil
	}
	return awards.Reconcile(c.regimes, awards.Episodes(c.regimes, path, until), p.held[person], until)
}

// tally counts the decisions that a path leads to.
func (p *awardPass) tally(c *policyCase, person int, path []awards.Point) tally {
	var t tally
	for _, d := range p.reconcile(c, person, path, p.asOf) {
		switch d.Verb {
		case awards.Grant:
			t.granted++
		case awards.Propose:
			t.proposed++
		case awards.Keep:
			t.kept++
		case awards.Revoke:
			t.revoked++
		case awards.Expire:
			t.expired++
		}
		switch {
		case d.Verb != awards.Grant && d.Verb != awards.Propose:
		case d.From == p.asOf && p.backlog.first >= p.asOf:
			t.fresh++
		case !p.backlog.has(&d):
			t.notified++
		}
	}
	if c.policy.Lost == criteria.LostGrace {
		waning := p.reconcile(c, person, path, c.until)
		t.waning = int32(expiries(waning)) - t.expired
		t.stray = slices.ContainsFunc(waning, func(d awards.Decision) bool {
			return d.Verb == awards.Expire && d.Reason == awards.ReasonHistoryCorrected
		})
	}
	return t
}

// told counts, of what is decided about a person as the criteria come into force in a first pass, what is no old news.
func (p *awardPass) told(c *policyCase, person int, fresh int32) (n int32) {
	facts := p.crowd.mentors[person].Facts
	if len(facts) == 0 || facts[0].At >= p.backlog.old {
		return fresh
	}
	if p.earnedBy != person {
		p.earned, p.earnedBy = p.transitionsOf(person, p.asOf), person
	}
	for _, d := range p.reconcile(c, person, p.pathThrough(person, p.earned, p.asOf), p.asOf) {
		if (d.Verb == awards.Grant || d.Verb == awards.Propose) && d.From == p.asOf && !p.backlog.has(&d) {
			n++
		}
	}
	return n
}

// transitionsOf evaluates the whole history of a mentor.
func (p *awardPass) transitionsOf(person int, until int64) []criteria.Transition {
	if p.evaluator == nil {
		p.evaluator = p.plan.NewEvaluator(&p.crowd.tables)
	}
	return p.evaluator.Evaluate(&p.crowd.mentors[person].Mentor, until).Transitions
}

func expiries(decisions []awards.Decision) (n int) {
	for i := range decisions {
		if decisions[i].Verb == awards.Expire {
			n++
		}
	}
	return n
}

// onlyFalls tells whether nothing happens, of what is known, while a grace runs: time alone passes.
func (p *awardPass) onlyFalls(person int, until int64) bool {
	facts := p.crowd.mentors[person].Facts
	next := sort.Search(len(facts), func(i int) bool { return facts[i].At > p.asOf })
	return next == len(facts) || facts[next].At > until
}

// later tells whether the register knows, of a person, what takes effect while a grace runs.
func (p *awardPass) later(person int, until int64) bool {
	for i := range p.held[person] {
		h := &p.held[person][i]
		if h.From > p.asOf && h.From <= until || h.Standing == awards.Closed && h.ClosedAt > p.asOf && h.ClosedAt <= until {
			return true
		}
	}
	return false
}

// expiredBy counts the expiries that a pass at the end of a grace would decide, after all that happens until then.
func (p *awardPass) expiredBy(c *policyCase, person int) int {
	var transitions []criteria.Transition
	if person < len(p.crowd.mentors) {
		transitions = p.transitionsOf(person, c.until)
	}
	return expiries(p.reconcile(c, person, p.pathThrough(person, transitions, c.until), c.until))
}

// merge adds what another goroutine has decided.
func (p *awardPass) merge(o *awardPass) {
	for n := range p.totals {
		p.totals[n].add(&o.totals[n])
	}
	p.inGrace += o.inGrace
}

// previews puts the totals into words.
func (p *awardPass) previews() []PolicyPreview {
	previews := make([]PolicyPreview, len(p.cases))
	for n := range p.cases {
		c, t := &p.cases[n], &p.totals[n]
		previews[n] = PolicyPreview{
			Policy: c.name, Chosen: c.chosen, Notified: int(t.notified),
			AwardPreview: AwardPreview{
				At: p.at, Granted: int(t.granted), Proposed: int(t.proposed), Kept: int(t.kept), Revoked: int(t.revoked),
				Expired: int(t.expired),
			},
		}
		if c.policy.Lost == criteria.LostGrace {
			previews[n].Grace = criteria.FormatDays(c.policy.GraceNS)
			previews[n].InGrace, previews[n].Until = p.inGrace, time.Unix(0, c.until).UTC()
		}
	}
	return previews
}
