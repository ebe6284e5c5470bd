package packet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"laurel/projections/packet"
)

// TestTampering changes packets in every way that there is, also so that the manifest fits: it is found, and named.
func TestTampering(t *testing.T) {
	w := smallWorld(t)
	original := first(w.write(w.source(time.Time{}, 0, true)))
	document := "criteria/" + strings.TrimPrefix(w.plan.Hash, "sha256:") + ".json"
	lines := func(f []entry) [][]byte { return bytes.SplitAfter(*body(t, f, "events.jsonl"), []byte{'\n'}) }
	join := func(f []entry, l [][]byte) { *body(t, f, "events.jsonl") = bytes.Join(l, nil) }
	at := func(l [][]byte, text string) int {
		i := slices.IndexFunc(l, func(b []byte) bool { return bytes.Contains(b, []byte(text)) })
		if i < 0 {
			t.Fatalf("no line has %q", text)
		}
		return i
	}
	for name, c := range map[string]struct {
		change func(files []entry) []entry
		forged string // the file that is named where the manifest fits; "" where that cannot be
		named  string // the file that is named where it does not
	}{
		"an event changed": {func(f []entry) []entry {
			replace(t, f, "events.jsonl", `"skill":"review","level":1`, `"skill":"review","level":2`)
			replace(t, f, "events.jsonl", `"type":"SkillAttested"`, `"type":"ProjectCompleted"`)
			return f
		}, "", "events.jsonl"},
		"the time of an event changed": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"type":"SkillAttested"`)
			l[i] = bytes.Replace(l[i], []byte(`"occurred_at":"2025-01-04`), []byte(`"occurred_at":"2025-01-02`), 1)
			join(f, l)
			return f
		}, "standings.json", "events.jsonl"},
		"an event dropped": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"type":"SkillAttested"`)
			join(f, slices.Delete(l, i, i+1))
			return f
		}, "standings.json", "events.jsonl"},
		"a void dropped": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"type":"EventVoided"`)
			join(f, slices.Delete(l, i, i+1))
			return f
		}, "standings.json", "events.jsonl"},
		"an award's event dropped": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"type":"AwardGranted"`)
			join(f, slices.Delete(l, i, i+1))
			return f
		}, "awards.json", "events.jsonl"},
		"an event twice": {func(f []entry) []entry {
			l := lines(f)
			join(f, slices.Insert(l, 3, l[2]))
			return f
		}, "events.jsonl", "events.jsonl"},
		"events in another order": {func(f []entry) []entry {
			l := lines(f)
			l[4], l[5] = l[5], l[4]
			join(f, l)
			return f
		}, "events.jsonl", "events.jsonl"},
		"an event of another program": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"stream":"program-git"`)
			l[i] = bytes.Replace(l[i], []byte("program-git"), []byte("program-svn"), 1)
			join(f, l)
			return f
		}, "events.jsonl", "events.jsonl"},
		"an event written otherwise": {func(f []entry) []entry {
			replace(t, f, "events.jsonl", `","type":`, `", "type":`)
			return f
		}, "events.jsonl", "events.jsonl"},
		"a field that events have not": {func(f []entry) []entry {
			replace(t, f, "events.jsonl", `{"id":`, `{"note":"x","id":`)
			return f
		}, "events.jsonl", "events.jsonl"},
		"a text in an event": {func(f []entry) []entry {
			l := lines(f)
			i := at(l, `"type":"SessionHeld"`)
			l[i] = bytes.Replace(l[i], []byte(`"personal":{`), []byte(`"personal":{"note":"x",`), 1)
			join(f, l)
			return f
		}, "events.jsonl", "events.jsonl"},
		"an event of a later position": {func(f []entry) []entry {
			replace(t, f, "events.jsonl", `"position":"00000007-`, `"position":"00000007-9`)
			return f
		}, "events.jsonl", "events.jsonl"},
		"an event of another log": {func(f []entry) []entry {
			replace(t, f, "events.jsonl", `"position":"00000007-`, `"position":"00000008-`)
			return f
		}, "events.jsonl", "events.jsonl"},
		"an event that cannot be read": {func(f []entry) []entry {
			l := lines(f)
			l[2] = []byte("{}}\n")
			join(f, l)
			return f
		}, "events.jsonl", "events.jsonl"},
		"events cut off in a line": {func(f []entry) []entry {
			b := body(t, f, "events.jsonl")
			*b = (*b)[:len(*b)-5]
			return f
		}, "events.jsonl", "events.jsonl"},
		"no events": {func(f []entry) []entry {
			*body(t, f, "events.jsonl") = nil
			return f
		}, "standings.json", "events.jsonl"},
		"criteria changed": {func(f []entry) []entry {
			replace(t, f, document, "score >= 8", "score >= 2")
			return f
		}, document, document},
		"criteria that are none": {func(f []entry) []entry {
			*body(t, f, document) = []byte("{}")
			return f
		}, document, document},
		"the history of the criteria changed": {func(f []entry) []entry {
			replace(t, f, "criteria.json", `"status":"in-force"`, `"status":"approved"`)
			return f
		}, "criteria.json", "criteria.json"},
		"standings changed": {func(f []entry) []entry {
			replace(t, f, "standings.json", `"tier":"starter"`, `"tier":"guide"`)
			return f
		}, "standings.json", "standings.json"},
		"a name changed": {func(f []entry) []entry {
			replace(t, f, "standings.json", "Ada Fern", "Eva Fern")
			return f
		}, "standings.json", "standings.json"},
		"standings cut off": {func(f []entry) []entry {
			b := body(t, f, "standings.json")
			*b = (*b)[:len(*b)-4]
			return f
		}, "standings.json", "standings.json"},
		"something after the standings": {func(f []entry) []entry {
			b := body(t, f, "standings.json")
			*b = append(*b, ' ')
			return f
		}, "standings.json", "standings.json"},
		"awards changed": {func(f []entry) []entry {
			replace(t, f, "awards.json", `"status":"granted"`, `"status":"revoked"`)
			return f
		}, "awards.json", "awards.json"},
		"the audit changed": {func(f []entry) []entry {
			replace(t, f, "audit.json", `"hold_up":`, `"hold_up":1`)
			return f
		}, "audit.json", "audit.json"},
		"the README changed": {func(f []entry) []entry {
			replace(t, f, "README.txt", "laurel replay", "laurel relay")
			return f
		}, "README.txt", "README.txt"},
		"a count in the manifest": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"awards": `, `"awards": 1`)
			return f
		}, "manifest.json", "manifest.json"},
		"the manifest's time": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"as_of": "2025-01-09`, `"as_of": "2025-01-05`)
			return f
		}, "README.txt", "README.txt"},
		"the manifest's position": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"position": "00000007-`, `"position": "00000007-1`)
			return f
		}, "README.txt", "README.txt"},
		"the manifest's program": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"program": "git"`, `"program": "svn"`)
			return f
		}, "README.txt", "README.txt"},
		"the manifest's criteria": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"criteria": "sha256:`, `"criteria": "sha256:../`)
			return f
		}, "manifest.json", "manifest.json"},
		"names said not to be there": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `"names": true`, `"names": false`)
			return f
		}, "README.txt", "README.txt"},
		"another format": {func(f []entry) []entry {
			replace(t, f, "manifest.json", "packet/v1", "packet/v9")
			return f
		}, "manifest.json", "manifest.json"},
		"a field that manifests have not": {func(f []entry) []entry {
			replace(t, f, "manifest.json", `{`, `{"note": "x",`)
			return f
		}, "", "manifest.json"},
		"a manifest that goes on": {func(f []entry) []entry {
			b := body(t, f, "manifest.json")
			*b = append(*b, "{}"...)
			return f
		}, "", "manifest.json"},
		"no manifest": {func(f []entry) []entry {
			return slices.DeleteFunc(f, func(e entry) bool { return e.name == "manifest.json" })
		}, "", "manifest.json"},
		"no standings": {func(f []entry) []entry {
			return slices.DeleteFunc(f, func(e entry) bool { return e.name == "standings.json" })
		}, "standings.json", "standings.json"},
		"further criteria": {func(f []entry) []entry {
			return append(f, entry{"criteria/" + strings.Repeat("0", 64) + ".json", []byte("{}")})
		}, "criteria/" + strings.Repeat("0", 64) + ".json", "criteria/" + strings.Repeat("0", 64) + ".json"},
	} {
		for _, forged := range []bool{false, true} {
			want := c.named
			if forged {
				want = c.forged
			}
			if want == "" {
				continue
			}
			files := c.change(unzip(t, original))
			if forged {
				forge(t, files)
			}
			v := check(t, zipped(t, files))
			if v.Holds || !slices.ContainsFunc(v.Differences, func(d packet.Difference) bool { return d.File == want }) {
				t.Errorf("%s, forged %v: want %s among\n%s", name, forged, want, describe(v))
			}
			if forged && c.change != nil && strings.Contains(describe(v), "the manifest says") {
				t.Errorf("%s: the manifest was not forged well:\n%s", name, describe(v))
			}
		}
	}
	if v := check(t, zipped(t, unzip(t, original))); !v.Holds {
		t.Errorf("what was packed again does not hold:\n%s", describe(v))
	}
}

// TestAnyByte changes one byte of any file: without a manifest that fits it never holds, and nothing breaks with one.
func TestAnyByte(t *testing.T) {
	w := smallWorld(t)
	original := first(w.write(w.source(time.Time{}, 0, false)))
	rapid.Check(t, func(rt *rapid.T) {
		files := unzip(t, original)
		f := &files[rapid.IntRange(0, len(files)-1).Draw(rt, "file")]
		i := rapid.IntRange(0, len(f.body)-1).Draw(rt, "offset")
		f.body[i] ^= byte(rapid.IntRange(1, 255).Draw(rt, "change"))
		if v := check(t, zipped(t, files)); v.Holds {
			rt.Fatalf("%s may have another byte at %d", f.name, i)
		}
		if f.name != "manifest.json" {
			forge(t, files)
			check(t, zipped(t, files))
		}
	})
}

// TestHostileArchives has zip files that are not what they seem.
func TestHostileArchives(t *testing.T) {
	w := smallWorld(t)
	original := first(w.write(w.source(time.Time{}, 0, false)))
	with := func(more ...entry) []byte { return zipped(t, append(unzip(t, original), more...)) }
	replaced := func(name string, content []byte) []byte {
		files := unzip(t, original)
		*body(t, files, name) = content
		forge(t, files)
		return zipped(t, files)
	}
	changed := func(change func(b []byte, central, end int)) []byte {
		b := slices.Clone(original)
		end := len(b) - 22
		change(b, int(binary.LittleEndian.Uint32(b[end+16:])), end)
		return b
	}
	many := make([]entry, 3000)
	for i := range many {
		many[i] = entry{fmt.Sprintf("criteria/%064x.json", i), nil}
	}
	for name, c := range map[string]struct {
		b    []byte
		says string
	}{
		"nothing":           {nil, "no zip file"},
		"a text":            {[]byte(strings.Repeat("text ", 100)), "no zip file"},
		"an empty zip file": {zipped(t, nil), "missing"},
		"one that ends":     {original[:len(original)/2], "no zip file"},
		"one that begins":   {original[len(original)/2:], ""},
		"something behind":  {append(slices.Clone(original), "more"...), "ends where it should"},
		"a file twice":      {with(entry{"events.jsonl", nil}), "more than once"},
		"another file":      {with(entry{"run.sh", []byte("#!/bin/sh")}), `"run.sh", which no packet has`},
		"a path upwards":    {with(entry{"../events.jsonl", nil}), "which no packet has"},
		"a path from /":     {with(entry{"/etc/passwd", nil}), "which no packet has"},
		"a directory":       {with(entry{"criteria/", nil}), "which no packet has"},
		"too many files":    {with(many...), "at most 2000"},
		"a bomb": {replaced("standings.json", bytes.Repeat([]byte(" "), 64<<20)),
			"expands more than 200 times"},
		"a small file that is large": {replaced("README.txt", bytes.Repeat([]byte("ab c"), 1<<19)),
			"at most 1048576 are allowed"},
		"a line without end": {replaced("events.jsonl", noise(20<<20)), "is longer than"},
		"a nested object": {replaced("events.jsonl", []byte(strings.Repeat("[", 100_000)+"\n")),
			"line 1"},
		"a size that is a lie": {changed(func(b []byte, central, _ int) {
			binary.LittleEndian.PutUint32(b[central+24:], 10)
		}), "damaged"},
		"a checksum that is a lie": {changed(func(b []byte, central, _ int) {
			binary.LittleEndian.PutUint32(b[central+16:], crc32.ChecksumIEEE([]byte("x")))
		}), "damaged"},
		"files that overlap": {changed(func(b []byte, central, _ int) {
			second := central + 46 + len("README.txt") + int(binary.LittleEndian.Uint16(b[central+30:]))
			copy(b[second+42:second+46], b[central+42:central+46])
		}), "overlap"},
		"an encrypted file": {changed(func(b []byte, central, _ int) { b[central+8] |= 1 }), "packed in a way"},
		"another method":    {changed(func(b []byte, central, _ int) { b[central+10] = 99 }), "packed in a way"},
		"a count that is a lie": {changed(func(b []byte, _, end int) {
			binary.LittleEndian.PutUint16(b[end+10:], 0xffff)
		}), "at most 2000"},
	} {
		v := check(t, c.b)
		if text := describe(v); v.Holds || !strings.Contains(text, c.says) {
			t.Errorf("%s: want %q in\n%s", name, c.says, text)
		}
	}
}

// noise is a text in one line that does not pack well.
func noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = 'a' + byte(x>>24)%26
	}
	return append(b, '\n')
}

// FuzzCheck has anything as a packet: there is a verdict, and nothing else.
func FuzzCheck(f *testing.F) {
	w := smallWorld(f)
	original := first(w.write(w.source(time.Time{}, 0, true)))
	f.Add(original)
	var stored bytes.Buffer // not packed, so that the fuzzer changes what is in it
	z := zip.NewWriter(&stored)
	for _, e := range unzip(f, original) {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Store})
		if err == nil {
			_, err = entry.Write(e.body)
		}
		w.must(err)
	}
	w.must(z.Close())
	f.Add(stored.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := packet.Check(context.Background(), bytes.NewReader(b), int64(len(b)), 1); err != nil || v == nil {
			t.Fatal(v, err)
		}
	})
}
