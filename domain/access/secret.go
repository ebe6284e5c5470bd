package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
)

const (
	secretBytes = 32
	// TokenPrefix begins every API token, so that one which was left lying around is recognised.
	TokenPrefix = "laurel_"
	// SecretTextMax is the longest text that can be a secret; longer ones need not be hashed.
	SecretTextMax = 64
)

// Hash is the SHA-256 of a secret: all of it that is kept.
type Hash [sha256.Size]byte

// HashSecret returns the hash of a secret as it was given out.
func HashSecret(text string) Hash { return sha256.Sum256([]byte(text)) }

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero tells whether there is no hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText returns the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a hash in hexadecimal.
func (h *Hash) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(h) {
		return invalid("hash", "has another length than a SHA-256", "64 hexadecimal digits are expected")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// NewSecret makes a secret of 256 bits from a source of randomness, such as crypto/rand.Reader. It is text that can
// stand in an address, a header and a cookie.
func NewSecret(random io.Reader, prefix string) (string, Hash, error) {
	var bits [secretBytes]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return "", Hash{}, err
	}
	text := prefix + base64.RawURLEncoding.EncodeToString(bits[:])
	return text, HashSecret(text), nil
}
