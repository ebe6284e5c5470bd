package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Telemetry is told what the server does. Of a request it gets the pattern of its route, never its address. It answers
// itself with what it has counted.
type Telemetry interface {
	http.Handler

	// Request notes that a request begins; done is called once, with the status of the answer and whether that was a stream.
	Request(ctx context.Context, method, route string) (_ context.Context, done func(status int, streamed bool))

	// Previewed notes how long a preview of changed criteria took to compute.
	Previewed(took time.Duration)
}

// untold is the telemetry of a server that has none.
type untold struct{}

// ServeHTTP implements Telemetry.
func (untold) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "This server keeps no metrics.", http.StatusNotFound)
}

// Request implements Telemetry.
func (untold) Request(ctx context.Context, _, _ string) (context.Context, func(int, bool)) {
	return ctx, func(int, bool) {}
}

// Previewed implements Telemetry.
func (untold) Previewed(time.Duration) {}

// routeUnmatched stands for the address of a request that no route matches.
const routeUnmatched = "unmatched"

// routeOf is the path of a pattern, which is all that anybody is told of an address.
func routeOf(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return strings.TrimSuffix(path, "{$}")
	}
	return routeUnmatched
}

// observed tells the telemetry of each request, and operators in a line of the log. Neither learns what an address, a
// header or a form holds.
func (s *Server) observed(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r) // also of what is refused before it gets there
		route, began := routeOf(pattern), time.Now()
		ctx, done := s.telemetry.Request(r.Context(), r.Method, route)
		a := &answer{ResponseWriter: w}
		defer func() {
			status := a.status
			if status == 0 {
				status = http.StatusOK
			}
			done(status, strings.HasPrefix(w.Header().Get("Content-Type"), mediaStream))
			method, _, _ := strings.Cut(pattern, " ")
			s.log.LogAttrs(ctx, routine(route), "request", slog.String("request", requestNumber(ctx)),
				slog.String("method", method), slog.String("route", route), slog.Int("status", status), slog.Int64("bytes", a.bytes),
				slog.Float64("milliseconds", float64(time.Since(began).Microseconds())/1000))
		}()
		next.ServeHTTP(a, r.WithContext(ctx))
	})
}

// routine is the level at which a request is logged: what machines ask all the time says nothing.
func routine(route string) slog.Level {
	if strings.HasPrefix(route, "/static/") || route == "/livez" || route == "/readyz" || route == "/metrics" {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// answer is an answer of which status and length are noted.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}
