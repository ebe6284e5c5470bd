package bbolt

import "strings"

// internNamesMax bounds what an interner remembers; a log has few types and sources, but may have many actors.
const internNamesMax = 4096

// interner shares equal texts, so that events held for long do not each hold on to the chunk they came from.
type interner struct {
	names map[string]string
	last  [3]string // what each kind of text was the time before: often the same
}

// share returns the text, the same one for equal texts; kind is 0 to 2. A nil interner shares nothing.
func (n *interner) share(kind int, text string) string {
	if n == nil {
		return text
	}
	if text != n.last[kind] {
		n.last[kind] = n.lookUp(text)
	}
	return n.last[kind]
}

func (n *interner) lookUp(text string) string {
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
