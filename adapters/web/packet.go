package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/packet"
	"laurel/projections/serving"
)

func (s *Server) packetPages() []route {
	return []route{
		{"GET /packet", access.AwardsAudit, nil, (*visit).packetPage},
		{"GET /packet.zip", access.AwardsAudit, nil, (*visit).packetFile},
	}
}

const (
	packetTimeMax  = 10 * time.Minute // to send a packet: there are slow lines, and long histories
	packetsMax     = 2                // packets that are made and sent at once
	packetBusyWait = 10 * time.Second // what somebody is told to wait where that many are
)

// packetShown is what the page of audit packets shows.
type packetShown struct {
	Program  string
	AsOf     time.Time
	Position string
	Criteria string // "" where none are in force: then there is no packet
	Names    bool   // the visitor may have one with names
	File     string // the name of the file
}

// packetPage explains what an audit packet is, and offers the one of what is looked at.
func (v *visit) packetPage() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	shown := packetShown{Program: view.Program, AsOf: view.AsOf, Position: view.Position.String(), File: packetName(view),
		Names: v.may(access.PeopleList)}
	if view.Criteria != nil {
		shown.Criteria = view.Criteria.Hash
	}
	return v.render("packet", frameOf{Title: "Audit packet", Room: "/packet", Page: &shown,
		Lead: "The events, criteria, standings and awards of a program in one file, which anybody can compute again on another machine."})
}

// packetName is what the file of a packet is called.
func packetName(view *serving.View) string {
	return "laurel-" + view.Program + "-" + view.AsOf.Format(time.DateOnly) + ".zip"
}

// packetFile sends an audit packet of what is looked at.
func (v *visit) packetFile() error {
	from, name, err := v.packetSource()
	if err != nil {
		return err
	}
	select {
	case v.packets <- struct{}{}:
		defer func() { <-v.packets }()
	default:
		return tooOften(v.w, packetBusyWait, "others are downloading packets")
	}
	p, err := packet.New(v.ctx(), *from)
	if err != nil {
		return err
	}
	v.release()
	h := v.w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(packetTimeMax)) // a test's writer has none
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx()), packetTimeMax)
	defer cancel()
	if _, err := p.Write(ctx, v.w); err != nil {
		v.log.Warn("a packet was not sent whole", slog.String("request", requestNumber(ctx)), slog.String("error", err.Error()))
		panic(http.ErrAbortHandler) // so that nobody takes what was sent for whole
	}
	return nil
}

// packetSource is what the packet that the address asks for is made of, and the name of its file.
func (v *visit) packetSource() (*packet.Source, string, error) {
	view, err := v.look()
	if err != nil {
		return nil, "", err
	}
	if view.Criteria == nil {
		return nil, "", &projections.NoCriteriaError{Program: view.Program, AsOf: view.AsOf}
	}
	from := &packet.Source{Store: v.engine.Store(), Position: view.Position, Program: view.Program, AsOf: view.AsOf,
		Plan: view.Criteria.Plan, Facts: view.Facts, Register: view.Register, Governance: view.Governance}
	switch names := v.r.URL.Query().Get("names"); names {
	case "", "no":
	case "yes":
		if !v.may(access.PeopleList) {
			return nil, "", v.who.Refusal(access.PeopleList, access.Target{Program: domain.Slug(view.Program)})
		}
		from.People = view.People
	default:
		return nil, "", invalid("names", "is neither yes nor no")
	}
	if verifier, ok := v.engine.Store().(eventstore.Verifier); ok {
		head, err := verifier.Chain(v.ctx())
		if err != nil {
			return nil, "", err
		}
		from.Chain = packet.NewChain(head)
	}
	return from, packetName(view), nil
}
