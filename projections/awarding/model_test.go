package awarding_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// model says what the register of awards must be, in the plainest way: it goes from instant to instant and looks at each
// of them at everything. It takes timelines from the second engine and shares no code with package awards.
type model struct {
	t       fataler
	events  []naive.Event
	actives []activation // in order of recording
	cache   map[string][]naive.Mentor
}

type fataler interface {
	Fatalf(format string, args ...any)
}

// rules is a criteria document.
type rules struct {
	text      string
	canonical string
	hash      string
	doc       *criteria.Document
}

type activation struct {
	effective time.Time
	rules     *rules
}

// deserved is a time during which a mentor should have an award.
type deserved struct {
	tier           string
	person         string
	rules          *rules // that gave it
	earned, from   time.Time
	cause          string
	kept           []string
	lost           time.Time // zero: supported or kept
	lostTo         string    // the reason
	ending, reason string
	ended          time.Time
	endedUnder     string
}

// inForce is the document in force at a time, or nil; before is the one just before it.
func (m *model) inForce(t time.Time) *rules {
	var found *activation
	for i := range m.actives {
		a := &m.actives[i]
		if !a.effective.After(t) && (found == nil || !a.effective.Before(found.effective)) {
			found = a
		}
	}
	if found == nil {
		return nil
	}
	return found.rules
}

// mentors replays under a document as of a time.
func (m *model) mentors(r *rules, asOf time.Time) []naive.Mentor {
	key := fmt.Sprint(r.hash, asOf.UnixNano(), len(m.events))
	if found, ok := m.cache[key]; ok {
		return found
	}
	result, err := naive.Replay(m.events, naive.CaseProgram, []byte(r.text), naive.Options{AsOf: &asOf})
	if err != nil {
		m.t.Fatalf("%v", err)
	}
	if m.cache == nil {
		m.cache = map[string][]naive.Mentor{}
	}
	m.cache[key] = result.Mentors
	return result.Mentors
}

func (m *model) mentor(person string, r *rules, asOf time.Time) *naive.Mentor {
	all := m.mentors(r, asOf)
	for i := range all {
		if all[i].Person == person {
			return &all[i]
		}
	}
	return nil
}

// since is when somebody became a mentor: the first start that was not voided.
func (m *model) since(person string) (time.Time, bool) {
	voided := m.voided()
	var first time.Time
	found := false
	for _, e := range m.events {
		var p struct{ Program, Mentor string }
		if e.Type != "MentorshipStarted" || voided[e.ID] || json.Unmarshal(e.Data, &p) != nil {
			continue
		}
		if p.Program == naive.CaseProgram && p.Mentor == person && (!found || e.OccurredAt.Before(first)) {
			first, found = e.OccurredAt, true
		}
	}
	return first, found
}

func (m *model) voided() map[string]bool {
	voided := map[string]bool{}
	for _, e := range m.events {
		var p struct {
			EventID string `json:"event_id"`
		}
		if e.Type == "EventVoided" && json.Unmarshal(e.Data, &p) == nil {
			voided[p.EventID] = true
		}
	}
	return voided
}

func (r *rules) place(tier string) int {
	return slices.IndexFunc(r.doc.Tiers, func(t criteria.Tier) bool { return t.ID == tier })
}

// episodes lists what a mentor should have, up to a time, by beginning.
func (m *model) episodes(person string, until time.Time) []*deserved {
	start, ok := m.since(person)
	if !ok || start.After(until) {
		return nil
	}
	instants := map[int64]bool{start.UnixNano(): true}
	histories := map[*rules][]naive.Transition{}
	for _, a := range m.actives {
		instants[a.effective.UnixNano()] = true
		if histories[a.rules] == nil {
			histories[a.rules] = m.mentor(person, a.rules, until).History
		}
		for _, change := range histories[a.rules] {
			instants[change.At.UnixNano()] = true
		}
	}
	var all []*deserved
	for len(instants) > 0 {
		ns := int64(1<<63 - 1)
		for i := range instants {
			ns = min(ns, i)
		}
		delete(instants, ns)
		now := time.Unix(0, ns).UTC()
		r := m.inForce(now)
		if r == nil || now.Before(start) || now.After(until) {
			continue
		}
		begins := m.inForce(now.Add(-1)) != r
		changes := slices.ContainsFunc(histories[r], func(c naive.Transition) bool { return c.At.Equal(now) })
		if begins || changes || now.Equal(start) {
			all = m.at(all, person, r, histories[r], now, begins)
		}
		for _, e := range all {
			policy := r.doc.Policy
			if e.ending == "" && !e.lost.IsZero() && policy.Lost == criteria.LostGrace &&
				!e.lost.Add(time.Duration(policy.GraceNS)).After(now) {
				e.ending, e.reason, e.ended, e.endedUnder = "expired", e.lostTo, now, r.hash
			}
			for _, a := range m.actives {
				if e.ending == "" && !e.lost.IsZero() {
					if end := e.lost.Add(time.Duration(a.rules.doc.Policy.GraceNS)); end.After(now) {
						instants[end.UnixNano()] = true
					}
				}
			}
		}
	}
	return all
}

// at judges what runs at an instant where a tier may have changed, and begins what begins.
func (m *model) at(all []*deserved, person string, r *rules, history []naive.Transition, now time.Time, begins bool,
) []*deserved {
	tier := ""
	for _, c := range history {
		if !c.At.After(now) {
			tier = c.Tier
		}
	}
	running, reason := false, "no-longer-met"
	if begins {
		reason = "criteria-changed"
	}
	for _, e := range all {
		if e.ending != "" {
			continue
		}
		place := r.place(e.tier)
		switch {
		case place >= 0 && tier != "" && r.place(tier) >= place:
			e.lost = time.Time{}
		case r.doc.Policy.Lost == criteria.LostGrandfather:
			e.lost = time.Time{}
			if !slices.Contains(e.kept, r.hash) {
				e.kept = append(e.kept, r.hash)
			}
		case r.doc.Policy.Lost == criteria.LostRevoke:
			e.ending, e.reason, e.ended, e.endedUnder = "revoked", reason, now, r.hash
		case e.lost.IsZero():
			e.lost, e.lostTo = now, reason
		}
		running = running || e.ending == "" && e.tier == tier
	}
	if tier == "" || running {
		return all
	}
	e := &deserved{tier: tier, person: person, rules: r, from: now}
	for i := len(history) - 1; i >= 0; i-- {
		if c := history[i]; !c.At.After(now) {
			if r.place(c.Tier) < r.place(tier) {
				break
			}
			e.earned, e.cause = c.At, c.Cause
		}
	}
	return append(all, e)
}

// register is what the register must say as of a time where nothing was corrected and no human decided anything.
func (m *model) register(until time.Time) []string {
	var lines []string
	first := m.inForce(until)
	if first == nil {
		return nil
	}
	for _, mentor := range m.mentors(first, until) {
		ordinals := map[string]int{}
		for _, e := range m.episodes(mentor.Person, until) {
			status := "granted"
			kept := e.kept
			if e.rules.doc.Tiers[e.rules.place(e.tier)].Review {
				status, kept = "proposed", nil
			}
			if len(kept) > 0 {
				status = "kept"
			}
			if e.ending != "" {
				status = e.ending
			}
			lines = append(lines, line(uuid.MustParse(mentor.Person), e.tier, ordinals[e.tier], e.earned, e.from, status, kept,
				e.ended, e.reason, e.endedUnder))
			ordinals[e.tier]++
		}
	}
	slices.Sort(lines)
	return lines
}

func line(person uuid.UUID, tier string, ordinal int, earned, from time.Time, status string, kept []string,
	ended time.Time, reason, under string) string {
	const short = len("sha256:") + 6
	text := fmt.Sprintf("%s %s/%d earned %s from %s %s", person, tier, ordinal, earned.Format(time.RFC3339Nano),
		from.Format(time.RFC3339Nano), status)
	for _, hash := range kept {
		text += " kept under " + hash[:short]
	}
	if !ended.IsZero() {
		text += fmt.Sprintf(" ended %s: %s under %.*s", ended.Format(time.RFC3339Nano), reason, short, under)
	}
	return text
}

// registerLines tells a register as of a time in the words of the model; the zero time is all that it knows.
func registerLines(r *projections.Register, asOf time.Time) []string {
	var lines []string
	ordinals := map[string]int{}
	for _, a := range r.All(naive.CaseProgram) {
		key := a.First.Person.String() + string(a.First.Tier)
		ordinal := ordinals[key]
		ordinals[key]++
		state := a.Award
		if !asOf.IsZero() {
			then, ok := a.AsOf(asOf)
			if !ok {
				continue
			}
			state = then
		}
		lines = append(lines, line(a.First.Person, string(a.First.Tier), ordinal, a.First.EarnedAt.UTC(), a.First.From().UTC(),
			string(state.Status), state.KeptUnder, state.ClosedAt, state.ReasonCode, state.ClosedUnder))
	}
	slices.Sort(lines)
	return lines
}

func sameLines(t fataler, what string, got, want []string) {
	if !slices.Equal(got, want) {
		t.Fatalf("%s: got\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
