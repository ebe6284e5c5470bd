package web

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"laurel/domain/access"
	"laurel/projections/packet"
)

// packetOf checks a packet that was downloaded, and returns all that is in it as one text.
func packetOf(t *testing.T, w *httptest.ResponseRecorder) (*packet.Verdict, string) {
	t.Helper()
	wantStatus(t, w, http.StatusOK)
	b := w.Body.Bytes()
	v, err := packet.Check(t.Context(), bytes.NewReader(b), int64(len(b)), 1)
	if err != nil || !v.Holds {
		t.Fatalf("the packet does not hold: %+v, %v", v, err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&text, r); err != nil {
			t.Fatal(err)
		}
	}
	return v, text.String()
}

func TestPacket(t *testing.T) {
	b := newBench(t, nil)
	analyst := b.as(uuid.Nil, "analyst of git")
	wantStatus(t, analyst.get("/packet?program=git"), http.StatusOK, "There is no packet without criteria")
	wantStatus(t, analyst.get("/packet.zip?program=git"), http.StatusNotFound, "criteria")
	award := b.grant()
	wantStatus(t, analyst.get("/packet?program=git"), http.StatusOK, "/packet.zip?program=git", "names=yes",
		"laurel replay --packet laurel-git-2026-0")
	w := analyst.get("/packet.zip?program=git")
	v, text := packetOf(t, w)
	if v.Program != "git" || v.Counts.Mentors != 1 || v.Counts.Awards != 1 || v.Names {
		t.Errorf("the packet is %+v", v)
	}
	h := w.Header()
	if h.Get("Content-Type") != "application/zip" || !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="laurel-git-`) ||
		h.Get("Cache-Control") != "no-store" {
		t.Errorf("it comes with %v", h)
	}
	if !strings.Contains(text, award.String()) || strings.Contains(text, "Ada") || strings.Contains(text, "example.org") {
		t.Error("it lacks the award, or has what it must not have")
	}
	if v, text = packetOf(t, analyst.get("/packet.zip?program=git&names=yes")); !v.Names || !strings.Contains(text, `"name":"Ada"`) ||
		strings.Contains(text, "example.org") {
		t.Error("it lacks the name, or has what it must not have")
	}
	if v, _ = packetOf(t, analyst.get("/packet.zip?program=git&as_of=2026-02-10&criteria="+v.Criteria)); v.AsOf.Day() != 10 {
		t.Errorf("the packet of another time is %+v", v)
	}
	wantStatus(t, analyst.get("/packet.zip?program=git&names=perhaps"), http.StatusUnprocessableEntity, "names")
	wantStatus(t, analyst.get("/packet.zip?program=svn"), http.StatusForbidden)
	for name, br := range map[string]*browser{"the holder": b.as(ada), "a viewer": b.as(uuid.Nil, "viewer"),
		"an analyst elsewhere": b.as(uuid.Nil, "analyst of svn")} {
		for _, path := range []string{"/packet?program=git", "/packet.zip?program=git"} {
			if w := br.get(path); w.Code != http.StatusForbidden {
				t.Errorf("%s gets %s: status %d", name, path, w.Code)
			}
		}
	}
}

// TestPacketByToken wants names only with a token that may find people by name.
func TestPacketByToken(t *testing.T) {
	b := newBench(t, nil)
	b.grant()
	a := b.account("Olga", uuid.Nil, "analyst of git")
	for name, scopes := range map[string][]access.Action{"narrow": {access.AwardsAudit}, "wide": {access.AwardsAudit, access.PeopleList}} {
		secret := access.TokenPrefix + name
		_, err := b.accounts.IssueToken(access.Token{ID: uuid.New(), Account: a.ID, Name: name, Hash: access.HashSecret(secret), Scopes: scopes,
			Expires: b.clock().AddDate(0, 0, 1)}, b.clock())
		b.must(err)
		packetOf(t, b.bearer("GET", "/packet.zip?program=git", secret))
		w := b.bearer("GET", "/packet.zip?program=git&names=yes", secret)
		if want := map[string]int{"narrow": http.StatusForbidden, "wide": http.StatusOK}[name]; w.Code != want {
			t.Errorf("names by a %s token: status %d, want %d", name, w.Code, want)
		}
	}
}

// brokenLine is a connection that ends after some bytes.
type brokenLine struct {
	*httptest.ResponseRecorder
	left int
}

func (l *brokenLine) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, context.Canceled
	}
	return l.ResponseRecorder.Write(b)
}

// TestPacketIsCutOff wants a packet that could not be sent whole to end as a broken connection does, and more than a few
// at once to wait.
func TestPacketIsCutOff(t *testing.T) {
	b := newBench(t, nil)
	b.grant()
	analyst := b.as(uuid.Nil, "analyst")
	r := httptest.NewRequest(http.MethodGet, "/packet.zip?program=git", nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: analyst.cookies[cookieName]})
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("a packet that is cut off ends with %v", p)
			}
		}()
		b.server.ServeHTTP(&brokenLine{httptest.NewRecorder(), 1000}, r)
	}()
	for range packetsMax {
		b.server.packets <- struct{}{}
	}
	w := analyst.get("/packet.zip?program=git")
	wantStatus(t, w, http.StatusTooManyRequests, "others are downloading packets")
	for range packetsMax {
		<-b.server.packets
	}
	packetOf(t, analyst.get("/packet.zip?program=git"))
}
