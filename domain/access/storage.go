package access

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
)

// Storage keeps what a Registry knows: values by keys, in transactions.
type Storage interface {
	// View lets f read one state of everything. What f reads is valid until f returns.
	View(f func(Tx) error) error
	// Update lets f read and write. It is alone meanwhile. When f and Update succeed, what f wrote is on disk; when either
	// fails, nothing has changed.
	Update(f func(Tx) error) error
	// Close lets the storage go, after what is under way.
	Close() error
}

// Tx is a transaction. Keys are at most 1,000 bytes and not empty.
type Tx interface {
	Get(key string) []byte // nil where there is none
	Put(key string, value []byte) error
	Delete(key string) error // of a key that may be missing
	// Prefix goes through the keys that begin so, in byte order. The transaction must not write meanwhile.
	Prefix(prefix string) iter.Seq2[string, []byte]
}

// load reads a value, and tells whether there is one.
func load[T any](tx Tx, key string) (value T, ok bool, err error) {
	text := tx.Get(key)
	if text == nil {
		return value, false, nil
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, false, fmt.Errorf("read a %s: %w", kindOf(key), err)
	}
	return value, true, nil
}

// save writes a value.
func save[T any](tx Tx, key string, value T) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write a %s: %w", kindOf(key), err)
	}
	return tx.Put(key, text)
}

// kindOf is the part of a key that errors may name; the rest may say who somebody is.
func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, "/")
	return kind
}

// keysOf returns the ends of the keys that begin so.
func keysOf(tx Tx, prefix string) []string {
	var ends []string
	for key := range tx.Prefix(prefix) {
		ends = append(ends, key[len(prefix):])
	}
	return ends
}
