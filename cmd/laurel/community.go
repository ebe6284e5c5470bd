package main

import "github.com/spf13/cobra"

func newCommunity(a *app) *cobra.Command {
	return group("community", "Share practice in a community, and read it", "")
}
