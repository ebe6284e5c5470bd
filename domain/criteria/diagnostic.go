package criteria

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a finding makes a document unusable.
type Severity string

const (
	SeverityError   Severity = "error"   // the document cannot be used
	SeverityWarning Severity = "warning" // the document can be used, and probably does not do what was meant
)

// Diagnostic is one finding about a document: what is wrong, where, and what would be right.
type Diagnostic struct {
	Severity Severity
	File     string // the name that Parse was given
	Place    Place  // the zero Place where the document has no text, as when it was built by a program
	Path     string // the part of the document, such as measures.effort.of; "" for the whole
	Message  string
	Hint     string // what would be right; "" when Message says it all
}

// String formats the finding as file:line:col: severity: message (hint), the form that editors can jump to.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(d.File + ":")
	}
	if d.Place.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", d.Place.Line, d.Place.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s: %s", d.Severity, d.Message)
	if d.Hint != "" {
		fmt.Fprintf(&b, " (%s)", d.Hint)
	}
	return b.String()
}

// Diagnostics are the findings about one document, in order of place.
type Diagnostics []Diagnostic

// HasErrors reports whether any finding makes the document unusable.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == SeverityError })
}

// String formats one finding a line, each ended by a newline.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Err is nil when there is no error among the findings, and else an *InvalidError with all of them.
func (ds Diagnostics) Err() error {
	if !ds.HasErrors() {
		return nil
	}
	return &InvalidError{Diagnostics: ds}
}

// InvalidError says that a criteria document cannot be used, with every finding.
type InvalidError struct {
	Diagnostics Diagnostics
}

// Error lists the findings, one a line.
func (e *InvalidError) Error() string {
	return strings.TrimSuffix(e.Diagnostics.String(), "\n")
}

// findingsMax bounds how many findings are reported: nobody reads more, and a hostile document could have one a byte.
const findingsMax = 50

// findings collects diagnostics while a document is read.
type findings struct {
	file  string
	found Diagnostics
}

func (f *findings) add(severity Severity, at Place, path, message, hint string) {
	f.found = append(f.found, Diagnostic{
		Severity: severity, File: f.file, Place: at, Path: path, Message: message, Hint: hint,
	})
}

// errorf reports an error; the hint says what would be right.
func (f *findings) errorf(at Place, path, hint, format string, args ...any) {
	f.add(SeverityError, at, path, fmt.Sprintf(format, args...), hint)
}

func (f *findings) warnf(at Place, path, hint, format string, args ...any) {
	f.add(SeverityWarning, at, path, fmt.Sprintf(format, args...), hint)
}

// done sorts by place, drops repetitions and cuts the list at findingsMax, errors kept before warnings.
func (f *findings) done() Diagnostics {
	list := slices.Clone(f.found)
	byPlace := func(a, b Diagnostic) int {
		if a.Place.Line != b.Place.Line {
			return a.Place.Line - b.Place.Line
		}
		return a.Place.Column - b.Place.Column
	}
	slices.SortStableFunc(list, byPlace)
	list = slices.Compact(list)
	if len(list) <= findingsMax {
		return list
	}
	all := len(list)
	slices.SortStableFunc(list, func(a, b Diagnostic) int { return rank(a.Severity) - rank(b.Severity) })
	list = list[:findingsMax]
	slices.SortStableFunc(list, byPlace)
	last := list[len(list)-1]
	return append(list, Diagnostic{
		Severity: list[0].Severity, File: f.file, Place: last.Place,
		Message: fmt.Sprintf("%d findings more are not shown", all-findingsMax),
		Hint:    "correct these first",
	})
}

func rank(s Severity) int {
	if s == SeverityError {
		return 0
	}
	return 1
}
