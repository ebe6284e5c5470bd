package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/eventstore"
)

// programFlag adds --program to a command that looks at one program of the log.
func (a *app) programFlag(cmd *cobra.Command) {
	cmd.Flags().String("program", "", "the program; may be left out when the log has only one")
}

// openView prepares what commands that look at one program need: the program is the one that was named, or the only one
// in the log; the time is --as-of, or the newest time in the log.
func (a *app) openView(ctx context.Context, store eventstore.Store) (*logView, error) {
	upTo, err := a.position(store)
	if err != nil {
		return nil, err
	}
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	programs, newest, err := surveyLog(ctx, store, upTo)
	if err != nil {
		return nil, err
	}
	if asOf == nil {
		asOf = &newest
	}
	program, err := chooseProgram(a.cfg.program, programs)
	if err != nil {
		return nil, err
	}
	return &logView{store: store, program: program, asOf: *asOf, upTo: upTo}, nil
}

// surveyLog finds the programs of the log and its newest time.
func surveyLog(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) ([]string, time.Time, error) {
	found := map[string]bool{}
	var newest time.Time
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			return nil, newest, err
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if e.Meta.OccurredAt.After(newest) {
			newest = e.Meta.OccurredAt
		}
		if e.Type != domain.TypeMentorshipStarted && e.Type != domain.TypeProgramOpened {
			continue
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return nil, newest, err
		}
		switch p := event.Payload.(type) {
		case *domain.MentorshipStarted:
			found[string(p.Program)] = true
		case *domain.ProgramOpened:
			found[strings.TrimPrefix(e.Stream, domain.CategoryProgram+"-")] = true
		}
	}
	programs := make([]string, 0, len(found))
	for p := range found {
		programs = append(programs, p)
	}
	slices.Sort(programs)
	return programs, newest, nil
}

// chooseProgram checks the program that was named against those of the log, or takes the only one.
func chooseProgram(named string, programs []string) (string, error) {
	list := strings.Join(programs[:min(8, len(programs))], ", ")
	switch {
	case len(programs) == 0:
		return "", badInput("find program", named, "the log holds no program up to there",
			"import something, such as `laurel import git --program git`")
	case named == "" && len(programs) == 1:
		return programs[0], nil
	case named == "":
		return "", usage(fmt.Sprintf("the log holds %d programs", len(programs)), "choose one with --program: "+list)
	case !slices.Contains(programs, named):
		return "", badInput("find program", named, "the log does not hold it", didYouMean(named, programs, "it holds "+list))
	}
	return named, nil
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
	v, err := a.openView(ctx, store)
	if err != nil {
		return nil, err
	}
	return loadCriteria(ctx, ref, v)
}

// needsLog tells whether a REF that is no file may be found in the log.
func needsLog(ref string) bool { return ref == refActive || hashPrefix.MatchString(ref) }
