package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// client asks a server over HTTP.
type client struct {
	http    *http.Client
	base    string
	token   string
	program string
	engine  *serving.Engine
}

// Load is what a server does while it is read from and written to at once. Latencies are from when a request was due, so
// that an answer which is late makes those behind it late too.
type Load struct {
	Seconds     float64 `json:"seconds"`
	Streams     int     `json:"streams"`
	Told        int     `json:"changes_told"` // over all streams
	ReadsRate   float64 `json:"reads_per_second"`
	AppendsRate float64 `json:"appends_per_second"`
	Reads       Latency `json:"reads"`
	Appends     Latency `json:"appends"` // from the command to its being on disk
	Failed      int     `json:"failed"`
}

// request makes a request about the program.
func (c *client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	with := "?"
	if strings.Contains(path, "?") {
		with = "&"
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path+with+"program="+url.QueryEscape(c.program), body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	return r, nil
}

func (c *client) get(ctx context.Context, path string) error {
	r, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return c.answer(r)
}

// post sends a form as the pages' scripts do, which ask for a piece of a page.
func (c *client) post(ctx context.Context, path string, form url.Values) error {
	r, err := c.request(ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Laurel-Piece", "answer")
	return c.answer(r)
}

// answer waits for the whole answer.
func (c *client) answer(r *http.Request) error {
	w, err := c.http.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, w.Body)
	err = errors.Join(err, w.Body.Close())
	if err == nil && w.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s is answered with %s", r.Method, r.URL.Path, w.Status)
	}
	return err
}

// repeat gets one page after the other.
func (c *client) repeat(ctx context.Context, times int, path func(n int) string) (Latency, error) {
	took := make([]float64, times)
	for n := range took {
		start := time.Now()
		if err := c.get(ctx, path(n)); err != nil {
			return Latency{}, err
		}
		took[n] = time.Since(start).Seconds()
	}
	return newLatency(took), nil
}

// pace calls do so often a second, for some time, on so many goroutines, and returns how long each took from when it was
// due; what comes first is left out.
func pace(ctx context.Context, rate int, warmUp, span time.Duration, workers int, do func(ctx context.Context, n int) error) (
	took []float64, failed int, err error) {
	first := int(float64(rate) * warmUp.Seconds())
	total := first + int(float64(rate)*span.Seconds())
	took = make([]float64, total)
	var next, bad atomic.Int64
	var group sync.WaitGroup
	var once sync.Once
	start := time.Now()
	for range workers {
		group.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= total || ctx.Err() != nil {
					return
				}
				due := start.Add(time.Duration(float64(n) / float64(rate) * float64(time.Second)))
				time.Sleep(time.Until(due))
				if e := do(ctx, n); e != nil {
					bad.Add(1)
					once.Do(func() { err = e })
				}
				took[n] = time.Since(due).Seconds()
			}
		})
	}
	group.Wait()
	return took[first:], int(bad.Load()), errors.Join(ctx.Err(), firstOfMany(err, int(bad.Load()), total))
}

// firstOfMany is a failure if more than one in a thousand failed.
func firstOfMany(first error, failed, total int) error {
	if failed*1000 <= total {
		return nil
	}
	return fmt.Errorf("%d of %d failed, the first with: %w", failed, total, first)
}

const readersMax, writersMax = 64, 16

// load keeps streams open, and reads and appends at the same time.
func (c *client) load(ctx context.Context, o ServeOptions, store eventstore.Store, people, rooms []uuid.UUID) (l Load, err error) {
	streaming, stop := context.WithCancel(ctx)
	var told atomic.Int64
	var streams sync.WaitGroup
	opened := make(chan error, o.Streams)
	for range o.Streams {
		streams.Go(func() { c.listen(streaming, opened, &told) })
	}
	defer streams.Wait()
	defer stop()
	for range o.Streams {
		if err := <-opened; err != nil {
			return l, err
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for start := time.Now(); streaming.Err() == nil && time.Since(start) < o.WarmUp+o.Load; time.Sleep(200 * time.Millisecond) {
			o.Stage("load", int64(time.Since(start).Seconds()), int64((o.WarmUp + o.Load).Seconds()))
		}
	}()
	var reads, appends []float64
	var failedReads, failedAppends int
	var readErr, appendErr error
	var group sync.WaitGroup
	start := time.Now()
	group.Go(func() {
		reads, failedReads, readErr = pace(ctx, o.Reads, o.WarmUp, o.Load, readersMax, func(ctx context.Context, n int) error {
			return c.get(ctx, readPath(n, people))
		})
	})
	group.Go(func() {
		appends, failedAppends, appendErr = pace(ctx, o.Appends, o.WarmUp, o.Load, writersMax, func(ctx context.Context, n int) error {
			return holdSession(ctx, store, rooms[n%len(rooms)])
		})
	})
	group.Wait()
	l = Load{Seconds: (time.Since(start) - o.WarmUp).Seconds(), Streams: o.Streams, Told: int(told.Load()),
		Failed: failedReads + failedAppends}
	l.ReadsRate, l.AppendsRate = float64(len(reads))/l.Seconds, float64(len(appends))/l.Seconds
	l.Reads, l.Appends = newLatency(reads), newLatency(appends)
	stop()
	<-done
	return l, errors.Join(readErr, appendErr)
}

// readPath is what dashboards ask the API for, and one time in ten a page that somebody looks at.
func readPath(n int, people []uuid.UUID) string {
	person := people[n*7919%len(people)].String()
	switch n % 10 {
	case 0:
		return [...]string{"/", "/people", "/people/" + person, "/people/" + person}[n/10%4]
	case 1, 2, 3:
		return "/v1/standings?limit=20"
	case 4, 5, 6:
		return "/v1/people/" + person + "/explanation"
	}
	return "/v1/people/" + person
}

// holdSession records a session in a mentorship.
func holdSession(ctx context.Context, store eventstore.Store, room uuid.UUID) error {
	_, err := eventstore.Handle(ctx, store, domain.MentorshipStream(room), domain.MentorshipDecider(room), domain.HoldSession{
		CommandMeta: domain.CommandMeta{ID: uuid.New(), OccurredAt: time.Now(), Actor: "bench", Source: "bench"},
		Channel:     "call", Minutes: 30,
	})
	return err
}

// listen keeps a stream of changes open, says once whether it has opened, and counts what it is told.
func (c *client) listen(ctx context.Context, opened chan<- error, told *atomic.Int64) {
	r, err := c.request(ctx, http.MethodGet, "/live", nil)
	if err != nil {
		opened <- err
		return
	}
	w, err := c.http.Do(r)
	if err != nil {
		opened <- err
		return
	}
	defer func() { _ = w.Body.Close() }() // the stream has ended
	if w.StatusCode != http.StatusOK {
		opened <- fmt.Errorf("a stream is answered with %s", w.Status)
		return
	}
	opened <- nil
	lines := bufio.NewScanner(w.Body)
	for lines.Scan() {
		if lines.Text() == "event: changed" {
			told.Add(1)
		}
	}
}
