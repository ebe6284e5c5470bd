package gitlog_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/eventstore"
)

// repository makes a git repository with one commit for each message, and with configuration that would change what a
// plain `git log` prints.
func repository(t *testing.T, messages ...string) string {
	t.Helper()
	dir := plainRepository(t, messages...)
	for _, c := range [][2]string{
		{"log.showSignature", "true"}, {"color.ui", "always"}, {"log.date", "relative"}, {"log.decorate", "full"},
		{"format.pretty", "oneline"}, {"i18n.logOutputEncoding", "ISO-8859-1"}, {"log.mailmap", "true"},
	} {
		runGit(t, dir, "config", c[0], c[1])
	}
	mailmap(t, dir)
	return dir
}

// mailmap makes git show the author as somebody else.
func mailmap(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, ".mailmap")
	if err := os.WriteFile(file, []byte("Merged <merged@x.org> <ann@x.org>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann Ash", "-c", "user.email=Ann@x.org",
		"-c", "commit.gpgSign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_DATE=2019-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2020-01-02T03:04:05+02:00")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// plainRepository makes a git repository with one commit for each message. Without git there is nothing to test, which
// the gate reports: it installs git, or says that it is missing.
func plainRepository(t *testing.T, messages ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("git is not installed: install it, the import from a repository is tested with it")
	}
	dir := t.TempDir()
	runGit(t, dir, "init", "--quiet")
	for _, m := range messages {
		runGit(t, dir, "commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", m)
	}
	return dir
}

func TestRepo(t *testing.T) {
	dir := repository(t,
		"first\n\nReviewed-by: In The Body <body@x.org>\n\nis how a trailer looks.\n\nMentored-by: B\u00f6 Birch\n <bo@x.org>\nHelped-by: Cy <cy@x.org>\n",
		"second without any",
		"commit 1234567\n\nAuthor: Eve <eve@x.org>\n\nhelped-BY: Cy <cy@x.org>\n")
	// Variables that would point git elsewhere.
	t.Setenv("GIT_DIR", "/nonexistent")
	t.Setenv("LANG", "de_DE.UTF-8")
	r, err := gitlog.Repo(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	log, err := gitlog.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := describe(log)
	for _, c := range log.Commits {
		got = strings.ReplaceAll(got, c.Hash, "HASH")
	}
	want := `3 commits
HASH line 1 2020-01-02T01:04:05Z by "Ann Ash" <ann@x.org>
  line 7 reviewed "In The Body" <body@x.org>
  line 11 mentored "Bö Birch" <bo@x.org>
  line 13 helped "Cy" <cy@x.org>
HASH line 21 2020-01-02T01:04:05Z by "Ann Ash" <ann@x.org>
  line 29 helped "Cy" <cy@x.org>
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	store := eventstore.NewMemory()
	defer store.Close()
	r, err = gitlog.Repo(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := gitlog.Import(t.Context(), store, r, "p", dir, eventstore.IngestOptions{})
	if err != nil || report.Appended[domain.TypeSessionHeld] != 4 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestRepoAsSaved proves that a repository gives the same events, byte for byte, as the log saved from it.
func TestRepoAsSaved(t *testing.T) {
	dir := plainRepository(t,
		"one\n\nHelped-by: Bo <b@x.org>\n\nMore text\nSigned-off-by: Ann Ash <ann@x.org>\n",
		"two\n\nMentored-by: Bo\n  <bo@x.org>\nHELPED-BY : Cy\tClay\n\t  <cy@x.org>\n",
		"\n\nReviewed-by: In The Title <title@x.org>\n \t \n  <not@x.org>\n",
		"four\r\n\r\nReviewed-by: Bo <b@x.org> \r\nHelped-by: Di\r\n Dill <di@x.org>\r\n",
		"five\n\n  Reviewed-by: Indented <not@x.org>\n\tHelped-by: Tab <not@x.org>\nReviewed-by: nobody\n",
		"commit 1234567\n\nAuthor: Eve <eve@x.org>\n\nNotes:\n    Helped-by: Four <not@x.org>\nHelped-by: Cy <cy@x.org>",
		"seven\n\n\n\nMentored-by: Ed E. <ed@x.org>\n\n\n\n")
	runGit(t, dir, "notes", "add", "-m", "Helped-by: In A Note <note@x.org>")
	events := func(r io.Reader) []string {
		t.Helper()
		store := eventstore.NewMemory()
		defer store.Close()
		report, err := gitlog.Import(t.Context(), store, r, "p", "log", eventstore.IngestOptions{})
		if err != nil || report.Rejected != 0 || len(report.Problems) != 1 {
			t.Fatalf("%+v, %v", report, err)
		}
		return listing(t, store, true)
	}
	fromRepo := func() []string {
		t.Helper()
		r, err := gitlog.Repo(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		return events(r)
	}
	want := fromRepo()
	sessions := 0
	for _, line := range want {
		if strings.Contains(line, " SessionHeld ") {
			sessions++
		}
		if strings.Contains(line, "not@x.org") || strings.Contains(line, "note@x.org") {
			t.Errorf("counts, but should not: %s", line)
		}
	}
	if sessions != 8 {
		t.Errorf("%d sessions, want 8", sessions)
	}
	saved := runGit(t, dir, "log", "--format=fuller", "--date=iso-strict", "--reverse")
	if got := events(strings.NewReader(saved)); !slices.Equal(got, want) {
		t.Errorf("saved:\n%s\nfrom the repository:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	mailmap(t, dir)
	saved = runGit(t, dir, strings.Fields(gitlog.Command)[1:]...)
	if got := events(strings.NewReader(saved)); !slices.Equal(got, want) || !slices.Equal(fromRepo(), want) {
		t.Errorf("saved where there is a mailmap:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRepoRefuses(t *testing.T) {
	empty := repository(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CEILING_DIRECTORIES", "")
	for _, c := range []struct{ name, dir, want string }{
		{"no directory", filepath.Join(empty, "missing"), "no such file"},
		{"file", file, "is not a directory; give a saved log with --log"},
		{"no repository", t.TempDir(), "is not a git repository"},
		{"no commits", empty, "has no commits"},
	} {
		if _, err := gitlog.Repo(t.Context(), c.dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := gitlog.Repo(t.Context(), empty); err == nil || !strings.Contains(err.Error(), "git is not installed") {
		t.Errorf("without git: %v", err)
	}
}

// TestRepoCancel proves that git ends with the context, and that this is told.
func TestRepoCancel(t *testing.T) {
	dir := repository(t, strings.Repeat("a long message\n", 1000)+"\nHelped-by: Cy <cy@x.org>\n")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := gitlog.Repo(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_, _ = io.Copy(io.Discard, r)
	if err := r.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// Who stops reading early is not told of git's broken pipe.
	if r, err = gitlog.Repo(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
