package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
)

// TestTailFollows shows that following prints what was there, then what comes, and ends well when it is interrupted.
func TestTailFollows(t *testing.T) {
	store := eventstore.NewMemory()
	open := func(program string) {
		e, err := eventstore.Encode(domain.Event{ID: numbered(1), Payload: &domain.ProgramOpened{Title: program},
			Meta: domain.Metadata{OccurredAt: at(1), Actor: "test", Source: "test"}})
		if err != nil {
			t.Error(err)
		}
		_, err = store.Append(t.Context(), eventstore.StreamAppend{Stream: "program-" + program,
			Events: []eventstore.NewEvent{e}})
		if err != nil {
			t.Error(err)
		}
	}
	for _, program := range []string{"a", "b", "c"} {
		open(program)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r, w := io.Pipe()
	a := &app{stdout: w, out: render.New(w, render.JSONL, render.Terminal{})}
	ended := make(chan error, 1)
	go func() {
		ended <- a.tail(ctx, store, eventstore.Filter{Categories: []string{"program"}}, &pastView{}, 2, true)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	for _, want := range []string{"program-b", "program-c", "program-d", "program-e"} {
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Fatalf("got %q, want the event of %s", lines.Text(), want)
		}
		switch want {
		case "program-c":
			open("d")
		case "program-d":
			open("e")
		}
	}
	interrupt()
	if lines.Scan() {
		t.Errorf("got %q after the interrupt", lines.Text())
	}
	if err := <-ended; err != nil {
		t.Errorf("an interrupt is how following ends, got %v", err)
	}
}
