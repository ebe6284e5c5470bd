package web

import (
	"crypto/rand"
	"math"
	"net/http"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/serving"
)

func (s *Server) badgePages() []route {
	return []route{{"GET /badges/{token}", access.PublicRead, nil, (*visit).badgePage}}
}

// badgeShown is what everybody is shown of an award.
type badgeShown struct {
	projections.AwardRow
	*projections.TierDecided
	Program  string // its title
	Criteria string // hash
	Title    string // of the criteria
	Approved int    // by how many people
	Checked  int    // how many events it rests on
	Drawing  badgeDrawing
}

// badgePage shows an award to everybody who has its address, while its holder consents to that and the award stands. It
// is always about the present, whatever the address asks. What is not there, is not shown any more, or never was, looks
// the same.
func (v *visit) badgePage() error {
	v.w.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	key, err := v.accounts.BadgeKey(rand.Reader)
	if err != nil {
		return err
	}
	frame := frameOf{Title: "No badge is shown here", Plain: true}
	award, ok := key.Award(v.r.PathValue("token"))
	if !ok {
		return v.renderAs(http.StatusNotFound, "badge", frame)
	}
	if v.view, err = v.engine.Look(v.ctx(), serving.At{Across: true}); err != nil {
		return err
	}
	shown, err := v.badge(v.view, award)
	if err != nil {
		return err
	}
	if shown == nil {
		return v.renderAs(http.StatusNotFound, "badge", frame)
	}
	frame.Title, frame.Lead, frame.Page = shown.AwardRow.Name, shown.TierDecided.Name+" · "+shown.Program, shown
	return v.render("badge", frame)
}

// badge collects what everybody is shown of an award; nil where that is nothing.
func (v *visit) badge(view *serving.View, id uuid.UUID) (*badgeShown, error) {
	award, ok := view.Register.Award(id)
	if !ok || badgeState(view, award, v.now()) != badgePublic {
		return nil, nil
	}
	state, _ := award.AsOf(v.now())
	given := &state.Case
	rules, err := view.FindCriteria(given.Criteria)
	if err != nil {
		return nil, err
	}
	decided, ok := projections.NewTierDecided(rules.Plan, given)
	if !ok {
		return nil, nil
	}
	shown := &badgeShown{AwardRow: projections.NewAwardRow(view.People, state), TierDecided: decided, Criteria: given.Criteria,
		Program: string(given.Program), Title: rules.Doc.Title, Checked: max(given.EvidenceTotal, len(given.Evidence))}
	if p, ok := view.Programs.Find(given.Program, v.now()); ok && p.Title != "" {
		shown.Program = p.Title
	}
	if record, ok := view.Governance.Record(string(given.Program), given.Criteria, v.now()); ok {
		shown.Approved = len(record.Approvals)
	}
	shown.Drawing = drawBadge(decided.Name, decided.Index)
	return shown, nil
}

// Whether the public is shown a badge, and why not.
const (
	badgePublic     = "public"
	badgeNotHeld    = "not-held"
	badgeNoConsent  = "no-consent"
	badgeNoName     = "no-name"
	badgeNoCriteria = "no-criteria"
)

// badgeState tells whether the public may see an award: it is held, and its holder agrees to be named before the public,
// in the words of now, and has not taken that back.
func badgeState(view *serving.View, award *projections.RegisteredAward, now time.Time) string {
	state, ok := award.AsOf(now)
	if !ok || !state.Status.Held() {
		return badgeNotHeld
	}
	if !view.Consents.MayName(state.Case.Person, domain.AudiencePublic, consentVersion, now) {
		return badgeNoConsent
	}
	if contact, _ := view.People.Contact(state.Case.Person); contact.Name == "" {
		return badgeNoName
	}
	if _, ok := view.Governance.Document(state.Case.Criteria); !ok {
		return badgeNoCriteria
	}
	return badgePublic
}

// badgeAddress is where an award's badge is, for those who may see the award.
type badgeAddress struct {
	URL, State string
	Own        bool // the visitor holds the award
}

// badgeAddress returns the address of an award's badge; nil for a view of the past, since a badge is of the present.
func (v *visit) badgeAddress(view *serving.View, award *projections.RegisteredAward) (*badgeAddress, error) {
	if view.Version == 0 {
		return nil, nil
	}
	key, err := v.accounts.BadgeKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return &badgeAddress{URL: v.publicURL + "/badges/" + key.Token(award.ID), State: badgeState(view, award, v.now()),
		Own: v.who.Is(award.First.Person)}, nil
}

// badgeDrawing is a wreath around the name of a tier.
type badgeDrawing struct {
	Leaves []leaf
	Series int     // of the colours of charts, by the tier's rank
	Size   float64 // of the tier's name
}

// leaf is one leaf of a wreath: where it sits and how it is turned, in degrees.
type leaf struct{ X, Y, Turn float64 }

// The wreath: its centre and radius in a drawing of 320 by 320, and how many leaves each side has.
const (
	wreathCentre = 160
	wreathRadius = 124
	wreathLeaves = 9
)

// drawBadge draws two branches that rise from the bottom and leave the top open.
func drawBadge(name string, rank int) badgeDrawing {
	d := badgeDrawing{Series: min(rank, 5), Size: min(34, 370/float64(max(len([]rune(name)), 1)))}
	round := func(x float64) float64 { return math.Round(x*10) / 10 }
	for i := range wreathLeaves {
		angle := 18 + float64(i)*140/(wreathLeaves-1) // from straight down, along the circle
		sin, cos := math.Sincos(angle * math.Pi / 180)
		for _, side := range []float64{-1, 1} {
			for _, row := range []float64{-11, 11} { // inside and outside of the branch
				r := wreathRadius + row
				d.Leaves = append(d.Leaves, leaf{round(wreathCentre + side*r*sin), round(wreathCentre + r*cos),
					round(side * (-angle + math.Copysign(28, row)))})
			}
		}
	}
	return d
}
