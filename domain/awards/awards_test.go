package awards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// A history is told in days: instants are small numbers, a day each.
const day = int64(24 * 3600 * 1e9)

// plan has the tiers bronze < silver < gold; gold is reviewed.
func plan(t testing.TB, lost string) *criteria.Plan {
	t.Helper()
	p, err := criteria.Load("test", []byte(`apiVersion: laurel/v1
kind: Criteria
program: p
measures: {effort: {sum: points, of: {SessionHeld: 1}}}
score: effort
tiers:
  - {id: bronze, when: effort >= 1}
  - {id: silver, when: effort >= 2}
  - {id: gold, when: effort >= 3, review: true}
policy: {lost: `+lost+`}
`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// regime spells "FROM POLICY", such as "10 revoke"; its timeline "DAY TIER" pairs, such as "3 silver, 7 -".
type regime struct{ from, lost, timeline string }

func build(t testing.TB, script []regime) ([]awards.Regime, []criteria.Timeline) {
	t.Helper()
	var regimes []awards.Regime
	var timelines []criteria.Timeline
	for i, s := range script {
		var from int64
		if _, err := fmt.Sscan(s.from, &from); err != nil {
			t.Fatal(err)
		}
		r := awards.Regime{From: from * day, To: 1<<63 - 1, Hash: fmt.Sprint("c", i+1), Plan: plan(t, s.lost)}
		if i > 0 {
			regimes[i-1].To = r.From
		}
		regimes = append(regimes, r)
		timelines = append(timelines, timeline(t, s.timeline))
	}
	return regimes, timelines
}

var tiers = []string{"-", "bronze", "silver", "gold"}

func timeline(t testing.TB, text string) criteria.Timeline {
	t.Helper()
	result := criteria.Timeline{Tier: criteria.NoTier}
	for i, part := range strings.Split(text, ", ") {
		if text == "" {
			break
		}
		var at int64
		var tier string
		if _, err := fmt.Sscan(part, &at, &tier); err != nil {
			t.Fatalf("%q: %v", part, err)
		}
		to := int16(slices.Index(tiers, tier) - 1)
		result.Transitions = append(result.Transitions, criteria.Transition{At: at * day, Cause: int64(i), From: result.Tier, To: to})
		result.Tier = to
	}
	return result
}

// decide is one look at a history at a time: it decides, and records what it decided.
func decide(regimes []awards.Regime, timelines []criteria.Timeline, held []awards.Held, until int64) ([]awards.Held, []string) {
	var cut []criteria.Timeline
	for i, r := range regimes {
		var c criteria.Timeline
		for _, tr := range timelines[i].Transitions {
			if tr.At <= r.Until(until*day) {
				c.Transitions = append(c.Transitions, tr)
			}
		}
		cut = append(cut, c)
	}
	path := awards.Path(regimes, cut, until*day)
	decisions := awards.Reconcile(regimes, awards.Episodes(regimes, path, until*day), held, until*day)
	var told []string
	fresh := map[string]int{}
	for _, d := range decisions {
		i := d.Held
		if i < 0 {
			key := fmt.Sprint(d.Tier, d.Ordinal)
			if d.Verb == awards.Propose || d.Verb == awards.Grant {
				held = append(held, awards.Held{Tier: d.Tier, From: d.From})
				fresh[key] = len(held) - 1
			}
			i = fresh[key]
		}
		a := &held[i]
		line := ""
		switch d.Verb {
		case awards.Propose, awards.Grant:
			a.Standing = awards.Granted
			line = "grant"
			if d.Verb == awards.Propose {
				a.Standing, line = awards.Proposed, "propose"
			}
			line = fmt.Sprintf("%s %s/%d earned %d from %d", line, d.Tier, d.Ordinal, d.Episode.EarnedAt/day, d.From/day)
		case awards.Keep:
			a.Kept = append(a.Kept, regimes[d.Regime].Hash)
			line = fmt.Sprintf("keep %s at %d under %s", d.Tier, d.At/day, regimes[d.Regime].Hash)
		case awards.Revoke, awards.Expire:
			verb := map[awards.Verb]string{awards.Revoke: "revoke", awards.Expire: "expire"}[d.Verb]
			a.Standing, a.ClosedAt = awards.Closed, d.At
			line = fmt.Sprintf("%s %s at %d: %s", verb, d.Tier, d.At/day, d.Reason)
		}
		told = append(told, line)
	}
	return held, told
}

func TestDecisions(t *testing.T) {
	const (
		grandfather = "grandfather"
		revoke      = "revoke"
		grace       = "{grace: 5d}"
	)
	for _, c := range []struct {
		name   string
		script []regime
		held   []awards.Held // given before
		until  int64
		want   []string
	}{
		{name: "no criteria decide nothing", until: 9},
		{name: "criteria of the future decide nothing", script: []regime{{"10", revoke, "1 bronze"}}, until: 9},
		{
			name: "a tier reached under criteria in force", script: []regime{{"0", revoke, "3 bronze"}}, until: 9,
			want: []string{"grant bronze/0 earned 3 from 3"},
		},
		{
			name: "criteria find a mentor who qualified before", script: []regime{{"5", revoke, "3 bronze"}}, until: 9,
			want: []string{"grant bronze/0 earned 3 from 5"},
		},
		{
			name:   "what was lost before criteria came into force was never awarded",
			script: []regime{{"5", revoke, "1 silver, 3 bronze"}}, until: 9,
			want: []string{"grant bronze/0 earned 1 from 5"},
		},
		{
			name: "a reviewed tier is proposed", script: []regime{{"0", revoke, "3 gold"}}, until: 9,
			want: []string{"propose gold/0 earned 3 from 3"},
		},
		{
			name: "each tier on the way up", script: []regime{{"0", revoke, "1 bronze, 2 silver, 3 gold"}}, until: 9,
			want: []string{
				"grant bronze/0 earned 1 from 1", "grant silver/0 earned 2 from 2", "propose gold/0 earned 3 from 3",
			},
		},
		{
			name:   "a tier passed over is awarded when it is what is left",
			script: []regime{{"0", revoke, "1 silver, 4 bronze"}}, until: 9,
			want: []string{
				"grant silver/0 earned 1 from 1", "revoke silver at 4: no-longer-met", "grant bronze/0 earned 1 from 4",
			},
		},
		{
			name: "grandfathered", script: []regime{{"0", grandfather, "1 silver, 4 -, 6 silver, 8 -"}}, until: 9,
			want: []string{"grant silver/0 earned 1 from 1", "keep silver at 4 under c1"},
		},
		{
			name: "revoked, and earned again", script: []regime{{"0", revoke, "1 silver, 4 -, 6 silver"}}, until: 9,
			want: []string{
				"grant silver/0 earned 1 from 1", "revoke silver at 4: no-longer-met", "grant silver/1 earned 6 from 6",
			},
		},
		{
			name: "grace runs", script: []regime{{"0", grace, "1 silver, 4 -"}}, until: 8,
			want: []string{"grant silver/0 earned 1 from 1"},
		},
		{
			name: "grace ran out", script: []regime{{"0", grace, "1 silver, 4 -"}}, until: 9,
			want: []string{"grant silver/0 earned 1 from 1", "expire silver at 9: no-longer-met"},
		},
		{
			name: "earned again at the last instant of grace", script: []regime{{"0", grace, "1 silver, 4 -, 9 silver"}}, until: 20,
			want: []string{"grant silver/0 earned 1 from 1"},
		},
		{
			name: "each loss has its own grace", script: []regime{{"0", grace, "1 silver, 4 -, 8 silver, 10 -"}}, until: 15,
			want: []string{"grant silver/0 earned 1 from 1", "expire silver at 15: no-longer-met"},
		},
		{
			name: "falling on does not prolong grace", script: []regime{{"0", grace, "1 gold, 4 silver, 8 -"}}, until: 10,
			want: []string{
				"propose gold/0 earned 1 from 1", "expire gold at 9: no-longer-met", "grant silver/0 earned 1 from 4",
			},
		},
		{
			name: "new criteria revoke", script: []regime{{"0", grandfather, "1 silver"}, {"5", revoke, "2 bronze"}}, until: 9,
			want: []string{
				"grant silver/0 earned 1 from 1", "revoke silver at 5: criteria-changed", "grant bronze/0 earned 2 from 5",
			},
		},
		{
			name: "new criteria keep", script: []regime{{"0", revoke, "1 silver"}, {"5", grandfather, ""}}, until: 9,
			want: []string{"grant silver/0 earned 1 from 1", "keep silver at 5 under c2"},
		},
		{
			name: "new criteria give grace", script: []regime{{"0", revoke, "1 silver"}, {"5", grace, ""}}, until: 10,
			want: []string{"grant silver/0 earned 1 from 1", "expire silver at 10: criteria-changed"},
		},
		{
			name:   "what was kept may end under new criteria",
			script: []regime{{"0", grandfather, "1 silver, 2 -"}, {"5", grace, ""}}, until: 10,
			want: []string{
				"grant silver/0 earned 1 from 1", "keep silver at 2 under c1", "expire silver at 10: criteria-changed",
			},
		},
		{
			name:   "a grace that has begun is measured by the new length",
			script: []regime{{"0", "{grace: 90d}", "1 silver, 2 -"}, {"9", grace, ""}}, until: 10,
			want: []string{"grant silver/0 earned 1 from 1", "expire silver at 9: no-longer-met"},
		},
		{
			name: "rolled back in time", script: []regime{
				{"0", revoke, "1 silver"}, {"5", grace, ""}, {"8", revoke, "1 silver"},
			}, until: 20,
			want: []string{"grant silver/0 earned 1 from 1"},
		},
		{
			name: "declined: the same episode is not proposed again", script: []regime{{"0", revoke, "1 gold"}}, until: 20,
			held: []awards.Held{{Tier: "gold", From: 1 * day, Standing: awards.Closed, ClosedAt: 3 * day, ByHuman: true}},
		},
		{
			name: "declined: another one is", script: []regime{{"0", revoke, "1 gold, 5 -, 7 gold"}}, until: 20,
			held: []awards.Held{{Tier: "gold", From: 1 * day, Standing: awards.Closed, ClosedAt: 3 * day, ByHuman: true}},
			want: []string{"propose gold/1 earned 7 from 7"},
		},
		{
			name: "revoked by mistake of the history then known", script: []regime{{"0", revoke, "1 silver"}}, until: 20,
			held: []awards.Held{{Tier: "silver", From: 1 * day, Standing: awards.Closed, ClosedAt: 3 * day}},
			want: []string{"grant silver/1 earned 1 from 3"},
		},
		{
			name: "nothing leads to an award any more: revoked", script: []regime{{"0", revoke, ""}}, until: 20,
			held: []awards.Held{{Tier: "silver", From: 1 * day, Standing: awards.Granted}},
			want: []string{"revoke silver at 20: history-corrected"},
		},
		{
			name: "nothing leads to an award any more: kept", script: []regime{{"0", grandfather, ""}}, until: 20,
			held: []awards.Held{{Tier: "silver", From: 1 * day, Standing: awards.Granted}},
			want: []string{"keep silver at 20 under c1"},
		},
		{
			name: "nothing leads to an award any more: expired", script: []regime{{"0", grace, ""}}, until: 20,
			held: []awards.Held{{Tier: "silver", From: 1 * day, Standing: awards.Granted}},
			want: []string{"expire silver at 20: history-corrected"},
		},
		{
			name: "nothing leads to a proposal any more", script: []regime{{"0", grandfather, ""}}, until: 20,
			held: []awards.Held{{Tier: "gold", From: 1 * day, Standing: awards.Proposed}},
			want: []string{"revoke gold at 20: history-corrected"},
		},
		{
			name: "an award of later is not judged by a look at earlier", script: []regime{{"0", revoke, ""}}, until: 5,
			held: []awards.Held{{Tier: "silver", From: 6 * day, Standing: awards.Granted}},
		},
		{
			name: "a past episode that late events brought", script: []regime{{"0", revoke, "1 silver, 3 -, 6 silver"}}, until: 20,
			held: []awards.Held{{Tier: "silver", From: 6 * day, Standing: awards.Granted}},
			want: []string{"grant silver/1 earned 1 from 1", "revoke silver at 3: no-longer-met"},
		},
		{
			name: "granted after review while no longer met", script: []regime{{"0", grandfather, "1 gold, 3 -"}}, until: 20,
			held: []awards.Held{{Tier: "gold", From: 1 * day, Standing: awards.Granted}},
			want: []string{"keep gold at 3 under c1"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			regimes, timelines := build(t, c.script)
			held, told := decide(regimes, timelines, c.held, c.until)
			if !slices.Equal(told, c.want) {
				t.Errorf("decided\n\t%s\nwant\n\t%s", strings.Join(told, "\n\t"), strings.Join(c.want, "\n\t"))
			}
			if _, again := decide(regimes, timelines, held, c.until); len(again) > 0 {
				t.Errorf("looking again decided %q", again)
			}
		})
	}
}
