package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
)

// version is the number of the next or current release.
const version = "0.1.0"

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			revision := revision()
			line := "laurel " + version
			if revision != "" {
				line += " (" + revision + ")"
			}
			return a.out.Print(render.Result{
				Document: struct {
					Version  string `json:"version"`
					Revision string `json:"revision,omitempty"`
					Go       string `json:"go"`
				}{version, revision, runtime.Version()},
				Sections: []render.Section{{Lines: []string{line}}},
				Data: render.Section{
					Columns: render.Columns("version", "revision", "go"),
					Rows:    [][]string{{version, revision, runtime.Version()}},
				},
			})
		},
	}
}

// revision is the commit that the program was built of; "" where that is not known.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}
