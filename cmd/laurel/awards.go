package main

import "github.com/spf13/cobra"

func newAwards(a *app) *cobra.Command {
	return group("awards", "Decide, list, review and audit awards", "")
}
