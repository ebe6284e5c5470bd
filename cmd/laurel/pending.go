package main

import (
	"laurel/domain/criteria"

	"github.com/spf13/cobra"
)

func hashOf(*criteria.Document) string { return "sha256:pending" }

func newCriteriaDiff(a *app) *cobra.Command { return &cobra.Command{Use: "diff"} }

func newImportJSONL(a *app) *cobra.Command { return &cobra.Command{Use: "jsonl"} }
func newImportCSV(a *app) *cobra.Command   { return &cobra.Command{Use: "csv"} }
