package criteria

import "fmt"

// Inspection is what an editor wants to know about a text.
type Inspection struct {
	Findings Diagnostics
	Plan     *Plan  // nil where the findings have an error
	Knobs    []Knob // in the order of the text
}

// Inspect is Parse, Load and Knobs in one reading of the text: an editor asks at each key.
func Inspect(name string, text []byte) (Inspection, error) {
	r, findings := read(name, text)
	if r == nil {
		return Inspection{Findings: findings}, nil
	}
	plan, err := Compile(r.checked)
	if err != nil {
		return Inspection{}, fmt.Errorf("compile criteria %s: %w", name, err)
	}
	return Inspection{findings, plan, exported(r.knobs(text))}, nil
}
