package gitlog_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/eventstore"
)

// repository makes a git repository with one commit for each message. Without git there is nothing to test, which the
// gate reports: it installs git, or says that it is missing.
func repository(t *testing.T, messages ...string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann Ash", "-c", "user.email=Ann@x.org",
			"-c", "commit.gpgSign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
			"GIT_AUTHOR_DATE=2019-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2020-01-02T03:04:05+02:00")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	run("init", "--quiet")
	for _, m := range messages {
		run("commit", "--quiet", "--allow-empty", "-m", m)
	}
	// Configuration that would change what a plain `git log` prints.
	for _, c := range [][2]string{
		{"log.showSignature", "true"}, {"color.ui", "always"}, {"log.date", "relative"}, {"log.decorate", "full"},
		{"format.pretty", "oneline"}, {"i18n.logOutputEncoding", "ISO-8859-1"}, {"trailer.separators", "#"}, {"log.mailmap", "true"},
	} {
		run("config", c[0], c[1])
	}
	if err := os.WriteFile(filepath.Join(dir, ".mailmap"), []byte("Merged <merged@x.org> <ann@x.org>\n"), 0o600); err != nil {
		t.Fatal(err)
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
  line 5 mentored "Bö Birch" <bo@x.org>
  line 6 helped "Cy" <cy@x.org>
HASH line 12 2020-01-02T01:04:05Z by "Ann Ash" <ann@x.org>
  line 16 helped "Cy" <cy@x.org>
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
	if err != nil || report.Appended[domain.TypeSessionHeld] != 3 {
		t.Errorf("%+v, %v", report, err)
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
