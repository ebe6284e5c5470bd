package main

import "github.com/spf13/cobra"

func newAcknowledge(a *app) *cobra.Command {
	return group("acknowledge", "Acknowledge awards in public, by consent", "")
}
