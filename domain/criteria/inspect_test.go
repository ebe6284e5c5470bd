package criteria

import (
	"os"
	"reflect"
	"slices"
	"testing"
)

func TestInspectTellsWhatTheOthersTell(t *testing.T) {
	for _, path := range slices.Concat(files(t, "valid/*.yaml"), files(t, "warnings/*.yaml"), files(t, "invalid/*.yaml")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Inspect("x", text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		doc, findings := Parse("x", text)
		if !reflect.DeepEqual(got.Findings, findings) {
			t.Errorf("%s: found %v, want %v", path, got.Findings, findings)
		}
		knobs, err := Knobs("x", text)
		if !slices.Equal(got.Knobs, knobs) || (err == nil) != (got.Plan != nil) {
			t.Errorf("%s: knobs %v, want %v, %v", path, got.Knobs, knobs, err)
		}
		if got.Plan != nil && got.Plan.Doc.Hash() != doc.Hash() {
			t.Errorf("%s: the plan is of another document", path)
		}
	}
}
