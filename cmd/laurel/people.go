package main

import "github.com/spf13/cobra"

func newPerson(a *app) *cobra.Command {
	return group("person", "Register people and record what they achieve", "")
}
