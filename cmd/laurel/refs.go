package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"time"

	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// sampleCriteria is the file that `laurel criteria init` starts people with.
//
//go:embed sample/mentor-tiers.yaml
var sampleCriteria []byte

const (
	refActive = "active"
	refSample = "sample"
)

// criteriaBytesMax bounds what is read of a criteria file; the parser's own limit is lower and names the place.
const criteriaBytesMax = 4 << 20

// loadedCriteria is a criteria document with where it came from.
type loadedCriteria struct {
	ref      string // as given
	name     string // for findings: the file, or what stands for it
	text     []byte
	doc      *criteria.Document
	findings criteria.Diagnostics // warnings
	hash     string               // "sha256:" and 64 digits
	plan     *criteria.Plan
}

// logView is what a REF may have to look up in the log: nothing without a store.
type logView struct {
	store   eventstore.Store
	program string
	asOf    time.Time            // activations after it do not count yet
	upTo    *eventstore.Position // events after it are not known yet; nil: all are
}

// hashPrefix matches what may be the first digits of a hash.
var hashPrefix = regexp.MustCompile(`^(sha256:)?[0-9a-f]{4,64}$`)

// loadCriteria finds and parses the criteria that a REF names.
func loadCriteria(ctx context.Context, ref string, view *logView) (*loadedCriteria, error) {
	switch {
	case ref == refSample:
		return parseCriteria(ref, "sample", sampleCriteria)
	case ref == refActive:
		if view == nil || view.store == nil {
			return nil, usage("criteria \"active\" are those of a log", "name a file")
		}
		return activeCriteria(ctx, view)
	}
	text, err := readLimited(ref, criteriaBytesMax)
	if err == nil {
		return parseCriteria(ref, ref, text)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if hashPrefix.MatchString(ref) && view != nil && view.store != nil {
		return criteriaByHash(ctx, ref, view)
	}
	return nil, badInput("find criteria", ref, "there is no such file",
		"name a file, \"active\", \"sample\", or the first 4 digits or more of a hash; "+
			"write one with `laurel criteria init my.yaml`")
}

// parseCriteria checks a document, and fails with *criteria.InvalidError when it cannot be used.
func parseCriteria(ref, name string, text []byte) (*loadedCriteria, error) {
	doc, findings := criteria.Parse(name, text)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	checked, more := criteria.CheckExpressions(doc)
	if err := more.Err(); err != nil {
		return nil, err
	}
	plan, err := criteria.Compile(checked)
	if err != nil {
		return nil, fmt.Errorf("compile criteria %s: %w", name, err)
	}
	return &loadedCriteria{
		ref: ref, name: name, text: text, doc: doc, findings: findings, hash: plan.Hash, plan: plan,
	}, nil
}

// readLimited reads a file that must be a file and not be larger than it may.
func readLimited(path string, bytesMax int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, badInput("read file", path, "it is a directory", "name a file in it")
	}
	data, err := io.ReadAll(io.LimitReader(f, bytesMax+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > bytesMax {
		return nil, badInput("read file", path, fmt.Sprintf("it is larger than %d MiB", bytesMax>>20),
			"is this the right file?")
	}
	return data, nil
}

// activeCriteria are those in force at the view's time.
func activeCriteria(ctx context.Context, view *logView) (*loadedCriteria, error) {
	g, err := projections.ReadGovernance(ctx, view.store, view.upTo)
	if err != nil {
		return nil, err
	}
	active, ok := g.InForce(view.program, view.asOf)
	if !ok {
		wrong := fmt.Sprintf("no criteria are active for program %q at %s", view.program,
			view.asOf.UTC().Format(time.RFC3339))
		return nil, badInput("find criteria", refActive, wrong,
			"`laurel criteria list` says when which were; or name a file, such as --criteria my.yaml")
	}
	if active.Document == "" {
		return nil, failed("find criteria", "active", "the log holds no document with the hash "+active.Hash,
			"give the file with --criteria")
	}
	return parseCriteria(refActive, active.Hash, []byte(active.Document))
}

func criteriaByHash(ctx context.Context, ref string, view *logView) (*loadedCriteria, error) {
	g, err := projections.ReadGovernance(ctx, view.store, view.upTo)
	if err != nil {
		return nil, err
	}
	hash, err := findHash(g, ref, "")
	if err != nil {
		return nil, err
	}
	document, _ := g.Document(hash)
	return parseCriteria(ref, hash, []byte(document))
}

// findHash finds the one hash in the log that begins with a prefix, of one program or, for "", of any.
func findHash(g *projections.Governance, ref, program string) (string, error) {
	found := g.Find(ref)
	if program != "" {
		found = slices.DeleteFunc(found, func(hash string) bool { return g.ProgramOf(hash) != program })
	}
	switch len(found) {
	case 0:
		return "", badInput("find criteria", ref,
			"there is no such file, and no criteria in the log have a hash that begins so",
			"name a file, or a hash that `laurel criteria list` shows")
	case 1:
		return found[0], nil
	}
	return "", badInput("find criteria", ref, fmt.Sprintf("%d criteria have a hash that begins so", len(found)),
		"give more digits")
}
