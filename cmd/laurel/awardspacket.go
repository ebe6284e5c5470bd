package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/packet"
)

func newAwardsPacket(a *app) *cobra.Command {
	var ref string
	var names bool
	cmd := &cobra.Command{
		Use:   "packet FILE.zip [--program SLUG] [--criteria REF] [--names]",
		Short: "Write an audit packet, which anybody can check on another machine",
		Long: `Write an audit packet: the events of a program, its criteria with who approved them, and the standings, awards
and audit that follow from them, with a manifest of hashes. "laurel replay --packet FILE.zip" computes all of it again
on any machine, without the log, and says whether it holds.

As of --as-of, as known at --position. Texts and addresses of people are left out, and so are their names unless --names
says otherwise. The file must not be there yet.`,
		Example: `  laurel awards packet audit.zip --program git
  laurel awards packet audit-2025.zip --as-of 2025-12-31 --names
  laurel replay --packet audit.zip`,
		Args: args("FILE.zip"),
		RunE: func(cmd *cobra.Command, given []string) error {
			m, err := a.writePacket(cmd.Context(), given[0], ref, names)
			if err != nil {
				return err
			}
			return a.printPacket(given[0], m)
		},
	}
	a.programFlag(cmd)
	a.criteriaFlag(cmd, &ref)
	cmd.Flags().BoolVar(&names, "names", false, "name people, not only by their ids")
	return cmd
}

// writePacket writes a packet to a new file, which appears under its name when it is whole.
func (a *app) writePacket(ctx context.Context, path, ref string, names bool) (*packet.Manifest, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, badInput("write packet", quoted(path), "the file is there already", "choose another name")
	}
	h, err := a.openHistory(ctx)
	if err != nil {
		return nil, err
	}
	defer h.close()
	from, err := a.packetSource(ctx, h, ref)
	if err != nil {
		return nil, err
	}
	if names {
		from.People = h.people
	}
	p, err := packet.New(ctx, from)
	if err != nil {
		return nil, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft.Name())
	m, err := p.Write(ctx, draft)
	if err == nil {
		err = errors.Join(draft.Chmod(0o600), draft.Sync())
	}
	if err := errors.Join(err, draft.Close()); err != nil {
		return nil, err
	}
	// A link, and not a rename: what somebody else has put there meanwhile stays.
	return m, os.Link(draft.Name(), path)
}

// packetSource reads what a packet is made of.
func (a *app) packetSource(ctx context.Context, h *history, ref string) (packet.Source, error) {
	from := packet.Source{Store: h.store, Position: h.facts.Position(), Program: h.program, AsOf: h.asOf, Facts: h.facts,
		Register: projections.NewRegister(), Governance: projections.NewGovernance()}
	c, err := a.criteria(ctx, ref, h)
	if err != nil {
		return from, err
	}
	from.Plan = c.plan
	if _, err := projections.ReadLog(ctx, h.store, eventstore.Filter{}, &from.Position, from.Register,
		from.Governance); err != nil {
		return from, err
	}
	if verifier, ok := h.store.(eventstore.Verifier); ok {
		head, err := verifier.Chain(ctx)
		if err != nil {
			return from, err
		}
		from.Chain = packet.NewChain(head)
	}
	return from, nil
}

// printPacket says what was written.
func (a *app) printPacket(path string, m *packet.Manifest) error {
	lines := []string{
		fmt.Sprintf("%s holds program %s at %s: %s, %s and %s from %s.", path, m.Program, day(m.AsOf),
			plural(m.Counts.Mentors, "mentor", "mentors"), plural(m.Counts.Awards, "award", "awards"),
			plural(m.Counts.Criteria, "criteria document", "criteria documents"),
			plural(m.Counts.Events, "event", "events")),
		"Criteria " + m.Criteria + ", known up to " + m.Position + ".",
	}
	data := render.Section{Columns: render.Columns("name", "bytes", "sha256")}
	for _, f := range m.Files {
		data.Rows = append(data.Rows, []string{f.Name, fmt.Sprint(f.Bytes), f.SHA256})
	}
	return a.out.Print(render.Result{Document: m, Sections: []render.Section{{Lines: lines}}, Data: data})
}

// checkPacket computes a packet again, prints the verdict, and fails where it does not hold.
func (a *app) checkPacket(ctx context.Context, path string, workers int) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return badInput("check packet", quoted(path), "it is no regular file",
			"give a file that `laurel awards packet` wrote")
	}
	v, err := packet.Check(ctx, file, info.Size(), workers)
	if err != nil {
		return fmt.Errorf("check packet %s: %w", quoted(path), err)
	}
	if err := a.printVerdict(path, v); err != nil || v.Holds {
		return err
	}
	return failed("check packet", quoted(path),
		"it does not hold: "+plural(len(v.Differences), "difference", "differences"), "ask for a new one, and for the reason")
}

// printVerdict says whether a packet holds.
func (a *app) printVerdict(path string, v *packet.Verdict) error {
	lines := []string{path + " does not hold."}
	table := render.Section{Columns: []render.Column{{Name: "file", Whole: true}, {Name: "what differs", Wrap: true}}}
	data := render.Section{Columns: render.Columns("file", "what")}
	for _, d := range v.Differences {
		table.Rows = append(table.Rows, []string{nameOf(d.File, "(packet)"), d.What})
		data.Rows = append(data.Rows, []string{d.File, d.What})
	}
	if v.Holds {
		audit := ""
		switch {
		case v.Counts.Findings > 0:
			audit = fmt.Sprintf(", of which %d do not hold up", v.Counts.Findings)
		case v.Counts.Awards > 0:
			audit = ", all of which hold up"
		}
		lines = []string{
			fmt.Sprintf("%s holds: program %s at %s, computed again from %s, comes out the same, byte for byte.", path,
				v.Program, day(v.AsOf), plural(v.Counts.Events, "event", "events")),
			fmt.Sprintf("%s under %s; %s%s.", plural(v.Counts.Mentors, "mentor", "mentors"), v.Criteria,
				plural(v.Counts.Awards, "award", "awards"), audit),
		}
		if v.Chain != nil {
			lines = append(lines, "That the events are those of the log is told by its chain at "+v.Chain.Position+":",
				v.Chain.Hash)
		}
	}
	return a.out.Print(render.Result{
		Document: v,
		Items: func(yield func(any) bool) {
			for _, d := range v.Differences {
				if !yield(d) {
					return
				}
			}
		},
		Sections: withRows(render.Section{Lines: lines}, table), Data: data,
	})
}
