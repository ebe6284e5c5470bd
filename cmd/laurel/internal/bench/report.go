package bench

import (
	"fmt"
	"slices"

	"laurel/domain/criteria"
)

// sameTimelines compares two results and names the first difference.
func sameTimelines(a, b []criteria.Timeline) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d timelines against %d", len(a), len(b))
	}
	for i := range a {
		if a[i].Tier != b[i].Tier || a[i].Score != b[i].Score || !slices.Equal(a[i].Measures, b[i].Measures) ||
			!slices.Equal(a[i].Transitions, b[i].Transitions) {
			return fmt.Errorf("mentor %d of %d: %+v against %+v", i, len(a), a[i], b[i])
		}
	}
	return nil
}
