package criteria

import "fmt"

// Load parses, checks and compiles a document that is kept somewhere, such as in an event. It fails with *InvalidError
// on one that cannot be used.
func Load(name string, text []byte) (*Plan, error) {
	doc, findings := Parse(name, text)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	checked, findings := CheckExpressions(doc)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	plan, err := Compile(checked)
	if err != nil {
		return nil, fmt.Errorf("compile criteria %s: %w", name, err)
	}
	return plan, nil
}
