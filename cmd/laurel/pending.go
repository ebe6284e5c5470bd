package main

import "github.com/spf13/cobra"

func newCriteriaDiff(a *app) *cobra.Command { return &cobra.Command{Use: "diff"} }

func (a *app) printComparison(h *history, from, to *loadedCriteria) error { return nil }
