package access

import (
	"errors"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// NewMemory returns a storage that keeps everything in memory, and forgets it at the end.
func NewMemory() Storage { return &memory{values: map[string][]byte{}} }

type memory struct {
	mu     sync.RWMutex
	keys   []string // in order
	values map[string][]byte
}

func (m *memory) View(f func(Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return f(&memoryTx{memory: m, readOnly: true})
}

func (m *memory) Update(f func(Tx) error) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{memory: m}
	done := false
	defer func() { // also after a panic
		if !done {
			tx.undo()
		}
	}()
	if err := f(tx); err != nil {
		return err
	}
	done = true
	return nil
}

func (m *memory) Close() error { return nil }

var errReadOnly = errors.New("a view does not write")

// memoryTx writes in place and remembers what was there.
type memoryTx struct {
	*memory
	readOnly bool
	before   []struct {
		key   string
		value []byte // nil where there was none
	}
}

func (tx *memoryTx) Get(key string) []byte { return tx.values[key] }

func (tx *memoryTx) Put(key string, value []byte) error {
	return tx.change(key, append([]byte{}, value...))
}

func (tx *memoryTx) Delete(key string) error { return tx.change(key, nil) }

func (tx *memoryTx) change(key string, value []byte) error {
	if tx.readOnly {
		return errReadOnly
	}
	tx.before = append(tx.before, struct {
		key   string
		value []byte
	}{key, tx.values[key]})
	tx.set(key, value)
	return nil
}

func (tx *memoryTx) undo() {
	for _, b := range slices.Backward(tx.before) {
		tx.set(b.key, b.value)
	}
}

// set gives a key a value, or takes it away where that is nil.
func (m *memory) set(key string, value []byte) {
	i, found := slices.BinarySearch(m.keys, key)
	switch {
	case value == nil && found:
		m.keys = slices.Delete(m.keys, i, i+1)
		delete(m.values, key)
		return
	case value == nil:
		return
	case !found:
		m.keys = slices.Insert(m.keys, i, key)
	}
	m.values[key] = value
}

func (tx *memoryTx) Prefix(prefix string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, key := range tx.keys[sort.SearchStrings(tx.keys, prefix):] {
			if !strings.HasPrefix(key, prefix) || !yield(key, tx.values[key]) {
				return
			}
		}
	}
}
