package naive

import (
	"encoding/json"
	"testing"
)

// TestCases holds this package to the cases that were worked out by hand.
func TestCases(t *testing.T) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			for _, check := range c.Checks {
				r, err := Replay(c.Events(), CaseProgram, c.Criteria(), Options{AsOf: check.Time(), Limit: check.Limit})
				if err != nil {
					t.Fatal(err)
				}
				got, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if err := check.Compare(got); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
