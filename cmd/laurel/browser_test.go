package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe finds what keeps people from using a page; see testdata/browser/vendor.json.
//
//go:embed testdata/browser/axe.min.js
var axe string

// screenshotsVariable names a directory for pictures of the main pages: the README's are made with it.
const screenshotsVariable = "LAUREL_SCREENSHOTS"

// browserTimeMax bounds what one test in the browser may take.
const browserTimeMax = 4 * time.Minute

// browser is a real browser with a demonstration that it looks at.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	wrong []string // what pages complained of, or loaded from elsewhere
}

// serverAddress finds where a server says that it is.
var serverAddress = regexp.MustCompile(`Laurel is at (http://\S+)`)

// watcher is what a server prints; it tells once the server says where it is.
type watcher struct {
	mu    sync.Mutex
	text  strings.Builder
	found chan string
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if m := serverAddress.FindStringSubmatch(w.text.String()); m != nil && w.found != nil {
		w.found <- m[1]
		w.found = nil
	}
	return len(p), nil
}

// startDemo runs the demonstration until the test ends, and returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	found := make(chan string, 1)
	out := &watcher{found: found}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--serve", "--listen", "127.0.0.1:0"}, strings.NewReader(""), &strings.Builder{}, out,
			os.Environ())
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitDone {
			t.Errorf("the demonstration ended with status %d:\n%s", code, out.text.String())
		}
	})
	select {
	case base := <-found:
		return base
	case code := <-ended:
		ended <- code
		t.Fatalf("the demonstration ended with status %d:\n%s", code, out.text.String())
	case <-time.After(browserTimeMax):
		t.Fatal("the demonstration does not start")
	}
	return ""
}

// openBrowser starts a browser that looks at a demonstration.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatalf("these tests need Debian's package chromium: %v", err)
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath("chromium"), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.WSURLReadTimeout(time.Minute))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	b := &browser{t: t, base: startDemo(t)}
	ctx, cancel := context.WithTimeout(context.Background(), browserTimeMax)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b.listen()
	b.do(network.Enable(), cdplog.Enable(), runtime.Enable())
	return b
}

// listen notes what pages complain of, and what they load from elsewhere.
func (b *browser) listen() {
	chromedp.ListenTarget(b.ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, b.base+"/") && !strings.HasPrefix(url, "data:") {
				b.wrong = append(b.wrong, "loads "+url)
			}
		case *runtime.EventExceptionThrown:
			b.wrong = append(b.wrong, "throws "+e.ExceptionDetails.Error())
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.LevelError {
				b.wrong = append(b.wrong, "logs "+e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
}

// do carries out steps in the browser.
func (b *browser) do(steps ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to a page.
func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base+path), chromedp.WaitReady("main"))
}

// complaints returns what pages complained of since it was last asked.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	wrong := b.wrong
	b.wrong = nil
	return wrong
}

// signIn enters one of the demonstration's accounts.
func (b *browser) signIn(name string) {
	b.t.Helper()
	b.do(network.ClearBrowserCookies())
	b.open("/sign-in")
	b.do(chromedp.Click(fmt.Sprintf(`//button[@name="account"][contains(., %q)]`, name), chromedp.BySearch),
		chromedp.WaitVisible(`nav[aria-label="Rooms"]`))
}

// rooms returns the pages that the navigation lists.
func (b *browser) rooms() []string {
	b.t.Helper()
	var paths []string
	b.do(chromedp.Evaluate(`[...document.querySelectorAll('nav[aria-label="Rooms"] li a')].map(a => a.pathname)`, &paths))
	return paths
}

// axeFinding is what axe found on a page.
type axeFinding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// barriers returns what of a page keeps people from using it, seriously or worse.
func (b *browser) barriers() []string {
	b.t.Helper()
	var text string
	b.do(chromedp.Evaluate(axe, nil), chromedp.Evaluate(
		`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations))`,
		&text, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var findings []axeFinding
	if err := json.Unmarshal([]byte(text), &findings); err != nil {
		b.t.Fatal(err)
	}
	var serious []string
	for _, f := range findings {
		if f.Impact != "serious" && f.Impact != "critical" {
			continue
		}
		line := fmt.Sprintf("%s (%s, %d places): %s", f.ID, f.Impact, len(f.Nodes), f.Help)
		if len(f.Nodes) > 0 {
			line += "\n\t" + f.Nodes[0].HTML + "\n\t" + f.Nodes[0].Summary
		}
		serious = append(serious, line)
	}
	return serious
}

// look sets the width of the window and the colours that the reader prefers.
func (b *browser) look(width int64, scheme string) {
	b.t.Helper()
	b.do(emulation.SetDeviceMetricsOverride(width, 900, 1, width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

// leader is Willow Kite, who leads the bundled history, and leaderAward what that is recognised by.
const (
	leader      = "dadcc99d-527b-5b01-9126-6e4e0045445d"
	leaderAward = "087e0a08-a356-5465-9d27-343f989eb0ce"
)

// TestPagesInABrowser walks through all rooms as each of the demonstration's people, light and dark, wide and narrow, and
// wants no page to complain, to load anything from elsewhere, or to keep anybody from using it.
func TestPagesInABrowser(t *testing.T) {
	b := openBrowser(t)
	seen := map[string]bool{}
	for _, who := range []string{"Willow Kite", "Pearl Dunlin", "Maple Crane", "Administrator"} {
		b.look(1280, "light")
		b.signIn(who)
		paths := append(b.rooms(), "/account")
		if who == "Pearl Dunlin" {
			paths = append(paths, "/people/"+leader, "/awards/review", "/awards/audit", b.first("/awards", `td a[href*="/awards/"]`),
				b.first("/log", `td a[href*="/log/"]`), "/?as_of=2016-01-01", "/people?tier=champion",
				b.first("/awards/"+leaderAward, `a[href*="/badges/"]`))
		}
		for _, path := range paths {
			looks := []struct {
				width  int64
				scheme string
			}{{1280, "light"}, {390, "dark"}}
			if seen[path] {
				looks = looks[:1]
			}
			seen[path] = true
			for _, l := range looks {
				b.look(l.width, l.scheme)
				b.open(path)
				for _, wrong := range append(b.complaints(), b.barriers()...) {
					t.Errorf("%s of %s, %d wide and %s: %s", path, who, l.width, l.scheme, wrong)
				}
			}
		}
	}
}

// first returns the address of the first link of a page that a selector finds.
func (b *browser) first(path, selector string) string {
	b.t.Helper()
	b.open(path)
	var found string
	b.do(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).pathname`, selector), &found))
	return found
}

// TestAuditInABrowser is the story of the analyst: from a name to the events that an award rests on, and back in time.
func TestAuditInABrowser(t *testing.T) {
	b := openBrowser(t)
	b.signIn("Pearl Dunlin")
	b.open("/people")
	b.do(chromedp.SendKeys("#find", "Cobalt Jay\r"), chromedp.WaitVisible("#h-why"))
	var title, address string
	b.do(chromedp.Text("h1", &title), chromedp.Location(&address))
	if title != "Cobalt Jay" || strings.Contains(address, "Cobalt") {
		t.Errorf("looking for Cobalt Jay led to %q at %s", title, address)
	}
	b.do(chromedp.Click(`//section[.//h2[contains(., "Badges")]]//tr[td[contains(., "champion")]]//a`, chromedp.BySearch),
		chromedp.WaitVisible("#h-evidence"))
	var holds string
	b.do(chromedp.Text(`//section[.//h2[contains(., "Would it hold")]]`, &holds, chromedp.BySearch))
	if !strings.Contains(holds, "No") || !strings.Contains(holds, "score >= 60") {
		t.Errorf("whether the award would hold today is answered so: %s", holds)
	}
	b.do(chromedp.Click(`//section[.//h2[contains(., "Evidence")]]//td//a`, chromedp.BySearch), chromedp.WaitVisible("#h-payload"))
	// The time machine, by the keyboard alone: the form is filled in and sent without a click.
	b.open("/people/" + leader)
	b.do(chromedp.Focus(".machine summary"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#tm-as-of"),
		chromedp.Focus("#tm-as-of"), chromedp.KeyEvent("2016-01-01\r"), chromedp.WaitVisible(`.machine[data-past="true"]`))
	var then string
	b.do(chromedp.Text("main", &then))
	if !strings.Contains(then, "2016-01-01 00:00") || !strings.Contains(then, "Rising Star") {
		t.Errorf("Willow Kite in 2016: %.300s", then)
	}
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}

// TestReviewByKeyboard is an owner's review of an award without a mouse, and what the register says then.
func TestReviewByKeyboard(t *testing.T) {
	b := openBrowser(t)
	b.signIn("Willow Kite")
	award := b.first("/awards/review", `td a[href*="/awards/"]`)
	b.open(award)
	var focused string
	b.do(chromedp.Focus(`button[value="grant"]`), chromedp.KeyEvent("\r"), chromedp.WaitVisible(`[role="status"]`),
		chromedp.Text(`[role="status"]`, &focused))
	if !strings.Contains(focused, "recorded") {
		t.Errorf("after the review: %q", focused)
	}
	var main string
	b.do(chromedp.Text("main", &main))
	if !strings.Contains(main, "granted") {
		t.Errorf("the award says %.200s", main)
	}
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}

// TestScreenshots makes pictures of the main pages where LAUREL_SCREENSHOTS says so, and else checks that it could.
func TestScreenshots(t *testing.T) {
	b := openBrowser(t)
	dir := os.Getenv(screenshotsVariable)
	b.signIn("Pearl Dunlin")
	for _, shot := range []struct{ name, path, scheme string }{
		{"overview", "/", "light"}, {"person", "/people/" + leader, "light"}, {"retune", "/retune", "light"},
		{"award", b.first("/awards", `td a[href*="/awards/"]`), "dark"},
	} {
		b.look(1280, shot.scheme)
		b.open(shot.path)
		if shot.name == "retune" { // with a rule that was changed
			b.do(chromedp.Focus(`[data-knob="tiers.champion.when.score"] [type="range"]`),
				chromedp.KeyEvent(strings.Repeat("\u0302", 6)), // arrow left
				chromedp.Poll(`document.querySelector("#now").innerText.includes("+")`, nil),
				chromedp.Evaluate(`scrollTo(0, 0)`, nil))
		}
		var picture []byte
		b.do(chromedp.CaptureScreenshot(&picture))
		if len(picture) == 0 {
			t.Errorf("%s has no picture", shot.name)
		}
		if dir == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, shot.name+".png"), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDashboardInABrowser is the story of a dashboard: what the API tells is what the page shows, and when somebody
// records a session, whoever looks at the page sees it without doing anything.
func TestDashboardInABrowser(t *testing.T) {
	b := openBrowser(t)
	b.signIn("Willow Kite")
	b.open("/people/" + leader)
	ask := func(script string) string {
		t.Helper()
		var text string
		b.do(chromedp.Evaluate(`(async () => { `+script+` })()`, &text,
			func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		return text
	}
	const standing = `const answer = await fetch("/v1/standings?program=git&limit=1");
		const mentor = (await answer.json()).mentors[0];`
	before := ask(standing + `return mentor.name + " has " + mentor.score;`)
	var page string
	b.do(chromedp.Text("main", &page))
	name, score, found := strings.Cut(before, " has ")
	if !found || name != "Willow Kite" || !strings.Contains(page, "Score "+score) {
		t.Errorf("the API says %q, and the page %.200s", before, page)
	}
	tag := ask(standing + `return answer.headers.get("ETag");`)
	if again := ask(`return String((await fetch("/v1/standings?program=git&limit=1", {cache: "no-store",
		headers: {"If-None-Match": ` + fmt.Sprintf("%q", tag) + `}})).status);`); again != "304" {
		t.Errorf("what did not change is answered with %s", again)
	}
	if status := ask(`const rooms = await (await fetch("/v1/rooms?program=git&status=running&mentor=` + leader + `")).json();
		const answer = await fetch("/v1/rooms/" + rooms.rooms[0].room + "/sessions", {method: "POST",
			headers: {"Content-Type": "application/json", "Idempotency-Key": "dashboard"}, body: '{"channel":"call","minutes":30}'});
		return answer.status + " " + await answer.text();`); !strings.HasPrefix(status, "200 ") {
		t.Fatalf("recording a session: %s", status)
	}
	b.do(chromedp.PollFunction(`(old) => {
		const text = document.querySelector("main").innerText;
		return text.includes("Score") && !text.includes(old) ? text : null;
	}`, &page, chromedp.WithPollingArgs("Score "+score)))
	if after := ask(standing + `return String(mentor.score);`); !strings.Contains(page, "Score "+after) {
		t.Errorf("the API says %s now, and the page %.200s", after, page)
	}
	for _, wrong := range b.complaints() {
		t.Error(wrong)
	}
}
