package main

import (
	"slices"
	"testing"
)

func TestDocLint(t *testing.T) {
	lint := newDocLint()
	add := func(name, content string) {
		t.Helper()
		if err := lint.add(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	add("store/store.go", `// Package store keeps things.
package store

// Store is an interface.
type Store interface {
	// Append appends.
	Append(a, b int) error
}

// Kind is a kind.
type Kind int

// The kinds.
const (
	First Kind = iota
	Second
)

const (
	Third Kind = 3 // three
	Fourth Kind = 4
)

type (
	// Inner has a comment.
	Inner struct{ X int }
	Outer struct{}
)

var Loud = 1

func Naked() {}
func quiet() {}
`)
	add("bolt/bolt.go", `package bolt

// DB is a store.
type DB[T any] struct{}

func (d *DB[T]) Append(x, y int) error { return nil }
func (d *DB[T]) Close() error { return nil }
func (d *DB[T]) String() string { return "" }

type hidden struct{}

func (hidden) Loud() {}
`)
	add("bolt/doc.go", "package bolt\n")
	got := lint.findings()
	want := []string{
		"bolt/bolt.go:7: DB.Close has no docstring",
		"bolt: the package has no comment",
		"store/store.go:21: Fourth has no docstring",
		"store/store.go:27: Outer has no docstring",
		"store/store.go:30: Loud has no docstring",
		"store/store.go:32: Naked has no docstring",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}
