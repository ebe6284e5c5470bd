package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestCriteriaMistakes gives every kind of mistake in a criteria file to the command. Each file of the archive begins
// with a line "# want TEXT": the one line on standard error must name the file and hold the text, which is the place
// and the remedy. Without one, the file is right.
func TestCriteriaMistakes(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/mistakes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			path := filepath.Join(dir, f.Name)
			if err := os.WriteFile(path, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			code := run(context.Background(), []string{"criteria", "check", path}, nil, &stdout, &stderr, nil)
			first, _, _ := strings.Cut(string(f.Data), "\n")
			want, wrong := strings.CutPrefix(first, "# want ")
			if !wrong {
				if code != exitDone || stderr.Len() > 0 {
					t.Errorf("status %d, %s", code, stderr.String())
				}
				return
			}
			line := stderr.String()
			if code != exitUsage || stdout.Len() > 0 {
				t.Errorf("status %d, want %d; stdout %q", code, exitUsage, stdout.String())
			}
			if strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "laurel: criteria "+path) ||
				!strings.Contains(line, want) {
				t.Errorf("got  %s\nwant one line with %q", line, want)
			}
		})
	}
}
