package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

func newAwards(a *app) *cobra.Command {
	return group("awards", "Decide, list, review and audit awards", `Decide, list, review and audit awards.

Standings say who meets a tier; an award is what the organisation decided. "awards run" compares the two and records
the decisions that are missing; whoever meets a reviewed tier waits for a human in "awards review". An AWARD is named by
its id, or the first digits of it.`,
		newAwardsRun(a), lookBack(newAwardsList(a)), lookBack(newAwardsShow(a)), lookBack(newAwardsReview(a)),
		newAwardsRevoke(a), lookBack(newAwardsAudit(a)), lookBack(newAwardsPacket(a)))
}

// registry is the register of awards with the names of people, for commands that look at it.
type registry struct {
	store    eventstore.Store
	upTo     *eventstore.Position
	register *projections.Register
	people   *projections.People
	asOf     *time.Time // nil: everything that is known
}

// openRegistry reads the register as of --as-of, as known at --position.
func (a *app) openRegistry(ctx context.Context) (*registry, error) {
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	store, err := a.openToRead()
	if err != nil {
		return nil, err
	}
	r, err := a.readRegistry(ctx, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	r.asOf = asOf
	return r, nil
}

func (a *app) readRegistry(ctx context.Context, store eventstore.Store) (*registry, error) {
	upTo, err := a.position(store)
	if err != nil {
		return nil, err
	}
	r := &registry{store: store, upTo: upTo}
	if r.register, err = projections.ReadRegister(ctx, store, upTo); err != nil {
		return nil, err
	}
	if len(r.register.All(a.cfg.program)) == 0 {
		if err := a.checkKnown(ctx, store, upTo); err != nil {
			return nil, err
		}
	}
	r.people, err = readPeople(ctx, store, upTo)
	return r, err
}

func (r *registry) close() error { return r.store.Close() }

// state is an award as of the registry's time.
func (r *registry) state(award *projections.RegisteredAward) (*domain.Award, bool) {
	return award.At(r.asOf)
}

func (r *registry) name(person uuid.UUID) string {
	contact, _ := r.people.Contact(person)
	return nameOf(contact.Name, person.String())
}

// awardDigits matches what may be the first digits of an award's id.
var awardDigits = regexp.MustCompile(`^[0-9a-f]{4,8}[0-9a-f-]{0,28}$`)

// find returns the award that an id, or the first digits of one, names.
func (r *registry) find(text string) (*projections.RegisteredAward, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if !awardDigits.MatchString(text) {
		return nil, usage(fmt.Sprintf("AWARD %s is no id", quoted(text)),
			"give an id, or its first 4 digits or more; see `laurel awards list`")
	}
	var found []*projections.RegisteredAward
	for _, award := range r.register.All("") {
		if strings.HasPrefix(award.ID.String(), text) {
			found = append(found, award)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, badInput("find award", text, "no award in the register has an id that begins so",
			"see `laurel awards list`")
	}
	return nil, badInput("find award", text, fmt.Sprintf("%d awards have an id that begins so", len(found)),
		"give more digits")
}

// withRows are a head and a table, which is left out where it has no rows.
func withRows(head, table render.Section) []render.Section {
	if len(table.Rows) == 0 {
		return []render.Section{head}
	}
	return []render.Section{head, table}
}

// rows lists the awards that a filter lets pass.
func (r *registry) rows(program string, keep func(*projections.AwardRow) bool) []projections.AwardRow {
	return r.register.Rows(r.people, program, r.asOf, keep)
}
