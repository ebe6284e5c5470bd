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
// # Evaluation
//
// Plan.NewEvaluator gives an Evaluator, and Evaluate is a pure function: the facts of one mentor in one program, and a
// time T, become a Timeline, which is the measures, the score and the tier at T and every change of tier up to T with
// its cause. It reads no clock, and all numbers are thousandths in an int64: the same facts give the same bytes on
// every machine. Doubles appear only inside expressions, where each operation is rounded by itself.
//
// Facts come in order of (occurred at, place in the log), and those after T do not exist. The evaluator walks them once
// and stops at each instant at which something can change: the instants of facts, and those at which a window, a decay
// step, a streak or a kept tier runs out. Each measure knows when it next changes by itself, because what entered first
// leaves first, so one merge visits them all. At an instant, all its facts are taken, then what ends then is dropped,
// then shares, score and tiers follow; facts of the same instant therefore make one transition at most. Its cause is
// the last fact at that instant, of any type, even one that no measure takes; where there is none it is Elapsed.
// Nothing is evaluated before the mentor's first fact.
//
// # Which facts a measure counts
//
// The types in of; of those, the facts for which where holds. An attribute that a fact does not carry reads as "", 0 or
// false. A where that fails on a fact, as by dividing by zero, does not hold for it.
//
// Everything on a mentorship's stream belongs to its mentor, except feedback about the mentee. A PracticeShared belongs
// to the person who shared it, in every program in which that person is a mentor. It has no mentee: a cap per mentee
// keeps a bucket of its own for such facts, count: mentees leaves them out, and in a share they are part of the whole
// but nobody's part.
//
// An outcome (SkillAttested, ProjectCompleted, PromotionRecorded) of a person at t is credited to every mentor with a
// mentorship that
//
//   - began at or before t - at_least. Time alone decides, not the place in the log; and
//   - was last active at or after t - within: at its start, or at the newest of its sessions that come before the
//     outcome in the order of facts.
//
// One mentorship has to meet both. Two mentorships of the same pair make one mentor. With split, the points are divided
// by the number of mentors who are credited under this very measure, where or not, and rounded down to a thousandth.
// An outcome counts as a fact of the mentor's, for causes and for the first fact, where some measure that takes its
// type credits it; if no measure takes its type, where the default credit does.
//
// # From facts to values
//
// Caps work on what is left after split, in the order of facts: a fact is credited the least of its points and of what
// each bucket has left, and then every bucket has that much less. Facts that the window has passed went through the
// caps all the same: what a fact was credited never changes. Days, ISO weeks, months, quarters and years begin at local
// midnight in the document's time zone, and take as long as the clocks there make them.
//
// A window of W counts a fact at t while t <= T < t + W. Decay multiplies what was credited by the keep of the largest
// after <= T - t and rounds each fact down to a thousandth. A day is 24 hours in all three of windows, decay and
// credit.
//
//	sum: points        the credited points, decayed
//	count: events      facts; mentees, skills, days, weeks, months: different ones. No skill is not a skill
//	mean: rating       (prior.mean * prior.weight + sum of ratings) / (prior.weight + n), rounded half up
//	streak: week       active weeks in the latest run. A run is weeks with a fact, neighbours at most 1 + grace apart;
//	                   the weeks between, which grace forgives, do not count. 0 once the present week is more than
//	                   1 + grace past the last active one
//	   longest: true   the longest run among the weeks that count at T
//	share: mentee      the largest part of the sum that one mentee gave, divided by the sum and rounded down; 0 of 0
//
// # Tiers
//
// The score is rounded half away from zero to a thousandth. One that is not a number, or infinite, is 0; a when that
// fails does not hold; what is not a number compares false with everything, except by !=.
//
// The tier at T is the highest whose when holds or which is still kept. A tier is kept once its own when has held,
// whether or not a higher one was held at that time: forever, or, with a duration D, while T < s + D, where s is the
// first instant at which the when was found not to hold any more.
//
// # Trying out
//
// Knobs finds the numbers of a text that somebody may want to turn, and Set turns one, without touching anything else
// of the text. A Plan is taken apart by Part, into what some measures are worth and whether one tier is held by itself,
// and put together again by a Judge: what was computed for one document can so be used for the next, where that has the
// same MeasureKey or TierKey.
//
// # Identity
//
// Canonical is the document as JSON with defaults filled in and without anything that has no meaning: comments, white
// space, order of keys, of event types, of caps and of decay steps, quotation styles, credit where there are no
// outcomes. The order of measures and tiers is kept, as is the text of expressions apart from white space and
// comments. Parse accepts it and gives an equal document. Hash is its SHA-256.
package criteria
