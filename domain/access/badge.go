package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"io"

	"github.com/google/uuid"
)

// BadgeKey makes the addresses of public badge pages, and reads them. It is kept with the accounts: whoever loses it has
// other addresses for all badges, and whoever learns it can make them.
//
// An address is a token of 256 bits: the first 16 bytes are an HMAC of the award's id, and the others are the id under a
// mask that follows from the first, so that it can be found without a search, as in the synthetic-IV construction of
// RFC 5297. Without the key it cannot be guessed, and says nothing of the award: not even to somebody who knows its id.
type BadgeKey [sha256.Size]byte

const (
	badgeTagBytes   = 16
	badgeTokenBytes = badgeTagBytes + len(uuid.UUID{})
	badgeKeyName    = "secret/badges"
)

// BadgeKey returns the key of this registry's badges. The first time it makes one, from a source of randomness such as
// crypto/rand.Reader.
func (r *Registry) BadgeKey(random io.Reader) (key BadgeKey, err error) {
	var kept Hash // which marshals as hexadecimal
	found := false
	err = r.storage.View(func(tx Tx) error {
		kept, found, err = load[Hash](tx, badgeKeyName)
		return err
	})
	if err != nil || found {
		return BadgeKey(kept), err
	}
	err = r.storage.Update(func(tx Tx) error {
		if kept, found, err = load[Hash](tx, badgeKeyName); err != nil || found {
			return err // somebody else was faster
		}
		if _, err := io.ReadFull(random, kept[:]); err != nil {
			return err
		}
		return save(tx, badgeKeyName, kept)
	})
	return BadgeKey(kept), err
}

// Token returns the end of the address of an award's badge page.
func (k *BadgeKey) Token(award uuid.UUID) string {
	tag := k.tag(award)
	mask := k.mask(tag)
	var token [badgeTokenBytes]byte
	copy(token[:], tag)
	subtle.XORBytes(token[badgeTagBytes:], award[:], mask)
	return base64.RawURLEncoding.EncodeToString(token[:])
}

// Award returns the award to which a token leads. It reports false for a token that this key has not made.
func (k *BadgeKey) Award(token string) (uuid.UUID, bool) {
	var award uuid.UUID
	bits, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(bits) != badgeTokenBytes {
		return award, false
	}
	subtle.XORBytes(award[:], bits[badgeTagBytes:], k.mask(bits[:badgeTagBytes]))
	if subtle.ConstantTimeCompare(bits[:badgeTagBytes], k.tag(award)) != 1 {
		return uuid.Nil, false
	}
	return award, true
}

func (k *BadgeKey) tag(award uuid.UUID) []byte { return k.sum("tag", award[:])[:badgeTagBytes] }

func (k *BadgeKey) mask(tag []byte) []byte { return k.sum("mask", tag)[:len(uuid.UUID{})] }

// sum is an HMAC for one purpose; purposes have no common beginning.
func (k *BadgeKey) sum(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte("laurel badge " + purpose + " "))
	h.Write(data)
	return h.Sum(nil)
}
