package web

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
	"laurel/projections/serving"
)

// Options are what a server needs.
type Options struct {
	Engine *serving.Engine
	Now    func() time.Time // the clock
	Log    *slog.Logger     // for what operators read; it never gets personal data

	Accounts     *access.Registry // who may sign in
	Provider     SignInProvider   // to sign in with; nil for none
	ProviderName string           // what people call it
	PublicURL    string           // where people reach the server, such as https://laurel.example.org
	Version      string           // of the program
	Demo         []uuid.UUID      // accounts that anybody who comes may enter, in a demonstration
	Secure       bool             // browsers reach the server over TLS, and are told to insist on it
	BehindProxy  bool             // a trusted proxy adds where requests come from to X-Forwarded-For
	Rates        Rates            // how often the server may be asked; zero for the usual
}

// Server answers people and programs about one log.
type Server struct {
	engine    *serving.Engine
	now       func() time.Time
	log       *slog.Logger
	assets    *assets
	templates map[string]*template.Template
	actions   map[string]access.Action // what each pattern on the mux is
	api       *api
	handler   http.Handler

	accounts     *access.Registry
	passwords    *passwords
	provider     SignInProvider
	providerName string
	flows        flows
	publicURL    string
	demo         []uuid.UUID
	limits       *limits
	viewed       viewed
	retuners     retuners
	rejections   rejections
	version      string
	started      string // tells this process from others, in the ids of streams
	secure       bool
	behindProxy  bool

	streams   atomic.Int64  // of changes, open now
	packets   chan struct{} // holds one for each packet that is being made
	redaction redaction

	stopping chan struct{} // closed when open streams should end
	stopOnce sync.Once
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

// New makes a server. It fails only on a mistake in its own templates or assets.
func New(o Options) (*Server, error) {
	s := &Server{
		engine: o.Engine, now: o.Now, log: o.Log, actions: map[string]access.Action{}, stopping: make(chan struct{}),
		accounts: o.Accounts, passwords: newPasswords(), provider: o.Provider, providerName: o.ProviderName,
		flows: flows{state: map[access.Hash]flow{}}, publicURL: o.PublicURL, demo: o.Demo, limits: newLimits(o.Rates),
		viewed: viewed{last: map[look]time.Time{}}, secure: o.Secure, behindProxy: o.BehindProxy,
		version: o.Version, started: uuid.NewString()[:8], packets: make(chan struct{}, packetsMax),
	}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.templates, err = loadTemplates(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.register(mux)
	s.handler = s.around(mux)
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers requests on a listener until the context ends, then waits for those under way, for at most as long as
// given. Streams of changes are ended first.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler: s, MaxHeaderBytes: headerBytesMax, ReadHeaderTimeout: readHeaderTimeMax, ReadTimeout: readTimeMax,
		WriteTimeout: writeTimeMax, IdleTimeout: idleTimeMax, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	sweeping, stopSweeping := context.WithCancel(ctx)
	var sweep sync.WaitGroup
	sweep.Go(func() { s.sweep(sweeping) })
	defer sweep.Wait()
	defer stopSweeping()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.stopOnce.Do(func() { close(s.stopping) })
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(waiting)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// serve is the handler of a page.
func (s *Server) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), handleTimeMax)
		defer cancel()
		v := &visit{Server: s, w: w, r: req.WithContext(ctx), who: identityOf(req.Context())}
		defer v.release()
		if err := v.admit(r); err != nil {
			if errors.Is(err, access.ErrSignedOut) && req.Method == http.MethodGet {
				v.toSignIn()
				return
			}
			v.fail(err)
			return
		}
		if err := r.page(v); err != nil {
			v.fail(err)
		}
	})
}
