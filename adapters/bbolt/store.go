package bbolt

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"laurel/eventstore"
)

// FileName is the name of the log's file in its directory.
const FileName = "events.bolt"

const (
	// mmapBytes of address space are reserved at first, so that small logs never need to wait for readers to remap.
	mmapBytes = 1 << 30

	lockTimeoutDefault = time.Second
)

// Options change how a log is opened. The zero Options are good for most.
type Options struct {
	ReadOnly    bool             // share the log with other readers, and keep writers out; the log must exist
	LockTimeout time.Duration    // how long to wait for another process to let go; one second if 0
	Clock       func() time.Time // where recorded times come from; time.Now if nil
}

// Store is an event log in one file.
type Store struct {
	path  string
	db    *bbolt.DB
	tag   uint32
	clock func() time.Time

	head     atomic.Uint64 // place of the newest event that is durable
	moved    eventstore.Notifier
	readOnly bool

	appends   chan *request // nobody's buffer: a caller waits until the writer takes its request
	closed    chan struct{} // closed by Close
	closeOnce sync.Once
	closeErr  error
	writing   sync.WaitGroup
}

var (
	_ eventstore.Store       = (*Store)(nil)
	_ eventstore.ChunkReader = (*Store)(nil)
	_ eventstore.RawReader   = (*Store)(nil)
	_ eventstore.Verifier    = (*Store)(nil)
	_ eventstore.Backuper    = (*Store)(nil)
)

// Open opens the log in a directory, and creates both when they do not exist. It fails with *eventstore.LockedError
// when another process has the log open, and with *eventstore.CorruptError when its file is damaged in a way that
// would make other reads or writes go wrong.
func Open(dir string, o Options) (*Store, error) {
	path := filepath.Join(dir, FileName)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = lockTimeoutDefault
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := create(dir, path); err != nil {
			return nil, unavailable("create event log "+path, err)
		}
	}
	s := &Store{
		path: path, clock: o.Clock, readOnly: o.ReadOnly,
		appends: make(chan *request), closed: make(chan struct{}),
	}
	var now state
	err := guard(path, func() error {
		db, err := bbolt.Open(path, 0o644, &bbolt.Options{
			ReadOnly:        o.ReadOnly,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: mmapBytes,
			NoStatistics:    true,
			Timeout:         o.LockTimeout,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				return openChecked(name, flag, mode, o)
			},
		})
		if err != nil {
			return err
		}
		s.db = db
		return db.View(func(tx *bbolt.Tx) error {
			now, err = readState(tx)
			return err
		})
	})
	if err != nil {
		if s.db != nil {
			_ = s.db.Close()
		}
		return nil, s.translate("open event log "+path, err)
	}
	s.tag = now.tag
	s.head.Store(now.head)
	if !o.ReadOnly {
		s.writing.Go(func() { newWriter(s, now).run() })
	}
	return s, nil
}

// openChecked opens the file, takes its lock and looks it over, all before bbolt trusts anything in it.
func openChecked(name string, flag int, mode os.FileMode, o Options) (*os.File, error) {
	// The file exists by now: bbolt must not make an empty one of its own.
	f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, !o.ReadOnly, o.LockTimeout); err != nil {
		_ = f.Close()
		return nil, err
	}
	if err := checkFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// create makes an empty log under another name first, so that a crash leaves either none or a whole one, and so that
// of two processes that create it at once, one finds that of the other.
func create(dir, path string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	draft := fmt.Sprintf("%s.new-%s", path, uuid.NewString()[:8])
	defer os.Remove(draft)
	db, err := bbolt.Open(draft, 0o644, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range bucketsAll {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		s := state{log: uuid.New()}
		for s.tag == 0 {
			var tag [4]byte
			if _, err := rand.Read(tag[:]); err != nil {
				return err
			}
			s.tag = binary.BigEndian.Uint32(tag[:])
		}
		return tx.Bucket(bucketState).Put(keyState, s.encode())
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := publish(draft, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// publish gives a finished file its name, durably, unless the name is taken.
func publish(draft, path string) error {
	// A link, unlike a rename, never takes the place of another file. Not every file system has links.
	err := os.Link(draft, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		if _, err := os.Lstat(path); err == nil {
			return fs.ErrExist
		}
		err = os.Rename(draft, path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readState(tx *bbolt.Tx) (state, error) {
	for _, name := range bucketsAll {
		if tx.Bucket(name) == nil {
			return state{}, &eventstore.CorruptError{Offset: -1, Reason: fmt.Sprintf("bucket %q is missing", name)}
		}
	}
	value := tx.Bucket(bucketState).Get(keyState)
	if value == nil {
		return state{}, &eventstore.CorruptError{Offset: -1, Reason: "the state of the log is missing"}
	}
	s, err := decodeState(value)
	if err != nil {
		return state{}, &eventstore.CorruptError{Offset: -1, Reason: "state of the log", Err: err}
	}
	return s, nil
}

// guard turns what bbolt does when its pages make no sense, a panic or a fault on the mapped file, into an error.
func guard(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &eventstore.CorruptError{Path: path, Offset: -1, Reason: "its pages make no sense",
				Err: fmt.Errorf("%v", p)}
		}
	}()
	return f()
}

// view runs a short read transaction. No code of the user's runs in it: the writer, when it needs to map more of the
// file, waits for every open read.
func (s *Store) view(f func(tx *bbolt.Tx) error) error {
	return s.translate("read event log "+s.path, guard(s.path, func() error { return s.db.View(f) }))
}

// translate gives an error of the driver a type of the eventstore package.
func (s *Store) translate(action string, err error) error { return translate(action, s.path, err) }

// translate gives an error of the driver, about a file, a type of the eventstore package.
func translate(action, path string, err error) error {
	if err == nil || err == eventstore.ErrClosed {
		return err
	}
	var corrupt *eventstore.CorruptError
	if errors.As(err, &corrupt) {
		corrupt.Path = path
		return corrupt
	}
	if eventstore.CodeOf(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return &eventstore.LockedError{Path: path}
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return eventstore.ErrClosed
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch):
		return &eventstore.CorruptError{Path: path, Reason: "it does not begin as it should", Err: err}
	}
	return unavailable(action, err)
}

func unavailable(action string, err error) error {
	remedy := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		remedy = "make it readable and writable for this user"
	case errors.Is(err, fs.ErrNotExist):
		remedy = "check the directory in --store"
	case isFull(err):
		remedy = "make room on the disk and try again"
	}
	return &eventstore.UnavailableError{Action: action, Remedy: remedy, Err: err}
}

// position is that of the event at a place.
func (s *Store) position(place uint64) eventstore.Position {
	if place == 0 {
		return eventstore.Position{}
	}
	return eventstore.NewPosition(s.tag, 0, place)
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// Head implements eventstore.Store.
func (s *Store) Head(context.Context) (eventstore.Position, error) {
	if s.isClosed() {
		return eventstore.Position{}, eventstore.ErrClosed
	}
	return s.position(s.head.Load()), nil
}

// ParsePosition implements eventstore.Store.
func (s *Store) ParsePosition(text string) (eventstore.Position, error) {
	return eventstore.ParsePositionOf(text, s.tag, s.position(s.head.Load()))
}

// ComparePositions implements eventstore.Store.
func (s *Store) ComparePositions(a, b eventstore.Position) int {
	return eventstore.ComparePositions(a, b)
}

// Capabilities implements eventstore.Store.
func (s *Store) Capabilities() eventstore.Capabilities {
	return eventstore.Capabilities{
		Durable: true, ComparesPayloads: true, AppendEventsMax: 20_000, AppendBytesMax: 16 << 20,
	}
}

// Path returns the path of the log's file.
func (s *Store) Path() string { return s.path }

// Close implements eventstore.Store. It returns once the writer has ended and the file is let go.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		close(s.closed)
		s.writing.Wait()
		s.closeErr = s.translate("close event log "+s.path, s.db.Close())
	})
	return s.closeErr
}
