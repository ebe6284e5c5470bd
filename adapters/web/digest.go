package web

import (
	"net/http"
	"slices"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
	"laurel/projections/digest"
)

func (s *Server) digestPages() []route {
	return []route{
		{"GET /digest", access.DigestRead, nil, (*visit).digestPage},
		{"GET /digest/{format}", access.DigestRead, nil, (*visit).digestFile},
	}
}

// digestShown is what the preview of the newsletter shows.
type digestShown struct {
	Query     DigestQuery
	Audiences []domain.Audience
	Text      string // "" where it cannot be written
}

// digestQuery reads what the newsletter is to be about: by default the month before the time that is looked at, before the
// organisation.
func (v *visit) digestQuery() (*DigestQuery, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	q := v.r.URL.Query()
	in := &DigestQuery{Audience: q.Get("audience"), Version: q.Get("text_version"), Since: q.Get("since"), Until: q.Get("until")}
	for _, text := range []string{in.Version, in.Since, in.Until} {
		if len(text) > parameterBytesMax {
			return in, invalid("since", "is too long")
		}
	}
	if in.Audience == "" {
		in.Audience = string(domain.AudienceOrganisation)
	}
	if in.Since == "" {
		in.Since = formatTime(view.AsOf.AddDate(0, -1, 0), "2006-01-02")
	}
	if !slices.Contains(projections.Audiences(), domain.Audience(in.Audience)) {
		return in, invalid("audience", "is none of team, organisation and public")
	}
	return in, nil
}

// digestPage shows the newsletter as text, which is what it is in every format, and offers it for download.
func (v *visit) digestPage() error {
	in, err := v.digestQuery()
	if in == nil {
		return err
	}
	var d *digest.Digest
	if err == nil {
		d, err = v.digest(in)
	}
	shown := digestShown{Query: *in, Audiences: projections.Audiences()}
	if err == nil {
		shown.Text = d.Text()
	}
	v.problem = err
	return v.render("digest", frameOf{Title: "Digest", Room: "/digest", Live: err == nil, Page: &shown,
		Lead: "The newsletter of the program. Only people who agreed to be named before its audience are named; the others are counted."})
}

// newsletterPolicy is for a newsletter that a browser shows by itself: it may have the styles that are in it, and do
// nothing.
const newsletterPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// digestFile is the newsletter as a file in one of its formats, or for looking at it.
func (v *visit) digestFile() error {
	in, err := v.digestQuery()
	if err != nil {
		return err
	}
	kind, name := "text/plain; charset=utf-8", "digest.txt"
	var write func(*digest.Digest) (string, error)
	switch v.r.PathValue("format") {
	case "html":
		kind, name, write = "text/html; charset=utf-8", "digest.html", (*digest.Digest).HTML
	case "markdown":
		kind, name = "text/markdown; charset=utf-8", "digest.md"
		write = func(d *digest.Digest) (string, error) { return d.Markdown(), nil }
	case "text":
		write = func(d *digest.Digest) (string, error) { return d.Text(), nil }
	default:
		return missing("the newsletter is written as html, markdown or text")
	}
	d, err := v.digest(in)
	if err != nil {
		return err
	}
	text, err := write(d)
	if err != nil {
		return err
	}
	v.release()
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", newsletterPolicy)
	if v.r.URL.Query().Get("show") != "yes" {
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write([]byte(text)) // whoever has gone away has no use for the error
	return nil
}
