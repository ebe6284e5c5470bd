package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections/serving"
)

// sweepTime is how often accounts are rid of sessions, links and tokens that are over.
const sweepTime = time.Hour

// sweep does that until the context ends, and takes from accounts what tells who they were of, once the log says that
// the person is erased, whoever recorded that.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	report := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			s.log.Warn(what, slog.String("error", err.Error()))
		}
	}
	_, err := s.accounts.Sweep(s.now())
	report("sweeping sessions failed", err)
	seen, next := s.engine.Changed(0)
	for {
		report("forgetting the account of an erased person failed", s.forgetErased(ctx, seen))
		select {
		case <-ctx.Done():
			return
		case <-next:
			seen, next = s.engine.Changed(seen.Version)
		case <-tick.C:
			_, err := s.accounts.Sweep(s.now())
			report("sweeping sessions failed", err)
			seen, next = s.engine.Changed(0) // all of them, also where forgetting one has failed before
		}
	}
}

// forgetErased forgets the accounts of people who are erased, of those whom a change is about.
func (s *Server) forgetErased(ctx context.Context, change serving.Change) error {
	var people []uuid.UUID
	if change.All {
		accounts, err := s.accounts.Accounts()
		if err != nil {
			return err
		}
		for _, a := range accounts {
			if a.Person != uuid.Nil {
				people = append(people, a.Person)
			}
		}
	}
	for _, person := range change.People {
		switch _, err := s.accounts.AccountByPerson(person); {
		case err == nil:
			people = append(people, person)
		case !isNotFound(err):
			return err
		}
	}
	erased, err := s.erasedOf(ctx, people)
	for _, person := range erased {
		if err == nil {
			err = s.accounts.Forget(person)
		}
	}
	return err
}

// erasedOf returns those of some people who are erased.
func (s *Server) erasedOf(ctx context.Context, people []uuid.UUID) (erased []uuid.UUID, err error) {
	if len(people) == 0 {
		return nil, nil
	}
	view, err := s.engine.Look(ctx, serving.At{Across: true})
	if err != nil {
		return nil, err
	}
	defer view.Close()
	for _, person := range people {
		record, ok := view.PersonRecords.Of(person)
		if ok && !record.At(nil, domain.OccurredMax).ErasedAt.IsZero() {
			erased = append(erased, person)
		}
	}
	return erased, nil
}
