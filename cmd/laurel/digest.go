package main

import "github.com/spf13/cobra"

func newDigest(a *app) *cobra.Command {
	return &cobra.Command{Use: "digest", Short: "Write the newsletter of a program", Args: noArgs}
}
