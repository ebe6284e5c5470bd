package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/projections/digest"
)

// digestFlags are the flags of digest.
type digestFlags struct {
	audience, version, since, until, format string
}

func newDigest(a *app) *cobra.Command {
	var f digestFlags
	cmd := &cobra.Command{
		Use:   "digest --program SLUG --since TIME --audience A [--format html|text|markdown]",
		Short: "Write the newsletter of a program",
		Long: `Write the newsletter of a program: new awards, journeys from growth threads, milestones, promotions.

People are named and quoted only with their consent to the audience and the text version; all others are counted.
Whoever has withdrawn since is not named either, whatever the --as-of. The public reads public posts; the team and the
organisation also those that are visible to the program. The period ends at --until, which is --as-of if left out.`,
		Example: `  laurel digest --program git --since 2026-07-01 --audience organisation
  laurel digest --program git --since 2026-07-01 --audience public --text-version 2026-01 --format html`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.out.Format() != render.Table && cmd.Flags().Changed("format") {
				return usage("--format and -o exclude each other", "use -o for data, --format for a newsletter")
			}
			return a.digest(cmd.Context(), &f)
		},
	}
	a.programFlag(cmd)
	audienceFlag(cmd, &f.audience)
	textFlag(cmd, &f.version, "text-version", "consents to this `VERSION` count; may be left out where there is only one")
	textFlag(cmd, &f.since, "since", "news after this `TIME`")
	textFlag(cmd, &f.until, "until", "news up to this `TIME`")
	cmd.Flags().StringVar(&f.format, "format", "text", "html, text or markdown")
	must(cmd.RegisterFlagCompletionFunc("format",
		cobra.FixedCompletions([]string{"html", "text", "markdown"}, cobra.ShellCompDirectiveNoFileComp)))
	return lookBack(cmd)
}

func (a *app) digest(ctx context.Context, f *digestFlags) error {
	audience, err := parseAudience(f.audience)
	if err != nil {
		return err
	}
	if f.since == "" {
		return usage("--since is missing", "such as --since 2026-07-01")
	}
	if f.format != "html" && f.format != "text" && f.format != "markdown" {
		return usage(fmt.Sprintf("--format %q is not known", f.format), "html, text or markdown")
	}
	h, err := a.openHistory(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	o := digest.Options{Audience: audience, TextVersion: f.version, Until: h.asOf, AsOf: h.asOf}
	if o.Since, err = a.parseTime("--since", f.since); err != nil {
		return err
	}
	if f.until != "" {
		if o.Until, err = a.parseTime("--until", f.until); err != nil {
			return err
		}
	}
	if o.Until.After(o.AsOf) {
		o.AsOf = o.Until
	}
	if !o.Since.Before(o.Until) {
		return usage("--since is not before the end of the period, "+o.Until.Format(time.RFC3339), "give an earlier --since")
	}
	source, err := digest.Read(ctx, h.store, domain.Slug(h.program), h.upTo)
	if err != nil {
		return err
	}
	if o.TextVersion == "" {
		if o.TextVersion, err = onlyTextVersion(source, o); err != nil {
			return err
		}
	}
	return a.printDigest(digest.New(source, o), f.format)
}

// onlyTextVersion is the text version of all consents for the audience; "" where there are none.
func onlyTextVersion(source *digest.Source, o digest.Options) (string, error) {
	found := source.TextVersions(o.Audience, o.AsOf)
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0].TextVersion, nil
	}
	var list []string
	for _, c := range found {
		list = append(list, fmt.Sprintf("%s (%s)", c.TextVersion, plural(c.People, "person", "people")))
	}
	return "", usage(fmt.Sprintf("people consented to %d text versions", len(found)),
		"choose one with --text-version: "+strings.Join(list, ", "))
}

func (a *app) printDigest(d *digest.Digest, format string) error {
	if a.out.Format() != render.Table {
		return a.out.Print(render.Result{Document: d, Data: digestData(d)})
	}
	switch format {
	case "html":
		page, err := d.HTML()
		if err != nil {
			return err
		}
		return a.out.Text(page)
	case "markdown":
		return a.out.Text(d.Markdown())
	}
	return a.out.Text(d.Text())
}

// digestData is the news with a row for each person named, and one for those counted.
func digestData(d *digest.Digest) render.Section {
	section := render.Section{Columns: render.Columns("news", "what", "person", "name", "people", "at", "text")}
	add := func(news, what string, p digest.People) {
		for _, person := range p.Named {
			section.Rows = append(section.Rows, []string{news, what, person.ID.String(), person.Name, "1", "", ""})
		}
		if p.Others > 0 {
			section.Rows = append(section.Rows, []string{news, what, "", "", fmt.Sprint(p.Others), "", ""})
		}
	}
	for _, g := range d.Awards {
		add("award", g.Tier, g.People)
	}
	for _, m := range d.Milestones {
		add("milestone", string(m.Roadmap)+"/"+string(m.Milestone), m.People)
	}
	for _, p := range d.Promotions {
		add("promotion", p.To, p.People)
	}
	for _, j := range d.Journeys {
		for _, p := range j.Posts {
			section.Rows = append(section.Rows, []string{"post", "", p.Author.ID.String(), p.Author.Name, "1",
				p.At.Format(time.RFC3339), p.Text})
		}
	}
	return section
}
