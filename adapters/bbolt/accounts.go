package bbolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"laurel/domain/access"
	"laurel/eventstore"
)

// AccountsFileName is the name of the accounts' file in its directory.
const AccountsFileName = "accounts.db"

// bucketAccounts is the only bucket: keys as package access names them, each with a checksum of key and value before
// the value.
var bucketAccounts = []byte("access")

const (
	accountsKeyBytesMax = 1000
	accountsSumBytes    = 4
)

// Accounts keeps accounts, sessions, tokens, links and views in one file that only its owner may read. It is a file of
// its own, as the log is copied to places where secrets have no business, even hashed.
type Accounts struct {
	path   string
	db     *bbolt.DB
	mu     sync.Mutex // held while writing
	last   int        // the transaction that is known to be on disk
	broken error      // why nothing can be written any more, until the file is opened again
}

var _ access.Storage = (*Accounts)(nil)

// OpenAccounts opens the accounts' file in a directory, and creates both when they do not exist. It fails where another
// process has it open, and where it is damaged.
func OpenAccounts(dir string, o Options) (*Accounts, error) {
	a := &Accounts{path: filepath.Join(dir, AccountsFileName)}
	if o.LockTimeout == 0 {
		o.LockTimeout = lockTimeoutDefault
	}
	if _, err := os.Lstat(a.path); errors.Is(err, fs.ErrNotExist) && !o.ReadOnly {
		if err := a.create(dir); err != nil {
			return nil, unavailable("create "+a.path, err)
		}
	}
	err := guard(a.path, func() (err error) {
		a.db, err = bbolt.Open(a.path, 0o600, &bbolt.Options{
			ReadOnly: o.ReadOnly,
			Timeout:  o.LockTimeout,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				return openAccountsFile(name, flag, mode, o)
			},
		})
		if err != nil {
			return err
		}
		return a.db.View(func(tx *bbolt.Tx) error {
			a.last = tx.ID()
			return nil
		})
	})
	if err != nil {
		if a.db != nil {
			_ = a.db.Close()
		}
		return nil, translate("open "+a.path, a.path, err)
	}
	return a, nil
}

// openAccountsFile opens the file for its owner alone, takes its lock, and looks it over before bbolt trusts
// anything in it.
func openAccountsFile(name string, flag int, mode os.FileMode, o Options) (*os.File, error) {
	f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
	if err != nil {
		return nil, err
	}
	prepare := func() error {
		if info, err := f.Stat(); err != nil {
			return err
		} else if info.Mode().Perm()&0o077 != 0 && !o.ReadOnly {
			if err := f.Chmod(0o600); err != nil {
				return err
			}
		}
		if err := lockFile(f, !o.ReadOnly, o.LockTimeout); err != nil {
			return err
		}
		return checkAccountsFile(f)
	}
	if err := prepare(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// create makes an empty file under another name first; see create of the log.
func (a *Accounts) create(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	draft := fmt.Sprintf("%s.new-%s", a.path, uuid.NewString()[:8])
	defer os.Remove(draft)
	db, err := bbolt.Open(draft, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucketAccounts)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := publish(draft, a.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// checkAccountsFile checks every page and every value: unlike events, accounts are few.
func checkAccountsFile(f *os.File) error {
	newest, _, err := readMetas(f)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p, err := newPages(f, info.Size(), newest)
	if err != nil {
		return err
	}
	if err := p.readFreelist(); err != nil {
		return err
	}
	buckets, err := p.buckets(bucketAccounts)
	if err != nil {
		return err
	}
	values := tree{pages: p, leaf: func(e element) error {
		_, err := unsealAccount(e.key, e.value)
		return err
	}}
	if err := values.walkBucket(buckets[string(bucketAccounts)]); err != nil {
		return err
	}
	return p.checkFree(true)
}

// View implements access.Storage.
func (a *Accounts) View(f func(access.Tx) error) error {
	var failed error // what f says is not the driver's, and stays as it is
	err := guard(a.path, func() error {
		return a.db.View(func(tx *bbolt.Tx) error {
			t := accountsTx{bucket: tx.Bucket(bucketAccounts)}
			failed = t.run(f)
			return failed
		})
	})
	return a.explain("read", failed, err)
}

// Update implements access.Storage.
func (a *Accounts) Update(f func(access.Tx) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken != nil {
		return a.broken
	}
	var failed error
	id := 0
	err := guard(a.path, func() error {
		return a.db.Update(func(tx *bbolt.Tx) error {
			id = tx.ID()
			t := accountsTx{bucket: tx.Bucket(bucketAccounts)}
			failed = t.run(f)
			return failed
		})
	})
	if err == nil {
		a.last = id
		return nil
	}
	if failed == nil {
		a.recover(err)
	}
	return a.explain("write", failed, err)
}

// recover finds out what a failed commit left behind: usually nothing. If it is in the file nonetheless, it is not
// known to be on the disk, and nothing may be built on it before the file is opened again.
func (a *Accounts) recover(cause error) {
	found := 0
	err := guard(a.path, func() error {
		return a.db.View(func(tx *bbolt.Tx) error {
			found = tx.ID()
			return nil
		})
	})
	if err != nil || found != a.last {
		a.broken = &eventstore.UnavailableError{Action: "write " + a.path, Remedy: "start again", Err: cause}
	}
}

// explain tells what f said from what happened to the file.
func (a *Accounts) explain(action string, failed, err error) error {
	if failed != nil {
		err = failed
		if _, corrupt := asCorrupt(failed); !corrupt {
			return failed
		}
	}
	return translate(action+" "+a.path, a.path, err)
}

// Close implements access.Storage.
func (a *Accounts) Close() error { return translate("close "+a.path, a.path, a.db.Close()) }

// accountsTx is a transaction. A value that is found damaged fails it, whatever is made of its absence.
type accountsTx struct {
	bucket *bbolt.Bucket
	damage error
}

func (t *accountsTx) run(f func(access.Tx) error) error {
	err := f(t)
	if t.damage != nil {
		return t.damage
	}
	return err
}

// Get implements access.Tx.
func (t *accountsTx) Get(key string) []byte {
	value := t.bucket.Get([]byte(key))
	if value == nil {
		return nil
	}
	return t.unseal([]byte(key), value)
}

// Put implements access.Tx.
func (t *accountsTx) Put(key string, value []byte) error {
	if key == "" || len(key) > accountsKeyBytesMax {
		return fmt.Errorf("a key of %d bytes: 1 to %d are allowed", len(key), accountsKeyBytesMax)
	}
	sealed := make([]byte, accountsSumBytes, accountsSumBytes+len(value))
	sealed = append(sealed, value...)
	binary.BigEndian.PutUint32(sealed, accountSum([]byte(key), value))
	return t.bucket.Put([]byte(key), sealed)
}

// Delete implements access.Tx.
func (t *accountsTx) Delete(key string) error { return t.bucket.Delete([]byte(key)) }

// Prefix implements access.Tx.
func (t *accountsTx) Prefix(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		c := t.bucket.Cursor()
		key, value := c.Seek([]byte(prefix))
		for ; key != nil && strings.HasPrefix(string(key), prefix); key, value = c.Next() {
			if value = t.unseal(key, value); value == nil || !yield(string(key), value) {
				return
			}
		}
	}
}

func (t *accountsTx) unseal(key, sealed []byte) []byte {
	value, err := unsealAccount(key, sealed)
	if err != nil && t.damage == nil {
		t.damage = err
	}
	return value
}

func unsealAccount(key, sealed []byte) ([]byte, error) {
	if len(sealed) >= accountsSumBytes && binary.BigEndian.Uint32(sealed) == accountSum(key, sealed[accountsSumBytes:]) {
		return sealed[accountsSumBytes:len(sealed):len(sealed)], nil
	}
	kind, _, _ := strings.Cut(string(key), "/") // the rest may say who it is
	return nil, &eventstore.CorruptError{Offset: -1, Reason: fmt.Sprintf("a value of kind %q has another checksum", kind)}
}

func accountSum(key, value []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, value)
}
