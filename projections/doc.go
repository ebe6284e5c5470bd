// Package projections folds the event log into what people read: standings, explanations, comparisons, the directory of
// names. The log is the only source; everything here can be thrown away and made again.
//
// # Two stages
//
// Facts hold what a criteria document may refer to, and depend on the log alone. Build folds a whole log, Facts.Apply
// what comes after. Timelines are what one document makes of them: criteria.Evaluator over the facts of one mentor.
//
//	log --Build, Apply--> Facts --Replay-----> every mentor          (standings)
//	                            --EvaluateOne-> one mentor
//	                            --Live--------> those who changed    (pages)
//	                            --Compare-----> every mentor, twice  (a preview of new criteria)
//	                            --Retuner-----> what changed of it   (a preview at each move of a slider)
//	                            --Explain-----> one mentor, traced   (an audit)
//
// There is one function behind all of these, so they cannot disagree: a replay is that function over everybody, on all
// cores; Live is the same function over the mentors whose facts the newest events touched, and over those for whom time
// alone was to change something (Timeline.Due); a preview is the same function with another document. A property test
// still compares them, byte by byte, at every position of random histories, with a plain second implementation.
// None of them reads a clock or has a way to append: a preview can award nothing and tell nobody.
//
// # As of, and as known at
//
// Two times are asked about. As of T takes the facts with occurred at <= T; without a T, it is the newest occurred at
// of any event in the log, of whatever program. As known at P folds the log only up to position P: BuildOptions.UpTo.
//
// Late events are nothing special. A session recorded today for last March changes the timeline since March as of any
// T, and nothing as known at yesterday's position.
//
// One thing is not asked about the past: what belongs to people who were erased. An erasure holds for every T and every
// position, before it and after. People, the directory, is the one that knows: read up to a position, it has forgotten
// whoever was erased since, and every read model shows names and personal texts by a directory. Their names are hidden
// in what others wrote about them, as far as Masker finds them. The events themselves stay in the log, so that it can
// be proved whole, and facts and scores with them, which hold nothing personal; a Redactor shows events without what was
// erased.
//
// # What becomes a fact
//
// The order of facts is (occurred at, place in the log). A mentorship's stream gives facts to its mentor: all its
// events, except EventVoided and feedback about the mentee. A person's outcomes go to all mentors who had a mentorship
// with the person by then, each with how long before it had begun and was last active, so that any document can say
// whom it credits. Other streams give none. The package comment of domain/criteria says what documents make of them.
//
// Some events speak about earlier ones. They work by position, whatever their own occurred at: from the moment that
// they are recorded, for every T, and not in what was known before.
//
//   - EventVoided takes an event of its own stream out of the facts: caps, streaks and tiers come out as if it had
//     never been. A void of another stream's event does nothing.
//   - SessionConfirmed sets confirmed on the session that it names, and is a fact itself. When it is voided, the
//     session is unconfirmed again, unless it was confirmed in another way.
//   - Voiding a MentorshipStarted takes everything of that mentorship out, and its mentee's outcomes lose that mentor.
//     A MentorshipStarted recorded later on the same stream starts it anew, perhaps with another mentor: what was set
//     aside counts again, for the mentor that it names. That is how a wrong name is put right.
//
// A mentorship starts once: a second start is passed over while the first stands. Events before any start are passed
// over, too. Deciders let neither happen; a log from elsewhere may hold them.
//
// Listed are mentors with at least one mentorship in the program that is not voided and began by T. Standings.Events
// counts the events up to T that are facts of the program's mentors, each once; an outcome counts if the person is a
// mentee in the program, whether or not somebody is credited.
//
// # Memory
//
// A fact is 24 bytes without pointers: time, ordinal, mentorship, type, flags, a number and two dictionary codes.
// Beside it stands the 16-byte id of its event, to name causes. Skills, channels, raters and visibilities are numbered
// in dictionaries, people by their first appearance, mentees again for each mentor, so that the evaluator's tables are
// arrays. Indexes by id store numbers and look the ids up where they are. After Build, the facts of all mentors stand
// next to each other in one block. Replay allocates blocks for results and nothing for a fact.
//
// Limits, each refused with an error that names it: 2^32 - 2 events that can be facts, 65,535 programs, skills, and
// channels with raters and visibilities.
//
// # Failures
//
// A payload that cannot be read stops Build and Apply with the event, its position and the field. Half of it is never
// shown: Build returns no facts then, and after a failed Apply the facts are of no further use. A person who is no
// mentor gives *NotMentorError. Names are personal and live in People alone: no fact or error holds one.
package projections
