package main

import "github.com/spf13/cobra"

func newConsent(a *app) *cobra.Command {
	return group("consent", "Say before whom you may be named", "")
}
