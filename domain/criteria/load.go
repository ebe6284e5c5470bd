package criteria

import "fmt"

// Load parses, checks and compiles a document that is kept somewhere, such as in an event. It fails with *InvalidError
// on one that cannot be used.
func Load(name string, text []byte) (*Plan, error) {
	r, findings := read(name, text)
	if r == nil {
		return nil, findings.Err()
	}
	plan, err := Compile(r.checked)
	if err != nil {
		return nil, fmt.Errorf("compile criteria %s: %w", name, err)
	}
	return plan, nil
}
