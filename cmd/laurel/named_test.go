package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"laurel/domain"
	"laurel/projections"
)

// TestNamed gives refusals to the one place that puts names in them. Of the people of the log, 1 and 2 are called alike.
func TestNamed(t *testing.T) {
	h := peopleLog(t)
	ann, bob, nobody := numbered(0).String(), numbered(1).String(), numbered(9).String()
	for _, c := range []struct{ message, want string }{
		{ann + " is not in this mentorship", "Ann Wren is not in this mentorship"},
		{"it was granted, by " + ann + ", and its holder is " + ann, "it was granted, by Ann Wren, and its holder is Ann Wren"},
		{"person " + bob + " was here", "person Bob Kite (" + bob + ") was here"},
		{nobody + " does not hold this award", nobody + " does not hold this award"},
		{"register them on " + domain.PersonStream(numbered(0)), "register them on " + domain.PersonStream(numbered(0))},
		{"no event " + numbered(77).String(), "no event " + numbered(77).String()},
	} {
		err := fmt.Errorf("award: %w", &domain.Error{Code: domain.CodeForbidden, Message: c.message})
		text, code := describe(err)
		a := &app{people: h.people}
		if got := a.named(err, text); got != "award: "+c.want || code != exitUsage {
			t.Errorf("%s: got %q, status %d", c.message, got, code)
		}
		if got := (&app{}).named(err, text); got != text {
			t.Errorf("without a directory: got %q, want %q", got, text)
		}
	}
	a := &app{people: h.people}
	notMentor := &projections.NotMentorError{Person: numbered(0), Program: "git", AsOf: at(1)}
	if got, want := a.named(notMentor, notMentor.Error()), "person Ann Wren is no mentor in program git as of "+
		at(1).Format("2006-01-02T15:04:05Z"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, err := range []error{
		badInput("find person", "", "2 people are called so", "choose one by id: "+ann),
		errors.New("write " + ann), context.Canceled,
	} {
		if got := a.named(err, err.Error()); got != err.Error() {
			t.Errorf("got %q, want %q", got, err)
		}
	}
}
