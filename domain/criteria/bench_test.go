package criteria

import (
	"os"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("testdata/valid/sample.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if doc, ds := Parse("sample.yaml", text); doc == nil {
			b.Fatal(ds)
		}
	}
}
