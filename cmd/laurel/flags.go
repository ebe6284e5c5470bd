package main

import "github.com/spf13/cobra"

func newFlags(a *app) *cobra.Command {
	return &cobra.Command{Use: "flags", Short: "List patterns that a human should look at", Args: noArgs}
}
