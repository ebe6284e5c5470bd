package bbolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"laurel/eventstore"
)

// Backup implements eventstore.Backuper. Appends go on meanwhile, unless the file outgrows its mapping, and are not
// in the copy.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.isClosed() {
		return eventstore.ErrClosed
	}
	action := fmt.Sprintf("back up event log %s to %s", s.path, path)
	taken := &eventstore.InvalidError{What: action, Reason: "the file exists: choose another name"}
	if _, err := os.Lstat(path); err == nil {
		return taken
	}
	draft := fmt.Sprintf("%s.new-%s", path, uuid.NewString()[:8])
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return unavailable(action, err)
	}
	defer os.Remove(draft)
	err = guard(s.path, func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(interruptible{ctx, f})
			return err
		})
	})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return s.translate(action, err)
	}
	if err := publish(draft, path); errors.Is(err, fs.ErrExist) {
		return taken
	} else if err != nil {
		return unavailable(action, err)
	}
	return nil
}

// interruptible is a writer that stops when the context ends.
type interruptible struct {
	ctx context.Context
	w   io.Writer
}

func (i interruptible) Write(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.w.Write(b)
}
