package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestMeet(t *testing.T) {
	here := map[string]bool{"git": true}
	req := func(name string, packages ...string) requirement {
		return requirement{name: name, why: "needed", packages: packages, probe: func(context.Context) error {
			if !here[name] {
				return errors.New("not found")
			}
			return nil
		}}
	}
	reqs := []requirement{req("git", "git"), req("cc", "gcc", "libc6-dev"), req("headers", "libc6-dev")}

	var asked []string
	refuse := func(_ context.Context, packages []string) error {
		asked = packages
		return errors.New("not installed automatically: that takes root")
	}
	_, err := meet(t.Context(), reqs, refuse)
	if err == nil {
		t.Fatal("missing requirements passed")
	}
	text := detailed(err)
	for _, want := range []string{"2 of 3", "cc is missing", "apt-get install gcc libc6-dev", "that takes root"} {
		if !strings.Contains(text, want) {
			t.Errorf("the message lacks %q:\n%s", want, text)
		}
	}
	if want := []string{"gcc", "libc6-dev"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}

	// An installation that claims success is probed again.
	if _, err := meet(t.Context(), reqs, func(context.Context, []string) error { return nil }); err == nil {
		t.Error("an installation that brought nothing passed")
	}
	rep, err := meet(t.Context(), reqs, func(context.Context, []string) error {
		here["cc"], here["headers"] = true, true
		return nil
	})
	if err != nil || !strings.Contains(rep.note, "installed gcc libc6-dev") {
		t.Errorf("got %+v, %v", rep, err)
	}
	if _, err := meet(t.Context(), reqs, refuse); err != nil {
		t.Errorf("everything is there, and yet: %v", err)
	}
}
