package web

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
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
	Engine    *serving.Engine
	Now       func() time.Time // the clock
	Log       *slog.Logger     // for what operators read; it never gets personal data
	Telemetry Telemetry        // for what monitoring reads; nil for none

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
	telemetry Telemetry
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
	startedAt    time.Time
	secure       bool
	behindProxy  bool

	streams   atomic.Int64  // of changes, open now
	packets   chan struct{} // holds one for each packet that is being made
	redaction redaction

	stopping chan struct{} // closed when open streams should end
	stopOnce sync.Once
}

// New makes a server. It fails only on a mistake in its own templates or assets.
func New(o Options) (*Server, error) {
	s := &Server{
		engine: o.Engine, now: o.Now, log: o.Log, telemetry: o.Telemetry, actions: map[string]access.Action{}, stopping: make(chan struct{}),
		accounts: o.Accounts, passwords: newPasswords(), provider: o.Provider, providerName: o.ProviderName,
		flows: flows{state: map[access.Hash]flow{}}, publicURL: o.PublicURL, demo: o.Demo, limits: newLimits(o.Rates),
		viewed: viewed{last: map[look]time.Time{}}, secure: o.Secure, behindProxy: o.BehindProxy,
		version: o.Version, started: uuid.NewString()[:8], startedAt: o.Now(), packets: make(chan struct{}, packetsMax),
	}
	if s.telemetry == nil {
		s.telemetry = untold{}
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

// Streams is how many streams of changes are open.
func (s *Server) Streams() int { return int(s.streams.Load()) }

// stop ends streams of changes, and lets nobody begin another.
func (s *Server) stop() { s.stopOnce.Do(func() { close(s.stopping) }) }

// startSweeping sweeps until the function that it returns is called, which waits for the end of it.
func (s *Server) startSweeping(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var sweep sync.WaitGroup
	sweep.Go(func() { s.sweep(ctx) })
	return func() {
		cancel()
		sweep.Wait()
	}
}

// serve is the handler of a page.
func (s *Server) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, cancel := context.WithTimeout(req.Context(), handleTimeMax)
		defer cancel()
		v := &visit{Server: s, w: w, r: req.WithContext(ctx), who: identityOf(req.Context())}
		defer v.release()
		if err := v.admit(r); err != nil {
			switch {
			case forProgram(req):
				v.refuse(w, v.r, err)
			case errors.Is(err, access.ErrSignedOut) && req.Method == http.MethodGet:
				v.toSignIn()
			default:
				v.fail(err)
			}
			return
		}
		if err := r.page(v); err != nil {
			v.fail(err)
		}
	})
}
