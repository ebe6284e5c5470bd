package web

import (
	"crypto/sha256"
	"sync"

	"github.com/google/uuid"
)

// Bounds of the answers that are kept for callers who send a command again.
const (
	repliesMax    = 10_000
	replyBytesMax = 64 << 10
)

// replies remembers what commands were answered, so that one that is sent again gets the same answer. What is forgotten,
// as when the server starts anew, is still done only once: the events of a command have ids that follow from its key.
type replies struct {
	mu   sync.Mutex
	of   map[uuid.UUID]*kept
	keys []uuid.UUID // oldest first, from next on
	next int
}

// kept is an answer with what it is an answer to.
type kept struct {
	request [sha256.Size]byte
	reply   *reply
}

func newReplies() replies { return replies{of: map[uuid.UUID]*kept{}} }

// find returns the answer to a command, and whether the same was asked for.
func (r *replies) find(id uuid.UUID, request [sha256.Size]byte) (answer *reply, same, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.of[id]
	if k == nil {
		return nil, false, false
	}
	return k.reply, k.request == request, true
}

// keep remembers an answer.
func (r *replies) keep(id uuid.UUID, request [sha256.Size]byte, answer *reply) {
	if len(answer.Body) > replyBytesMax {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of[id] != nil {
		return
	}
	r.of[id] = &kept{request, answer}
	if len(r.keys) < repliesMax {
		r.keys = append(r.keys, id)
		return
	}
	delete(r.of, r.keys[r.next])
	r.keys[r.next] = id
	r.next = (r.next + 1) % repliesMax
}
