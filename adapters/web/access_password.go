package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Parameters of argon2id, as the OWASP Password Storage Cheat Sheet recommends them, and bounds on those that are read.
const (
	hashMemoryKiB = 19 << 10
	hashTimes     = 2
	hashThreads   = 1
	hashSaltBytes = 16
	hashKeyBytes  = 32

	hashMemoryKiBMax = 256 << 10
	hashTimesMax     = 16
	hashThreadsMax   = 16
)

// Bounds of passwords. NIST SP 800-63B asks for 15 characters where nothing but a password is asked for.
const (
	passwordRunesMin = 15
	passwordBytesMax = 1024
	passwordOwnMin   = 8 // characters that are left without what anybody would guess
	passwordKindsMin = 5 // different characters
)

// checkPassword finds what is wrong with a password that somebody chooses.
func checkPassword(field, password, login, name string) error {
	switch {
	case len(password) > passwordBytesMax:
		return invalid(field, "is too long; at most %d bytes are allowed", passwordBytesMax)
	case !utf8.ValidString(password):
		return invalid(field, "is not text")
	case utf8.RuneCountInString(password) < passwordRunesMin:
		return invalid(field, "is too short; take %d characters or more, such as four words", passwordRunesMin)
	}
	kinds := map[rune]bool{}
	for _, c := range password {
		kinds[c] = true
	}
	rest := strings.ToLower(password)
	local, host, _ := strings.Cut(login, "@")
	guesses := append([]string{login, host, local, "password", "laurel", "123456789", "qwerty"},
		strings.Fields(strings.ToLower(name))...)
	for _, known := range guesses {
		if len(known) >= 3 {
			rest = strings.ReplaceAll(rest, known, "")
		}
	}
	if len(kinds) < passwordKindsMin || utf8.RuneCountInString(rest) < passwordOwnMin {
		return invalid(field, "is easy to guess; take four words that have nothing to do with you or with each other")
	}
	return nil
}

// HashPassword hashes a password with argon2id, in the PHC format, with salt from a source of randomness.
func HashPassword(random io.Reader, password string) (string, error) {
	salt := make([]byte, hashSaltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("salt a password: %w", err)
	}
	h := passwordHash{memoryKiB: hashMemoryKiB, times: hashTimes, threads: hashThreads, salt: salt}
	h.key = h.of(password, hashKeyBytes)
	return h.String(), nil
}

// passwordHash is a hash of a password with how it was made.
type passwordHash struct {
	memoryKiB, times uint32
	threads          uint8
	salt, key        []byte
}

// of hashes a password in the same way. What looks the same is the same, however it was typed.
func (h *passwordHash) of(password string, keyBytes int) []byte {
	return argon2.IDKey(norm.NFKC.Bytes([]byte(password)), h.salt, h.times, h.memoryKiB, h.threads, uint32(keyBytes))
}

func (h *passwordHash) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memoryKiB, h.times, h.threads,
		encode(h.salt), encode(h.key))
}

// parseHash reads a hash in the PHC format.
func parseHash(text string) (h passwordHash, err error) {
	wrong := fmt.Errorf("a password hash is damaged")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, wrong
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memoryKiB, &h.times, &h.threads); n != 3 || err != nil {
		return h, wrong
	}
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return h, wrong
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return h, wrong
	}
	if h.memoryKiB < 8 || h.memoryKiB > hashMemoryKiBMax || h.times < 1 || h.times > hashTimesMax || h.threads < 1 ||
		h.threads > hashThreadsMax || len(h.salt) < 8 || len(h.key) < 16 || len(h.key) > 64 || h.String() != text {
		return h, wrong
	}
	return h, nil
}

// hashing bounds how many passwords are hashed at once: each takes memory, and somebody may send many.
const (
	hashingMax        = 2
	hashingWaitingMax = 64
)

// passwords hashes passwords, a few at a time.
type passwords struct {
	slots   chan struct{}
	waiting atomic.Int64
	nobodys string // hash of no password, for logins that are not there
}

func newPasswords() *passwords {
	nobodys := passwordHash{memoryKiB: hashMemoryKiB, times: hashTimes, threads: hashThreads,
		salt: make([]byte, hashSaltBytes), key: make([]byte, hashKeyBytes)}
	return &passwords{slots: make(chan struct{}, hashingMax), nobodys: nobodys.String()}
}

// turn waits for a turn, and returns what ends it.
func (p *passwords) turn(ctx context.Context) (func(), error) {
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > hashingWaitingMax {
		return nil, &fault{status: http.StatusServiceUnavailable, text: "too many people sign in at this moment; try again"}
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash hashes a password that somebody chose.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	done, err := p.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return HashPassword(rand.Reader, password)
}

// match tells whether a password is that of a hash, and whether that is made in a way that is no longer ours. For no
// hash it does the same work, so that nobody learns from the time that there is none.
func (p *passwords) match(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	done, err := p.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	known := hash != ""
	if !known {
		hash = p.nobodys
	}
	h, err := parseHash(hash)
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(h.of(password, len(h.key)), h.key) == 1 && known
	stale = h.memoryKiB != hashMemoryKiB || h.times != hashTimes || h.threads != hashThreads || len(h.key) != hashKeyBytes
	return ok, stale, nil
}
