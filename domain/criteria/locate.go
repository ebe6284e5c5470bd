package criteria

// placesOf maps each character of a scalar's text to its place in the file. Between text and file stand quotes,
// escapes, indentation and folded lines, so the two are walked side by side: white space may differ, all else must be
// met in order.
func (s *source) placesOf(n *node) []Place {
	text := []rune(n.text)
	places := make([]Place, len(text))
	line, column := n.at.Line-1, n.at.Column-1
	switch n.style {
	case styleSingle, styleDouble:
		column++
	case styleBlock:
		line, column = line+1, 0
	}
	at := func() (rune, bool) { // the next character of the file, '\n' at a line's end
		if line >= len(s.lines) {
			return 0, false
		}
		if column >= len(s.lines[line]) {
			return '\n', true
		}
		return s.lines[line][column], true
	}
	step := func() {
		if column >= len(s.lines[line]) {
			line, column = line+1, 0
			return
		}
		column++
	}
	blank := func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }
	last := n.at
	for i := 0; i < len(text); i++ {
		r, ok := at()
		for ok && blank(r) && !blank(text[i]) {
			step()
			r, ok = at()
		}
		if !ok {
			places[i] = last
			continue
		}
		last = Place{Line: line + 1, Column: column + 1}
		places[i] = last
		switch {
		case blank(text[i]):
			if blank(r) {
				step()
				for i+1 < len(text) && !blank(text[i+1]) {
					if r, ok = at(); !ok || !blank(r) {
						break
					}
					step()
				}
			} else if n.style == styleDouble && r == '\\' {
				s.stepEscape(&line, &column)
			}
		case n.style == styleSingle && r == '\'':
			step()
			step()
		case n.style == styleDouble && r == '\\':
			for r == '\\' && column+1 >= len(s.lines[line]) { // an escaped line break stands for nothing
				line, column = line+1, 0
				for r, ok = at(); ok && blank(r); r, ok = at() {
					step()
				}
				last = Place{Line: line + 1, Column: column + 1}
				places[i] = last
			}
			if r == '\\' {
				s.stepEscape(&line, &column)
			} else {
				step()
			}
		default:
			step()
		}
	}
	return places
}

// stepEscape steps over one escape of a double-quoted text.
func (s *source) stepEscape(line, column *int) {
	length := 2
	if *column+1 < len(s.lines[*line]) {
		switch s.lines[*line][*column+1] {
		case 'x':
			length = 4
		case 'u':
			length = 6
		case 'U':
			length = 10
		}
	}
	*column += length
}

// within is a locator over the parsed text.
func (p *parse) within(e Expr, index int) Place {
	n := p.written[e.At]
	if n == nil {
		return e.At
	}
	places := p.placesOf(n)
	start := 0
	for start < len(places) && places[start] != e.At {
		start++
	}
	if i := start + index; i < len(places) {
		return places[i]
	}
	if len(places) > 0 { // past the end: one column after the last character that is not blank
		end := len(places) - 1
		for text := []rune(n.text); end > 0 && (text[end] == '\n' || text[end] == ' '); end-- {
		}
		return Place{Line: places[end].Line, Column: places[end].Column + 1}
	}
	return e.At
}
