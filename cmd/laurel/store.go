package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"laurel/adapters/bbolt"
	"laurel/domain"
	"laurel/eventstore"
)

// storeURL is a --store that was understood.
type storeURL struct {
	dir string // of file:DIR; "" for memory:
}

// parseStoreURL reads a store's URL.
func parseStoreURL(text string) (storeURL, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	switch {
	case !ok || len(scheme) == 1: // no scheme, or the letter of a drive
		return storeURL{}, usage(fmt.Sprintf("store %q has no scheme", text), "such as file:"+text)
	case scheme == "file" && strings.HasPrefix(rest, "//"):
		rest = strings.TrimPrefix(rest, "//")
		fallthrough
	case scheme == "file":
		if rest == "" {
			return storeURL{}, usage(fmt.Sprintf("store %q names no directory", text), "such as file:laurel-data")
		}
		if info, err := os.Stat(rest); err == nil && !info.IsDir() {
			return storeURL{}, badInput(noStore, text, "it is a file", "name the directory that holds the log")
		}
		return storeURL{dir: rest}, nil
	case scheme == "memory":
		if rest != "" {
			return storeURL{}, usage(fmt.Sprintf("store %q: a memory store has no name", text), "use memory:")
		}
		return storeURL{}, nil
	case scheme == "postgres", scheme == "postgresql", scheme == "esdb", scheme == "esdb+discover", scheme == "kurrentdb":
		return storeURL{}, usage(fmt.Sprintf("store %s: is not built into this version yet", scheme),
			"use file:DIR, such as file:laurel-data")
	}
	return storeURL{}, usage(fmt.Sprintf("store %q has the unknown scheme %q", text, scheme), "use file:DIR or memory:")
}

// openToRead opens the store of the settings for a command that only reads: a store that is not there stays so.
func (a *app) openToRead() (eventstore.Store, error) {
	return openToRead(a.cfg.store)
}

// openToWrite opens the store of the settings, and makes it when it is not there.
func (a *app) openToWrite() (eventstore.Store, error) { return openToWrite(a.cfg.store) }

// openToChange opens the store of the settings for a command that adds to a log: one that is not there stays so.
func (a *app) openToChange() (eventstore.Store, error) {
	u, err := parseStoreURL(a.cfg.store)
	if err != nil {
		return nil, err
	}
	if u.dir != "" {
		if err := mustHoldStore(u.dir); err != nil {
			return nil, err
		}
	}
	return a.openToWrite()
}

func openToRead(text string) (eventstore.Store, error) {
	u, err := parseStoreURL(text)
	if err != nil {
		return nil, err
	}
	if u.dir == "" {
		return eventstore.NewMemory(), nil
	}
	if err := mustHoldStore(u.dir); err != nil {
		return nil, err
	}
	return openFile(u.dir, bbolt.Options{ReadOnly: true})
}

func openToWrite(text string) (eventstore.Store, error) {
	u, err := parseStoreURL(text)
	if err != nil {
		return nil, err
	}
	if u.dir == "" {
		return eventstore.NewMemory(), nil
	}
	return openFile(u.dir, bbolt.Options{})
}

// openFile opens the log in a directory. The result is never a nil *bbolt.Store in a non-nil interface.
func openFile(dir string, o bbolt.Options) (eventstore.Store, error) {
	store, err := bbolt.Open(dir, o)
	if err != nil {
		return nil, err
	}
	return store, nil
}

// looking opens the store of a command that asks about the past or the present, which is now where --as-of is not
// given.
func (a *app) looking(do func(eventstore.Store, time.Time, *eventstore.Position) error) error {
	asOf, err := a.asOf()
	if err != nil {
		return err
	}
	store, err := a.openToRead()
	if err != nil {
		return err
	}
	defer store.Close()
	upTo, err := a.position(store)
	if err != nil {
		return err
	}
	if asOf == nil {
		now := a.now()
		asOf = &now
	}
	return do(store, *asOf, upTo)
}

// noStore is what an error says that a store is not there.
const noStore = "open store"

// mustHoldStore fails unless there is a log in the directory.
func mustHoldStore(dir string) error {
	_, err := os.Stat(filepath.Join(dir, bbolt.FileName))
	if err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, os.ErrInvalid) {
		return err
	}
	return badInput(noStore, "file:"+dir, "there is no log",
		"import something with `laurel import`, try `laurel demo`, or choose another --store")
}

// asOf reads --as-of; nil when it was not given.
func (a *app) asOf() (*time.Time, error) {
	if a.asOfText == "" {
		return nil, nil
	}
	t, err := a.parseTime("--as-of", a.asOfText)
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// parseTime reads the time that a flag gave: RFC 3339, a date, or "now".
func (a *app) parseTime(flag, text string) (time.Time, error) {
	if text == "now" {
		return a.now(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t.Before(domain.OccurredMin) || !t.Before(domain.OccurredMax) {
			return time.Time{}, usage(fmt.Sprintf("%s %s is out of range", flag, text),
				fmt.Sprintf("use a time from %s up to %s", domain.OccurredMin.Format(time.DateOnly),
					domain.OccurredMax.Format(time.DateOnly)))
		}
		return t.UTC(), nil
	}
	return time.Time{}, usage(fmt.Sprintf("%s %q is no time", flag, text),
		"such as 2024-06-30 or 2024-06-30T12:00:00Z, or now")
}

// position reads --position for a store; nil when it was not given.
func (a *app) position(store eventstore.Store) (*eventstore.Position, error) {
	if a.positionText == "" {
		return nil, nil
	}
	p, err := parsePosition(store, a.positionText, "--position")
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// parsePosition reads the position that a flag gave; the zero Position when it was not given.
func parsePosition(store eventstore.Store, text, flag string) (eventstore.Position, error) {
	if text == "" {
		return eventstore.Position{}, nil
	}
	p, err := store.ParsePosition(text)
	var invalid *eventstore.InvalidError
	if errors.As(err, &invalid) {
		return p, badInput(flag, text, invalid.Reason, "see `laurel log head` and `laurel log show`")
	}
	return p, err
}
