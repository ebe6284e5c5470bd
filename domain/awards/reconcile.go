package awards

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// Standing is what became of an award so far.
type Standing uint8

// The standings.
const (
	Proposed Standing = iota + 1 // waits for a reviewer
	Granted                      // stands, kept ones included
	Closed                       // declined, revoked or expired
)

// Held is an award of one mentor that exists.
type Held struct {
	ID       uuid.UUID
	Tier     string
	From     int64 // when it took its place in the register
	Standing Standing
	ClosedAt int64    // of a closed one
	ByHuman  bool     // of a closed one: a human declined or revoked it
	Kept     []string // hashes of the criteria under which it was kept
}

// Verb is what a decision does.
type Verb uint8

// The verbs.
const (
	Propose Verb = iota + 1
	Grant
	Keep
	Revoke
	Expire
)

// Decision is one thing to record about an award. Those about one award come in order of time.
type Decision struct {
	Verb    Verb
	Tier    string
	Held    int      // index of an award that exists, or -1 for a new one
	Ordinal int      // of a new one: how many awards of this tier the mentor had before
	Episode *Episode // of Propose and Grant
	From    int64    // of Propose and Grant: when it takes its place in the register
	At      int64    // of the others: when it holds
	Regime  int      // whose document decided
	Reason  string   // of Revoke and Expire
}

// Reconcile returns the decisions that are missing: those that the episodes of a mentor ask for and the awards that
// exist do not have. The awards of each tier are given in order of their ordinals.
func Reconcile(regimes []Regime, episodes []Episode, held []Held, until int64) []Decision {
	now := -1 // the regime in force
	for i := range regimes {
		if regimes[i].From <= until {
			now = i
		}
	}
	if now < 0 {
		return nil
	}
	r := reconciler{regimes: regimes, held: held, until: until, now: now}
	belongs := make([][]int, len(episodes))
	for i := range held {
		a := &held[i]
		if a.From > until {
			continue // it was decided for a later time than the one that we look at
		}
		e := slices.IndexFunc(episodes, func(e Episode) bool { return a.overlaps(&e) })
		if e < 0 {
			r.unexplained(i)
			continue
		}
		belongs[e] = append(belongs[e], i)
	}
	for i := range episodes {
		r.episode(&episodes[i], belongs[i])
	}
	return r.decisions
}

// overlaps tells whether the time of an award overlaps an episode of its tier.
func (a *Held) overlaps(e *Episode) bool {
	if a.Tier != e.Tier {
		return false
	}
	if a.Standing == Closed && a.ByHuman {
		return e.From <= a.From && a.From < e.End
	}
	return a.From < e.End && e.From < a.end()
}

func (a *Held) end() int64 {
	if a.Standing == Closed {
		return max(a.ClosedAt, a.From+1)
	}
	return timeMax
}

type reconciler struct {
	regimes   []Regime
	held      []Held
	until     int64
	now       int
	fresh     map[string]int // new awards so far, by tier
	decisions []Decision
}

// unexplained judges an award that nothing in the history, as it is known now, leads to.
func (r *reconciler) unexplained(i int) {
	a := &r.held[i]
	d := Decision{Held: i, Tier: a.Tier, At: r.until, Regime: r.now, Reason: ReasonHistoryCorrected}
	policy := &r.regimes[r.now].Plan.Doc.Policy
	switch {
	case a.Standing == Closed:
		return
	case a.Standing == Proposed, policy.Lost == criteria.LostRevoke:
		d.Verb = Revoke
	case policy.Lost == criteria.LostGrace:
		if a.From+policy.GraceNS > r.until {
			return
		}
		d.Verb = Expire
	default:
		if slices.Contains(a.Kept, r.regimes[r.now].Hash) {
			return
		}
		d.Verb, d.Reason = Keep, ""
	}
	r.decisions = append(r.decisions, d)
}

// episode decides what an episode asks for, given the awards that belong to it.
func (r *reconciler) episode(e *Episode, belongs []int) {
	open, from, byHuman := false, e.From, false
	stands := false
	for _, i := range belongs {
		a := &r.held[i]
		switch {
		case a.Standing != Closed && stands: // the end of one was voided after the other was given
			r.decisions = append(r.decisions, Decision{
				Verb: Revoke, Held: i, Tier: e.Tier, At: r.until, Regime: r.now, Reason: ReasonHistoryCorrected,
			})
		case a.Standing != Closed:
			open, stands = true, true
			r.complete(e, i)
		case a.ClosedAt > r.until:
			open = true // it still stood at the time that we look at
		default:
			byHuman = byHuman || a.ByHuman
			from = max(from, a.end())
		}
	}
	if open || byHuman || len(belongs) > 0 && e.Ending != Running {
		return
	}
	if e.Ending == Running && slices.ContainsFunc(r.held, func(a Held) bool {
		return a.Tier == e.Tier && a.Standing != Closed && a.From > r.until
	}) {
		return // one that was decided for a later time stands: a look at that time finds that it is of this episode
	}
	r.award(e, from)
}

// award gives a new award, with all that has happened to it since.
func (r *reconciler) award(e *Episode, from int64) {
	ordinal := r.fresh[e.Tier]
	for i := range r.held {
		if r.held[i].Tier == e.Tier {
			ordinal++
		}
	}
	if r.fresh == nil {
		r.fresh = map[string]int{}
	}
	r.fresh[e.Tier]++
	d := Decision{Verb: Grant, Tier: e.Tier, Held: -1, Ordinal: ordinal, Episode: e, From: from, Regime: e.Regime}
	regime := &r.regimes[e.Regime]
	review := regime.Plan.Doc.Tiers[regime.tier(e.Tier)].Review
	if review {
		d.Verb = Propose
	}
	r.decisions = append(r.decisions, d)
	if !review {
		for _, k := range e.Kept {
			r.decisions = append(r.decisions, Decision{
				Verb: Keep, Tier: e.Tier, Held: -1, Ordinal: ordinal, At: max(k.At, from), Regime: k.Regime,
			})
		}
	}
	r.end(e, Decision{Tier: e.Tier, Held: -1, Ordinal: ordinal})
}

// complete adds to an open award what its episode has and it has not.
func (r *reconciler) complete(e *Episode, i int) {
	a := &r.held[i]
	if a.Standing == Granted {
		for _, k := range e.Kept {
			if !slices.Contains(a.Kept, r.regimes[k.Regime].Hash) {
				r.decisions = append(r.decisions, Decision{
					Verb: Keep, Tier: e.Tier, Held: i, At: max(k.At, a.From), Regime: k.Regime,
				})
			}
		}
	}
	r.end(e, Decision{Tier: e.Tier, Held: i})
}

// end adds the end of an episode that has one.
func (r *reconciler) end(e *Episode, d Decision) {
	switch e.Ending {
	case Running:
		return
	case Revoked:
		d.Verb = Revoke
	case Expired:
		d.Verb = Expire
	}
	d.At, d.Regime, d.Reason = e.End, e.By, e.Reason
	r.decisions = append(r.decisions, d)
}
