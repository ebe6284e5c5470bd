package web

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"slices"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
)

// Head is the position of the newest event.
type Head struct {
	Position string `json:"position"`
}

// Verification is that the log is whole.
type Verification struct {
	OK       bool   `json:"ok"`
	Events   uint64 `json:"events"`
	Streams  uint64 `json:"streams"`
	Bytes    int64  `json:"bytes"`
	Position string `json:"position"`
	Chain    string `json:"chain" doc:"Stands for the whole history up to the position."`
}

// Version is what the server was built of.
type Version struct {
	API      string `json:"api"`
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
}

// EventFilter selects events.
type EventFilter struct {
	Type     string `query:"type" maxLength:"2048" doc:"Only events of these types, with commas between." example:"GoalMet"`
	Category string `query:"category" maxLength:"256" doc:"Only streams of these categories, with commas between." example:"mentorship"`
}

type logQuery struct {
	Moment
	Listing
	EventFilter
	Stream string `query:"stream" maxLength:"256" doc:"Only this stream."`
	After  string `query:"after" maxLength:"256" doc:"Only events after this position."`
}

type tailQuery struct {
	Moment
	EventFilter
	Lines int `query:"lines" minimum:"1" maximum:"1000" default:"10" doc:"So many events."`
}

func (a *api) logOperations() {
	const tag = "log"
	ask(a, operation{id: "listEvents", path: "/v1/log", tag: tag, action: access.LogRead, on: onAll, command: "log show",
		summary: "Events, oldest first"}, (*visit).events)
	ask(a, operation{id: "tailEvents", path: "/v1/log/tail", tag: tag, action: access.LogRead, on: onAll, command: "log tail",
		summary: "The newest events, oldest of them first", about: "To follow the log, listen to /v1/changes."}, (*visit).tail)
	ask(a, operation{id: "getHead", path: "/v1/log/head", tag: tag, action: access.LogRead, on: onAll, command: "log head",
		summary: "The position of the newest event"},
		func(v *visit, _ *nothing) (*Head, error) {
			head, err := v.engine.Store().Head(v.ctx())
			return &Head{head.String()}, err
		})
	ask(a, operation{id: "verifyLog", path: "/v1/log/verify", tag: tag, action: access.LogRead, on: onAll, command: "log verify",
		summary: "Check every record of the log"},
		func(v *visit, _ *nothing) (*Verification, error) { return verify(v.ctx(), v.engine.Store()) })
	ask(a, operation{id: "getVersion", path: "/v1/version", tag: tag, action: access.PublicRead, on: onAll, command: "version",
		summary: "What the server was built of"},
		func(v *visit, _ *nothing) (*Version, error) { return v.build(), nil })
}

// build tells what the server was built of.
func (s *Server) build() *Version {
	b := &Version{API: apiVersion, Version: s.version, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				b.Revision = setting.Value
			}
		}
	}
	return b
}

func verify(ctx context.Context, store eventstore.Store) (*Verification, error) {
	verifier, ok := store.(eventstore.Verifier)
	if !ok {
		return nil, missing("this kind of store cannot check itself")
	}
	report, err := verifier.Verify(ctx, func(uint64, uint64) {})
	if err != nil {
		return nil, err
	}
	return &Verification{true, report.Events, report.Streams, report.Bytes, report.Chain.Position.String(),
		fmt.Sprintf("sha256:%x", report.Chain.Hash)}, nil
}

// filter checks what selects events.
func (f *EventFilter) filter() (filter eventstore.Filter, err error) {
	for _, name := range listed(f.Type) {
		if !slices.Contains(domain.EventTypes(), domain.EventType(name)) {
			return filter, invalid("type", "is no type of event; %s", domain.UnknownTypeHint(domain.EventType(name)))
		}
		filter.Types = append(filter.Types, domain.EventType(name))
	}
	for _, name := range listed(f.Category) {
		if err := within("category", name, logCategories...); err != nil {
			return filter, err
		}
		filter.Categories = append(filter.Categories, name)
	}
	return filter, nil
}

// selects tells whether an event of a stream is selected, which a store tells of the log only.
func selects(f *eventstore.Filter, e *eventstore.RecordedEvent) bool {
	return (len(f.Types) == 0 || slices.Contains(f.Types, e.Type)) &&
		(len(f.Categories) == 0 || slices.Contains(f.Categories, domain.Category(e.Stream)))
}

// events lists a part of the log.
func (v *visit) events(in *logQuery) ([]eventstore.Line, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	view, err := v.lookAcross()
	if err != nil {
		return nil, err
	}
	store := v.engine.Store()
	after := in.After
	if v.asked.cursor != nil {
		after = v.asked.cursor.After
	}
	var from eventstore.Position
	if after != "" {
		if from, err = store.ParsePosition(after); err != nil {
			return nil, err
		}
	}
	at, err := v.at()
	if err != nil {
		return nil, err
	}
	var source iter.Seq2[eventstore.RecordedEvent, error]
	if in.Stream == "" {
		source = store.ReadAll(v.ctx(), from, filter)
	} else {
		source = store.ReadStream(v.ctx(), in.Stream, 0, eventstore.Forward)
	}
	lines := []eventstore.Line{}
	for e, err := range source {
		if err != nil {
			return nil, err
		}
		if store.ComparePositions(e.Position, view.Position) > 0 {
			break
		}
		if !at.AsOf.IsZero() && e.Meta.OccurredAt.After(at.AsOf) || in.Stream != "" && !selects(&filter, &e) ||
			after != "" && store.ComparePositions(e.Position, from) <= 0 {
			continue
		}
		if len(lines) == in.Limit {
			next := v.goOn()
			next.After, next.AsOf = lines[in.Limit-1].Position, at.AsOf
			break
		}
		if e.Data, err = v.payload(v.ctx(), &e); err != nil {
			return nil, err
		}
		lines = append(lines, eventstore.NewLine(e))
	}
	return lines, nil
}

// tail lists the newest events. A store reads forward, so this reads the whole log and keeps the last ones.
func (v *visit) tail(in *tailQuery) ([]eventstore.Line, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	view, err := v.lookAcross()
	if err != nil {
		return nil, err
	}
	at, err := v.at()
	if err != nil {
		return nil, err
	}
	store := v.engine.Store()
	newest, oldest := []eventstore.RecordedEvent{}, 0
	for e, err := range store.ReadAll(v.ctx(), eventstore.Position{}, filter) {
		if err != nil {
			return nil, err
		}
		if store.ComparePositions(e.Position, view.Position) > 0 {
			break
		}
		if !at.AsOf.IsZero() && e.Meta.OccurredAt.After(at.AsOf) {
			continue
		}
		if len(newest) < in.Lines {
			newest = append(newest, e)
			continue
		}
		newest[oldest] = e
		oldest = (oldest + 1) % in.Lines
	}
	lines := []eventstore.Line{}
	for i := range newest {
		e := newest[(oldest+i)%len(newest)]
		if e.Data, err = v.payload(v.ctx(), &e); err != nil {
			return nil, err
		}
		lines = append(lines, eventstore.NewLine(e))
	}
	return lines, nil
}
