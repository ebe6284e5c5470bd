package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCriteriaWithdraw(a *app) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use:   "withdraw REF --by PERSON",
		Short: "Take back a proposal, or an activation that is still to come",
		Long: `Take back a proposal that is open, or an activation that has not come into force: it then never does.
Criteria in force cannot be withdrawn; roll back to others.`,
		Example: `  laurel criteria withdraw 3f6c --by ada@example.org`,
		Args:    args("REF"),
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
			act, err := d.criteria().Withdraw(cmd.Context(), d.actor.meta, d.actor.person, hash)
			if err != nil {
				return err
			}
			return a.printAct(act, []string{fmt.Sprintf("Withdrew %s of program %s.", hash, d.program)}, nil)
		},
	}
	a.deskFlags(cmd, &f, nil)
	return cmd
}
