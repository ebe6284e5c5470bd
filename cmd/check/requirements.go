package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// requirement is a thing outside the module that the gate cannot do without.
type requirement struct {
	name     string
	why      string
	packages []string // Debian packages that bring it
	probe    func(ctx context.Context) error
}

// requirements is everything that the steps need beside Go.
func requirements() []requirement {
	return []requirement{
		{name: "git", why: "lists the files of the checkout; git import is tested against real repositories",
			packages: []string{"git"}, probe: runs("git", "--version")},
		{name: "a C compiler", why: "the race detector is linked with it",
			packages: []string{"gcc", "libc6-dev"}, probe: compilesC},
		{name: "bash", why: "the commands of the README run in it",
			packages: []string{"bash"}, probe: runs("bash", "--version")},
		{name: "npx", why: "the document of the API is judged by a linter",
			packages: []string{"npm"}, probe: runs("npx", "--version")},
		{name: "chromium", why: "pages are tested in a real browser",
			packages: []string{"chromium"}, probe: runs("chromium", "--version")},
	}
}

// checkRequirements probes every requirement, installs what is missing where it can, and probes again.
func checkRequirements(ctx context.Context, g gate) (report, error) {
	install := aptInstall
	if reason := cannotInstall(); reason != "" {
		install = func(context.Context, []string) error { return fmt.Errorf("not installed automatically: %s", reason) }
	}
	return meet(ctx, requirements(), install)
}

// meet makes sure that the requirements are there, installing packages at most once.
func meet(ctx context.Context, reqs []requirement, install func(context.Context, []string) error) (report, error) {
	var names, packages []string
	missing := map[string]error{}
	for _, r := range reqs {
		names = append(names, r.name)
		if err := r.probe(ctx); err != nil {
			missing[r.name] = err
			for _, p := range r.packages {
				if !slices.Contains(packages, p) {
					packages = append(packages, p)
				}
			}
		}
	}
	if len(missing) == 0 {
		return report{note: strings.Join(names, ", ")}, nil
	}
	installErr := install(ctx, packages)
	var findings []string
	for _, r := range reqs {
		if missing[r.name] == nil {
			continue
		}
		err := r.probe(ctx)
		if err == nil {
			continue
		}
		findings = append(findings, fmt.Sprintf("%s is missing (%s): %v\non Debian or Ubuntu: apt-get install %s",
			r.name, r.why, err, strings.Join(r.packages, " ")))
	}
	if len(findings) == 0 {
		return report{note: strings.Join(names, ", ") + "; installed " + strings.Join(packages, " ")}, nil
	}
	count := len(findings)
	if installErr != nil {
		findings = append(findings, installErr.Error())
	}
	return report{}, failed(findings, "%d of %d requirements are missing", count, len(reqs))
}

// runs probes by running a program.
func runs(args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := command{args: args}.output(ctx)
		return err
	}
}

// compilesC probes the C compiler that go uses with a program that needs the headers of the C library.
func compilesC(ctx context.Context) error {
	cc, err := command{args: []string{"go", "env", "CC"}}.output(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "laurel-check-cc-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := "#include <stdlib.h>\n#include <pthread.h>\nint main(void) { return EXIT_SUCCESS; }\n"
	if err := os.WriteFile(dir+"/probe.c", []byte(source), 0o600); err != nil {
		return err
	}
	args := append(strings.Fields(cc), "-o", dir+"/probe", dir+"/probe.c", "-lpthread")
	_, err = command{args: args}.output(ctx)
	return err
}

// cannotInstall gives the reason why packages cannot be installed here, or nothing.
func cannotInstall() string {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "there is no apt-get on this system"
	}
	if os.Geteuid() != 0 {
		return "that takes root"
	}
	return ""
}

// aptInstall installs Debian packages after bringing the package lists up to date.
func aptInstall(ctx context.Context, packages []string) error {
	quiet := []string{"DEBIAN_FRONTEND=noninteractive"}
	update := command{env: quiet, args: []string{"apt-get", "update", "-q"}}
	if out, err := update.output(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	args := append([]string{"apt-get", "install", "-q", "-y", "--no-install-recommends"}, packages...)
	if out, err := (command{env: quiet, args: args}).output(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}
