package main

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newConsent(a *app) *cobra.Command {
	return group("consent", "Say before whom you may be named", `Say before whom you may be named.

Audiences are ordered: team, organisation, public. A consent for one holds for the narrower ones, and a withdrawal for
one takes back the wider ones too. What is taken back does not go on to hold for the narrower ones: those need a consent
of their own. A consent is to one text version: the wording that the person agreed to. Only the person can give or
withdraw it.`,
		newConsentGrant(a), newConsentWithdraw(a), lookBack(newConsentShow(a)), lookBack(newConsentList(a)))
}

// audienceFlag adds --audience to a command.
func audienceFlag(cmd *cobra.Command, audience *string) {
	cmd.Flags().StringVar(audience, "audience", "", "before whom: team, organisation or public")
	must(cmd.RegisterFlagCompletionFunc("audience",
		cobra.FixedCompletions([]string{"team", "organisation", "public"}, cobra.ShellCompDirectiveNoFileComp)))
}

// parseAudience reads --audience.
func parseAudience(text string) (domain.Audience, error) {
	for _, audience := range projections.Audiences() {
		if text == string(audience) {
			return audience, nil
		}
	}
	if text == "" {
		return "", usage("--audience is missing", "team, organisation or public")
	}
	return "", usage(fmt.Sprintf("--audience %q is not known", text), "team, organisation or public")
}

// consentChange is what consent grant and withdraw print.
type consentChange struct {
	Person      string          `json:"person"`
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version,omitempty"`
	Granted     bool            `json:"granted"`
}

func (a *app) printConsentChange(c consentChange) error {
	line := fmt.Sprintf("Consent to be named before %s was withdrawn, and before wider audiences.", c.Audience)
	if c.Granted {
		line = fmt.Sprintf("Consent to be named before %s, text version %s, was granted.", c.Audience, c.TextVersion)
	}
	return a.out.Print(render.Result{Document: c, Sections: []render.Section{{Lines: []string{line}}},
		Data: render.Section{Columns: render.Columns("person", "audience", "text_version", "granted"),
			Rows: [][]string{{c.Person, string(c.Audience), c.TextVersion, fmt.Sprint(c.Granted)}}}})
}

// whose is the person whose consent is meant: the one that was named, or who acts.
func whose(people *projections.People, named string, who actor) (uuid.UUID, error) {
	if named == "" {
		return who.person, nil
	}
	return findPerson(people, named)
}

func newConsentGrant(a *app) *cobra.Command {
	var f actFlags
	var audience, version, person string
	cmd := &cobra.Command{
		Use: "grant --by PERSON --audience A --text-version V", Short: "Agree to be named before an audience",
		Example: "  laurel consent grant --by ada@example.org --audience organisation --text-version 2026-01",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			to, err := parseAudience(audience)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, people *projections.People, who actor) error {
				of, err := whose(people, person, who)
				if err != nil {
					return err
				}
				if err := awarding.GrantConsent(ctx, store, of, to, version, who.meta); err != nil {
					return err
				}
				return a.printConsentChange(consentChange{of.String(), to, version, true})
			})
		},
	}
	a.actFlags(cmd, &f)
	audienceFlag(cmd, &audience)
	textFlag(cmd, &version, "text-version", "the `VERSION` of the wording that the person agrees to")
	textFlag(cmd, &person, "person", "whose consent, a `PERSON`; it can only be who gives it")
	return cmd
}

func newConsentWithdraw(a *app) *cobra.Command {
	var f actFlags
	var audience, person string
	cmd := &cobra.Command{
		Use: "withdraw --by PERSON --audience A", Short: "Take a consent back, for an audience and all wider ones",
		Example: "  laurel consent withdraw --by ada@example.org --audience public",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := parseAudience(audience)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, people *projections.People, who actor) error {
				of, err := whose(people, person, who)
				if err != nil {
					return err
				}
				if err := awarding.WithdrawConsent(ctx, store, of, from, who.meta); err != nil {
					return err
				}
				if err := a.noteRetractions(ctx, store, who.meta); err != nil {
					return err
				}
				return a.printConsentChange(consentChange{Person: of.String(), Audience: from})
			})
		},
	}
	a.actFlags(cmd, &f)
	audienceFlag(cmd, &audience)
	textFlag(cmd, &person, "person", "whose consent, a `PERSON`; it can only be who withdraws it")
	return cmd
}

func newConsentShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show PERSON", Short: "Show the consents of a person that are in force",
		Example:           "  laurel consent show ada@example.org --as-of 2026-01-01",
		Args:              args("PERSON"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				people, err := readPeople(ctx, store, upTo)
				if err != nil {
					return err
				}
				person, err := findPerson(people, given[0])
				if err != nil {
					return err
				}
				consents, err := projections.ReadConsents(ctx, store, upTo)
				if err != nil {
					return err
				}
				found := consents.Of(person, asOf)
				section := render.Section{Columns: render.Columns("audience", "text version", "since", "event")}
				for _, c := range found {
					section.Rows = append(section.Rows, []string{string(c.Audience), c.TextVersion,
						c.Since.UTC().Format(time.RFC3339), c.Event.String()})
				}
				data := section
				if len(found) == 0 {
					section = render.Section{Lines: []string{"No consent is in force."}}
				}
				return a.out.Print(render.Result{Document: map[string]any{"person": person, "as_of": asOf,
					"consents": append([]projections.Consent{}, found...)}, Sections: []render.Section{section}, Data: data})
			})
		},
	}
}

func newConsentList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Count the people who may be named before each audience",
		Example: "  laurel consent list",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				consents, err := projections.ReadConsents(cmd.Context(), store, upTo)
				if err != nil {
					return err
				}
				counts := consents.Counts(asOf)
				section := render.Section{Columns: []render.Column{{Name: "audience"}, {Name: "text version"},
					{Name: "people", Right: true}}}
				for _, c := range counts {
					section.Rows = append(section.Rows, []string{string(c.Audience), c.TextVersion, fmt.Sprint(c.People)})
				}
				return a.out.Print(render.Result{Document: map[string]any{"as_of": asOf, "consents": counts},
					Sections: []render.Section{section}})
			})
		},
	}
}
