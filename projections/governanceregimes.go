package projections

import "time"

// Regime is a time during which one criteria document was in force: from From, up to and without To.
type Regime struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to,omitzero"` // zero: nothing is known to follow
	Hash     string    `json:"criteria"`
	Document string    `json:"-"` // canonical; "" when the log does not hold it
}

// Regimes returns what was in force for a program, in order of time, of what came into force up to a time. Each regime
// ends where the next begins; the last of them has no end. Neighbours with the same document are one.
func (g *Governance) Regimes(program string, until time.Time) []Regime {
	regimes := g.regimes(program)
	for i := range regimes {
		if regimes[i].From.After(until) {
			regimes = regimes[:i]
			break
		}
	}
	if n := len(regimes); n > 0 {
		regimes[n-1].To = time.Time{}
	}
	return regimes
}

// InForce returns the regime of a time, with what is known of its end: also one that lies after the time, where an
// activation is scheduled. It reports false when nothing was in force.
func (g *Governance) InForce(program string, at time.Time) (Regime, bool) {
	regimes := g.regimes(program)
	for i := len(regimes) - 1; i >= 0; i-- {
		if !regimes[i].From.After(at) {
			return regimes[i], true
		}
	}
	return Regime{}, false
}

// regimes returns all that is known, scheduled ones included.
func (g *Governance) regimes(program string) []Regime {
	var regimes []Regime
	for _, a := range g.State(program).Activations { // in the order of coming into force
		n := len(regimes)
		switch {
		case a.Cancelled:
			continue
		case n > 0 && regimes[n-1].From.Equal(a.EffectiveAt):
			n-- // the one recorded last counts
			regimes = regimes[:n]
		}
		if n > 0 && regimes[n-1].Hash == a.Hash {
			regimes[n-1].To = time.Time{}
			continue
		}
		if n > 0 {
			regimes[n-1].To = a.EffectiveAt
		}
		regimes = append(regimes, Regime{From: a.EffectiveAt, Hash: a.Hash, Document: g.documents[a.Hash]})
	}
	return regimes
}
