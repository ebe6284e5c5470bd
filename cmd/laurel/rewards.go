package main

import "github.com/spf13/cobra"

func newRewards(a *app) *cobra.Command {
	return group("rewards", "Offer and claim development rewards", "")
}
