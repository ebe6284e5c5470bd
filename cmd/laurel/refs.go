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
	"strings"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
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
		"name a file, \"active\", \"sample\", or the first digits of a hash; write one with `laurel criteria init my.yaml`")
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
		ref: ref, name: name, text: text, doc: doc, findings: findings, hash: doc.Hash(), plan: plan,
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

// proposal is a document that the log holds.
type proposal struct {
	hash, text string
	effective  time.Time // of an activation
}

// criteriaEvents reads what the log says about criteria: every document by hash, and the activations of the view's
// program that are in force at its time, the one that counts last.
func criteriaEvents(ctx context.Context, view *logView) (documents map[string]string, active *proposal, err error) {
	documents = map[string]string{}
	stream := domain.CriteriaStream(domain.Slug(view.program))
	var activations []proposal
	voided := map[string]bool{}
	var ids []string
	filter := eventstore.Filter{Categories: []string{domain.CategoryCriteria}}
	for e, err := range view.store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return nil, nil, err
		}
		if view.upTo != nil && view.store.ComparePositions(e.Position, *view.upTo) > 0 {
			break
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return nil, nil, fmt.Errorf("read criteria: %w", err)
		}
		switch p := event.Payload.(type) {
		case *domain.CriteriaProposed:
			documents[p.Hash] = p.Document
		case *domain.CriteriaActivated:
			if p.Document != "" {
				documents[p.Hash] = p.Document
			}
			if e.Stream == stream {
				activations = append(activations, proposal{hash: p.Hash, effective: p.EffectiveAt})
				ids = append(ids, e.ID.String())
			}
		case *domain.EventVoided:
			voided[p.EventID.String()] = true
		}
	}
	for i := range activations {
		act := &activations[i]
		if voided[ids[i]] || act.effective.After(view.asOf) || active != nil && act.effective.Before(active.effective) {
			continue
		}
		act.text = documents[act.hash]
		active = act
	}
	return documents, active, nil
}

func activeCriteria(ctx context.Context, view *logView) (*loadedCriteria, error) {
	_, active, err := criteriaEvents(ctx, view)
	if err != nil {
		return nil, err
	}
	if active == nil {
		wrong := fmt.Sprintf("no criteria are active for program %q at %s", view.program,
			view.asOf.UTC().Format(time.RFC3339))
		return nil, badInput("find criteria", refActive, wrong,
			"write some with `laurel criteria init my.yaml`, then give --criteria my.yaml")
	}
	if active.text == "" {
		return nil, failed("find criteria", "active", "the log holds no document with the hash "+active.hash,
			"give the file with --criteria")
	}
	return parseCriteria(refActive, active.hash, []byte(active.text))
}

func criteriaByHash(ctx context.Context, ref string, view *logView) (*loadedCriteria, error) {
	documents, _, err := criteriaEvents(ctx, view)
	if err != nil {
		return nil, err
	}
	prefix := "sha256:" + strings.TrimPrefix(ref, "sha256:")
	var found []string
	for hash := range documents {
		if strings.HasPrefix(hash, prefix) {
			found = append(found, hash)
		}
	}
	switch len(found) {
	case 0:
		return nil, badInput("find criteria", ref,
			"there is no such file, and no criteria in the log have a hash that begins so",
			"name a file, or a hash that `laurel log show --category criteria` lists")
	case 1:
		return parseCriteria(ref, found[0], []byte(documents[found[0]]))
	}
	return nil, badInput("find criteria", ref, fmt.Sprintf("%d criteria have a hash that begins so", len(found)),
		"give more digits")
}
