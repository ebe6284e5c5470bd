package web

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/digest"
)

// ConsentCounts is how many people may be named before each audience.
type ConsentCounts struct {
	AsOf     time.Time                  `json:"as_of"`
	Consents []projections.ConsentCount `json:"consents"`
}

func (c *ConsentCounts) items() any { return c.Consents }

// ConsentList is the consents of a person that are in force.
type ConsentList struct {
	Person   uuid.UUID             `json:"person"`
	AsOf     time.Time             `json:"as_of"`
	Consents []projections.Consent `json:"consents"`
}

func (l *ConsentList) items() any { return l.Consents }

// AcknowledgementList is what was published about awards.
type AcknowledgementList struct {
	Acknowledgements []projections.Acknowledgement `json:"acknowledgements"`
}

func (l *AcknowledgementList) items() any { return l.Acknowledgements }

// RetractionList is what is due to be retracted, and for want of whose consent.
type RetractionList struct {
	Acknowledgements []projections.DueRetraction `json:"acknowledgements"`
}

func (l *RetractionList) items() any { return l.Acknowledgements }

// DigestText is a newsletter, written out.
type DigestText struct {
	Format string `json:"format"`
	Text   string `json:"text"`
}

// DigestQuery says what a newsletter is about.
type DigestQuery struct {
	Moment
	Audience string `query:"audience" required:"true" enum:"team,organisation,public" doc:"Before whom people are named."`
	Version  string `query:"text_version" maxLength:"256" doc:"Consents to this wording count; may be left out where there is only one."`
	Since    string `query:"since" required:"true" maxLength:"256" doc:"News after this time." example:"2026-07-01"`
	Until    string `query:"until" maxLength:"256" doc:"News up to this time; that which is looked at if left out."`
}

type digestTextQuery struct {
	DigestQuery
	Format string `query:"format" enum:"html,text,markdown" default:"text" doc:"How it is written."`
}

func (a *api) consentOperations() {
	const tag = "consent"
	ask(a, operation{id: "countConsents", path: "/v1/consents", tag: tag, action: access.ConsentRead, on: onAll, command: "consent list",
		summary: "How many people may be named before each audience"},
		func(v *visit, in *criteriaQuery) (*ConsentCounts, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			return &ConsentCounts{view.AsOf, part(v, in.Listing, view.Consents.Counts(view.AsOf))}, nil
		})
	ask(a, operation{id: "listConsents", path: "/v1/people/{person}/consents", tag: tag, action: access.ConsentRead, on: onPersonAcross,
		command: "consent show", summary: "The consents of a person that are in force"},
		func(v *visit, _ *explainQuery) (*ConsentList, error) {
			person, err := v.person()
			if err != nil {
				return nil, err
			}
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			return &ConsentList{person, view.AsOf, append([]projections.Consent{}, view.Consents.Of(person, view.AsOf)...)}, nil
		})
	ask(a, operation{id: "listAcknowledgements", path: "/v1/acknowledgements", tag: tag, action: access.AcknowledgementsRead,
		command: "acknowledge list", summary: "What was published about awards"},
		func(v *visit, in *criteriaQuery) (*AcknowledgementList, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			list := slices.DeleteFunc(view.Acknowledgements.AsOf(view.AsOf), func(a projections.Acknowledgement) bool {
				return !v.inProgram(a.Award)
			})
			return &AcknowledgementList{part(v, in.Listing, list)}, nil
		})
	ask(a, operation{id: "listDueRetractions", path: "/v1/acknowledgements/due", tag: tag, action: access.AcknowledgementsRead,
		command: "acknowledge due", summary: "What is due to be retracted, because a consent is gone"},
		func(v *visit, in *criteriaQuery) (*RetractionList, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			list := slices.DeleteFunc(view.Acknowledgements.Due(view.Consents, view.AsOf), func(d projections.DueRetraction) bool {
				return !v.inProgram(d.Award)
			})
			return &RetractionList{part(v, in.Listing, list)}, nil
		})
	ask(a, operation{id: "getDigest", path: "/v1/digest", tag: tag, action: access.DigestRead, command: "digest",
		summary: "The newsletter of a program, as data"},
		func(v *visit, in *DigestQuery) (*digest.Digest, error) { return v.digest(in) })
	ask(a, operation{id: "writeDigest", path: "/v1/digest/text", tag: tag, action: access.DigestRead, command: "digest",
		summary: "The newsletter of a program, written out"},
		func(v *visit, in *digestTextQuery) (*DigestText, error) {
			d, err := v.digest(&in.DigestQuery)
			if err != nil {
				return nil, err
			}
			t := &DigestText{Format: in.Format}
			switch in.Format {
			case "html":
				t.Text, err = d.HTML()
			case "markdown":
				t.Text = d.Markdown()
			default:
				t.Text = d.Text()
			}
			return t, err
		})
}

// onPersonAcross is the target of what is about the person in the path, of whatever program.
func onPersonAcross(v *visit) (access.Target, error) {
	person, err := v.person()
	return access.Target{People: []uuid.UUID{person}}, err
}

// inProgram tells whether an award is of the program that is looked at.
func (v *visit) inProgram(award uuid.UUID) bool {
	a, ok := v.view.Register.Award(award)
	return ok && string(a.First.Program) == v.view.Program
}

func (v *visit) digest(in *DigestQuery) (*digest.Digest, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	o := digest.Options{Audience: domain.Audience(in.Audience), TextVersion: in.Version, AsOf: view.AsOf}
	if o.Since, err = parseTime("since", in.Since); err != nil {
		return nil, err
	}
	if o.Until, err = parseTime("until", in.Until); err != nil {
		return nil, err
	}
	if o.Until.IsZero() {
		o.Until = view.AsOf
	}
	if o.Until.After(o.AsOf) {
		o.AsOf = o.Until
	}
	if !o.Since.Before(o.Until) {
		return nil, invalid("since", "is not before the end of the period, %s", o.Until.Format(time.RFC3339))
	}
	source, err := digest.Read(v.ctx(), v.engine.Store(), domain.Slug(view.Program), &view.Position)
	if err != nil {
		return nil, err
	}
	if o.TextVersion == "" {
		found := source.TextVersions(o.Audience, o.AsOf)
		if len(found) > 1 {
			return nil, invalid("text_version", "is missing: people consented to %d text versions", len(found))
		}
		if len(found) == 1 {
			o.TextVersion = found[0].TextVersion
		}
	}
	return digest.New(source, o), nil
}
