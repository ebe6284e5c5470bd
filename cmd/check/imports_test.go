package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportsPointOneWay holds the module itself against the rules, so that `go test ./...` does too.
func TestImportsPointOneWay(t *testing.T) {
	ctx := t.Context()
	root, err := moduleRoot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	touchGoFiles(t, root)
	if _, err := checkImports(ctx, gate{root: root, out: io.Discard}); err != nil {
		t.Fatal(detailed(err))
	}
}

// touchGoFiles looks at every Go file, as go list will. The go command notices what a test looks at itself, not what its
// children do, and would otherwise repeat a result from before an import changed.
func touchGoFiles(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportFindings(t *testing.T) {
	std := []goPackage{{ImportPath: "fmt", Standard: true}, {ImportPath: "os", Standard: true}}
	tests := []struct {
		name     string
		packages []goPackage
		want     string // part of the only finding; empty when there is none
	}{
		{"the standard library and uuid in the domain",
			[]goPackage{{ImportPath: "laurel/domain", Imports: []string{"fmt", "github.com/google/uuid"}}}, ""},
		{"a test of the domain may use anything",
			[]goPackage{{ImportPath: "laurel/domain", TestImports: []string{"pgregory.net/rapid"}}}, ""},
		{"the domain knows no store",
			[]goPackage{{ImportPath: "laurel/domain", Imports: []string{"laurel/eventstore"}}},
			"laurel/domain must not import laurel/eventstore"},
		{"the domain does not know criteria",
			[]goPackage{{ImportPath: "laurel/domain", Imports: []string{"laurel/domain/criteria"}}},
			"laurel/domain must not import laurel/domain/criteria"},
		{"criteria take CEL and YAML",
			[]goPackage{{ImportPath: "laurel/domain/criteria", Imports: []string{"laurel/domain",
				"github.com/google/cel-go/cel", "github.com/goccy/go-yaml/ast"}}}, ""},
		{"criteria know no store",
			[]goPackage{{ImportPath: "laurel/domain/criteria", Imports: []string{"laurel/eventstore"}}},
			"laurel/domain/criteria must not import laurel/eventstore"},
		{"a name that only begins alike is another module",
			[]goPackage{{ImportPath: "laurel/domain/criteria", Imports: []string{"github.com/google/cel-gopher"}}},
			"must not import github.com/google/cel-gopher"},
		{"the store does not know its suite",
			[]goPackage{{ImportPath: "laurel/eventstore", Imports: []string{"laurel/eventstore/storetest"}}},
			"must not import laurel/eventstore/storetest"},
		{"projections know no adapter",
			[]goPackage{{ImportPath: "laurel/projections", Imports: []string{"laurel/adapters/bbolt"}}},
			"must not import laurel/adapters/bbolt"},
		{"the naive engine shares no code with the real one",
			[]goPackage{{ImportPath: "laurel/projections/internal/naive", Imports: []string{"laurel/domain/criteria"}}},
			"must not import laurel/domain/criteria"},
		{"and is there for tests only",
			[]goPackage{{ImportPath: "laurel/projections", Imports: []string{"laurel/projections/internal/naive"}}},
			"laurel/projections must not import laurel/projections/internal/naive"},
		{"an adapter takes its driver and what is below it",
			[]goPackage{{ImportPath: "laurel/adapters/bbolt", Imports: []string{"go.etcd.io/bbolt",
				"laurel/adapters/bbolt/page", "laurel/eventstore"}}}, ""},
		{"an adapter knows no other",
			[]goPackage{{ImportPath: "laurel/adapters/jsonl", Imports: []string{"laurel/adapters/csvfile"}}},
			"adapters do not know each other"},
		{"nor in its tests",
			[]goPackage{{ImportPath: "laurel/adapters/jsonl", XTestImports: []string{"laurel/adapters/csvfile"}}},
			"adapters do not know each other"},
		{"an adapter knows no command",
			[]goPackage{{ImportPath: "laurel/adapters/jsonl", Imports: []string{"laurel/cmd/laurel"}}},
			"must not import laurel/cmd/laurel"},
		{"the command takes everything but drivers",
			[]goPackage{{ImportPath: "laurel/cmd/laurel", Imports: []string{"laurel/adapters/bbolt", "go.etcd.io/bbolt"}}},
			"a driver belongs to its adapter"},
		{"a driver has one adapter",
			[]goPackage{
				{ImportPath: "laurel/adapters/bbolt", Imports: []string{"go.etcd.io/bbolt"}},
				{ImportPath: "laurel/adapters/jsonl", TestImports: []string{"go.etcd.io/bbolt/errors"}},
			}, "go.etcd.io/bbolt is imported by the adapters bbolt and jsonl"},
		{"the gate needs Go alone",
			[]goPackage{{ImportPath: "laurel/cmd/check", Imports: []string{"os", "golang.org/x/mod/modfile"}}},
			"the standard library alone"},
		{"a package without a rule",
			[]goPackage{{ImportPath: "laurel/util"}}, "laurel/util is a package that no import rule knows"},
		{"other modules are their own business",
			[]goPackage{{ImportPath: "go.etcd.io/bbolt", Imports: []string{"golang.org/x/sys/unix"}}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := importFindings(append(std, test.packages...))
			if test.want == "" && len(got) == 0 {
				return
			}
			if test.want == "" || len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("got %q, want one finding with %q", got, test.want)
			}
		})
	}
}
