package awards

import "laurel/domain/criteria"

// Ending is how an episode ends.
type Ending uint8

// The endings.
const (
	Running Ending = iota // it has not ended
	Revoked               // the policy takes awards back at once
	Expired               // the time of grace ran out
)

// The reasons for an ending, as codes for events.
const (
	ReasonCriteriaChanged  = "criteria-changed"  // other criteria came into force
	ReasonNoLongerMet      = "no-longer-met"     // under the same criteria
	ReasonHistoryCorrected = "history-corrected" // what it rested on was voided, or never was
)

// Episode is a time during which a mentor should hold an award of one tier.
type Episode struct {
	Tier     string
	Regime   int   // index of the regime that it began in
	EarnedAt int64 // when the mentor qualified
	Cause    int64 // the fact that did it, or Elapsed
	From     int64 // when it began: EarnedAt, or the later start of the regime
	Kept     []Keeping
	Lapses   int64 // while it runs: when its time of grace runs out; the greatest int64 for one that is supported or kept

	Ending Ending
	End    int64 // the greatest int64 while it runs
	By     int   // index of the regime whose policy ended it
	Reason string
}

// Keeping says that an award went on although the criteria no longer supported it.
type Keeping struct {
	At     int64
	Regime int
}

// walk goes along a path.
type walk struct {
	regimes []Regime
	all     []Episode
	running []run
}

// run is an episode that has not ended yet.
type run struct {
	episode int    // index into walk.all
	lost    int64  // first point that did not support it, under a policy of grace; timeMax while supported or kept
	reason  string // of the loss
}

// Episodes lists what should have been awarded along a path, in order of the beginnings.
func Episodes(regimes []Regime, path []Point, until int64) []Episode {
	w := walk{regimes: regimes}
	for i := range path {
		p := &path[i]
		w.judge(p)
		w.begin(p)
		next := timeMax
		if i+1 < len(path) {
			next = path[i+1].At
		}
		w.expire(p, next, until)
	}
	return w.all
}

// judge decides about what runs at a point.
func (w *walk) judge(p *Point) {
	r := &w.regimes[p.Regime]
	still := w.running[:0]
	for _, run := range w.running {
		e := &w.all[run.episode]
		switch lost := r.Plan.Doc.Policy.Lost; {
		case r.supports(p.Tier, e.Tier):
			run.lost = timeMax
		case lost == criteria.LostGrandfather:
			run.lost = timeMax
			w.keep(e, p)
		case lost == criteria.LostGrace:
			if run.lost == timeMax {
				run.lost, run.reason = p.At, reasonAt(p)
			}
		default:
			e.Ending, e.End, e.By, e.Reason = Revoked, p.At, p.Regime, reasonAt(p)
			continue
		}
		still = append(still, run)
	}
	w.running = still
}

// reasonAt says why an award is lost at a point.
func reasonAt(p *Point) string {
	if p.Starts {
		return ReasonCriteriaChanged
	}
	return ReasonNoLongerMet
}

// keep notes that an episode goes on, once for each document.
func (w *walk) keep(e *Episode, p *Point) {
	for _, k := range e.Kept {
		if w.regimes[k.Regime].Hash == w.regimes[p.Regime].Hash {
			return
		}
	}
	e.Kept = append(e.Kept, Keeping{p.At, p.Regime})
}

// begin starts an episode of the tier held at a point.
func (w *walk) begin(p *Point) {
	if p.Tier == criteria.NoTier {
		return
	}
	id := w.regimes[p.Regime].Plan.Doc.Tiers[p.Tier].ID
	for _, run := range w.running {
		if w.all[run.episode].Tier == id {
			return
		}
	}
	w.all = append(w.all, Episode{
		Tier: id, Regime: p.Regime, EarnedAt: p.Since, Cause: p.Cause, From: p.At, Lapses: timeMax, End: timeMax,
	})
	w.running = append(w.running, run{episode: len(w.all) - 1, lost: timeMax})
}

// expire ends what runs out of grace after a point and before the next one.
func (w *walk) expire(p *Point, next, until int64) {
	policy := &w.regimes[p.Regime].Plan.Doc.Policy
	still := w.running[:0]
	for _, run := range w.running {
		e := &w.all[run.episode]
		if e.Lapses = timeMax; run.lost == timeMax {
			still = append(still, run)
			continue
		}
		// A shorter grace of new criteria may be over already when they come into force.
		end := max(run.lost+policy.GraceNS, p.At)
		if end >= next || end > until {
			e.Lapses = end
			still = append(still, run)
			continue
		}
		e.Ending, e.End, e.By, e.Reason = Expired, end, p.Regime, run.reason
	}
	w.running = still
}
