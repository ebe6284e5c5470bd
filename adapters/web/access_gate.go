package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"laurel/domain/access"
)

// cookieName has a prefix that makes browsers take the cookie only from this very host, over TLS (or on this machine),
// and for all its paths.
const cookieName = "__Host-laurel"

// identityKey is the key of who asks in the context of a request.
type identityKey struct{}

// identityOf is who asks; nil is nobody.
func identityOf(ctx context.Context) *access.Identity {
	who, _ := ctx.Value(identityKey{}).(*access.Identity)
	return who
}

// identified finds out who asks, refuses what another site sends in their name, and bounds how often they ask. It does
// not ask what they may: that is the table's business, at each route.
func (s *Server) identified(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, &fault{status: http.StatusForbidden,
			text: "this was sent by a page of another site; send it from here"})
	}))
	next = protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") || isHealth(r) { // is in memory, and the same for everybody
			next.ServeHTTP(w, r)
			return
		}
		who, err := s.identify(w, r)
		if err == nil {
			err = s.bound(w, r, who)
		}
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), identityKey{}, who)))
	})
}

// bound counts the request for whoever sends it.
func (s *Server) bound(w http.ResponseWriter, r *http.Request, who *access.Identity) error {
	l, key := s.limits.address, ""
	switch {
	case who == nil:
		key = s.addressOf(r)
	case who.ByToken():
		l, key = s.limits.account, "token "+who.Token.String()
	default:
		l, key = s.limits.account, who.Account.String()
	}
	if wait, ok := l.allow(key, s.now()); !ok {
		return tooOften(w, wait, "these are more requests than one may send")
	}
	return nil
}

// identify finds who asks by the token or the cookie that they send; nil is nobody. A token that is no good is refused
// at once; a cookie that is, is taken back.
func (s *Server) identify(w http.ResponseWriter, r *http.Request) (*access.Identity, error) {
	now := s.now()
	if header := r.Header.Values("Authorization"); len(header) > 0 {
		scheme, token, _ := strings.Cut(header[0], " ")
		who, err := (*access.Identity)(nil), access.ErrSignedOut
		if len(header) == 1 && strings.EqualFold(scheme, "Bearer") && len(token) <= access.SecretTextMax {
			who, err = s.accounts.UseToken(access.HashSecret(token), now)
		}
		if errors.Is(err, access.ErrSignedOut) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Laurel"`)
			if wait, ok := s.limits.guesses.allow(s.addressOf(r), now); !ok {
				return nil, tooOften(w, wait, "too many tokens were no good")
			}
		}
		return who, err
	}
	hash, ok := sessionOf(r)
	if !ok {
		return nil, nil
	}
	who, err := s.accounts.UseSession(hash, now)
	if errors.Is(err, access.ErrSignedOut) {
		http.SetCookie(w, sessionCookie("", -1))
		return nil, nil
	}
	return who, err
}

// sessionOf returns the hash of the session that a browser sends.
func sessionOf(r *http.Request) (access.Hash, bool) {
	cookies := r.CookiesNamed(cookieName)
	if len(cookies) != 1 || cookies[0].Value == "" || len(cookies[0].Value) > access.SecretTextMax {
		return access.Hash{}, false
	}
	return access.HashSecret(cookies[0].Value), true
}

// sessionCookie makes the cookie of a session; a negative age takes it back. It ends with the browser, and on the
// server in any case.
func sessionCookie(secret string, age int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: secret, Path: "/", MaxAge: age, Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode}
}

// refuse answers a request that gets no further, in the form that its sender reads.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	v := &visit{Server: s, w: w, r: r}
	if !forProgram(r) {
		v.fail(err)
		return
	}
	t := tell(err)
	if t.Status == http.StatusInternalServerError {
		t.Text = "something went wrong inside Laurel, number " + v.report(err)
	}
	if t.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Laurel"`)
	}
	w.Header().Set("Content-Type", mediaProblem)
	w.WriteHeader(t.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": t.Status, "title": http.StatusText(t.Status), "detail": t.Text})
}

// forProgram tells whether a request is from a program rather than from a browser that shows a page.
func forProgram(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.URL.Path == "/metrics" || r.URL.Path == "/v1" ||
		strings.HasPrefix(r.URL.Path, "/v1/")
}
