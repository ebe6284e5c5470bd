package criteria

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one part of a document that is not as it was.
type Change struct {
	Part string // in words, such as "measure effort: window"
	From string // as the document spells it; "" for what was not there
	To   string // "" for what is gone
}

// Changes tells how what a document means differs from what another one meant, part by part. Comments, layout, and
// whether a default is written out are no part of that.
func Changes(from, to *Document) []Change {
	var c changes
	c.compare("", from.members(), to.members())
	return c
}

type changes []Change

// compare notes where two values differ.
func (c *changes) compare(part string, from, to any) {
	before, after := parts(part, from), parts(part, to)
	if before == nil || after == nil {
		if old, new := bare(from), bare(to); old != new {
			*c = append(*c, Change{part, old, new})
		}
		return
	}
	for _, m := range after {
		if old, ok := before.get(m.key); ok {
			c.compare(partName(part, m.key), old, m.value)
		} else {
			*c = append(*c, Change{partName(part, m.key), "", bare(m.value)})
		}
	}
	for _, m := range before {
		if _, ok := after.get(m.key); !ok {
			*c = append(*c, Change{partName(part, m.key), bare(m.value), ""})
		}
	}
	if part != partTiers && part != partMeasures {
		return
	}
	if old, new := before.keysIn(after), after.keysIn(before); !slices.Equal(old, new) {
		*c = append(*c, Change{part + " in order", strings.Join(old, ", "), strings.Join(new, ", ")})
	}
}

// bare writes a value as the document does; a text is what it says.
func bare(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return flow(value)
}

const (
	partMeasures = "measures"
	partTiers    = "tiers"
)

// partName names a part of a part.
func partName(part, key string) string {
	switch part {
	case "":
		return key
	case partMeasures:
		return "measure " + key
	case partTiers:
		return "tier " + key
	}
	if strings.Contains(part, ":") {
		return part + ", " + key
	}
	return part + ": " + key
}

// parts are the parts of a value by which it is compared: the keys of a mapping; of a list of mappings, what tells each
// from the others. Everything else is compared as a whole, and nil.
func parts(part string, value any) object {
	switch v := value.(type) {
	case object:
		return v
	case []any:
		named := object{}
		for i, item := range v {
			o, ok := item.(object)
			if !ok {
				return nil
			}
			named = append(named, member{itemName(part, o, i), o})
		}
		return named
	}
	return nil
}

// itemName names one of a list of mappings: a tier by its id, a cap by its bucket, a step of a decay by its number.
func itemName(part string, item object, i int) string {
	if id, ok := item.get("id"); ok && part == partTiers {
		return flow(id)
	}
	per, isCap := item.get("per")
	if every, ok := item.get("every"); ok && isCap {
		return "per " + flow(per) + " and " + flow(every)
	}
	return fmt.Sprintf("step %d", i+1)
}

func (o object) get(key string) (any, bool) {
	i := slices.IndexFunc(o, func(m member) bool { return m.key == key })
	if i < 0 {
		return nil, false
	}
	return o[i].value, true
}

// keysIn are the keys that another object has, too, in order.
func (o object) keysIn(other object) (keys []string) {
	for _, m := range o {
		if _, ok := other.get(m.key); ok {
			keys = append(keys, m.key)
		}
	}
	return keys
}
