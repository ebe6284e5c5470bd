package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

func newProgram(a *app) *cobra.Command {
	return group("program", "Open programs and say what they offer", `Open programs and say what they offer.

A program brings mentors and mentees together. It defines roadmaps, which mentorships are assigned, and the rhythm in
which it asks both for feedback. What it rewards is defined with `+"`laurel rewards define`"+`, and what it takes to be
awarded with `+"`laurel criteria propose`"+`. PROGRAM is a slug, such as git or spring-2026.`,
		newProgramOpen(a), newProgramClose(a), lookBack(newProgramShow(a)), lookBack(newProgramList(a)),
		newProgramRoadmap(a), newProgramRhythm(a))
}

// again is what a command says that had been carried out before, under the same id.
func again(handled eventstore.Handled) string {
	if len(handled.Events) == 0 {
		return ", recorded before by this command"
	}
	return ""
}

// onProgram records something about the program that is named first.
func (a *app) onProgram(ctx context.Context, f *actFlags, name string,
	command func(domain.CommandMeta) domain.Command) (domain.Slug, eventstore.Handled, error) {
	program, err := domain.ParseSlug(name)
	if err != nil {
		return "", eventstore.Handled{}, usage(fmt.Sprintf("PROGRAM %q is no slug", name), "such as git or spring-2026")
	}
	var handled eventstore.Handled
	do := func(store eventstore.Store, _ *projections.People, who actor) error {
		handled, err = eventstore.Handle(ctx, store, domain.ProgramStream(program), domain.ProgramDecider(program),
			command(who.meta))
		return err
	}
	if _, opens := command(domain.CommandMeta{}).(domain.OpenProgram); opens {
		err = a.writingNew(ctx, f, do)
	} else {
		err = a.writingAs(ctx, f, false, do)
	}
	return program, handled, err
}

func newProgramOpen(a *app) *cobra.Command {
	var f actFlags
	var title, kind string
	cmd := &cobra.Command{
		Use: "open PROGRAM --title T [--kind K]", Short: "Open a program",
		Example:           "  laurel program open git --title \"Git\" --kind open-source --by owner@example.org",
		Args:              args("PROGRAM"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			program, handled, err := a.onProgram(cmd.Context(), &f, given[0], func(meta domain.CommandMeta) domain.Command {
				return domain.OpenProgram{CommandMeta: meta, Title: title, Kind: kind}
			})
			if err != nil {
				return err
			}
			return a.said(map[string]any{"program": program, "status": projections.ProgramOpen},
				"Program %s is open%s.", program, again(handled))
		},
	}
	a.actFlags(cmd, &f)
	textFlag(cmd, &title, "title", "what people call it")
	textFlag(cmd, &kind, "kind", "what sort of program it is, a short `NAME`")
	return cmd
}

func newProgramClose(a *app) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use: "close PROGRAM", Short: "Close a program: no mentorship starts in it any more",
		Example:           "  laurel program close spring-2026 --by owner@example.org --at 2026-06-30",
		Args:              args("PROGRAM"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			program, handled, err := a.onProgram(cmd.Context(), &f, given[0], func(meta domain.CommandMeta) domain.Command {
				return domain.CloseProgram{CommandMeta: meta}
			})
			if err != nil {
				return err
			}
			return a.said(map[string]any{"program": program, "status": projections.ProgramClosed},
				"Program %s is closed%s.", program, again(handled))
		},
	}
	a.actFlags(cmd, &f)
	return cmd
}

func newProgramRoadmap(a *app) *cobra.Command {
	return group("roadmap", "Say which milestones lead where", "", newProgramRoadmapDefine(a))
}

func newProgramRoadmapDefine(a *app) *cobra.Command {
	var f actFlags
	var title string
	var milestones []string
	cmd := &cobra.Command{
		Use:   "define PROGRAM ROADMAP --title T --milestones SLUG,SLUG...",
		Short: "Define a roadmap, or define it again",
		Long: `Define a roadmap: milestones in the order in which they are reached.

Defining it again replaces it for mentorships that are assigned it from then on. Those that have it keep the milestones
that they were assigned, until they are assigned it again.`,
		Example: "  laurel program roadmap define git reviewer --title \"To a reviewer\" --milestones read,comment,review",
		Args:    args("PROGRAM", "ROADMAP"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			c := domain.DefineRoadmap{Roadmap: domain.Slug(given[1]), Title: title}
			for _, m := range milestones {
				c.Milestones = append(c.Milestones, domain.Slug(strings.TrimSpace(m)))
			}
			program, handled, err := a.onProgram(cmd.Context(), &f, given[0], func(meta domain.CommandMeta) domain.Command {
				c.CommandMeta = meta
				return c
			})
			if err != nil {
				return err
			}
			return a.said(map[string]any{"program": program, "roadmap": c.Roadmap, "milestones": c.Milestones},
				"Program %s has the roadmap %s with %s%s.", program, c.Roadmap,
				plural(len(c.Milestones), "milestone", "milestones"), again(handled))
		},
	}
	a.actFlags(cmd, &f)
	textFlag(cmd, &title, "title", "what people call it")
	cmd.Flags().StringSliceVar(&milestones, "milestones", nil, "the `SLUGS` of its milestones, in order")
	must(cmd.RegisterFlagCompletionFunc("milestones", cobra.NoFileCompletions))
	return cmd
}

func newProgramRhythm(a *app) *cobra.Command {
	var f actFlags
	var c domain.SetFeedbackRhythm
	cmd := &cobra.Command{
		Use:   "rhythm PROGRAM [--after-sessions N] [--at-end] [--every PERIOD] [--due-days D]",
		Short: "Say when a program asks both of a mentorship for feedback",
		Long: `Say when a program asks both of a mentorship for feedback: after every so many sessions, at its end, and when a
month, quarter, half-year or year with a session is over. What is left out is not asked; leaving all out ends
the rhythm.

A rhythm holds from then on, and replaces the one before. ` + "`laurel feedback`" + ` asks for what is due.`,
		Example: `  laurel program rhythm git --after-sessions 5 --at-end --due-days 10 --by owner@example.org
  laurel program rhythm git --every quarter
  laurel program rhythm git`,
		Args: args("PROGRAM"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if asks := c.AfterSessions != 0 || c.AtEnd || c.Every != ""; !asks && c.DueDays != 0 {
				return usage("--due-days has nothing to hold for", "give --after-sessions, --at-end or --every too")
			}
			program, handled, err := a.onProgram(cmd.Context(), &f, given[0], func(meta domain.CommandMeta) domain.Command {
				c.CommandMeta = meta
				return c
			})
			if err != nil {
				return err
			}
			rhythm := projections.FeedbackRhythm{AfterSessions: c.AfterSessions, AtEnd: c.AtEnd, Every: c.Every,
				DueDays: c.DueDays}
			if rhythm.Asks() && rhythm.DueDays == 0 {
				rhythm.DueDays = domain.FeedbackDueDays
			}
			return a.said(map[string]any{"program": program, "rhythm": rhythm}, "Program %s asks for feedback %s%s.", program,
				rhythmText(rhythm), again(handled))
		},
	}
	a.actFlags(cmd, &f)
	cmd.Flags().IntVar(&c.AfterSessions, "after-sessions", 0, "after every `N` sessions")
	cmd.Flags().BoolVar(&c.AtEnd, "at-end", false, "when the mentorship ends")
	cmd.Flags().StringVar(&c.Every, "every", "", "when a `PERIOD` is over: month, quarter, half-year or year")
	cmd.Flags().IntVar(&c.DueDays, "due-days", 0, fmt.Sprintf("to be given within `D` days; %d if left out",
		domain.FeedbackDueDays))
	must(cmd.RegisterFlagCompletionFunc("every", cobra.FixedCompletions([]string{domain.EveryMonth, domain.EveryQuarter,
		domain.EveryHalfYear, domain.EveryYear}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// rhythmText says when feedback is asked for.
func rhythmText(r projections.FeedbackRhythm) string {
	var when []string
	if r.AfterSessions > 0 {
		when = append(when, "after every "+plural(r.AfterSessions, "session", "sessions"))
	}
	if r.Every != "" {
		when = append(when, "every "+r.Every)
	}
	if r.AtEnd {
		when = append(when, "at the end")
	}
	if len(when) == 0 {
		return "never"
	}
	return fmt.Sprintf("%s, due within %s", strings.Join(when, ", "), plural(r.DueDays, "day", "days"))
}

// readPrograms reads what programs say of themselves up to a position; nil for all of the log.
func readPrograms(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*projections.Programs,
	error) {
	programs := projections.NewPrograms()
	filter := eventstore.Filter{Categories: []string{domain.CategoryProgram}}
	_, err := projections.ReadLog(ctx, store, filter, upTo, programs)
	return programs, err
}

func newProgramShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show PROGRAM", Short: "Show a program: its roadmaps, and when it asks for feedback",
		Example:           "  laurel program show git --as-of 2026-01-01",
		Args:              args("PROGRAM"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				programs, err := readPrograms(cmd.Context(), store, upTo)
				if err != nil {
					return err
				}
				program, opened := programs.Find(domain.Slug(given[0]), asOf)
				if !opened {
					var known []string
					for _, p := range programs.List(asOf) {
						known = append(known, string(p.Program))
					}
					return badInput("find program", quoted(given[0]), "it was not opened by then",
						didYouMean(given[0], known, "`laurel program list` shows those that were"))
				}
				return a.printProgram(&program)
			})
		},
	}
}

func (a *app) printProgram(p *projections.Program) error {
	opened := "opened " + day(p.OpenedAt)
	if !p.ClosedAt.IsZero() {
		opened += ", closed " + day(p.ClosedAt)
	}
	head := render.Section{Title: p.Title, Lines: []string{fmt.Sprintf("Program %s, %s.", p.Program, opened),
		"Asks for feedback " + rhythmText(p.Rhythm) + "."}}
	if p.Kind != "" {
		head.Lines[0] = fmt.Sprintf("Program %s (%s), %s.", p.Program, p.Kind, opened)
	}
	roadmaps := render.Section{Title: "Roadmaps", Columns: []render.Column{{Name: "roadmap"}, {Name: "title", Wrap: true},
		{Name: "milestones", Wrap: true}}}
	for _, r := range p.Roadmaps {
		roadmaps.Rows = append(roadmaps.Rows, []string{string(r.Roadmap), r.Title, joinSlugs(r.Milestones)})
	}
	sections := []render.Section{head}
	if len(roadmaps.Rows) > 0 {
		sections = append(sections, roadmaps)
	}
	return a.out.Print(render.Result{Document: p, Sections: sections, Data: roadmaps})
}

func joinSlugs(slugs []domain.Slug) string {
	var texts []string
	for _, s := range slugs {
		texts = append(texts, string(s))
	}
	return strings.Join(texts, ", ")
}

func newProgramList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the programs",
		Example: "  laurel program list", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				programs, err := readPrograms(cmd.Context(), store, upTo)
				if err != nil {
					return err
				}
				list := programs.List(asOf)
				section := render.Section{Columns: []render.Column{{Name: "program"}, {Name: "title", Wrap: true},
					{Name: "kind"}, {Name: "status"}, {Name: "opened", Whole: true}, {Name: "closed", Whole: true},
					{Name: "roadmaps", Right: true}, {Name: "feedback", Wrap: true}}}
				for _, p := range list {
					section.Rows = append(section.Rows, []string{string(p.Program), p.Title, p.Kind, p.Status, day(p.OpenedAt),
						dayOrNone(p.ClosedAt), fmt.Sprint(len(p.Roadmaps)), rhythmText(p.Rhythm)})
				}
				return a.out.Print(render.Result{Document: map[string]any{"as_of": asOf, "programs": list},
					Sections: []render.Section{section}, Items: itemsOf(list)})
			})
		},
	}
}

// dayOrNone is a day, or nothing for no time.
func dayOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return day(t)
}

// itemsOf yields the members of a list, for JSON lines.
func itemsOf[T any](list []T) func(func(any) bool) {
	return func(yield func(any) bool) {
		for i := range list {
			if !yield(list[i]) {
				return
			}
		}
	}
}
