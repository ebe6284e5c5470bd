package projections

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// Timelines are what one plan makes of every mentor of a program.
type Timelines struct {
	Mentors []MentorID // ascending
	Of      []criteria.Timeline
}

// Replay evaluates every mentor of a program up to asOf on the given number of goroutines, 0 for one a core. It reads
// no clock and writes nothing; the result is the same whatever the number of workers.
func Replay(f *Facts, program string, plan *criteria.Plan, asOf time.Time, workers int) *Timelines {
	result := &Timelines{Mentors: f.MentorsOf(program)}
	result.Of = make([]criteria.Timeline, len(result.Mentors))
	_ = spread(context.Background(), len(result.Mentors), evaluationBatch, workers, func(int) func(int) {
		evaluator := plan.NewEvaluator(&f.tables)
		return func(i int) {
			result.Of[i] = evaluator.Evaluate(&f.mentors[result.Mentors[i]].Mentor, asOf.UnixNano())
		}
	})
	return result
}

// evaluationBatch is how many mentors a goroutine evaluates before it fetches the next ones.
const evaluationBatch = 32

// EvaluateOne evaluates a single mentor, as Replay does.
func EvaluateOne(f *Facts, id MentorID, plan *criteria.Plan, asOf time.Time) criteria.Timeline {
	return plan.NewEvaluator(&f.tables).Evaluate(&f.mentors[id].Mentor, asOf.UnixNano())
}

// MentorsOf returns the mentors of a program, ascending: everybody who started a mentorship in it that was not voided.
func (f *Facts) MentorsOf(program string) []MentorID {
	index, known := f.programOf[program]
	if !known {
		return nil
	}
	var ids []MentorID
	for i := range f.mentors {
		if m := &f.mentors[i]; m.program == index && m.startedBy(maxTime) {
			ids = append(ids, MentorID(i))
		}
	}
	return ids
}

const maxTime = int64(1<<63 - 1)

// startedBy reports whether some mentorship had started by t.
func (m *mentor) startedBy(t int64) bool {
	return slices.ContainsFunc(m.bonds, func(b bond) bool { return !b.voided() && b.startedNS <= t })
}

// nextFact is when the first fact after t is, the greatest int64 when there is none.
func (m *mentor) nextFact(t int64) int64 {
	n := len(m.Facts)
	if n == 0 || m.Facts[n-1].At <= t {
		return maxTime
	}
	return m.Facts[sort.Search(n, func(i int) bool { return m.Facts[i].At > t })].At
}

// since is when the first mentorship started.
func (m *mentor) since() int64 {
	first := maxTime
	for _, b := range m.bonds {
		if !b.voided() {
			first = min(first, b.startedNS)
		}
	}
	return first
}

// MentorOf returns the number of a person as a mentor in a program.
func (f *Facts) MentorOf(program string, person uuid.UUID) (MentorID, bool) {
	p, known := f.personOf.find(person, f.personID)
	index, alsoKnown := f.programOf[program]
	if !known || !alsoKnown {
		return 0, false
	}
	id, ok := f.findMentor(index, p)
	return MentorID(id), ok
}

// Person returns who a mentor is.
func (f *Facts) Person(id MentorID) uuid.UUID { return f.tables.People[f.mentors[id].person] }

// ProgramOf returns the program that a mentor is one in.
func (f *Facts) ProgramOf(id MentorID) string { return f.programs[f.mentors[id].program] }

// EventsIn returns how many events up to asOf are facts of the program's mentors, each counted once.
func (f *Facts) EventsIn(program string, asOf time.Time) int {
	index, known := f.programOf[program]
	if !known {
		return 0
	}
	n, t := 0, asOf.UnixNano()
	for i := range f.mentors {
		if m := &f.mentors[i]; m.program == index && m.startedBy(maxTime) {
			for j := range m.Facts {
				if fact := &m.Facts[j]; fact.At <= t && !criteria.IsOutcome(fact.Type) {
					n++
				}
			}
		}
	}
	for i := range f.persons {
		if !f.isMenteeIn(index, uint32(i)) {
			continue
		}
		for own := f.persons[i].own; own != none; own = f.own[own].before {
			if o := &f.own[own]; criteria.IsOutcome(o.code) && o.flags&flagVoided == 0 && o.at <= t {
				n++
			}
		}
	}
	return n
}

// isMenteeIn reports whether the person has a mentorship as a mentee in the program.
func (f *Facts) isMenteeIn(program, person uint32) bool {
	for ref := f.persons[person].bond; ref.mentor != none; ref = f.bondAt(ref).before {
		if !f.bondAt(ref).voided() && f.mentors[ref.mentor].program == program {
			return true
		}
	}
	return false
}

// Standings are who holds which tier: what `laurel replay` prints.
type Standings struct {
	Program  string
	Criteria string // hash of the criteria document
	AsOf     time.Time
	Position string
	Events   int
	Mentors  []Standing // by score descending, then by person
}

// Standing is one mentor's place.
type Standing struct {
	Person   uuid.UUID
	Name     string // "" when the directory has none
	Tier     string // "" when none is held
	Score    criteria.Milli
	Measures []MeasureValue // in document order
	History  []TierChange   // oldest first
}

// MeasureValue is a measure's value in thousandths.
type MeasureValue struct {
	Name  string
	Value criteria.Milli
}

// TierChange is a transition from one tier to another, "" for none.
type TierChange struct {
	At    time.Time
	Tier  string
	From  string
	Cause string // the event's id, or "elapsed"
}

// NewStandings replays a program and puts the result into the order and words of a reader. People may be nil.
func NewStandings(f *Facts, people *People, program string, plan *criteria.Plan, asOf time.Time, workers int) *Standings {
	return f.standings(Replay(f, program, plan, asOf, workers), people, program, plan, asOf)
}

func (f *Facts) standings(timelines *Timelines, people *People, program string, plan *criteria.Plan, asOf time.Time) *Standings {
	s := f.standingsHead(program, plan, asOf)
	for i, id := range timelines.Mentors {
		if f.mentors[id].startedBy(asOf.UnixNano()) {
			s.Mentors = append(s.Mentors, f.standing(id, people, plan.Doc, &timelines.Of[i]))
		}
	}
	slices.SortFunc(s.Mentors, func(a, b Standing) int {
		if a.Score != b.Score {
			if a.Score > b.Score {
				return -1
			}
			return 1
		}
		return bytes.Compare(a.Person[:], b.Person[:])
	})
	return s
}

// standingsHead are standings without mentors.
func (f *Facts) standingsHead(program string, plan *criteria.Plan, asOf time.Time) *Standings {
	return &Standings{
		Program: program, Criteria: plan.Hash, AsOf: asOf.UTC(), Position: f.position.String(),
		Events: f.EventsIn(program, asOf),
	}
}

func (f *Facts) standing(id MentorID, people *People, doc *criteria.Document, t *criteria.Timeline) Standing {
	s := Standing{Person: f.Person(id), Tier: tierID(doc, t.Tier), Score: t.Score}
	if people != nil {
		contact, _ := people.Contact(s.Person)
		s.Name = contact.Name
	}
	s.Measures = make([]MeasureValue, len(t.Measures))
	for i, v := range t.Measures {
		s.Measures[i] = MeasureValue{doc.Measures[i].Name, v}
	}
	s.History = make([]TierChange, len(t.Transitions))
	for i, tr := range t.Transitions {
		s.History[i] = TierChange{
			At: time.Unix(0, tr.At).UTC(), Tier: tierID(doc, tr.To), From: tierID(doc, tr.From), Cause: f.cause(tr.Cause),
		}
	}
	return s
}

func tierID(doc *criteria.Document, tier int16) string {
	if tier == criteria.NoTier {
		return ""
	}
	return doc.Tiers[tier].ID
}

func (f *Facts) cause(cause int64) string {
	if cause == criteria.Elapsed {
		return "elapsed"
	}
	return f.ids[cause].String()
}

func sortIDs(ids []uuid.UUID) {
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// MarshalJSON writes the form that the README documents. Measures keep the order of the document.
func (s *Standings) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 256+512*len(s.Mentors))
	b = append(b, `{"program":`...)
	b = appendString(b, s.Program)
	b = append(b, `,"criteria":`...)
	b = appendString(b, s.Criteria)
	b = fmt.Appendf(b, `,"as_of":%q,"position":`, s.AsOf.Format(time.RFC3339Nano))
	b = appendString(b, s.Position)
	b = fmt.Appendf(b, `,"events":%d,"mentors":[`, s.Events)
	for i := range s.Mentors {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.Mentors[i].AppendJSON(b)
	}
	return append(b, "]}"...), nil
}

// AppendJSON appends the standing as a JSON object.
func (s *Standing) AppendJSON(b []byte) []byte {
	b = append(b, `{"person":"`...)
	b = append(b, s.Person.String()...)
	b = append(b, `","name":`...)
	b = appendString(b, s.Name)
	b = append(b, `,"tier":`...)
	b = appendString(b, s.Tier)
	b = append(b, `,"score":`...)
	b = AppendMilli(b, s.Score)
	b = append(b, `,"measures":{`...)
	for i, m := range s.Measures {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, m.Name), ':')
		b = AppendMilli(b, m.Value)
	}
	b = append(b, `},"history":[`...)
	for i, h := range s.History {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"at":"`...)
		b = h.At.AppendFormat(b, time.RFC3339Nano)
		b = append(b, `","tier":`...)
		b = appendString(b, h.Tier)
		b = append(b, `,"from":`...)
		b = appendString(b, h.From)
		b = append(b, `,"cause":`...)
		b = append(appendString(b, h.Cause), '}')
	}
	return append(b, "]}"...)
}

// MarshalJSON writes the standing as AppendJSON does.
func (s Standing) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// AppendMilli appends thousandths as a decimal number without trailing zeros.
func AppendMilli(b []byte, milli int64) []byte {
	if milli < 0 {
		b = append(b, '-')
	}
	abs := uint64(milli)
	if milli < 0 {
		abs = -abs
	}
	b = strconv.AppendUint(b, abs/1000, 10)
	if rest := abs % 1000; rest != 0 {
		digits := [4]byte{'.', byte('0' + rest/100), byte('0' + rest/10%10), byte('0' + rest%10)}
		b = append(b, bytes.TrimRight(digits[:], "0")...)
	}
	return b
}

// FormatMilli returns thousandths as a decimal number without trailing zeros.
func FormatMilli(milli int64) string { return string(AppendMilli(nil, milli)) }
