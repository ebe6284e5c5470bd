package main

import "github.com/spf13/cobra"

func newProgram(a *app) *cobra.Command {
	return group("program", "Open programs and say what they offer", "")
}
