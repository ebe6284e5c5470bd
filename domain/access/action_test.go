package access

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/table.md anew")

// TestTable compares the table with the one that was looked over: a change of who may do what shows in two places.
func TestTable(t *testing.T) {
	path := filepath.Join("testdata", "table.md")
	if *update {
		if err := os.WriteFile(path, []byte(Print()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := Print(); got != string(want) {
		t.Fatalf("the table is now\n%s\nif that is right, run go test ./domain/access -run TestTable -update", got)
	}
}
