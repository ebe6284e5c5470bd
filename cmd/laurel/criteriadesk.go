package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// desk is a log opened to decide about the criteria of one program, with who decides.
type desk struct {
	history
	governance *projections.Governance
	register   *projections.Register
	actor      actor
}

// criteria is the desk as decisions are made on it.
func (d *desk) criteria() *awarding.CriteriaDesk {
	return &awarding.CriteriaDesk{Store: d.store, Facts: d.facts, Governance: d.governance, Register: d.register,
		Program: d.program, AsOf: d.asOf}
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
	if d.governance, err = projections.ReadGovernance(ctx, d.store, &head); err != nil {
		return err
	}
	d.register, err = projections.ReadRegister(ctx, d.store, &head)
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

// shortHash is a hash as people write it.
func shortHash(hash string) string {
	const shownBytes = len("sha256:") + 12
	return hash[:min(shownBytes, len(hash))]
}
