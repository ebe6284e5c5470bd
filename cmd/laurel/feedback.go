package main

import "github.com/spf13/cobra"

func newFeedback(a *app) *cobra.Command {
	return group("feedback", "Ask for feedback, remind, and give it", "")
}
