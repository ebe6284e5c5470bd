package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkModules compares go.mod and go.sum with the imports, and the downloaded modules with their checksums.
func checkModules(ctx context.Context, g gate) (report, error) {
	for _, dir := range []string{g.root, filepath.Join(g.root, ".tools")} {
		for _, args := range [][]string{{"go", "mod", "download"}, {"go", "mod", "tidy", "-diff"}} {
			if _, err := (command{dir: dir, args: args}).output(ctx); err != nil {
				return report{}, fmt.Errorf("in %s: %w", filepath.Base(dir), err)
			}
		}
	}
	out, err := g.goCommand(ctx, "mod", "verify")
	return report{note: strings.TrimSpace(out)}, err
}

// checkBuild compiles every package and links nothing.
func checkBuild(ctx context.Context, g gate) (report, error) {
	out, err := g.goCommand(ctx, "list", "./...")
	if err != nil {
		return report{}, err
	}
	_, err = g.goCommand(ctx, "build", "-buildvcs=false", "./...")
	return report{note: fmt.Sprintf("%d packages", len(strings.Fields(out)))}, err
}

// checkVet runs go vet.
func checkVet(ctx context.Context, g gate) (report, error) {
	_, err := g.goCommand(ctx, "vet", "./...")
	return report{}, err
}

// checkStatic runs the staticcheck that .tools/go.mod pins. It lives in a module file of its own so that the product
// does not depend on its tools.
func checkStatic(ctx context.Context, g gate) (report, error) {
	run := func(args ...string) (string, error) {
		return g.goCommand(ctx, append([]string{"tool", "-modfile=.tools/go.mod", "staticcheck"}, args...)...)
	}
	version, err := run("-version")
	if err != nil {
		return report{}, err
	}
	_, err = run("./...")
	return report{note: lastLine(version)}, err
}

// platform is a system to compile for.
type platform struct{ goos, goarch string }

// binaryPlatforms are those that the binary is meant for.
var binaryPlatforms = []platform{{"linux", "arm64"}, {"darwin", "arm64"}, {"windows", "amd64"}}

// checkCross compiles the binary for other systems, and vets every package, tests included, for a 32-bit machine: there
// an int has 32 bits and a constant that does not fit is an error.
func checkCross(ctx context.Context, g gate) (report, error) {
	dir, err := os.MkdirTemp("", "laurel-check-cross-*")
	if err != nil {
		return report{}, err
	}
	defer os.RemoveAll(dir)
	small := platform{"linux", "386"}
	builds := []crossBuild{
		{small, []string{"build", "-buildvcs=false", "./..."}},
		{small, []string{"vet", "./..."}},
	}
	for _, p := range binaryPlatforms {
		out := filepath.Join(dir, "laurel-"+p.goos)
		builds = append(builds, crossBuild{p, []string{"build", "-buildvcs=false", "-o", out, "./cmd/laurel"}})
	}
	var names, findings []string
	for _, b := range builds {
		if name := b.platform.goos + "/" + b.platform.goarch; !slices.Contains(names, name) {
			names = append(names, name)
		}
		env := []string{"CGO_ENABLED=0", "GOOS=" + b.platform.goos, "GOARCH=" + b.platform.goarch}
		if _, err := (command{dir: g.root, env: env, args: append([]string{"go"}, b.args...)}).output(ctx); err != nil {
			findings = append(findings, detailed(err))
		}
	}
	return report{note: strings.Join(names, " ")}, failed(findings, "%d of %d builds failed", len(findings), len(builds))
}

// crossBuild is one go command for one platform.
type crossBuild struct {
	platform platform
	args     []string
}

// lastLine is the last line that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
