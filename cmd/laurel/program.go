package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// programFlag adds --program to a command that looks at one program of the log.
func (a *app) programFlag(cmd *cobra.Command) {
	cmd.Flags().String("program", "", "the program `SLUG`; may be left out when the log has only one")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
}

// history is a log folded into facts, to look at one program of it.
type history struct {
	store   eventstore.Store
	upTo    *eventstore.Position // what comes after is not known; nil: all is
	facts   *projections.Facts
	people  *projections.People
	program string
	asOf    time.Time
}

// openHistory reads the log for commands that look at one program: the one that was named, or the only one there is, at
// --as-of, or at the newest time in the log.
func (a *app) openHistory(ctx context.Context) (*history, error) {
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	store, err := a.openToRead()
	if err != nil {
		return nil, err
	}
	h, err := a.readHistory(ctx, store, asOf)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return h, nil
}

func (a *app) readHistory(ctx context.Context, store eventstore.Store, asOf *time.Time) (*history, error) {
	upTo, err := a.position(store)
	if err != nil {
		return nil, err
	}
	h := &history{store: store, upTo: upTo, people: projections.NewPeople()}
	a.people = h.people
	opt := projections.BuildOptions{People: h.people}
	if upTo == nil || !upTo.IsZero() {
		if upTo != nil {
			opt.UpTo = *upTo
		}
		progress := a.progress("Reading the log", "events", 0)
		opt.Progress = func(events int) { progress.SetOf(int64(events), 0) }
		h.facts, err = projections.Build(ctx, store, opt)
		progress.Done()
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
	} else {
		h.facts = projections.NewFacts() // nothing was known before the first event
	}
	if h.program, err = chooseProgram(a.cfg.program, h.facts.Programs(), a.positionText); err != nil {
		return nil, err
	}
	newest, _ := h.facts.Newest()
	h.asOf = newest
	if asOf != nil {
		h.asOf = *asOf
	}
	return h, nil
}

func (h *history) close() error { return h.store.Close() }

// criteria loads the criteria that a REF names, as they were known then, and warns when they are another program's.
func (a *app) criteria(ctx context.Context, ref string, h *history) (*loadedCriteria, error) {
	c, err := loadCriteria(ctx, ref, &logView{store: h.store, program: h.program, asOf: h.asOf, upTo: h.upTo})
	if err != nil {
		return nil, err
	}
	if c.doc.Program != h.program {
		a.warn("criteria %s are written for program %q and are used for %q", c.name, c.doc.Program, h.program)
	}
	return c, nil
}

// chooseProgram checks the program that was named against those of the log, or takes the only one. Position is the one
// that the log was read up to, "" for its end.
func chooseProgram(named string, programs []string, position string) (string, error) {
	list := strings.Join(programs[:min(8, len(programs))], ", ")
	const later = "give a later --position, or none to see the present"
	switch {
	case len(programs) == 0 && position != "":
		return "", badInput("find program", named, "the log holds no program yet at --position "+position, later)
	case len(programs) == 0:
		return "", badInput("find program", named, "the log holds no program",
			"import something, such as `laurel import git --program git`")
	case named == "" && len(programs) == 1:
		return programs[0], nil
	case named == "":
		return "", usage(fmt.Sprintf("the log holds %d programs", len(programs)), "choose one with --program: "+list)
	case !slices.Contains(programs, named) && position != "":
		return "", badInput("find program", named, "the log does not hold it yet at --position "+position,
			didYouMean(named, programs, "it holds "+list+" there; "+later))
	case !slices.Contains(programs, named):
		return "", badInput("find program", named, "the log does not hold it", didYouMean(named, programs, "it holds "+list))
	}
	return named, nil
}

// programNames collects the programs that a log speaks of: opened ones, and those with criteria or mentorships.
type programNames map[string]bool

// Apply takes in events of the types that name a program.
func (n programNames) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		e := &events[i]
		if e.Type == domain.TypeMentorshipStarted {
			event, err := eventstore.Decode(*e)
			if err != nil {
				return err
			}
			n[string(event.Payload.(*domain.MentorshipStarted).Program)] = true
		} else if stream, err := domain.ParseStream(e.Stream); err == nil {
			n[string(stream.Slug)] = true
		}
	}
	return nil
}

// knownPrograms lists the programs that the log speaks of, up to a position; nil for all of it.
func knownPrograms(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) ([]string, error) {
	names := programNames{}
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypeProgramOpened, domain.TypeCriteriaProposed,
		domain.TypeCriteriaActivated, domain.TypeMentorshipStarted}}
	if _, err := projections.ReadLog(ctx, store, filter, upTo, names); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// checkKnown fails where a program was named that the log does not speak of: nothing found there would say that there
// is nothing, where a name was mistyped.
func (a *app) checkKnown(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) error {
	if a.cfg.program == "" {
		return nil
	}
	known, err := knownPrograms(ctx, store, upTo)
	if err == nil {
		_, err = chooseProgram(a.cfg.program, known, a.positionText)
	}
	return err
}

// openedProgram is the program that was named, or the only one that was opened.
func (a *app) openedProgram(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (domain.Slug, error) {
	if a.cfg.program != "" {
		return domain.Slug(a.cfg.program), nil
	}
	programs, err := readPrograms(ctx, store, upTo)
	if err != nil {
		return "", err
	}
	var slugs []string
	for _, p := range programs.List(domain.OccurredMax) {
		slugs = append(slugs, string(p.Program))
	}
	program, err := chooseProgram("", slugs, a.positionText)
	return domain.Slug(program), err
}

// criteriaOutsideReplay loads criteria for a command that needs no log unless the REF does.
func (a *app) criteriaOutsideReplay(ctx context.Context, ref string) (*loadedCriteria, error) {
	c, err := loadCriteria(ctx, ref, nil)
	if err == nil || !needsLog(ref) {
		return c, err
	}
	store, err := a.openToRead()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	upTo, err := a.position(store)
	if err != nil {
		return nil, err
	}
	v := &logView{store: store, program: a.cfg.program, upTo: upTo}
	if ref == refActive {
		asOf, err := a.asOf()
		if err != nil {
			return nil, err
		}
		h, err := a.readHistory(ctx, store, asOf)
		if err != nil {
			return nil, err
		}
		v.program, v.asOf = h.program, h.asOf
	}
	return loadCriteria(ctx, ref, v)
}

// needsLog tells whether a REF that is no file may be found in the log.
func needsLog(ref string) bool { return ref == refActive || hashPrefix.MatchString(ref) }
