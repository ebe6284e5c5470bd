package main

import "github.com/spf13/cobra"

func newVoid(a *app) *cobra.Command {
	return &cobra.Command{Use: "void", Short: "Correct the log: an event that does not count", Args: noArgs}
}
