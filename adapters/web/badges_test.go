package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// badge grants Ada an award and returns it, with the address of its badge as her page of it tells.
func (b *bench) badge(holder *browser) (award uuid.UUID, address string) {
	b.t.Helper()
	award = b.grant()
	w := holder.get("/awards/" + award.String() + "?program=git")
	wantStatus(b.t, w, http.StatusOK, "not public", "You have not agreed")
	return award, find(b.t, w, `https://laurel\.test(/badges/[\w-]{40,})"`)
}

// notShown fails unless an address shows what every address shows that no badge has.
func (b *bench) notShown(address string) {
	b.t.Helper()
	w, other := b.browser().get(address), b.browser().get("/badges/"+strings.Repeat("A", len(address)-len("/badges/")))
	wantStatus(b.t, w, http.StatusNotFound, "There is no badge at this address")
	if w.Body.String() != other.Body.String() || other.Code != w.Code {
		b.t.Errorf("it can be told apart from an address that never was:\n%s\n%s", w.Body, other.Body)
	}
	for name := range w.Header() {
		if name != "Request-Id" && w.Header().Get(name) != other.Header().Get(name) {
			b.t.Errorf("it can be told apart by %s", name)
		}
	}
	if strings.Contains(w.Body.String(), "Ada") {
		b.t.Error("the holder is named")
	}
}

func TestBadgeNeedsConsent(t *testing.T) {
	b := newBench(t, nil)
	holder := b.as(ada)
	award, address := b.badge(holder)
	b.notShown(address)
	wantStatus(t, holder.get(address), http.StatusNotFound) // not even to its holder
	consent := func(audience, version string) url.Values {
		return form("audience", audience, "text_version", version)
	}
	holder.records(1, "/consent", consent("organisation", consentVersion))
	b.notShown(address)
	holder.records(1, "/consent", consent("public", consentVersion))
	w := b.browser().get(address)
	wantStatus(t, w, http.StatusOK, "Ada", "Starter", "sessions &gt;= 1", "GIT", award.String(), "<svg",
		`<meta name="robots" content="noindex, nofollow, noarchive">`)
	for name, want := range map[string]string{"X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, private := range []string{ada.String(), ben.String(), "Ben", "example.org"} {
		if strings.Contains(w.Body.String(), private) {
			t.Errorf("the page tells %q", private)
		}
	}
	wantStatus(t, holder.get("/awards/"+award.String()+"?program=git"), http.StatusOK, ">public</span>")
	during := b.clock()
	b.pass(60e9)
	holder.records(1, "/consent/withdraw", form("audience", "public"))
	b.notShown(address)
	for _, query := range []string{"?as_of=" + during.Format("2006-01-02T15:04:05Z"), "?as_of=2026-03-01&program=git&criteria=active"} {
		wantStatus(t, b.browser().get(address+query), http.StatusNotFound)
	}
}

func TestBadgeNeedsTheAwardToStand(t *testing.T) {
	b := newBench(t, nil)
	holder := b.as(ada)
	award, address := b.badge(holder)
	holder.records(1, "/consent", form("audience", "public", "text_version", consentVersion))
	wantStatus(t, b.browser().get(address), http.StatusOK, "Ada")
	analyst := b.as(ben, "analyst")
	at := "/awards/" + award.String()
	wantStatus(t, analyst.get(at+"?program=git"), http.StatusOK, "https://laurel.test"+address, ">public</span>")
	wantStatus(t, analyst.post(at+"/revoke?program=git", form("reason", "entered-by-mistake")), http.StatusSeeOther)
	b.notShown(address)
	wantStatus(t, analyst.get(at+"?program=git"), http.StatusOK, "The award is not held.")
}

func TestBadgeOfErasedPerson(t *testing.T) {
	b := newBench(t, nil)
	holder := b.as(ada)
	_, address := b.badge(holder)
	holder.records(1, "/consent", form("audience", "public", "text_version", consentVersion))
	wantStatus(t, b.browser().get(address), http.StatusOK, "Ada")
	w := b.as(uuid.Nil, "administrator").post("/people/"+ada.String()+"/erase?program=git", form("sure", "erase"))
	wantStatus(t, w, http.StatusSeeOther)
	b.notShown(address)
}

func TestBadgeAddresses(t *testing.T) {
	b := newBench(t, nil)
	holder := b.as(ada)
	award, address := b.badge(holder)
	holder.records(1, "/consent", form("audience", "public", "text_version", consentVersion))
	wantStatus(t, b.as(uuid.New()).get("/awards/"+award.String()+"?program=git"), http.StatusForbidden)
	wantStatus(t, b.browser().get(address), http.StatusOK)
	last := address[len(address)-1:]
	for _, wrong := range []string{address[:len(address)-1], address + "A", "/badges/" + award.String(), "/badges/" + ada.String(),
		address[:20] + strings.Map(func(r rune) rune { return map[bool]rune{true: 'b', false: 'a'}[r == 'a'] }, address[20:21]) + address[21:],
		strings.TrimSuffix(address, last) + "%00", "/badges/" + strings.Repeat("x", 2000)} {
		b.notShown(wrong)
	}
	// Nobody is found by a key of another server.
	other := newBench(t, nil)
	key, err := other.accounts.BadgeKey(rand.Reader)
	b.must(err)
	b.notShown("/badges/" + key.Token(award))
	wantStatus(t, b.browser().post(address, form()), http.StatusMethodNotAllowed)
}

func TestBadgeIsAskedForTooOften(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Rates = ratesDefault
		o.Rates.Address = Rate{60e9, 3}
	})
	br := b.browser()
	for range 3 {
		wantStatus(t, br.get("/badges/x"), http.StatusNotFound)
	}
	wantStatus(t, br.get("/badges/x"), http.StatusTooManyRequests)
}
