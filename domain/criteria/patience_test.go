package criteria

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
)

// TestPutOffExpiriesChangeNothing compares an evaluator that puts expiries off with one that visits each of them, under
// documents made for it: windowed and decaying measures, compared with constants only, under linear scores, and the score in integers with the score in doubles.
func TestPutOffExpiriesChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		patient := randomPatientPlan(t)
		if len(patient.patient) == 0 {
			t.Fatal("nothing is put off")
		}
		hasty := *patient
		hasty.patient, hasty.sharers, hasty.measures = nil, 0, slices.Clone(patient.measures)
		for i := range hasty.measures {
			hasty.measures[i].patient = false
		}
		m, tables := randomMentor(t)
		a, b := patient.NewEvaluator(tables), hasty.NewEvaluator(tables)
		for i := range m.Facts {
			asOf := m.Facts[i].At + rapid.SampledFrom([]int64{0, 0, dayNS, 30 * dayNS}).Draw(t, "later")
			got, want := a.Evaluate(m, asOf), b.Evaluate(m, asOf)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("as of fact %d:\n got %+v\nwant %+v", i, got, want)
			}
			doubles := roundScore(patient.scoreOf.number(&values{milli: got.Measures}))
			if got.Score != doubles {
				t.Fatalf("as of fact %d: score %d by integers, %d by doubles", i, got.Score, doubles)
			}
		}
	})
}

func randomPatientPlan(t *rapid.T) *Plan {
	days := rapid.SampledFrom([]string{"5d", "14d", "30d", "90d", "400d"})
	constant := rapid.SampledFrom([]string{"0.5", "1", "2", "4", "7", "12", "25", "60", "5000000", "100000000000"})
	variable := rapid.SampledFrom([]string{"skills", "mentees", "events", "sum", "decayed", "huge", "score"})
	text := "apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\nmeasures:\n" +
		"  skills: {count: skills, of: [SessionHeld, PracticeShared], window: " + days.Draw(t, "w1") + "}\n" +
		"  mentees: {count: mentees, of: [SessionHeld, PracticeShared, GoalMet], window: " + days.Draw(t, "w2") + "}\n" +
		"  events: {count: events, of: [SessionHeld, FeedbackGiven], window: " + days.Draw(t, "w3") + "}\n" +
		"  sum: {sum: points, of: {SessionHeld: 1, GoalMet: 0.333}, window: " + days.Draw(t, "w4") +
		", caps: [{per: mentee, every: week, max: 2.5}]}\n" +
		"  decayed: {sum: points, of: {SessionHeld: 1, FeedbackGiven: 5}, window: 120d, " +
		"decay: [{after: 7d, keep: 0.777}, {after: 20d, keep: 0.5}]}\n" +
		"  huge: {sum: points, of: {SessionHeld: 1000000}, window: 90d}\n" +
		"score: '" + rapid.SampledFrom([]string{
		"sum + decayed", "2 * sum + 0.5 * decayed - 3", "events + mentees", "sum - events", "decayed * 0.001",
		"0.5 * (sum + 1)", "sum / 3", "100000 * huge - 99999 * huge", "100000 * huge - sum",
	}).Draw(t, "score") + "'\ntiers:\n"
	for _, id := range []string{"a", "b", "c"} {
		text += "  - {id: " + id + ", when: '" + variable.Draw(t, "left") + " " +
			rapid.SampledFrom([]string{">=", ">", "<"}).Draw(t, "operator") + " " + constant.Draw(t, "constant") +
			" && " + variable.Draw(t, "left") + " >= " + constant.Draw(t, "constant") + "', keep: " +
			rapid.SampledFrom([]string{"while-met", "3d", "40d"}).Draw(t, "keep") + "}\n"
	}
	doc, diagnostics := Parse("random.yaml", []byte(text))
	if diagnostics.HasErrors() {
		t.Fatalf("%s\n%v", text, diagnostics)
	}
	checked, _ := CheckExpressions(doc)
	plan, err := Compile(checked)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// randomMentor draws a mentor with up to 120 facts, closer together than most windows are long.
func randomMentor(t *rapid.T) (*Mentor, *Tables) {
	code := func(of domain.EventType) uint8 {
		c, _ := TypeCode(of)
		return c
	}
	types := rapid.SampledFrom([]uint8{
		code(domain.TypeSessionHeld), code(domain.TypeSessionHeld), code(domain.TypeSessionHeld), code(domain.TypeGoalMet),
		code(domain.TypeFeedbackGiven), code(domain.TypePracticeShared), code(domain.TypeThreadPosted),
	})
	m := &Mentor{Bonds: []uint32{0, 1, 2, 1}, Mentees: []uint32{1, 2, 3}}
	at := domain.OccurredMin.UnixNano() + 30_000*dayNS
	for n := rapid.IntRange(1, 120).Draw(t, "facts"); len(m.Facts) < n; {
		at += rapid.SampledFrom([]int64{0, dayNS / 3, dayNS, dayNS, 2 * dayNS, 5 * dayNS, 40 * dayNS}).Draw(t, "gap")
		f := Fact{
			At: at, Seq: uint32(len(m.Facts)), Type: types.Draw(t, "type"), Bond: rapid.Uint32Range(0, 3).Draw(t, "bond"),
			Skill: rapid.Uint16Range(0, 4).Draw(t, "skill"),
		}
		if FactType(f.Type) == domain.TypePracticeShared {
			f.Bond = NoBond
		}
		m.Facts = append(m.Facts, f)
	}
	slices.SortStableFunc(m.Facts, func(a, b Fact) int { return cmp.Compare(a.At, b.At) })
	return m, &Tables{Labels: []string{""}, Skills: []string{"", "a", "b", "c", "d"}, People: make([]uuid.UUID, 4)}
}
