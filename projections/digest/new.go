package digest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

// Options say what a digest is about, and whom it may name.
type Options struct {
	Audience     domain.Audience
	TextVersion  string    // consents to this wording count, and no others
	Since, Until time.Time // the period: Since < t <= Until
	AsOf         time.Time // of awards and consents; not before Until
}

// New makes a digest.
func New(s *Source, o Options) *Digest {
	d := &Digest{
		Program: s.Program, Title: s.title, Audience: o.Audience, TextVersion: o.TextVersion,
		Since: o.Since.UTC(), Until: o.Until.UTC(), AsOf: o.AsOf.UTC(), Position: s.Position.String(),
		Awards: []AwardGroup{}, Journeys: []Journey{}, Milestones: []MilestoneGroup{}, Promotions: []PromotionGroup{},
	}
	if d.Title == "" {
		d.Title = string(s.Program)
	}
	b := &builder{Source: s, Options: o, names: map[uuid.UUID]string{}, mentees: s.mentees()}
	b.hide = b.newMasker()
	b.awards(d)
	b.happenings(d)
	return d
}

// builder makes one digest.
type builder struct {
	*Source
	Options
	names   map[uuid.UUID]string // of those who were asked about; "" for who may not be named
	mentees map[uuid.UUID]time.Time
	hide    *projections.Masker
}

// inPeriod tells whether a time belongs to the period.
func (b *builder) inPeriod(t time.Time) bool { return t.After(b.Since) && !t.After(b.Until) }

// nameOf is how the digest may call a person; "" for one who is only counted.
func (b *builder) nameOf(person uuid.UUID) string {
	name, known := b.names[person]
	if known {
		return name
	}
	contact, found := b.people.Contact(person)
	if found && b.consents.MayName(person, b.Audience, b.TextVersion, b.AsOf) &&
		b.present.Current(person, b.Audience, b.TextVersion, domain.OccurredMax) {
		name = cut(clean(contact.Name), NameRunesMax)
		if projections.HasAddress(name) {
			name = "" // nobody agreed to have their address published
		}
	}
	b.names[person] = name
	return name
}

// newMasker hides everybody who may not be named, by every name that they ever had. Those who were erased are among
// them: others may have written about them. Whoever has to do with the program is hidden by given or family name alone,
// too: that is how people there speak of each other.
func (b *builder) newMasker() *projections.Masker {
	m := projections.NewMasker()
	for person, contact := range b.people.Every() {
		switch {
		case b.nameOf(person) != "":
			m.Spare(contact)
		case b.members[person]:
			m.AddParts(contact)
		default:
			m.Add(contact)
		}
	}
	return m
}

// mask hides people who may not be named, and all addresses, in a text.
func (b *builder) mask(text string) string {
	return b.hide.Mask(projections.MaskAddresses(clean(text)))
}

// crowd collects the people of one piece of news, each once.
type crowd map[uuid.UUID]bool

// peopleOf names those who may be named and counts the others.
func (b *builder) peopleOf(c crowd) People {
	p := People{Named: []Person{}}
	for id := range c {
		if name := b.nameOf(id); name != "" {
			p.Named = append(p.Named, Person{id, name})
		} else {
			p.Others++
		}
	}
	slices.SortFunc(p.Named, func(a, b Person) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
	})
	if over := len(p.Named) - NamedMax; over > 0 {
		p.Named, p.Others = p.Named[:NamedMax], p.Others+over
	}
	return p
}

// awards tells of those who hold an award that is news.
func (b *builder) awards(d *Digest) {
	type tier struct {
		name   string
		rank   int
		latest time.Time
		crowd  crowd
	}
	tiers := map[domain.Slug]*tier{}
	for _, registered := range b.register.All(string(b.Program)) {
		a, ok := registered.AsOf(b.AsOf)
		if !ok || !a.Status.Held() {
			continue
		}
		at := newsAt(a)
		if c := &a.Case; c.Backlog && b.inPeriod(at) {
			d.Backlog++
			continue
		} else if c.Backlog || !b.inPeriod(at) && (at.After(b.Until) || !b.inPeriod(c.AsOf)) {
			continue
		}
		t := tiers[a.Case.Tier]
		if t == nil {
			t = &tier{crowd: crowd{}}
			tiers[a.Case.Tier] = t
		}
		if !at.Before(t.latest) {
			t.latest = at
			t.name, t.rank = b.tierOf(&a.Case)
		}
		t.crowd[a.Case.Person] = true
	}
	for id, t := range tiers {
		d.Awards = append(d.Awards, AwardGroup{string(id), t.name, b.peopleOf(t.crowd)})
	}
	slices.SortFunc(d.Awards, func(x, y AwardGroup) int {
		return cmp.Or(cmp.Compare(tiers[domain.Slug(y.Tier)].rank, tiers[domain.Slug(x.Tier)].rank),
			strings.Compare(x.Tier, y.Tier))
	})
}

// newsAt is when an award became news: when it took its place in the register, or when a reviewer granted it, if that
// was later.
func newsAt(a *domain.Award) time.Time {
	if from := a.Case.From(); from.After(a.GrantedAt) {
		return from
	}
	return a.GrantedAt
}

// tierOf is how the criteria of an award call its tier, and its rank among theirs.
func (b *builder) tierOf(c *domain.AwardCase) (name string, rank int) {
	if doc := b.documents[c.Criteria]; doc != nil {
		for i := range doc.Tiers {
			if doc.Tiers[i].ID == string(c.Tier) {
				return clean(doc.Tiers[i].Name), i + 1
			}
		}
	}
	return string(c.Tier), 0
}

// milestoneKey names a milestone of a roadmap.
type milestoneKey struct{ roadmap, milestone domain.Slug }

// happenings tells of posts, milestones, goals and promotions.
func (b *builder) happenings(d *Digest) {
	threads := map[threadKey]*thread{}
	milestones, promotions := map[milestoneKey]crowd{}, map[string]crowd{}
	for i := range b.happened {
		h := &b.happened[i]
		if !b.inPeriod(h.at) || b.voided[voidKey{h.stream.ID, h.id}] {
			continue
		}
		if p, ok := h.payload.(*domain.PromotionRecorded); ok {
			if since, mentee := b.mentees[h.stream.ID]; mentee && !since.After(h.at) {
				join(promotions, clean(p.To), h.stream.ID)
			}
			continue
		}
		start, ok := b.start(h.stream.ID)
		if !ok {
			continue
		}
		switch p := h.payload.(type) {
		case *domain.ThreadPosted:
			b.post(threads, h, p)
		case *domain.MilestoneReached:
			join(milestones, milestoneKey{p.Roadmap, p.Milestone}, start.mentee)
		case *domain.GoalMet:
			d.GoalsMet++
		}
	}
	b.journeys(d, threads)
	for key, c := range milestones {
		title := b.mask(b.roadmaps[key.roadmap])
		if title == "" {
			title = string(key.roadmap)
		}
		d.Milestones = append(d.Milestones, MilestoneGroup{key.roadmap, title, key.milestone, b.peopleOf(c)})
	}
	slices.SortFunc(d.Milestones, func(x, y MilestoneGroup) int {
		return cmp.Or(cmp.Compare(x.Roadmap, y.Roadmap), cmp.Compare(x.Milestone, y.Milestone))
	})
	for to, c := range promotions {
		d.Promotions = append(d.Promotions, PromotionGroup{b.mask(to), b.peopleOf(c)})
	}
	slices.SortFunc(d.Promotions, func(x, y PromotionGroup) int { return strings.Compare(x.To, y.To) })
}

func join[K comparable](crowds map[K]crowd, key K, person uuid.UUID) {
	if crowds[key] == nil {
		crowds[key] = crowd{}
	}
	crowds[key][person] = true
}

// threadKey names a growth thread of a mentorship.
type threadKey struct {
	mentorship uuid.UUID
	thread     string
}

type thread struct {
	shown  []Post
	hidden int
	id     uuid.UUID // of the first post shown, to order journeys of one time
}

// post adds a post to its thread, if the audience may read it.
func (b *builder) post(threads map[threadKey]*thread, h *happening, p *domain.ThreadPosted) {
	if p.Visibility != domain.VisibilityPublic &&
		(p.Visibility != domain.VisibilityProgram || b.Audience == domain.AudiencePublic) {
		return
	}
	key := threadKey{h.stream.ID, p.Thread}
	t := threads[key]
	if t == nil {
		t = &thread{}
		threads[key] = t
	}
	name, text := b.nameOf(p.Personal.Of), b.mask(p.Personal.Text)
	if name == "" || text == "" {
		t.hidden++
		return
	}
	t.shown = append(t.shown, Post{Person{p.Personal.Of, name}, h.at.UTC(), cut(text, TextRunesMax)})
	if t.id == uuid.Nil {
		t.id = h.id
	}
}

func (b *builder) journeys(d *Digest, threads map[threadKey]*thread) {
	var quoted []*thread
	for _, t := range threads {
		if len(t.shown) == 0 {
			d.MoreJourneys++
			continue
		}
		slices.SortStableFunc(t.shown, func(x, y Post) int { return x.At.Compare(y.At) })
		if over := len(t.shown) - PostsMax; over > 0 {
			t.shown, t.hidden = t.shown[over:], t.hidden+over
		}
		quoted = append(quoted, t)
	}
	slices.SortFunc(quoted, func(x, y *thread) int {
		return cmp.Or(x.shown[0].At.Compare(y.shown[0].At), bytes.Compare(x.id[:], y.id[:]))
	})
	if over := len(quoted) - JourneysMax; over > 0 { // the newest are shown
		quoted, d.MoreJourneys = quoted[over:], d.MoreJourneys+over
	}
	for _, t := range quoted {
		d.Journeys = append(d.Journeys, Journey{t.shown, t.hidden})
	}
}

// words makes a slug readable.
func words(slug domain.Slug) string {
	text := strings.ReplaceAll(string(slug), "-", " ")
	first, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(string(first)) + text[size:]
}
