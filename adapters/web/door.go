package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// Door is where a server listens. It answers from the moment that it is opened: until there is a server behind it, that
// the process lives and is not ready.
type Door struct {
	http   *http.Server
	log    *slog.Logger
	server atomic.Pointer[Server]
	ended  chan error // what http.Server.Serve ended with
}

// Limits on requests and connections.
const (
	headerBytesMax    = 32 << 10
	bodyBytesMax      = 1 << 20
	readHeaderTimeMax = 10 * time.Second
	readTimeMax       = 30 * time.Second
	writeTimeMax      = 60 * time.Second
	idleTimeMax       = 120 * time.Second
	handleTimeMax     = 30 * time.Second // what one answer may take
)

// OpenDoor begins to answer on a listener, which it closes in the end.
func OpenDoor(l net.Listener, log *slog.Logger) *Door {
	d := &Door{log: log, ended: make(chan error, 1)}
	d.http = &http.Server{
		Handler: d, MaxHeaderBytes: headerBytesMax, ReadHeaderTimeout: readHeaderTimeMax, ReadTimeout: readTimeMax,
		WriteTimeout: writeTimeMax, IdleTimeout: idleTimeMax,
		ErrorLog: slog.NewLogLogger(withoutAddresses{log.Handler()}, slog.LevelWarn),
	}
	go func() { d.ended <- d.http.Serve(l) }()
	return d
}

// ServeHTTP implements http.Handler.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s := d.server.Load(); s != nil {
		s.ServeHTTP(w, r)
		return
	}
	starting(w, r)
}

// Close shuts the door at once. After Serve it does nothing.
func (d *Door) Close() error { return d.http.Close() }

// Lead leads to a server from now on.
func (d *Door) Lead(to *Server) { d.server.Store(to) }

// Serve lets requests in to the server that the door leads to until the context ends, then waits for those under way, for
// at most as long as given; what is not answered then is cut off. Streams of changes are ended first.
func (d *Door) Serve(ctx context.Context, grace time.Duration) error {
	s := d.server.Load()
	stopSweeping := s.startSweeping(ctx)
	defer stopSweeping()
	select {
	case err := <-d.ended:
		return err
	case <-ctx.Done():
	}
	s.stop()
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := d.http.Shutdown(waiting)
	if errors.Is(err, context.DeadlineExceeded) {
		d.log.Warn("some requests took too long to end, and are cut off", slog.Duration("grace", grace))
		err = d.http.Close()
	}
	if served := <-d.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// withoutAddresses is a handler of log lines from which it leaves out network addresses: those of visitors are nobody's
// business.
type withoutAddresses struct{ slog.Handler }

// Handle implements slog.Handler.
func (h withoutAddresses) Handle(ctx context.Context, r slog.Record) error {
	words := strings.Split(r.Message, " ")
	for i, word := range words {
		if _, err := netip.ParseAddrPort(strings.TrimRight(word, ":,;.")); err == nil {
			words[i] = "(address)"
		}
	}
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, strings.Join(words, " "), r.PC))
}
