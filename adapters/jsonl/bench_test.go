package jsonl_test

import (
	"testing"

	"laurel/adapters/jsonl"
)

func BenchmarkParseLine(b *testing.B) {
	line := []byte(session)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonl.ParseLine(line); err != nil {
			b.Fatal(err)
		}
	}
}
