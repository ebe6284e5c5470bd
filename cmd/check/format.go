package main

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
)

// checkFormat compares every Go file, tracked or new, with what gofmt would write.
func checkFormat(ctx context.Context, g gate) (report, error) {
	files, err := g.goFiles(ctx)
	if err != nil {
		return report{}, err
	}
	var findings []string
	for _, name := range files {
		content, err := g.read(name)
		if err != nil {
			return report{}, err
		}
		formatted, err := format.Source(content)
		switch {
		case err != nil:
			findings = append(findings, fmt.Sprintf("%s:%v", name, err))
		case !bytes.Equal(content, formatted):
			findings = append(findings, fmt.Sprintf("%s is not formatted: gofmt -w %s", name, name))
		}
	}
	return report{note: fmt.Sprintf("%d Go files", len(files))}, failed(findings, "%d files", len(findings))
}
