package packet_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/packet"
)

// world is a log with a program that packets are made of, and more.
type world struct {
	testing.TB
	store eventstore.Store
	plan  *criteria.Plan
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// record appends events to a stream.
func (w *world) record(stream string, at time.Time, payloads ...domain.Payload) (last uuid.UUID) {
	w.Helper()
	for _, p := range payloads {
		last = uuid.NewSHA1(uuid.Nil, []byte(stream+at.String()+string(p.EventType())))
		e, err := eventstore.Encode(domain.Event{ID: last, Meta: domain.Metadata{OccurredAt: at, Actor: "test"}, Payload: p})
		w.must(err)
		_, err = w.store.Append(w.Context(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
			Events: []eventstore.NewEvent{e}})
		w.must(err)
		at = at.Add(time.Minute)
	}
	return last
}

// inForce puts a document in force.
func (w *world) inForce(text []byte, since time.Time) {
	w.Helper()
	var err error
	w.plan, err = criteria.Load("test", text)
	w.must(err)
	w.record(domain.CriteriaStream("git"), since, &domain.CriteriaActivated{Hash: w.plan.Doc.Hash(),
		Document: string(w.plan.Doc.Canonical()), EffectiveAt: since})
}

// The people of the small world, of whom Zoe is not in the program and Cid was erased.
var (
	ada = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0001")
	ben = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0002")
	cid = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0003")
	zoe = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0004")

	room      = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011")
	elsewhere = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0012")
)

const smallCriteria = `apiVersion: laurel/v1
kind: Criteria
program: git
measures:
  sessions: {count: events, of: SessionHeld}
  outcome: {sum: points, of: {PromotionRecorded: 5, SkillAttested: 2}}
score: sessions + outcome
tiers:
  - {id: starter, name: Starter, when: sessions >= 1}
  - {id: guide, name: Guide, when: score >= 8}
policy: {lost: grandfather}
`

// smallWorld has everything in a few events: two programs, texts, an erasure, a void, and awards that do not hold up.
func smallWorld(t testing.TB) *world {
	w := &world{TB: t, store: eventstore.NewMemory(eventstore.MemoryTag(7), eventstore.MemoryClock(func() time.Time {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}))}
	day := func(n int) time.Time { return time.Date(2025, 1, n, 12, 0, 0, 0, time.UTC) }
	for name, id := range map[string]uuid.UUID{"Ada Fern": ada, "Ben Moss": ben, "Cid Thyme": cid, "Zoe Rue": zoe} {
		mail := strings.ToLower(name[:3]) + "@example.org"
		w.record(domain.PersonStream(id), day(1), &domain.PersonRegistered{Personal: domain.PersonDetails{Of: id, Name: name,
			Email: mail, HRID: "hr-" + name[:3]}})
	}
	w.record(domain.ProgramStream("git"), day(1), &domain.ProgramOpened{Title: "Git"})
	w.inForce([]byte(smallCriteria), day(2))
	w.record(domain.MentorshipStream(room), day(3), &domain.MentorshipStarted{Program: "git", Mentor: ada, Mentee: ben},
		&domain.SessionHeld{Channel: "call", Personal: domain.SessionNote{Of: ben, Note: "between Ada Fern and me"}})
	w.record(domain.MentorshipStream(elsewhere), day(3),
		&domain.MentorshipStarted{Program: "svn", Mentor: zoe, Mentee: ada}, &domain.SessionHeld{Channel: "secret"})
	second := uuid.NewSHA1(room, []byte("second"))
	w.record(domain.MentorshipStream(second), day(3), &domain.MentorshipStarted{Program: "git", Mentor: cid, Mentee: ben},
		&domain.SessionHeld{})
	w.record(domain.PersonStream(ben), day(4), &domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "v1"},
		&domain.SkillAttested{Skill: "review", Level: 1})
	promotion := w.record(domain.PersonStream(ben), day(5), &domain.PromotionRecorded{Levels: 1})
	_, err := awarding.Run(w.Context(), w.store, "git", awarding.Options{AsOf: day(6)})
	w.must(err)
	w.record(domain.PersonStream(ben), day(7), &domain.EventVoided{EventID: promotion, Reason: "entered-twice"})
	w.record(domain.PersonStream(cid), day(8), &domain.PersonErased{})
	w.record(domain.MentorshipStream(room), day(9), &domain.SessionHeld{})
	return w
}

// gitWorld is the history of the Git project with the sample criteria in force since 2015, and awards as of 2020.
func gitWorld(t testing.TB) *world {
	w := &world{TB: t, store: eventstore.NewMemory()}
	source := gitlog.Sample()
	defer source.Close()
	_, err := gitlog.Import(w.Context(), w.store, source, "git", "sample", eventstore.IngestOptions{})
	w.must(err)
	text, err := os.ReadFile("../../cmd/laurel/sample/mentor-tiers.yaml")
	w.must(err)
	w.inForce(text, time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC))
	_, err = awarding.Run(w.Context(), w.store, "git", awarding.Options{AsOf: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
	w.must(err)
	return w
}

// source reads what a packet is made of, up to the n-th event; all of them for 0.
func (w *world) source(asOf time.Time, n int, names bool) packet.Source {
	w.Helper()
	from := packet.Source{Store: w.store, Program: "git", AsOf: asOf, Plan: w.plan, Register: projections.NewRegister(),
		Governance: projections.NewGovernance()}
	people := projections.NewPeople()
	var opt projections.BuildOptions
	upTo := (*eventstore.Position)(nil)
	for e, err := range w.store.ReadAll(w.Context(), eventstore.Position{}, eventstore.Filter{}) {
		w.must(err)
		if n--; n == 0 {
			upTo, opt.UpTo = &e.Position, e.Position
		}
	}
	var err error
	from.Facts, err = projections.Build(w.Context(), w.store, opt)
	w.must(err)
	x, err := projections.ReadLog(w.Context(), w.store, eventstore.Filter{}, upTo, from.Register, from.Governance, people)
	w.must(err)
	from.Position = x.Position
	if asOf.IsZero() {
		from.AsOf, _ = x.Newest()
	}
	if names {
		from.People = people
	}
	return from
}

// write writes a packet.
func (w *world) write(from packet.Source) ([]byte, *packet.Manifest) {
	w.Helper()
	p, err := packet.New(w.Context(), from)
	w.must(err)
	var b bytes.Buffer
	m, err := p.Write(w.Context(), &b)
	w.must(err)
	return b.Bytes(), m
}

// check checks a packet.
func check(t testing.TB, b []byte) *packet.Verdict {
	t.Helper()
	v, err := packet.Check(context.Background(), bytes.NewReader(b), int64(len(b)), 1)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// entry is a file in a zip file.
type entry struct {
	name string
	body []byte
}

// unzip takes a packet apart.
func unzip(t testing.TB, b []byte) (files []entry) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, entry{f.Name, body})
	}
	return files
}

// zipped puts files together.
func zipped(t testing.TB, files []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = w.Write(f.body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// body finds a file.
func body(t testing.TB, files []entry, name string) *[]byte {
	t.Helper()
	i := slices.IndexFunc(files, func(f entry) bool { return f.name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return &files[i].body
}

// forge makes the manifest fit the files, as somebody does who wants a change not to be seen.
func forge(t testing.TB, files []entry) {
	t.Helper()
	text := body(t, files, "manifest.json")
	var m packet.Manifest
	if err := json.Unmarshal(*text, &m); err != nil {
		t.Fatal(err)
	}
	m.Files = nil
	for _, f := range files {
		if f.name == "manifest.json" {
			continue
		}
		if f.name == "events.jsonl" {
			m.Counts.Events = bytes.Count(f.body, []byte{'\n'})
		}
		sum := sha256.Sum256(f.body)
		m.Files = append(m.Files, packet.ManifestFile{Name: f.name, Bytes: int64(len(f.body)),
			SHA256: hex.EncodeToString(sum[:])})
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	*text = append(b, '\n')
}

// replace replaces a part of a file that has to be there.
func replace(t testing.TB, files []entry, name, old, with string) {
	t.Helper()
	b := body(t, files, name)
	if !bytes.Contains(*b, []byte(old)) {
		t.Fatalf("%s does not contain %q:\n%.2000s", name, old, *b)
	}
	*b = bytes.Replace(*b, []byte(old), []byte(with), 1)
}

func describe(v *packet.Verdict) string {
	var b strings.Builder
	for _, d := range v.Differences {
		fmt.Fprintf(&b, "%s: %s\n", d.File, d.What)
	}
	return b.String()
}
