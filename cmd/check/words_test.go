package main

import (
	"strings"
	"testing"
)

func TestWordFindings(t *testing.T) {
	slash := "/" // so that this file does not hold what it looks for
	for _, text := range []string{
		"see " + slash + "work/main/x.go",
		"\"" + slash + "root/laurel\"",
		"cd " + slash + "home/ada/laurel",
		"GOPROXY" + "=direct",
		"https://proxy." + "golang.org/x",
		"postgres+https://ada" + ":secret@host/db",
		slash + "tmp/bash_jobs/1",
	} {
		if got := wordFindings("x.md", []byte("first\n"+text+"\n")); len(got) != 1 || !strings.HasPrefix(got[0], "x.md:2: ") {
			t.Errorf("%q: got %q", text, got)
		}
	}
	for _, text := range []string{
		"https://example.org/work/x", "the work/life balance", "h1:abc/work/def=", "/tmp/laurel-data", "go mod download",
		"https://pkg.go.dev/os", "/var/root/", "mailto:ada@example.org",
	} {
		if got := wordFindings("x.md", []byte(text)); len(got) != 0 {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestIsBinary(t *testing.T) {
	if !isBinary([]byte("PK\x00\x01")) || isBinary([]byte("Grüße")) || isBinary(nil) {
		t.Error("text and binary are mixed up")
	}
}
