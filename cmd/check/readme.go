package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// readmeCommandTimeMax bounds one command of the README.
const readmeCommandTimeMax = 2 * time.Minute

// checkReadme runs the commands of the README, in order, in a copy of the checkout in a temporary directory, where the
// binary is on the PATH. A shell block whose info string says skip is left alone; see extractSnippets for the rest.
func checkReadme(ctx context.Context, g gate) (report, error) {
	text, err := g.read("README.md")
	if err != nil {
		return report{}, fmt.Errorf("the README is not there: %w", err)
	}
	snippets, skipped, err := extractSnippets(string(text))
	if err != nil {
		return report{}, err
	}
	if len(snippets) == 0 {
		return report{}, errors.New("README.md has no command that can be run: ```sh and ```console blocks are")
	}
	box, err := newSandbox(ctx, g)
	if err != nil {
		return report{}, err
	}
	defer os.RemoveAll(box.dir)
	var findings []string
	defer box.endBackground()
	for i, s := range snippets {
		if i > 0 && s.block != snippets[i-1].block {
			box.endBackground()
		}
		if err := box.run(ctx, s); err != nil {
			findings = append(findings, fmt.Sprintf("README.md:%d: $ %s\n%s", s.line, s.command, detailed(err)))
		}
	}
	rep := report{note: fmt.Sprintf("%d commands, %d blocks skipped", len(snippets), len(skipped))}
	for _, line := range skipped {
		rep.warnings = append(rep.warnings, fmt.Sprintf("README.md:%d: the block is marked skip and was not run", line))
	}
	return rep, failed(findings, "%d of %d commands", len(findings), len(snippets))
}

// sandbox is a temporary copy of the checkout with the binary beside it.
type sandbox struct {
	dir     string // holds tree, bin and home
	env     []string
	started []*exec.Cmd // what may have left something in the background
}

// newSandbox copies the checkout and builds the binary.
func newSandbox(ctx context.Context, g gate) (sandbox, error) {
	dir, err := os.MkdirTemp("", "laurel-readme-*")
	if err != nil {
		return sandbox{}, err
	}
	box := sandbox{dir: dir}
	if err := box.fill(ctx, g); err != nil {
		return sandbox{}, errors.Join(err, os.RemoveAll(dir))
	}
	return box, nil
}

// fill puts into the sandbox what belongs there.
func (b *sandbox) fill(ctx context.Context, g gate) error {
	bin, home := filepath.Join(b.dir, "bin"), filepath.Join(b.dir, "home")
	for _, dir := range []string{bin, home} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	// A clone, so that commands which read the history of the checkout find one, with the files as they are now.
	clone := command{args: []string{"git", "clone", "-q", "--no-hardlinks", "--no-checkout", g.root, b.tree()}}
	if _, err := clone.output(ctx); err != nil {
		return err
	}
	files, err := g.files(ctx)
	if err != nil {
		return err
	}
	for _, name := range files {
		local := filepath.FromSlash(name)
		if err := copyFile(filepath.Join(b.tree(), local), filepath.Join(g.root, local)); err != nil {
			return err
		}
	}
	for name, pkg := range map[string]string{"laurel": "./cmd/laurel", "laurel-check": "./cmd/check"} {
		binary := filepath.Join(bin, name+exeSuffix())
		if _, err := g.goCommand(ctx, "build", "-buildvcs=false", "-o", binary, pkg); err != nil {
			return err
		}
	}
	b.env = []string{"GOWORK=off", "GOFLAGS=-buildvcs=false", "HOME=" + home, "GOBIN=" + bin, "LAUREL_STORE=",
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY"} { // found through HOME otherwise
		value, err := g.goCommand(ctx, "env", name)
		if err != nil {
			return err
		}
		b.env = append(b.env, name+"="+strings.TrimSpace(value))
	}
	return nil
}

// tree is the copy of the checkout.
func (b *sandbox) tree() string { return filepath.Join(b.dir, "tree") }

// ourCommands are the commands of the module that the sandbox has already built.
var (
	runsLaurel = regexp.MustCompile(`\bgo run \./cmd/laurel\b`)
	runsCheck  = regexp.MustCompile(`\bgo run \./cmd/check\b|(\./)?\.ci/run\b`)
)

// rewrite lets a command use the binaries that are there. The gate is only asked for its list of steps, which shows
// that it starts and knows its arguments: it is what is running.
func rewrite(command string) string {
	command = runsLaurel.ReplaceAllLiteralString(command, "laurel")
	return runsCheck.ReplaceAllLiteralString(command, "laurel-check -list")
}

// pipeClosed is the exit status of a pipe whose reader, such as head, had enough: not a failure.
const pipeClosed = 128 + 13

// run runs one command and compares its output with what the README shows. What it leaves in the background goes on
// until endBackground.
func (b *sandbox) run(ctx context.Context, s snippet) error {
	ctx, cancel := context.WithTimeout(ctx, readmeCommandTimeMax)
	defer cancel()
	// A file, not a pipe: a server that was left in the background would keep a pipe open, and the gate waiting.
	out, err := os.CreateTemp(b.dir, "output-*")
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", rewrite(s.command))
	cmd.Dir = b.tree()
	cmd.Env = append(os.Environ(), b.env...)
	cmd.Stdout, cmd.Stderr = out, out
	ownGroup(cmd)
	b.started = append(b.started, cmd)
	runErr := cmd.Run()
	wrote, err := os.ReadFile(out.Name())
	if err != nil {
		return err
	}
	var exit *exec.ExitError
	if runErr != nil && !(errors.As(runErr, &exit) && exit.ExitCode() == pipeClosed) {
		if ctx.Err() != nil {
			runErr = fmt.Errorf("it did not end within %s: let it end, or mark the block skip", readmeCommandTimeMax)
		}
		return &failure{summary: runErr.Error(), details: []string{string(wrote)}}
	}
	if missing := firstMissing(s.shown, string(wrote)); missing != "" {
		return &failure{summary: fmt.Sprintf("the output has no line %q in its place; it is:", missing),
			details: []string{string(wrote)}}
	}
	return nil
}

// endBackground ends what the commands so far left in the background.
func (b *sandbox) endBackground() {
	for _, cmd := range b.started {
		endGroup(cmd)
	}
	b.started = nil
}

// copyFile copies a file with its permissions, making the directories that it needs.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// exeSuffix is what the name of a program ends in.
func exeSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
