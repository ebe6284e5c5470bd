package main

import (
	"slices"
	"testing"

	"laurel/cmd/laurel/internal/render"
)

func TestShortIDs(t *testing.T) {
	for _, test := range []struct{ name, first, second, want string }{
		{"apart in eight", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "1c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e"},
		{"the same", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e"},
		{"apart later", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e-3e0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e-3d"},
		{"apart in the last", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c22",
			"0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21"},
		{"none", "", "0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := render.Section{Rows: [][]string{{"x", test.first}, {"y", test.second}}}
			if got := shortIDs(table, 1).Rows[0]; !slices.Equal(got, []string{"x", test.want}) {
				t.Errorf("got %q, want %q", got[1], test.want)
			}
			if table.Rows[0][1] != test.first {
				t.Errorf("the table itself was changed to %q", table.Rows[0][1])
			}
		})
	}
}
