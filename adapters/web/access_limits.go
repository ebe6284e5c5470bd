package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Rate is how often something may happen: so many times at once, and then again each time that Every has passed.
type Rate struct {
	Every time.Duration
	Burst int
}

// Rates bound how often the server is asked.
type Rates struct {
	Account Rate // requests of one account, or of one API token
	Address Rate // requests from one address by who is not signed in
	Guesses Rate // from one address: passwords, one-time links, and tokens that are no good
	Login   Rate // passwords for one account
	Starts  Rate // from one address: sign-ins with a provider that are begun
}

// ratesDefault are generous to people, and to nobody who guesses: a password can be tried some three thousand times a
// day.
var ratesDefault = Rates{
	Account: Rate{10 * time.Millisecond, 400},
	Address: Rate{50 * time.Millisecond, 100},
	Guesses: Rate{2 * time.Second, 30},
	Login:   Rate{30 * time.Second, 10},
	Starts:  Rate{time.Second, 30},
}

// limiterKeysMax bounds what a limiter remembers.
const limiterKeysMax = 50_000

// limiter counts by key how often something happened. For each key it holds a time: up to when what was allowed has
// used up the rate.
type limiter struct {
	rate Rate
	mu   sync.Mutex
	used map[string]time.Time
}

func newLimiter(r Rate) *limiter { return &limiter{rate: r, used: map[string]time.Time{}} }

// allow counts once more for a key, or returns how long to wait first.
func (l *limiter) allow(key string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := l.used[key]
	if used.Before(now) {
		used = now
	}
	if wait := used.Sub(now) - time.Duration(l.rate.Burst-1)*l.rate.Every; wait > 0 {
		return wait, false
	}
	makeRoom(l.used, limiterKeysMax, func(used time.Time) bool { return !used.After(now) })
	l.used[key] = used.Add(l.rate.Every)
	return 0, true
}

// makeRoom takes entries away from a full map: those that are over, and then any, until an eighth is free, so that it
// does not have to be gone through again for each that comes.
func makeRoom[K comparable, V any](m map[K]V, entriesMax int, over func(V) bool) {
	if len(m) < entriesMax {
		return
	}
	for key, value := range m {
		if over(value) {
			delete(m, key)
		}
	}
	for key := range m { // in no order
		if len(m) <= entriesMax*7/8 {
			return
		}
		delete(m, key)
	}
}

// limits are the limiters of a server.
type limits struct {
	account, address, guesses, login, starts *limiter
}

func newLimits(r Rates) *limits {
	if r == (Rates{}) {
		r = ratesDefault
	}
	return &limits{newLimiter(r.Account), newLimiter(r.Address), newLimiter(r.Guesses), newLimiter(r.Login),
		newLimiter(r.Starts)}
}

// tooOften is a fault that says how long to wait.
func tooOften(w http.ResponseWriter, wait time.Duration, what string) error {
	seconds := int(wait/time.Second) + 1
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return &fault{status: http.StatusTooManyRequests,
		text: what + "; try again in " + plural(seconds, "second", "seconds")}
}
