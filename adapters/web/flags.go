package web

import (
	"laurel/domain/access"
	"laurel/projections"
)

func (s *Server) flagPages() []route {
	return []route{{"GET /flags", access.FlagsRead, nil, (*visit).flags}}
}

// flagsShown is what the page of flags shows.
type flagsShown struct {
	*projections.Flags
	Kinds []flagKind
}

// flagKind is the flags of one kind.
type flagKind struct {
	Kind  projections.FlagKind
	Title string
	Says  string
	Flags []projections.Flag // the latest first, at most flagsShownMax
	Total int
}

// flagsShownMax bounds the flags of one kind, and evidenceShownMax the events of one flag, that the page lists.
const (
	flagsShownMax    = 50
	evidenceShownMax = 12
)

// flagWords say what each kind of flag is.
var flagWords = map[projections.FlagKind][2]string{
	projections.FlagReciprocal: {"Reciprocal pairs", "Two people mentor each other."},
	projections.FlagRing:       {"Rings", "Three to five people, each of whom mentors the next, and the last the first."},
	projections.FlagBurst:      {"Bursts", "Many sessions within a week, shortly before something ran out that they were needed for."},
	projections.FlagMaximum:    {"Always the maximum", "A rater who only ever gives the highest rating."},
	projections.FlagOneMentee:  {"One mentee", "A mentor who would lose the tier, or most of the score, without one of the mentees."},
}

// flags lists the patterns that a human should look at.
func (v *visit) flags() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	if view.Criteria == nil {
		return v.noCriteria("Flags", "/flags")
	}
	found := projections.FindFlags(view.Facts, view.People, view.Program, view.Criteria.Plan, view.AsOf, projections.FlagOptions{})
	shown := flagsShown{Flags: found}
	for _, kind := range projections.FlagKinds() {
		k := flagKind{Kind: kind, Title: flagWords[kind][0], Says: flagWords[kind][1]}
		for _, f := range found.Flags {
			if f.Kind != kind {
				continue
			}
			if k.Total++; len(k.Flags) < flagsShownMax {
				f.Evidence = f.Evidence[:min(len(f.Evidence), evidenceShownMax)]
				k.Flags = append(k.Flags, f)
			}
		}
		shown.Kinds = append(shown.Kinds, k)
	}
	return v.render("flags", frameOf{Title: "Flags", Room: "/flags", Page: &shown,
		Lead: "Patterns that a human should look at. A flag decides nothing: no score, tier or award depends on one, and none says that somebody did wrong."})
}
