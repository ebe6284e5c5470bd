package web

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
)

const (
	// viewedAgainTime is for how long looking again at the same place is the same look: a page that refreshes itself, or
	// a time machine that is turned.
	viewedAgainTime = 10 * time.Minute
	viewedMax       = 10_000 // looks that are remembered for that
)

// viewed remembers who has just looked where.
type viewed struct {
	mu   sync.Mutex
	last map[look]time.Time
}

type look struct {
	account, person uuid.UUID
	route           string
}

// again tells whether a look was noted a moment ago.
func (m *viewed) again(l look, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.last[l]
	return ok && now.Before(at.Add(viewedAgainTime)) && !now.Before(at)
}

// noted remembers a look that was noted.
func (m *viewed) noted(l look, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	makeRoom(m.last, viewedMax, func(at time.Time) bool { return !now.Before(at.Add(viewedAgainTime)) })
	m.last[l] = now
}

// noteView records that somebody looks at what is kept of people, for these people to see. It is done before anything
// is shown: what cannot be recorded is not shown. One's own record is one's own business.
func (s *Server) noteView(who *access.Identity, action access.Action, on access.Target, route string) error {
	if !action.Record() || who == nil {
		return nil
	}
	now := s.now()
	for _, person := range on.People {
		l := look{who.Account, person, route}
		if person == uuid.Nil || who.Is(person) || s.viewed.again(l, now) {
			continue
		}
		err := s.accounts.RecordView(access.View{Person: person, At: now, Account: who.Account, Token: who.Token,
			Route: route[:min(len(route), access.RouteBytesMax)]})
		if err != nil {
			return err
		}
		s.viewed.noted(l, now)
	}
	return nil
}
