package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/adapters/synthetic"
	"laurel/adapters/web"
	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

// ServeOptions say what a server is asked.
type ServeOptions struct {
	Events, Mentors int // of the log
	Seed            uint64
	Dir             string        // where the log goes; the system's temporary directory if ""
	Streams         int           // live streams that stay open
	Reads, Appends  int           // a second
	Load            time.Duration // for how long
	WarmUp          time.Duration // of the same before that is measured, in which the server gets used to it

	// Sample writes a second log, a real one, of a program, for previews over it.
	Sample func(ctx context.Context, store eventstore.Store) (program string, err error)

	Stage func(name string, done, total int64) // progress of the stage at hand; total 0 is unknown
}

// ServeReport is how quickly a server answers over loopback, with whoever asks on the same cores.
type ServeReport struct {
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Cores    int    `json:"cores"`
	Events   int    `json:"events"`
	Mentors  int    `json:"mentors"`

	Started      float64 `json:"start_seconds"` // from opening the log to the first answer
	Person       Latency `json:"person_page"`
	Overview     Latency `json:"overview_page"`
	Retune       Latency `json:"retune_preview"` // each after another change
	RetuneSample Latency `json:"retune_preview_sample"`
	Load         Load    `json:"load"`
}

// Latency is how long answers took, in seconds.
type Latency struct {
	Count  int     `json:"count"`
	Median float64 `json:"median_seconds"`
	P99    float64 `json:"p99_seconds"`
	Worst  float64 `json:"worst_seconds"`
}

func newLatency(took []float64) Latency {
	if len(took) == 0 {
		return Latency{}
	}
	slices.Sort(took)
	at := func(q float64) float64 { return took[min(len(took)-1, int(math.Ceil(q*float64(len(took))))-1)] }
	return Latency{Count: len(took), Median: at(0.5), P99: at(0.99), Worst: took[len(took)-1]}
}

// personPages is how many pages of people are measured.
const personPages = 200

// Serve measures a server over a generated log, and previews over a real one.
func Serve(ctx context.Context, o ServeOptions) (*ServeReport, error) {
	if o.Stage == nil {
		o.Stage = func(string, int64, int64) {}
	}
	r := &ServeReport{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0),
		Events: o.Events, Mentors: o.Mentors}
	if err := r.measureSample(ctx, o); err != nil {
		return nil, fmt.Errorf("bench: the sample: %w", err)
	}
	if err := r.measure(ctx, o); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return r, nil
}

func (r *ServeReport) measureSample(ctx context.Context, o ServeOptions) error {
	o.Stage("a real log", 0, 0)
	store := eventstore.NewMemory()
	slug, err := o.Sample(ctx, store)
	if err != nil {
		return err
	}
	if err := putInForce(ctx, store, slug); err != nil {
		return err
	}
	return withServer(ctx, store, slug, func(c *client) (err error) {
		r.RetuneSample, err = c.retune(ctx, o)
		return err
	})
}

func (r *ServeReport) measure(ctx context.Context, o ServeOptions) error {
	return withStore(o.Dir, func(store *bbolt.Store, _ string) error {
		generator, err := synthetic.New(generatorOptions(o.Events, o.Mentors, o.Seed))
		if err != nil {
			return err
		}
		if _, err := eventstore.Ingest(ctx, store, generator.Items(), eventstore.IngestOptions{
			Progress: func(p eventstore.IngestReport) { o.Stage("generate into a log", int64(p.Items), int64(o.Events)) },
		}); err != nil {
			return err
		}
		if err := putInForce(ctx, store, program); err != nil {
			return err
		}
		o.Stage("award", 0, 0)
		if _, err := awarding.Run(ctx, store, program, awarding.Options{}); err != nil {
			return err
		}
		o.Stage("start", 0, 0)
		start := time.Now()
		return withServer(ctx, store, program, func(c *client) error {
			if err := c.get(ctx, "/people"); err != nil {
				return err
			}
			r.Started = time.Since(start).Seconds()
			return r.ask(ctx, o, c, store)
		})
	})
}

// ask asks a quiet server first, and then one under load.
func (r *ServeReport) ask(ctx context.Context, o ServeOptions, c *client, store eventstore.Store) (err error) {
	people, rooms, err := c.known(ctx)
	if err != nil {
		return err
	}
	if r.Person, err = c.repeat(ctx, personPages, func(n int) string { return "/people/" + people[n%len(people)].String() }); err != nil {
		return err
	}
	if r.Overview, err = c.repeat(ctx, personPages, func(int) string { return "/" }); err != nil {
		return err
	}
	if r.Retune, err = c.retune(ctx, o); err != nil {
		return err
	}
	r.Load, err = c.load(ctx, o, store, people, rooms)
	return err
}

// putInForce activates the sample criteria for a program from the beginning.
func putInForce(ctx context.Context, store eventstore.Store, slug string) error {
	doc, err := compile("sample.yaml", sampleText)
	if err != nil {
		return err
	}
	document := *doc.Doc
	document.Program = slug
	plan, err := criteria.Load("in-force.json", document.Canonical())
	if err != nil {
		return err
	}
	at := domain.OccurredMin
	activated, err := eventstore.Encode(domain.Event{ID: uuid.New(), Meta: domain.Metadata{OccurredAt: at, Schema: 1},
		Payload: &domain.CriteriaActivated{Hash: plan.Hash, EffectiveAt: at, Document: string(plan.Doc.Canonical())}})
	if err != nil {
		return err
	}
	_, err = store.Append(ctx, eventstore.StreamAppend{Stream: domain.CriteriaStream(domain.Slug(slug)),
		Expected: eventstore.NoStream, Events: []eventstore.NewEvent{activated}})
	return err
}

// withServer runs a server as laurel serve does, on loopback, over a store.
func withServer(ctx context.Context, store eventstore.Store, slug string, use func(*client) error) (err error) {
	engine, err := serving.Open(ctx, store, serving.Options{Now: time.Now, Awards: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	accounts := access.NewRegistry(access.NewMemory())
	token, err := issueToken(accounts)
	if err != nil {
		return err
	}
	many := web.Rate{Every: time.Microsecond, Burst: 1_000_000}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	server, err := web.New(web.Options{Engine: engine, Now: time.Now, Accounts: accounts, Version: "bench", Log: logger,
		PublicURL: "http://127.0.0.1", Rates: web.Rates{Account: many, Address: many, Guesses: many, Login: many, Starts: many}})
	if err != nil {
		return err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serveCtx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	door := web.OpenDoor(l, logger)
	door.Lead(server)
	go func() { ended <- door.Serve(serveCtx, 10*time.Second) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	transport := &http.Transport{MaxIdleConns: 1000, MaxIdleConnsPerHost: 1000, DisableCompression: true}
	defer transport.CloseIdleConnections()
	return use(&client{http: &http.Client{Transport: transport}, base: "http://" + l.Addr().String(), token: token,
		program: slug, engine: engine})
}

// issueToken makes an account that may see and preview everything, and a token for it.
func issueToken(accounts *access.Registry) (string, error) {
	now := time.Now()
	a := access.Account{ID: uuid.New(), Login: "bench@example.org", Name: "Bench", Created: now,
		Grants: []access.Grant{{Role: access.RoleAnalyst}}}
	var err error
	if a.Password, err = web.HashPassword(rand.Reader, rand.Text()); err != nil {
		return "", err
	}
	if a, err = accounts.Create(a); err != nil {
		return "", err
	}
	secret, hash, err := access.NewSecret(rand.Reader, access.TokenPrefix)
	if err != nil {
		return "", err
	}
	_, err = accounts.IssueToken(access.Token{ID: uuid.New(), Hash: hash, Account: a.ID, Name: "bench",
		Scopes: []access.Action{access.StandingsRead, access.PersonRead, access.PeopleList, access.CriteriaRead,
			access.CriteriaPreview, access.AwardsRead}, Expires: now.Add(24 * time.Hour)}, now)
	return secret, err
}

// known lists some of those who mentor, from the first to the last of the standings, and some of their mentorships.
func (c *client) known(ctx context.Context) (people, rooms []uuid.UUID, err error) {
	const most = 2000
	view, err := c.engine.Look(ctx, serving.At{Program: c.program})
	if err != nil {
		return nil, nil, err
	}
	defer view.Close()
	mentors := view.Facts.MentorsOf(c.program)
	for i := 0; i < len(mentors); i += max(1, len(mentors)/most) {
		people = append(people, view.Facts.Person(mentors[i]))
	}
	relations := view.Rooms.Relationships(view.People, projections.RoomQuery{Program: domain.Slug(c.program)}, view.AsOf)
	step := max(1, len(relations)/most)
	for i := 0; i < len(relations); i += step {
		if relations[i].Status == projections.RoomRunning {
			rooms = append(rooms, relations[i].Room)
		}
	}
	if len(people) == 0 || len(rooms) == 0 {
		return nil, nil, fmt.Errorf("%d mentors and %d mentorships that go on: there is nothing to ask for", len(people), len(rooms))
	}
	return people, rooms, nil
}

// retune previews one change of the criteria in force after the other, as the workbench does.
func (c *client) retune(ctx context.Context, o ServeOptions) (Latency, error) {
	doc, err := compile("sample.yaml", sampleText)
	if err != nil {
		return Latency{}, err
	}
	document := *doc.Doc
	document.Program = c.program
	texts, err := changesOf(document.Text())
	if err != nil {
		return Latency{}, err
	}
	if err := c.get(ctx, "/retune"); err != nil { // prepares it
		return Latency{}, err
	}
	took := make([]float64, 0, len(texts))
	for i, text := range texts {
		o.Stage("retune", int64(i), int64(len(texts)))
		start := time.Now()
		if err := c.post(ctx, "/retune", url.Values{"document": {string(text)}}); err != nil {
			return Latency{}, err
		}
		took = append(took, time.Since(start).Seconds())
	}
	return newLatency(took), nil
}
