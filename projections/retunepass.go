package projections

import (
	"cmp"
	"context"
	"math"
	"slices"

	"laurel/domain/criteria"
)

// retunePass looks at everybody under new criteria, on all cores.
type retunePass struct {
	*Retuner
	after    *outcome
	cases    []policyCase
	comparer comparer
	up       [][]direction // by tier before and after, each plus one
	workers  []*retuneWorker
}

// direction is where a change of tier leads.
type direction int8

const (
	stays direction = iota
	rises
	falls
)

// retuneWorker is what one goroutine has found.
type retuneWorker struct {
	looker   *looker
	awards   *awardPass
	flow     [][]int // by tier before and after, each plus one
	scores   int
	up, down best[moverRef]
	misses   best[missRef]
	groups   []groupCounts
}

// moverRef is a mentor who changes tier.
type moverRef struct {
	mentor int
	tier   int16 // that is come to
	score  criteria.Milli
}

// missRef is a mentor who falls short of a tier.
type missRef struct {
	mentor int
	tier   int
	gap    float64
}

func (r *Retuner) pass(after *outcome, cases []policyCase) *retunePass {
	p := &retunePass{Retuner: r, after: after, cases: cases, comparer: comparer{from: r.from, to: after.plan}}
	if r.from == nil {
		p.comparer.from = after.plan
	}
	for i := range r.tiersBefore() + 1 {
		p.up = append(p.up, make([]direction, len(after.kept)+1))
		for j := range p.up[i] {
			p.up[i][j] = p.direction(i-1, j-1)
		}
	}
	return p
}

func (r *Retuner) tiersBefore() int { return len(r.before.kept) }

// direction tells where a change from one tier to another leads.
func (p *retunePass) direction(from, to int) direction {
	old, new := p.oldTier(from), tierID(p.after.plan.Doc, int16(to))
	switch {
	case old == new:
		return stays
	case p.comparer.isUp(old, new, from, to):
		return rises
	}
	return falls
}

// oldTier is the id of a tier before.
func (p *retunePass) oldTier(tier int) string {
	if p.from == nil {
		return ""
	}
	return tierID(p.from.Doc, int16(tier))
}

// run looks at everybody.
func (p *retunePass) run(ctx context.Context) error {
	people := len(p.awards.held)
	p.workers = make([]*retuneWorker, workersFor(people, evaluationBatch, p.Retuner.workers))
	return spread(ctx, people, evaluationBatch, p.Retuner.workers, func(worker int) func(int) {
		w := p.worker()
		p.workers[worker] = w
		return func(i int) {
			if i < p.crowd.present {
				p.look(w, i)
			} else {
				w.awards.decide(i, criteria.NoTier, nil)
			}
		}
	})
}

func (p *retunePass) worker() *retuneWorker {
	w := &retuneWorker{
		looker: p.columns.looker(p.after), awards: p.awards.pass(p.after.plan, p.cases),
		up:     best[moverRef]{max: RetuneMoversMax, compare: p.compareMovers},
		misses: best[missRef]{max: nearMissesMax, compare: p.compareMisses},
	}
	w.down = w.up
	for range p.up {
		w.flow = append(w.flow, make([]int, len(p.after.kept)+1))
	}
	for _, g := range p.groups {
		w.groups = append(w.groups, newGroupCounts(len(g.names), len(p.after.kept)))
	}
	return w
}

// look takes one mentor in.
func (p *retunePass) look(w *retuneWorker, i int) {
	w.looker.look(i)
	from, to, score := p.before.tiers[i], p.after.tiers[i], p.after.scores[i]
	w.flow[from+1][to+1]++
	if score != p.before.scores[i] {
		w.scores++
	}
	switch p.up[from+1][to+1] {
	case rises:
		w.up.add(moverRef{i, to, score})
	case falls:
		w.down.add(moverRef{i, to, score})
	}
	if next := int(to) + 1; next < len(p.after.kept) {
		if gap, short := w.looker.judge.Gap(next); short && !math.IsInf(gap, 0) {
			w.misses.add(missRef{i, next, gap})
		}
	}
	for n := range p.groups {
		w.groups[n].add(p.groups[n].of[i], to)
	}
	w.awards.decide(i, to, w.looker)
}

// compareMovers is the order of Comparison.Movers, among those who go in the same direction.
func (p *retunePass) compareMovers(a, b moverRef) int {
	return cmp.Or(cmp.Compare(b.tier, a.tier), cmp.Compare(b.score, a.score),
		compareIDs(p.crowd.mentors[a.mentor].person, p.crowd.mentors[b.mentor].person))
}

// compareMisses is the order of Comparison.NearMisses.
func (p *retunePass) compareMisses(a, b missRef) int {
	return cmp.Or(cmp.Compare(a.gap, b.gap), cmp.Compare(b.tier, a.tier),
		compareIDs(p.crowd.mentors[a.mentor].person, p.crowd.mentors[b.mentor].person))
}

// preview puts what was found into words.
func (p *retunePass) preview(hash string) *RetunePreview {
	result := &RetunePreview{
		Program: p.program, From: p.fromHash, To: hash, AsOf: p.asOf, Position: p.position, Mentors: p.crowd.present,
		Flow: []FlowCell{}, Movers: []Mover{}, NearMisses: []NearMiss{},
	}
	total := p.workers[0]
	for _, w := range p.workers[1:] {
		total.merge(w)
	}
	result.Scores = total.scores
	for i, row := range total.flow {
		for j, n := range row {
			switch p.up[i][j] {
			case rises:
				result.Rise += n
			case falls:
				result.Fall += n
			}
			if n > 0 {
				result.Flow = append(result.Flow, FlowCell{p.oldTier(i - 1), tierID(p.after.plan.Doc, int16(j-1)), n})
			}
		}
	}
	p.comparer.sortFlow(result.Flow)
	for _, m := range slices.Concat(total.up.first(), total.down.first()) {
		before, after := p.before.timeline(m.mentor), p.after.timeline(m.mentor)
		who := p.crowd.mentors[m.mentor].person
		if p.from == nil {
			result.Movers = append(result.Movers, p.comparer.newcomer(who, &after))
		} else {
			result.Movers = append(result.Movers, p.comparer.mover(who, &before, &after))
		}
	}
	for _, m := range total.misses.first() {
		after := p.after.timeline(m.mentor)
		if miss, ok := p.comparer.nearMiss(p.crowd.mentors[m.mentor].person, &after); ok {
			result.NearMisses = append(result.NearMisses, miss)
		}
	}
	for i := range p.groups {
		result.Groups = append(result.Groups, p.groups[i].compare(p, total.groups[i]))
	}
	result.Awards = total.awards.previews()
	return result
}

// merge adds what another goroutine has found.
func (w *retuneWorker) merge(o *retuneWorker) {
	w.scores += o.scores
	for i, row := range o.flow {
		for j, n := range row {
			w.flow[i][j] += n
		}
	}
	for _, m := range o.up.first() {
		w.up.add(m)
	}
	for _, m := range o.down.first() {
		w.down.add(m)
	}
	for _, m := range o.misses.first() {
		w.misses.add(m)
	}
	for i := range w.groups {
		w.groups[i].merge(o.groups[i])
	}
	w.awards.merge(o.awards)
}
