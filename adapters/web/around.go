package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/google/uuid"
)

// around puts what holds for every request around the mux: a number, a line in the log, headers, a limit on the body, who
// asks, and that a panic of one handler stays one failed request.
func (s *Server) around(mux *http.ServeMux) http.Handler {
	return s.numbered(s.observed(mux, s.guarded(s.recovered(s.identified(mux)))))
}

// requestKey is the key of a request's number in its context.
type requestKey struct{}

// numbered gives each request a number to find it in the log by.
func (s *Server) numbered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := uuid.NewString()
		w.Header().Set("Request-Id", number)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, number)))
	})
}

func requestNumber(ctx context.Context) string {
	number, _ := ctx.Value(requestKey{}).(string)
	return number
}

// contentPolicy lets pages load what this server embeds, and nothing else from anywhere.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guarded sets the headers that protect those who use the pages, and bounds the body of requests.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store") // what is public says otherwise itself
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, bodyBytesMax)
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into a failed request.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.log.Error("request panicked", slog.String("request", requestNumber(r.Context())),
					slog.String("panic", fmt.Sprintf("%T", p)), slog.String("stack", string(debug.Stack())))
				http.Error(w, "Something went wrong inside Laurel.", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
