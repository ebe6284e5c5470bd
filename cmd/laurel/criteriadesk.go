package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// desk is a log opened to decide about the criteria of one program, with who decides.
type desk struct {
	history
	governance *projections.Governance
	actor      actor
}

// criteriaAct is what became of a decision about criteria.
type criteriaAct struct {
	Act         string              `json:"act"`
	Program     string              `json:"program"`
	Criteria    string              `json:"criteria"`
	By          uuid.UUID           `json:"by"`
	At          time.Time           `json:"at"`
	EffectiveAt time.Time           `json:"effective_at,omitzero"`
	Recorded    bool                `json:"recorded"` // false: the command was carried out before
	Event       uuid.UUID           `json:"event"`
	Position    string              `json:"position"` // of the log, with the decision
	Impact      *projections.Impact `json:"impact,omitempty"`

	Awards *projections.AwardPreview `json:"awards,omitempty"` // what the award process would decide
}

// openDesk opens the log that is there, reads all of it, and finds out who acts. The program is chosen later.
func (a *app) openDesk(ctx context.Context, f *actFlags) (*desk, error) {
	store, err := a.openToChange()
	if err != nil {
		return nil, err
	}
	d := &desk{history: history{store: store}}
	if err := a.readDesk(ctx, d, f); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return d, nil
}

func (a *app) readDesk(ctx context.Context, d *desk, f *actFlags) (err error) {
	d.people = projections.NewPeople()
	if d.facts, err = a.buildFacts(ctx, d.store, eventstore.Position{}, d.people); err != nil {
		return err
	}
	in, actor, err := a.act(ctx, d.store, f, d.people, true)
	if err != nil {
		return err
	}
	d.store, d.actor = in, actor
	d.asOf = d.actor.meta.OccurredAt
	head := d.facts.Position()
	d.governance, err = projections.ReadGovernance(ctx, d.store, &head)
	return err
}

// buildFacts folds the log up to a position, the zero one for its end.
func (a *app) buildFacts(ctx context.Context, store eventstore.Store, upTo eventstore.Position,
	people *projections.People) (*projections.Facts, error) {
	progress := a.progress("Reading the log", "events", 0)
	facts, err := projections.Build(ctx, store, projections.BuildOptions{UpTo: upTo, People: people,
		Progress: func(events int) { progress.SetOf(int64(events), 0) }})
	progress.Done()
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return facts, nil
}

// find resolves a REF to the hash of criteria in the log, and takes their program for the one to decide about.
func (d *desk) find(cmd *cobra.Command, ref string) (hash string, err error) {
	named := ""
	if flag := cmd.Flags().Lookup("program"); flag != nil && flag.Changed {
		named = flag.Value.String()
	}
	text, err := readLimited(ref, criteriaBytesMax)
	switch {
	case err == nil:
		c, err := parseCriteria(ref, ref, text)
		if err != nil {
			return "", err
		}
		d.program = c.doc.Program
		return c.hash, sameProgram(named, c.doc.Program)
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	case !hashPrefix.MatchString(ref):
		return "", badInput("find criteria", ref, "there is no such file, and it is no beginning of a hash",
			"name criteria by the first digits of their hash, as `laurel criteria list` shows them")
	}
	if hash, err = findHash(d.governance, ref, named); err == nil {
		d.program = d.governance.ProgramOf(hash)
	}
	return hash, err
}

func sameProgram(named, program string) error {
	if named == "" || named == program {
		return nil
	}
	return usage(fmt.Sprintf("the criteria are written for program %q, and --program is %q", program, named),
		"leave --program out, or name the other file")
}

// chooseProgram takes the program that was named, or the only one that has criteria, or else the only one there is.
func (d *desk) chooseProgram(ctx context.Context, named, position string) (err error) {
	programs := d.governance.Programs()
	if len(programs) == 0 || named != "" && !slices.Contains(programs, named) {
		if programs, err = knownPrograms(ctx, d.store, d.upTo); err != nil {
			return err
		}
	}
	d.program, err = chooseProgram(named, programs, position)
	return err
}

// impact computes what the criteria of a hash would change at the end of the log.
func (d *desk) impact(hash string) (*projections.Impact, error) {
	return impactOf(d.facts, d.governance, d.program, hash, d.asOf)
}

// impactOf computes what criteria would change against those in force at a time.
func impactOf(facts *projections.Facts, g *projections.Governance, program, hash string, asOf time.Time) (
	*projections.Impact, error) {
	document, ok := g.Document(hash)
	if !ok {
		return nil, failed("find criteria", hash, "the log does not hold their document", "propose them first")
	}
	to, err := criteria.Load(hash, []byte(document))
	if err != nil {
		return nil, err
	}
	from, err := planInForce(g, program, asOf)
	if err != nil {
		return nil, err
	}
	return projections.NewImpact(facts, program, from, to, asOf, 0), nil
}

// planInForce compiles the criteria in force at a time; nil where there are none.
func planInForce(g *projections.Governance, program string, at time.Time) (*criteria.Plan, error) {
	current, ok := g.InForce(program, at)
	if !ok {
		return nil, nil
	}
	return criteria.Load(current.Hash, []byte(current.Document))
}

// try judges a command without recording anything. It reports whether it was carried out before.
func (d *desk) try(ctx context.Context, command domain.Command) (done bool, err error) {
	program := domain.Slug(d.program)
	handled, err := eventstore.Judge(ctx, d.store, domain.CriteriaStream(program), domain.CriteriaDecider(program), command)
	return err == nil && len(handled.Events) == 0, err
}

// record carries the command out.
func (d *desk) record(ctx context.Context, act criteriaAct, command domain.Command) (criteriaAct, error) {
	if act.Impact != nil {
		at := d.asOf
		if !act.EffectiveAt.IsZero() {
			at = act.EffectiveAt
		}
		document, _ := d.governance.Document(act.Criteria)
		if proposed, ok := command.(domain.ProposeCriteria); ok {
			document = proposed.Document
		}
		preview, err := d.previewAwards(ctx, document, at)
		if err != nil {
			return act, err
		}
		act.Awards = &preview
	}
	decider := domain.CriteriaDecider(domain.Slug(d.program))
	handled, err := eventstore.Handle(ctx, d.store, domain.CriteriaStream(domain.Slug(d.program)), decider, command)
	if err != nil {
		return act, err
	}
	act.Program, act.By, act.At = d.program, d.actor.person, d.actor.meta.OccurredAt
	act.Recorded, act.Event, act.Position = len(handled.Events) > 0, d.actor.meta.ID, handled.Position.String()
	if act.Impact != nil {
		act.Impact = act.Impact.Listed()
	}
	return act, nil
}

// previewAwards counts what would be decided about awards if criteria came into force at a time: as of then, or of the
// decision where that is later.
func (d *desk) previewAwards(ctx context.Context, document string, at time.Time) (projections.AwardPreview, error) {
	var none *projections.NoCriteriaError
	asOf := d.asOf
	if at.After(asOf) {
		asOf = at
	}
	regimes, err := projections.CompileRegimes(d.governance, d.program, asOf)
	if err != nil && !errors.As(err, &none) {
		return projections.AwardPreview{}, err
	}
	head := d.facts.Position()
	register, err := projections.ReadRegister(ctx, d.store, &head)
	if err != nil {
		return projections.AwardPreview{}, err
	}
	plan, err := criteria.Load("criteria", []byte(document))
	if err != nil {
		return projections.AwardPreview{}, err
	}
	return projections.PreviewAwards(d.facts, d.program, regimes, register, plan, at, asOf), nil
}

// shortHash is a hash as people write it.
func shortHash(hash string) string {
	const shownBytes = len("sha256:") + 12
	return hash[:min(shownBytes, len(hash))]
}
