// Package criteria turns a criteria document and the facts about one mentor into a timeline of tiers.
//
// # The document
//
// A criteria document is data that a program owner writes and everyone can read: which facts count and how much
// (measures), one number from them (score), the levels of recognition (tiers, the lowest first), and what publication
// does to awards (policy). It is YAML or JSON; Schema gives editors its shape. It goes through four steps:
//
//	text --Parse--> Document --CheckExpressions--> CheckedDocument --Compile--> Plan
//	                    |
//	                    +--Canonical, Hash--> what is stored, compared and signed
//
// Parse does all the checks, so that a document it returns passes the other steps. It reports everything that is wrong
// at once, in order of place, up to 50 findings, each with its line, its column and what would be right:
//
//	tiers.yaml:27:43: error: unknown measure `mentee` (did you mean `mentees`?)
//
// Warnings do not stop a document from being used: a measure that decides nothing, a where that lets nothing pass or
// asks for a text that its facts never have, a credit without outcomes, two caps of one kind, a tier that can never be
// reached, a tier that a higher one always hides. The last two are decided by bounds on what measures can be (a count
// is a whole number from 0, a share lies in 0 to 1, a mean of ratings in 1 to 5, a sum under an `ever` cap per mentor
// is at most that, and so on) and by what follows for the score. There is no warning where that does not settle the
// question, and a warning is never wrong.
//
// # What text may be
//
// The text is UTF-8, at most 64 KiB (in canonical form too), one document, with or without a byte order mark. Of YAML
// it uses mappings, lists and scalars in any style. Anchors, aliases, merge keys, tags, directives and complex keys are
// refused: they hide what a document says and let a small one grow without bound. Keys are known, unrepeated and not
// empty.
//
//	durations   whole days of 24 hours, 0d to 36500d
//	points      0 to 1,000,000 with at most three decimals, kept as thousandths; cap maxima likewise, above 0
//	keep        of a decay step: 0 to 1 with at most six decimals, kept as millionths
//	ratings     priors: mean 1 to 5, weight above 0 to 1,000,000, at most three decimals
//	names       measures: identifiers of CEL that mean nothing else there, at most 64 letters
//	slugs       program, tier ids and rewards: lower-case letters, digits and hyphens, at most 63
//	time zone   an IANA name, UTC by default; Local is refused, because it differs from machine to machine
//
// At most 64 measures, 32 tiers, 8 caps and 16 decay steps a measure, 32 rewards a tier. The name of a tier defaults to
// its id, keep to while-met, review to false; policy to {gained: award, lost: grandfather}; credit to within 365d,
// at_least 0d, split false; grace of a streak to 0 and longest to false. Options belong to aggregates:
//
//	sum     of as a mapping from types to points; caps, decay, credit with split
//	count   of as a type or a list; credit
//	mean    of FeedbackGiven, the only type with a rating; prior, which is required; credit
//	streak  of as a type or a list; grace, longest, credit
//	share   in, the name of a sum, and nothing else: filters and windows are those of the sum
//
// where and window go with all but share. The types are those of FactTypes: everything on a mentorship's stream, the
// outcomes on a person's stream, and PracticeShared.
//
// # Expressions
//
// Expressions are CEL with its standard library. A score is a number over the measures; a when is a truth over the
// measures and score; both see every measure as a double, read integer literals as doubles, and have no loops. A where
// is a truth over the attributes of one fact, which Attributes lists; there, integers and doubles compare with each
// other, and an attribute that none of the measure's types carries is an error. Dates and times are left out
// everywhere, since they could read the machine's own time zone: windows, decay, streaks and counts say it better. The
// pattern of matches must be a literal.
//
// Each expression is at most 4 KiB, 32 levels of brackets and 1,000 parts after loops are expanded, and is estimated
// to cost at most 10,000 steps, a bound that also stops it while it runs. A scalar that YAML reads as a number or a
// truth, such as score: 0, is taken by its text. YAML has its own idea of `: `, ` #`, and of texts that begin with
// ! * & [ { or a quotation mark: put such expressions in quotes.
//
// # Identity
//
// Canonical is the document as JSON with defaults filled in and without anything that has no meaning: comments, white
// space, order of keys, of event types, of caps and of decay steps, quotation styles, credit where there are no
// outcomes. The order of measures and tiers is kept, as is the text of expressions apart from white space and
// comments. Parse accepts it and gives an equal document. Hash is its SHA-256.
package criteria
