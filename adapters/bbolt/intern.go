package bbolt

import "strings"

// internNamesMax bounds what an interner remembers; a log has few types and sources, but may have many actors.
const internNamesMax = 4096

// interner shares equal texts, so that events held for long do not each hold on to the chunk they came from.
type interner struct {
	names map[string]string
}

func (n *interner) share(text string) string {
	if text == "" {
		return ""
	}
	if shared, found := n.names[text]; found {
		return shared
	}
	if n.names == nil || len(n.names) >= internNamesMax {
		n.names = make(map[string]string)
	}
	shared := strings.Clone(text)
	n.names[shared] = shared
	return shared
}
