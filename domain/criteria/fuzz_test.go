package criteria

import (
	"os"
	"testing"
	"time"
)

// parseTimeMax is far more than any text takes, on a machine that is busy with other things, too.
const parseTimeMax = time.Minute

// FuzzParse checks that no text makes the parser panic or hang, that findings have places, and that whatever is accepted
// survives its canonical form.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"valid/*.*", "invalid/*.yaml", "warnings/*.yaml"} {
		for _, path := range files(f, pattern) {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 8<<10 {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		began := time.Now()
		doc, ds := Parse("fuzz.yaml", text)
		if took := time.Since(began); took > parseTimeMax {
			t.Errorf("took %v", took)
		}
		if (doc == nil) != ds.HasErrors() {
			t.Errorf("document %v with\n%s", doc != nil, ds)
		}
		if len(ds) > findingsMax+1 {
			t.Errorf("%d findings", len(ds))
		}
		for _, d := range ds {
			if d.Place.Line < 1 || d.Place.Column < 1 || d.Message == "" {
				t.Errorf("finding without place or message: %+v", d)
			}
		}
		if doc != nil {
			checkRoundTrip(t, doc)
			if _, err := Knobs("fuzz.yaml", text); err != nil {
				t.Errorf("knobs: %v", err)
			}
		}
	})
}
