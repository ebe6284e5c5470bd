package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// openapiLinter is a linter that others wrote, of one version; npx fetches it.
const openapiLinter = "@redocly/cli@2.77.0"

// checkOpenAPI has the document of the API judged by its recommended rules. Warnings count as errors.
func checkOpenAPI(ctx context.Context, g gate) (report, error) {
	dir, err := os.MkdirTemp("", "laurel-openapi-")
	if err != nil {
		return report{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "openapi.json")
	if _, err := g.goCommand(ctx, "test", "-count=1", "-run=^TestAPIDocument$", "./adapters/web", "-args", "-openapi="+file); err != nil {
		return report{}, err
	}
	lint := command{dir: dir, env: []string{"REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true"},
		args: []string{"npx", "--yes", openapiLinter, "lint", "--extends=recommended-strict", file}}
	if _, err := lint.output(ctx); err != nil {
		return report{}, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return report{}, err
	}
	return report{note: fmt.Sprintf("%d bytes, by %s", info.Size(), openapiLinter)}, nil
}
