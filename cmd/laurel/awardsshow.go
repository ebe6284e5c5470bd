package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// awardEvidence is an event that an award rests on.
type awardEvidence struct {
	Event  uuid.UUID        `json:"event"`
	Type   domain.EventType `json:"type"`
	At     time.Time        `json:"at"`
	Stream string           `json:"stream"`
	Voided bool             `json:"voided"`
}

// awardDecision is one decision about an award.
type awardDecision struct {
	Event      uuid.UUID        `json:"event"`
	Decision   domain.EventType `json:"decision"`
	At         time.Time        `json:"at"` // when it takes effect
	RecordedAt time.Time        `json:"recorded_at"`
	Position   string           `json:"position"`
	Actor      string           `json:"actor"`
	Note       string           `json:"note,omitempty"`
}

// awardDetail is an award with everything that belongs to it.
type awardDetail struct {
	awardRow
	AsOf          time.Time               `json:"as_of,omitzero"` // up to which the standing was computed
	Measures      map[string]domain.Milli `json:"measures"`
	Evidence      []awardEvidence         `json:"evidence"`
	EvidenceTotal int                     `json:"evidence_total"`
	Decisions     []awardDecision         `json:"decisions"`
	Claims        []domain.Slug           `json:"claims,omitempty"`
}

func newAwardsShow(a *app) *cobra.Command {
	var limit int
	var today bool
	var tier string
	cmd := &cobra.Command{
		Use:   "show AWARD",
		Short: "Show an award: what it rests on, and every decision about it",
		Long: `Show an award: when it was earned, under which criteria, with which measures, by which events, and every decision
about it. AWARD is an id, the first digits of one, or a PERSON together with --tier.

With --would-hold-today, say whether the criteria in force would give it, and which clauses fail, as of --as-of and by
what was known at --position.`,
		Example: `  laurel awards show 3f6c01ab
  laurel awards show 3f6c01ab --as-of 2020-01-01 -o json
  laurel awards show ada@example.org --tier champion --would-hold-today`,
		Args:              args("AWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			if tier == "" && !awardDigits.MatchString(strings.ToLower(strings.TrimSpace(given[0]))) {
				return usage(fmt.Sprintf("AWARD %s is no id", quoted(given[0])),
					"give an id, or its first 4 digits or more; or a PERSON together with --tier")
			}
			ctx := cmd.Context()
			r, err := a.openRegistry(ctx)
			if err != nil {
				return err
			}
			defer r.close()
			award, err := r.findOf(given[0], a.cfg.program, tier)
			if err != nil {
				return err
			}
			d, err := r.detail(ctx, award)
			if err != nil {
				return err
			}
			if today {
				return a.printWouldHold(ctx, r, award, d)
			}
			return a.printAward(r, d, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", explainShownMax, "show at most `N` events of the evidence; 0 is all")
	cmd.Flags().BoolVar(&today, "would-hold-today", false, "say whether the criteria in force would give it")
	cmd.Flags().StringVar(&tier, "tier", "", "the newest award of this `TIER` of a PERSON, instead of an id")
	must(cmd.RegisterFlagCompletionFunc("tier", cobra.NoFileCompletions))
	a.programFlag(cmd)
	return cmd
}

// detail collects what belongs to an award.
func (r *registry) detail(ctx context.Context, award *projections.RegisteredAward) (*awardDetail, error) {
	state, ok := r.state(award)
	if !ok {
		wrong, hint := "its decision was voided", "choose a --position before that to see it as it was known"
		if award.Status != "" {
			wrong = "it was not in the register at " + r.asOf.UTC().Format(time.RFC3339)
			hint = "choose a later --as-of, or leave it out"
		}
		return nil, badInput("show award", award.ID.String(), wrong, hint)
	}
	d := &awardDetail{awardRow: r.row(state), AsOf: state.Case.AsOf, Measures: state.Case.Measures,
		EvidenceTotal: max(state.Case.EvidenceTotal, len(state.Case.Evidence)), Evidence: []awardEvidence{}}
	for _, claim := range state.Claims {
		d.Claims = append(d.Claims, claim.Reward)
	}
	for i := range award.Events {
		e := &award.Events[i]
		at := projections.EffectiveAt(e.Event)
		if r.asOf != nil && at.After(*r.asOf) {
			continue
		}
		d.Decisions = append(d.Decisions, awardDecision{e.ID, e.Payload.EventType(), at.UTC(), e.RecordedAt,
			e.Position.String(), e.Meta.Actor, decisionNote(e.Event)})
	}
	var err error
	d.Evidence, err = r.evidence(ctx, state.Case.Evidence)
	return d, err
}

// decisionNote is what there is to say about a decision beside its kind.
func decisionNote(e domain.Event) string {
	switch p := e.Payload.(type) {
	case *domain.AwardKept:
		return "under " + p.Criteria
	case *domain.AwardRevoked:
		return p.ReasonCode
	case *domain.AwardExpired:
		return p.ReasonCode
	case *domain.AwardDeclined:
		return p.ReasonCode
	case *domain.RewardClaimed:
		return string(p.Reward)
	case *domain.AcknowledgementPublished:
		return "before " + string(p.Audience)
	case *domain.EventVoided:
		return p.Reason
	}
	return ""
}

// evidence finds events in the log, in the order given.
func (r *registry) evidence(ctx context.Context, ids []uuid.UUID) ([]awardEvidence, error) {
	place := make(map[uuid.UUID]int, len(ids))
	found := make([]awardEvidence, len(ids))
	for i, id := range ids {
		place[id], found[i].Event = i, id
	}
	filter := eventstore.Filter{Categories: []string{domain.CategoryMentorship, domain.CategoryPerson}}
	for e, err := range r.store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return nil, err
		}
		if r.upTo != nil && r.store.ComparePositions(e.Position, *r.upTo) > 0 {
			break
		}
		if i, ok := place[e.ID]; ok {
			found[i].Type, found[i].At, found[i].Stream = e.Type, e.Meta.OccurredAt, e.Stream
		}
		if e.Type != domain.TypeEventVoided {
			continue
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return nil, err
		}
		if i, ok := place[event.Payload.(*domain.EventVoided).EventID]; ok {
			found[i].Voided = true
		}
	}
	return found, nil
}

func (a *app) printAward(r *registry, d *awardDetail, limit int) error {
	granted := ""
	if d.GrantedBy != nil {
		granted = ", granted by " + r.name(*d.GrantedBy)
	}
	lines := []string{
		fmt.Sprintf("Award %s of program %s.", d.Award, d.Program),
		fmt.Sprintf("Earned %s, in the register from %s%s.", day(d.EarnedAt), day(d.From), granted),
		"Criteria " + d.Criteria + ", known up to " + d.Position + ".",
	}
	sections := []render.Section{{Title: fmt.Sprintf("%s: %s, %s", r.name(d.Person), d.Tier, d.Status), Lines: lines}}
	decisions := render.Section{Title: "Decisions", Columns: []render.Column{{Name: "at", Whole: true}, {Name: "decision"},
		{Name: "recorded", Whole: true}, {Name: "by"}, {Name: "note", Wrap: true}}}
	for _, e := range d.Decisions {
		by := e.Actor
		if id, err := uuid.Parse(by); err == nil {
			by = r.name(id)
		}
		decisions.Rows = append(decisions.Rows, []string{day(e.At), string(e.Decision), day(e.RecordedAt), by, e.Note})
	}
	measures := render.Section{Title: "Measures when it was earned", Columns: []render.Column{{Name: "measure"},
		{Name: "value", Right: true}}}
	for _, name := range slices.Sorted(maps.Keys(d.Measures)) {
		measures.Rows = append(measures.Rows, []string{name, projections.FormatMilli(int64(d.Measures[name]))})
	}
	evidence := render.Section{Title: "Evidence, the newest first", Columns: []render.Column{{Name: "at", Whole: true},
		{Name: "type"}, {Name: "event", Whole: true}, {Name: ""}}}
	n := shorten(&evidence, len(d.Evidence), limit)
	for i := range n {
		e := d.Evidence[len(d.Evidence)-1-i]
		voided := ""
		if e.Voided {
			voided = "voided"
		}
		evidence.Rows = append(evidence.Rows, []string{day(e.At), string(e.Type), e.Event.String(), voided})
	}
	data := render.Section{Columns: render.Columns("event", "type", "at", "stream", "voided")}
	for _, e := range d.Evidence {
		data.Rows = append(data.Rows, []string{e.Event.String(), string(e.Type), e.At.Format(time.RFC3339Nano), e.Stream,
			fmt.Sprint(e.Voided)})
	}
	return a.out.Print(render.Result{Document: d, Sections: append(sections, decisions, measures, evidence), Data: data})
}
