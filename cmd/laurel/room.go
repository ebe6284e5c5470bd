package main

import "github.com/spf13/cobra"

func newRoom(a *app) *cobra.Command {
	return group("room", "Work in a mentorship: sessions, goals, roadmaps, threads", "")
}
