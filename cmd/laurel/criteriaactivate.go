package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newCriteriaActivate(a *app) *cobra.Command {
	var f actFlags
	var effective, seen string
	var backdate bool
	cmd := &cobra.Command{
		Use:   "activate REF --by PERSON",
		Short: "Put approved criteria in force, now, later, or from a time in the past on",
		Long: `Put approved criteria in force from --effective on. A time in the future is a schedule: until then the
present criteria stay in force, and "laurel criteria withdraw" can still stop it. A time in the past needs --backdate:
what was decided since may then have been decided under other criteria than those of its time.

Criteria hold until the next ones that are in force take over, also where these were activated earlier. What the
approver saw must still be what would change; see "laurel criteria approve --help".`,
		Example: `  laurel criteria activate 3f6c --by grace@example.org
  laurel criteria activate 3f6c --by grace@example.org --effective 2030-01-01
  laurel criteria activate 3f6c --by grace@example.org --effective 2015-01-01 --backdate`,
		Args: args("REF"),
		RunE: func(cmd *cobra.Command, given []string) (err error) {
			d, err := a.openDesk(cmd.Context(), &f)
			if err != nil {
				return err
			}
			defer closeDesk(d, &err)
			hash, err := d.find(cmd, given[0])
			if err != nil {
				return err
			}
			at := d.asOf
			if effective != "" {
				if at, err = a.parseTime("--effective", effective); err != nil {
					return err
				}
			}
			return a.activate(cmd, d, hash, at, backdate, seen, "activate")
		},
	}
	a.deskFlags(cmd, &f, nil)
	a.seenFlag(cmd, &seen)
	cmd.Flags().StringVar(&effective, "effective", "", "in force from `TIME` on; the time of the decision if left out")
	cmd.Flags().BoolVar(&backdate, "backdate", false, "--effective may be in the past")
	must(cmd.RegisterFlagCompletionFunc("effective", cobra.NoFileCompletions))
	return cmd
}

func newCriteriaRollback(a *app) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use:   "rollback [REF] --by PERSON",
		Short: "Put criteria in force again that were in force before",
		Long: `Put earlier criteria in force again, by default those before the present ones. They were approved then, and
need no new approval. Standings come out as if the criteria between had never been; what was decided under them stays
recorded.`,
		Example: `  laurel criteria rollback --program git --by grace@example.org
  laurel criteria rollback 3f6c --by grace@example.org`,
		Args: args("[REF]"),
		RunE: func(cmd *cobra.Command, given []string) (err error) {
			d, err := a.openDesk(cmd.Context(), &f)
			if err != nil {
				return err
			}
			defer closeDesk(d, &err)
			var hash string
			if len(given) == 1 {
				hash, err = d.find(cmd, given[0])
			} else if err = d.chooseProgram(cmd.Context(), a.cfg.program, ""); err == nil {
				hash, err = d.beforePresent()
			}
			if err != nil {
				return err
			}
			if !d.criteria().WasInForce(hash) {
				return badInput("roll back", shortHash(hash), "these criteria were never in force",
					"roll back to earlier ones, as `laurel criteria list` shows them, or activate these")
			}
			return a.activate(cmd, d, hash, d.asOf, false, "", "rollback")
		},
	}
	a.deskFlags(cmd, &f, nil)
	return cmd
}

// beforePresent is the hash of the criteria that were in force before the present ones.
func (d *desk) beforePresent() (string, error) {
	hash, ok := d.criteria().BeforePresent(d.actor.meta.ID)
	if !ok {
		return "", badInput("roll back", d.program, "no criteria were in force before the present ones",
			"see `laurel criteria list`")
	}
	return hash, nil
}

func (a *app) activate(cmd *cobra.Command, d *desk, hash string, at time.Time, backdate bool, seen, verb string) error {
	before, err := a.impactSeen(cmd, d, hash, seen)
	if err != nil {
		return err
	}
	act, err := d.criteria().Activate(cmd.Context(), d.actor.meta, d.actor.person,
		awarding.Activation{Act: verb, Hash: hash, At: at, Backdate: backdate, Seen: before})
	if err != nil {
		return a.impactChanged(d, err, compareShownMax)
	}
	impact := act.Impact
	if d.governance, err = projections.ReadGovernance(cmd.Context(), d.store, nil); err != nil {
		return err
	}
	lines := d.activationLines(hash, at)
	if verb == "rollback" && impact != nil && impact.From != "" {
		lines = append(lines, "Rolled back from "+shortHash(impact.From)+"; what was decided under it stays recorded.")
	}
	if impact != nil {
		lines = append(lines, impactLine(impact))
	}
	return a.printAct(act, lines, []render.Section{})
}

// activationLines say what an activation means: when the criteria hold, and what follows.
func (d *desk) activationLines(hash string, at time.Time) []string {
	regime, _ := d.governance.InForce(d.program, at)
	when := "from " + at.Format(time.RFC3339) + " on"
	if !regime.To.IsZero() {
		next, _ := d.governance.InForce(d.program, regime.To)
		when = fmt.Sprintf("from %s until %s, when %s take over", at.Format(time.RFC3339),
			regime.To.Format(time.RFC3339), shortHash(next.Hash))
	}
	lines := []string{fmt.Sprintf("Activated %s for program %s: in force %s.", hash, d.program, when)}
	switch current, ok := d.governance.InForce(d.program, d.asOf); {
	case at.After(d.asOf) && ok:
		lines = append(lines, "Scheduled: until then "+shortHash(current.Hash)+" stay in force.")
	case at.After(d.asOf):
		lines = append(lines, "Scheduled: until then nothing is in force.")
	case at.Before(d.asOf) && current.Hash == hash:
		lines = append(lines, "Backdated: it is in force at present, and standings since then are judged by it.")
	case at.Before(d.asOf):
		lines = append(lines, "Backdated: at present "+shortHash(current.Hash)+" stay in force.")
	}
	return lines
}
