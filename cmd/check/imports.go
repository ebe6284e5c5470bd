package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// module is the import path of the whole.
const module = "laurel"

// The parts of the tables below.
const (
	uuidModule = "github.com/google/uuid"
	celModule  = "github.com/google/cel-go"
	yamlModule = "github.com/goccy/go-yaml"
	rapid      = "pgregory.net/rapid"

	// normPackage takes letters and their accents apart: names are found however they are written.
	normPackage = "golang.org/x/text/unicode/norm"
)

// importRule says what the packages that it is for may import beside the standard library: an import path stands for
// itself, one that ends in /... for itself and all below it, and "any" for whatever no other rule forbids. Test files
// are free, except that they obey the rules about adapters and drivers.
type importRule struct {
	of  string
	may []string
}

// importRules is the direction of imports. The first rule that matches a package is the one that counts; a package that
// none matches has no place in the module yet.
var importRules = []importRule{
	{of: "laurel/domain", may: []string{uuidModule}},
	{of: "laurel/domain/criteria", may: []string{"laurel/domain", uuidModule, celModule + "/...", yamlModule + "/..."}},
	{of: "laurel/domain/awards", may: []string{"laurel/domain", "laurel/domain/criteria", uuidModule}},
	{of: "laurel/domain/access", may: []string{"laurel/domain", uuidModule}},
	{of: "laurel/domain/access/accesstest", may: []string{"laurel/domain", "laurel/domain/access", uuidModule, rapid}},
	{of: "laurel/eventstore", may: []string{"laurel/domain", uuidModule}},
	{of: "laurel/eventstore/storetest", may: []string{"laurel/domain", "laurel/eventstore", uuidModule, rapid}},
	{of: "laurel/projections", may: []string{"laurel/domain/...", "laurel/eventstore", uuidModule, normPackage}},
	{of: "laurel/projections/awarding", may: []string{"laurel/domain/...", "laurel/eventstore", "laurel/projections",
		uuidModule}},
	{of: "laurel/projections/digest", may: []string{"laurel/domain/...", "laurel/eventstore", "laurel/projections",
		uuidModule}},
	{of: "laurel/projections/packet", may: []string{"laurel/domain/...", "laurel/eventstore", "laurel/projections",
		uuidModule}},
	{of: "laurel/projections/serving", may: []string{"laurel/domain/...", "laurel/eventstore", "laurel/projections",
		"laurel/projections/awarding", uuidModule}},
	// The naive second engine that tests compare the real one with shares none of its code. Like storetest it is there
	// for tests, and brings their generators.
	{of: "laurel/projections/internal/naive", may: []string{uuidModule, rapid, celModule + "/...", yamlModule + "/..."}},
	{of: "laurel/adapters/web/...", may: []string{"laurel/domain/...", "laurel/eventstore/...", "laurel/projections/...",
		"any"}},
	{of: "laurel/adapters/...", may: []string{"laurel/domain/...", "laurel/eventstore/...", "laurel/projections", "any"}},
	{of: "laurel/cmd/laurel/...", may: []string{"laurel/domain/...", "laurel/eventstore/...", "laurel/projections/...",
		"laurel/adapters/...", "any"}},
	{of: "laurel/cmd/check", may: nil},
}

// drivers are the modules that speak to one technology. Only one adapter may import each, and nothing else at all.
var drivers = []string{"go.etcd.io/bbolt", "github.com/jackc/pgx", "github.com/EventStore", "github.com/kurrent-io",
	"github.com/coreos/go-oidc", "golang.org/x/oauth2", "github.com/prometheus", "go.opentelemetry.io"}

// importSystems are the systems whose files are looked at, since build constraints can hide an import.
var importSystems = []string{"linux", "darwin", "windows"}

// goPackage is the part of the output of go list that the rules look at.
type goPackage struct {
	ImportPath   string
	Standard     bool
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// checkImports holds the packages against the rules.
func checkImports(ctx context.Context, g gate) (report, error) {
	count := 0
	var findings []string
	for _, system := range importSystems {
		packages, err := listPackages(ctx, g, system)
		if err != nil {
			return report{}, err
		}
		count = max(count, len(packages))
		for _, f := range importFindings(packages) {
			if !slices.Contains(findings, f) {
				findings = append(findings, f)
			}
		}
	}
	return report{note: fmt.Sprintf("%d packages with their dependencies", count)},
		failed(findings, "%d imports are forbidden", len(findings))
}

// listPackages lists the packages of the module and everything that they and their tests depend on.
func listPackages(ctx context.Context, g gate, system string) ([]goPackage, error) {
	out, err := command{dir: g.root, env: []string{"GOOS=" + system, "CGO_ENABLED=0"}, args: []string{"go", "list", "-deps",
		"-json=ImportPath,Standard,Imports,TestImports,XTestImports", "./..."}}.output(ctx)
	if err != nil {
		return nil, err
	}
	var packages []goPackage
	decoder := json.NewDecoder(strings.NewReader(out))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading go list: %w\n%s", err, out)
		}
		packages = append(packages, p)
	}
}

// importFindings names every import that a rule forbids.
func importFindings(packages []goPackage) []string {
	standard := map[string]bool{"C": true, "unsafe": true}
	for _, p := range packages {
		if p.Standard {
			standard[p.ImportPath] = true
		}
	}
	var findings []string
	forbid := func(p goPackage, path, why string) {
		findings = append(findings, fmt.Sprintf("%s must not import %s: %s", p.ImportPath, path, why))
	}
	users := map[string][]string{} // driver -> adapters that import it
	for _, p := range packages {
		if !ours(p.ImportPath) {
			continue
		}
		i := slices.IndexFunc(importRules, func(r importRule) bool { return matches(r.of, p.ImportPath) })
		if i < 0 {
			findings = append(findings, p.ImportPath+" is a package that no import rule knows")
			continue
		}
		rule, adapter := importRules[i], adapterOf(p.ImportPath)
		for _, path := range p.Imports {
			if !standard[path] && !allowed(rule, path) {
				forbid(p, path, "it may import "+orNothing(rule.may))
			}
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if to := adapterOf(path); to != "" && adapter != "" && to != adapter {
				forbid(p, path, "adapters do not know each other")
			}
			driver := driverOf(path)
			switch {
			case driver == "":
			case adapter == "":
				forbid(p, path, "a driver belongs to its adapter")
			case !slices.Contains(users[driver], adapter):
				users[driver] = append(users[driver], adapter)
			}
		}
	}
	for _, driver := range drivers {
		if len(users[driver]) > 1 {
			findings = append(findings, fmt.Sprintf("%s is imported by the adapters %s: a driver has one",
				driver, strings.Join(users[driver], " and ")))
		}
	}
	return findings
}

// ours tells whether the module holds the package.
func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

// allowed tells whether a rule lets its packages import path, which is not of the standard library.
func allowed(r importRule, path string) bool {
	for _, may := range r.may {
		if may == "any" && !ours(path) || may != "any" && matches(may, path) {
			return true
		}
	}
	return matches(r.of, path) // another package of the same command or adapter
}

// matches tells whether path is pattern, or below it when it ends in /....
func matches(pattern, path string) bool {
	if base, below := strings.CutSuffix(pattern, "/..."); below {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// adapterOf gives the name of the adapter that a package belongs to, or "".
func adapterOf(path string) string {
	rest, ok := strings.CutPrefix(path, module+"/adapters/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// driverOf gives the driver that a package belongs to, or "".
func driverOf(path string) string {
	for _, d := range drivers {
		if path == d || strings.HasPrefix(path, d+"/") {
			return d
		}
	}
	return ""
}

// orNothing lists the imports of a rule.
func orNothing(may []string) string {
	if len(may) == 0 {
		return "the standard library alone"
	}
	return strings.Join(may, ", ")
}
