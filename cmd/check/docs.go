package main

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// fileLinesMax is the length from which a file that is not a test is pointed out.
const fileLinesMax = 600

// checkDocs looks at the documentation of every package, tests left aside.
func checkDocs(ctx context.Context, g gate) (report, error) {
	files, err := g.goFiles(ctx)
	if err != nil {
		return report{}, err
	}
	lint := newDocLint()
	var warnings []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains("/"+name, "/testdata/") || strings.HasPrefix(name, ".") {
			continue
		}
		content, err := g.read(name)
		if err != nil {
			return report{}, err
		}
		if n := bytes.Count(content, []byte("\n")); n > fileLinesMax {
			warnings = append(warnings, fmt.Sprintf("%s has %d lines: is it one concept?", name, n))
		}
		if err := lint.add(name, content); err != nil {
			return report{}, err
		}
	}
	findings := lint.findings()
	return report{note: fmt.Sprintf("%d exported names", lint.exported), warnings: warnings},
		failed(findings, "%d of %d exported names and packages lack a comment", len(findings), lint.exported)
}

// docLint collects the files of the module, because whether a method needs a docstring depends on the interfaces of
// other packages: a contract is stated once, on the interface.
type docLint struct {
	fset       *token.FileSet
	files      map[string]*ast.File
	packages   map[string]bool // directory -> has a package comment
	interfaces map[string]bool // shapes of the methods that interfaces state
	exported   int
}

// standardMethods are those that an interface of the standard library documents.
var standardMethods = []string{"Error", "String", "GoString", "Format", "Is", "As", "Unwrap", "MarshalJSON",
	"UnmarshalJSON", "MarshalText", "UnmarshalText", "AppendText", "MarshalYAML", "UnmarshalYAML", "Len", "Less", "Swap",
	"Push", "Pop"}

// newDocLint returns a lint with no files.
func newDocLint() *docLint {
	return &docLint{fset: token.NewFileSet(), files: map[string]*ast.File{}, packages: map[string]bool{},
		interfaces: map[string]bool{}}
}

// add parses one file that is not a test.
func (l *docLint) add(name string, content []byte) error {
	file, err := parser.ParseFile(l.fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("parsing: %w", err)
	}
	l.files[name] = file
	dir := path.Dir(name)
	l.packages[dir] = l.packages[dir] || strings.TrimSpace(file.Doc.Text()) != ""
	for node := range ast.Preorder(file) {
		iface, ok := node.(*ast.InterfaceType)
		if !ok {
			continue
		}
		for _, method := range iface.Methods.List {
			if f, ok := method.Type.(*ast.FuncType); ok && len(method.Names) == 1 {
				l.interfaces[methodShape(method.Names[0].Name, f)] = true
			}
		}
	}
	return nil
}

// methodShape is the name of a method with the number of its arguments and results: enough to tell whether it is there
// for an interface without resolving types.
func methodShape(name string, f *ast.FuncType) string {
	return fmt.Sprintf("%s/%d/%d", name, f.Params.NumFields(), f.Results.NumFields())
}

// findings names everything that lacks a comment, by file.
func (l *docLint) findings() []string {
	var findings []string
	for dir, has := range l.packages {
		if !has {
			findings = append(findings, fmt.Sprintf("%s: the package has no comment", dir))
		}
	}
	for _, file := range l.files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				findings = append(findings, l.function(d)...)
			case *ast.GenDecl:
				findings = append(findings, l.general(d)...)
			}
		}
	}
	slices.Sort(findings)
	return findings
}

// function looks at a function or method.
func (l *docLint) function(d *ast.FuncDecl) []string {
	if !d.Name.IsExported() {
		return nil
	}
	name := d.Name.Name
	if d.Recv != nil {
		receiver := receiverName(d)
		if !ast.IsExported(receiver) {
			return nil
		}
		name = receiver + "." + name
		if slices.Contains(standardMethods, d.Name.Name) || l.interfaces[methodShape(d.Name.Name, d.Type)] {
			return nil
		}
	}
	return l.want(d.Doc, d.Pos(), name)
}

// general looks at constants, variables and types. A comment on a group of constants or variables serves all of them.
func (l *docLint) general(d *ast.GenDecl) []string {
	var findings []string
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				findings = append(findings, l.want(firstDoc(s.Doc, onlyOf(d), s.Comment), s.Pos(), s.Name.Name)...)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() {
					findings = append(findings, l.want(firstDoc(s.Doc, d.Doc, s.Comment), name.Pos(), name.Name)...)
				}
			}
		}
	}
	return findings
}

// want counts an exported name and complains when it has no comment.
func (l *docLint) want(doc *ast.CommentGroup, pos token.Pos, name string) []string {
	l.exported++
	if strings.TrimSpace(doc.Text()) != "" {
		return nil
	}
	at := l.fset.Position(pos)
	return []string{fmt.Sprintf("%s:%d: %s has no docstring", at.Filename, at.Line, name)}
}

// onlyOf is the comment of a declaration that declares one thing.
func onlyOf(d *ast.GenDecl) *ast.CommentGroup {
	if len(d.Specs) == 1 {
		return d.Doc
	}
	return nil
}

// firstDoc is the first comment that is there.
func firstDoc(docs ...*ast.CommentGroup) *ast.CommentGroup {
	for _, doc := range docs {
		if doc != nil {
			return doc
		}
	}
	return nil
}

// receiverName is the name of the type that a method belongs to.
func receiverName(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
