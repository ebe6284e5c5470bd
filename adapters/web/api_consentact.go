package web

import (
	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections/awarding"
)

// ConsentChange is a consent that was given or taken back.
type ConsentChange struct {
	Person      string          `json:"person"`
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version,omitempty"`
	Granted     bool            `json:"granted"`
}

// Published is an acknowledgement that was published.
type Published struct {
	Award       uuid.UUID       `json:"award"`
	Event       uuid.UUID       `json:"event"`
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version"`
	Names       []uuid.UUID     `json:"names"`
}

// RetractionDone is how many acknowledgements were taken back.
type RetractionDone struct {
	Award     uuid.UUID `json:"award"`
	Retracted int       `json:"retracted"`
}

// GrantBody says before whom one may be named.
type GrantBody struct {
	Timed
	Audience string `json:"audience" enum:"team,organisation,public"`
	Version  string `json:"text_version" maxLength:"256" doc:"Of the wording that is agreed to."`
}

// WithdrawBody says before whom one may no longer be named.
type WithdrawBody struct {
	Timed
	Audience string `json:"audience" enum:"team,organisation,public"`
}

// PublishBody says before whom an award is acknowledged.
type PublishBody struct {
	Timed
	Audience string   `json:"audience" enum:"team,organisation,public"`
	Version  string   `json:"text_version" maxLength:"256" doc:"Of the wording that people have to have agreed to."`
	With     []string `json:"with,omitempty" maxItems:"100" doc:"Mentees to name too."`
}

// RetractBody says before whom what was published is taken back.
type RetractBody struct {
	Timed
	Audience string `json:"audience,omitempty" enum:"team,organisation,public" doc:"All if left out."`
}

// VoidBody corrects the log.
type VoidBody struct {
	Timed
	Event         string `json:"event" format:"uuid"`
	Reason        string `json:"reason" maxLength:"256" doc:"A short code, such as entered-twice, which names no person."`
	DespiteAwards bool   `json:"despite_awards,omitempty" doc:"Also where an award rests on the event."`
}

// bodyInput is a command that is all in its body.
type bodyInput[B any] struct {
	Keyed
	Body B
}

func (a *api) consentCommands() {
	const tag = "consent"
	act(a, operation{id: "grantConsent", path: "/v1/consents", tag: tag, action: access.ConsentGive, on: onSelf, command: "consent grant",
		summary: "Agree to be named before an audience"},
		func(v *visit, in *bodyInput[GrantBody]) (*ConsentChange, error) {
			c, err := v.calling(in.Body.At, true)
			if err != nil {
				return nil, err
			}
			to := domain.Audience(in.Body.Audience)
			return &ConsentChange{c.by.String(), to, in.Body.Version, true},
				awarding.GrantConsent(v.ctx(), c.store, c.by, to, in.Body.Version, c.meta)
		})
	act(a, operation{id: "withdrawConsent", path: "/v1/consents/withdrawals", tag: tag, action: access.ConsentGive, on: onSelf,
		command: "consent withdraw", summary: "Take a consent back, for an audience and all wider ones"},
		func(v *visit, in *bodyInput[WithdrawBody]) (*ConsentChange, error) {
			c, err := v.calling(in.Body.At, true)
			if err != nil {
				return nil, err
			}
			from := domain.Audience(in.Body.Audience)
			return &ConsentChange{Person: c.by.String(), Audience: from},
				awarding.WithdrawConsent(v.ctx(), c.store, c.by, from, c.meta)
		})
	act(a, operation{id: "publishAcknowledgement", path: "/v1/awards/{award}/acknowledgements", tag: tag, action: access.AcknowledgementsPublish,
		on: onAwardAcross, command: "acknowledge publish", summary: "Name the person of an award, and mentees with them, before an audience"},
		(*visit).publish)
	act(a, operation{id: "retractAcknowledgements", path: "/v1/awards/{award}/retractions", tag: tag, action: access.AcknowledgementsPublish,
		on: onAwardAcross, command: "acknowledge retract", summary: "Take back what was published about an award"},
		func(v *visit, in *awardInput[RetractBody]) (*RetractionDone, error) {
			_, award, err := v.awardAcross()
			if err != nil {
				return nil, err
			}
			c, err := v.calling(in.Body.At, true)
			if err != nil {
				return nil, err
			}
			n, err := awarding.Retract(v.ctx(), c.store, award.ID, domain.Audience(in.Body.Audience), c.meta, "retracted")
			return &RetractionDone{award.ID, n}, err
		})
	act(a, operation{id: "voidEvent", path: "/v1/log/voids", tag: "log", action: access.LogVoid, on: onAll, command: "void",
		summary: "Correct the log: an event that does not count", about: "The event stays in the log, and everything comes out as if it had never been."},
		func(v *visit, in *bodyInput[VoidBody]) (*awarding.VoidReport, error) {
			event, err := parseID("event", in.Body.Event)
			if err != nil {
				return nil, err
			}
			c, err := v.calling(in.Body.At, true)
			if err != nil {
				return nil, err
			}
			v.release()
			report, err := awarding.VoidEvent(v.ctx(), c.store,
				awarding.Void{Meta: c.meta, Event: event, Reason: in.Body.Reason, DespiteAwards: in.Body.DespiteAwards})
			return &report, err
		})
}

// publish names people before an audience, by their consent.
func (v *visit) publish(in *awardInput[PublishBody]) (*Published, error) {
	_, award, err := v.awardAcross()
	if err != nil {
		return nil, err
	}
	var with []uuid.UUID
	for _, text := range in.Body.With {
		mentee, err := parseID("with", text)
		if err != nil {
			return nil, err
		}
		with = append(with, mentee)
	}
	c, err := v.calling(in.Body.At, true)
	if err != nil {
		return nil, err
	}
	id := award.ID
	v.release()
	before := domain.Audience(in.Body.Audience)
	report, err := awarding.PublishAcknowledgement(v.ctx(), c.store, id, with,
		domain.PublishAcknowledgement{CommandMeta: c.meta, Audience: before, TextVersion: in.Body.Version})
	if err == nil && report.Retracted {
		err = &domain.Error{Code: domain.CodeConflict, Field: "with", Message: "a consent was withdrawn meanwhile, so it was retracted at once",
			Hint: "publish it without who withdrew"}
	}
	return &Published{id, c.meta.ID, before, in.Body.Version, report.Names}, err
}
