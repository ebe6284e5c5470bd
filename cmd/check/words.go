package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
)

// unwantedWord is text that ties a file to one machine.
type unwantedWord struct {
	pattern *regexp.Regexp
	what    string
}

// unwantedWords is what no file may hold. The patterns are written so that this file does not match them itself.
var unwantedWords = []unwantedWord{
	{regexp.MustCompile(`(^|[\s"'` + "`" + `=:,(<>\[])/(work|root|workspace|builds)/[\w.]`), "a path of one machine"},
	{regexp.MustCompile(`/(home|Users)/\w[\w.-]*/`), "somebody's home directory"},
	{regexp.MustCompile(`/tmp/[a-z]+_jobs`), "a scratch path of one machine"},
	{regexp.MustCompile(`\b(proxy|sum|index)[.]golang[.]org\b|\bgoproxy[.]\w|\b(GOPROXY|GONOSUMDB|GONOSUMCHECK)=`),
		"the host of a registry, or a setting for one"},
	{regexp.MustCompile(`\b(registry[.]npmjs|pypi|files[.]pythonhosted|deb[.]debian|archive[.]ubuntu)[.](org|com)\b`),
		"the host of a registry"},
	{regexp.MustCompile(`https?://[^/\s"@]+:[^/\s"@]+@`), "a URL with a password"},
	{regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE` + ` KEY-----`), "a private key"},
}

// checkWords looks for unwanted words in every text file of the checkout.
func checkWords(ctx context.Context, g gate) (report, error) {
	files, err := g.files(ctx)
	if err != nil {
		return report{}, err
	}
	var findings []string
	texts := 0
	for _, name := range files {
		content, err := g.read(name)
		if err != nil {
			return report{}, err
		}
		if isBinary(content) {
			continue
		}
		texts++
		findings = append(findings, wordFindings(name, content)...)
	}
	return report{note: fmt.Sprintf("%d text files", texts)}, failed(findings, "%d unwanted words", len(findings))
}

// wordFindings names every unwanted word of one file.
func wordFindings(name string, content []byte) []string {
	var findings []string
	number := 0
	for text := range bytes.Lines(content) {
		number++
		for _, w := range unwantedWords {
			if hit := w.pattern.Find(text); hit != nil {
				findings = append(findings, fmt.Sprintf("%s:%d: %s: %q", name, number, w.what, bytes.TrimSpace(hit)))
			}
		}
	}
	return findings
}

// isBinary guesses as git does: a zero byte near the start.
func isBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0
}
