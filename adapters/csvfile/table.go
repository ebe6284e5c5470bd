package csvfile

import (
	"fmt"
	"strings"

	"laurel/domain"
)

// table is a profile bound to the columns of a file.
type table struct {
	profile *Profile
	header  []string
	places  []int // by column.id
}

// bind finds the profile's columns in a header. Names are compared without the space around them and without case.
func (p *Profile) bind(header []string) (*table, error) {
	t := &table{profile: p, header: make([]string, len(header)), places: make([]int, len(p.columns))}
	index := map[string]int{}
	twice := map[string]bool{}
	for i, name := range header {
		t.header[i] = strings.TrimSpace(name)
		folded := strings.ToLower(t.header[i])
		if _, again := index[folded]; again {
			twice[folded] = true
		}
		index[folded] = i
	}
	for _, c := range p.columns {
		folded := strings.ToLower(c.name)
		i, found := index[folded]
		switch {
		case !found && len(header) == 1 && strings.ContainsAny(header[0], ",;|\t"):
			return nil, fmt.Errorf("the header is one column, %q; write the delimiter that the file has into the profile, "+
				"such as `delimiter: \"%s\"`", shorten(header[0]), guessDelimiter(header[0]))
		case !found:
			hint := "the columns are " + shorten(strings.Join(t.header, ", "))
			if s := domain.Suggest(c.name, t.header); s != "" {
				hint = "did you mean " + s + "?"
			}
			return nil, fmt.Errorf("the file has no column %q, which line %d of the profile names; %s", c.name, c.line, hint)
		case twice[folded]:
			return nil, fmt.Errorf("the file has two columns %q, which the profile names; give them names of their own", c.name)
		}
		t.places[c.id] = i
	}
	return t, nil
}

func guessDelimiter(header string) string {
	best, most := ",", 0
	for _, d := range []string{",", ";", "|", "\t"} {
		if n := strings.Count(header, d); n > most {
			best, most = d, n
		}
	}
	if best == "\t" {
		return "tab"
	}
	return best
}

// cell returns a cell without the space around it.
func (t *table) cell(c column, cells []string) string {
	if !c.set() {
		return ""
	}
	return strings.TrimSpace(cells[t.places[c.id]])
}

// text returns what a value means in a row, "" for nothing.
func (t *table) text(v value, cells []string) (string, error) {
	if !v.column.set() {
		return v.constant, nil
	}
	text := t.cell(v.column, cells)
	if text == "" {
		return v.def, nil
	}
	if v.mapping == nil {
		return text, nil
	}
	if to, ok := v.mapping[strings.ToLower(text)]; ok {
		return to, nil
	}
	if to, ok := v.mapping["*"]; ok {
		return to, nil
	}
	known := make([]string, 0, len(v.mapping))
	for from := range v.mapping {
		known = append(known, from)
	}
	hint := "add it to the profile's map"
	if s := domain.Suggest(text, known); s != "" {
		hint = fmt.Sprintf("did you mean %q?", s)
	}
	return "", fmt.Errorf("column %q: %q is not in the map; %s", v.column.name, shorten(text), hint)
}
