// Package digest writes the newsletter of a program: new awards, journeys from growth threads, milestones. It is pure
// over the log: the same log, period and audience give the same bytes.
//
//	log --Read--> Source --New--> Digest --Text, Markdown, HTML--> a newsletter
//
// # Consent
//
// A person is named, or quoted, if they agreed to be named before the audience under the text version, as of the time
// of the digest, and nothing known today has taken that back: not at a later time (projections.Consents.MayName), and
// not after the position that the digest is made for. All others are counted: "and 4 others". That is decided in New; a
// Digest holds no name and no text of anybody else, so no rendering can leak one.
//
// Posts are quoted by their audience: the public reads public posts, the team and the organisation also those that are
// visible to the program, and nobody those of a room. Where a post mentions people who may not be named, their names and
// all e-mail addresses are replaced: whole names of everybody, and given or family names alone of whoever is or was a
// mentor, a mentee or in a unit of the program. projections.Masker says what it finds, and what it cannot: nicknames
// above all. Whoever publishes a digest reads it first.
//
// # What is news
//
// The period is since < t <= until. Awards are news when they take their place in the register, or when a reviewer
// granted them, if that was later; an award that was decided in the period for a time before it is news as well, since
// no earlier digest can have told of it. The backlog of a first run over an old history is counted and is no news.
// Everything else is news when it occurred.
//
// # Hostile texts
//
// Posts and names are whatever somebody typed. New cleans them: one line, no control, format or bidirectional
// characters, no tower of accents, cut to a length. Each rendering escapes what is left for its own format. HTML is
// escaped by html/template, has tables and inline styles for mail clients, and no script, link, image or other
// reference. Text has lines of at most 78 columns. In Markdown, nothing that a person typed is markup.
package digest
