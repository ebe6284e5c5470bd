package web

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"

	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

func (s *Server) operationsPages() []route {
	return []route{
		{"GET /operations", access.OperationsRead, onAll, (*visit).operations},
		{"GET /metrics", access.OperationsRead, onAll, (*visit).metrics},
	}
}

// rejectedShown is how much of the rejected input the page lists.
const rejectedShown = 100

// operationsShown is what operators see.
type operationsShown struct {
	Unready string // "" where the server is ready
	Fresh   serving.Freshness
	Lag     string
	Behind  bool   // the award process has not considered everything
	Decided int    // events that its last pass recorded
	Took    string // by it
	Chain   string
	Build   *Version
	Started time.Time
	Up      string
	Memory  memoryShown
	Streams int

	Rejected      []Rejected
	RejectedTotal int
}

// memoryShown is what the process takes.
type memoryShown struct {
	Objects, Total, Goroutines, Collections uint64
}

// MiB writes bytes as people read them.
func (memoryShown) MiB(bytes uint64) string { return fmt.Sprintf("%d MiB", bytes>>20) }

// metrics answers with what was counted, for monitoring.
func (v *visit) metrics() error {
	v.telemetry.ServeHTTP(v.w, v.r)
	return nil
}

// operations shows how the server does.
func (v *visit) operations() error {
	f := v.engine.Freshness()
	now := v.now()
	shown := operationsShown{Unready: v.Unready(), Fresh: f, Lag: "none", Took: duration(f.Awards.Took), Behind: f.Awards.Position != f.Position,
		Build: v.build(), Started: v.startedAt, Up: duration(now.Sub(v.startedAt)), Memory: readMemory(), Streams: v.Streams()}
	if f.Lag > 0 {
		shown.Lag = duration(f.Lag)
	}
	for _, n := range f.Awards.Decided {
		shown.Decided += n
	}
	var err error
	if shown.Chain, err = chainOf(v.ctx(), v.engine.Store()); err != nil {
		return err
	}
	shown.Rejected, shown.RejectedTotal = v.Server.Rejected()
	shown.Rejected = shown.Rejected[:min(len(shown.Rejected), rejectedShown)]
	return v.render("operations", frameOf{Title: "Operations", Room: "/operations", Page: &shown,
		Lead: "How this server does, and what it refused. Nothing here tells who did what."})
}

// chainOf stands for the whole history of a log; "" where its store keeps no chain.
func chainOf(ctx context.Context, store eventstore.Store) (string, error) {
	verifier, ok := store.(eventstore.Verifier)
	if !ok {
		return "", nil
	}
	head, err := verifier.Chain(ctx)
	if err != nil {
		return "", fmt.Errorf("read the head of the chain: %w", err)
	}
	return fmt.Sprintf("sha256:%x", head.Hash), nil
}

// readMemory asks the runtime, without stopping anything.
func readMemory() memoryShown {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"},
		{Name: "/sched/goroutines:goroutines"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(samples)
	of := func(i int) uint64 {
		if samples[i].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return samples[i].Value.Uint64()
	}
	return memoryShown{of(0), of(1), of(2), of(3)}
}

// duration writes how long something took, in the one or two units that matter.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days %dh", int(d.Hours())/24, int(d.Hours())%24)
}
