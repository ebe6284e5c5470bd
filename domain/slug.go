package domain

import "strconv"

// Slug is a short readable name in stream names and payloads: [a-z0-9][a-z0-9-]{0,62}.
type Slug string

// SlugBytesMax is the longest slug.
const SlugBytesMax = 63

// ParseSlug checks that text is a slug.
func ParseSlug(text string) (Slug, error) {
	if err := Slug(text).check("slug"); err != nil {
		return "", err
	}
	return Slug(text), nil
}

// Valid tells whether the slug is well-formed.
func (s Slug) Valid() bool {
	if s == "" || len(s) > SlugBytesMax || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func (s Slug) check(field string) error {
	if s.Valid() {
		return nil
	}
	if s == "" {
		return invalid(field, "is missing", "give a slug such as git or spring-2026")
	}
	return invalid(field, quote(string(s))+" is not a slug",
		"use 1 to 63 of a-z, 0-9 and -, not starting with -")
}

// quote shows text of a user in a message, cut so that the message stays one short line.
func quote(s string) string {
	const shownBytesMax = 80
	if len(s) > shownBytesMax {
		return strconv.Quote(s[:shownBytesMax]) + "..."
	}
	return strconv.Quote(s)
}

func itoa(n int) string { return strconv.Itoa(n) }
