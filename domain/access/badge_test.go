package access

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// TestBadgeTokens wants each token to lead back to its award, under its own key only, and none that differs in a bit.
func TestBadgeTokens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string, n int) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(rt, label) }
		key, other := BadgeKey(draw("key", 32)), BadgeKey(draw("other key", 32))
		award := uuid.UUID(draw("award", 16))
		token := key.Token(award)
		if got, ok := key.Award(token); !ok || got != award {
			rt.Fatalf("%s leads to %v, %v", token, got, ok)
		}
		if _, ok := other.Award(token); ok && key != other {
			rt.Fatalf("%s is good under another key", token)
		}
		bits, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || len(bits) < 16 {
			rt.Fatalf("%s has %d bytes, %v", token, len(bits), err)
		}
		if bytes.Contains(bits, award[:8]) || strings.Contains(token, award.String()[:8]) {
			rt.Fatalf("%s shows the award", token)
		}
		i := rapid.IntRange(0, len(bits)*8-1).Draw(rt, "bit")
		bits[i/8] ^= 1 << (i % 8)
		if _, ok := key.Award(base64.RawURLEncoding.EncodeToString(bits)); ok {
			rt.Fatalf("bit %d may be another", i)
		}
	})
	var key BadgeKey
	token := key.Token(uuid.Nil)
	for _, wrong := range []string{"", "x", token[:len(token)-1], token + "A", token + "=", "+" + token[1:], token[:len(token)-1] + "B",
		strings.Repeat("A", len(token))} {
		if _, ok := key.Award(wrong); ok && wrong != token {
			t.Errorf("%q is good", wrong)
		}
	}
}

// TestBadgeKey asks for the key many times at once: it is made once, and then stays.
func TestBadgeKey(t *testing.T) {
	r := NewRegistry(NewMemory())
	keys := make([]BadgeKey, 8)
	var asking sync.WaitGroup
	for i := range keys {
		asking.Go(func() {
			var err error
			if keys[i], err = r.BadgeKey(rand.Reader); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	again, err := r.BadgeKey(strings.NewReader("")) // which has nothing to make a key from
	if err != nil || again == (BadgeKey{}) {
		t.Fatalf("%v, %v", again, err)
	}
	for _, k := range keys {
		if k != again {
			t.Fatal("there are several keys")
		}
	}
	other, err := NewRegistry(NewMemory()).BadgeKey(rand.Reader)
	if err != nil || other == again {
		t.Error("two registries have one key")
	}
	if _, err := NewRegistry(NewMemory()).BadgeKey(strings.NewReader("short")); err == nil {
		t.Error("a key is made of nothing")
	}
}
