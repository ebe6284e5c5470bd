// Package gitlog reads the history of a Git repository as a source of mentorship: a saved `git log`, or the output of
// git itself.
//
// # What it understands
//
// The text that `git log` prints: a line "commit <hash>", header lines such as "Author: Name <email>" and
// "CommitDate: ...", an empty line, and the message indented by four spaces. The commit date must be there, so a log
// saved by hand needs --format=fuller; any of git's --date formats that name an instant will do (iso, iso-strict, rfc,
// raw, unix, default; short is read as midnight UTC). Dates relative to now or without a time zone are refused.
//
// A line of the message that is a Mentored-by, Helped-by or Reviewed-by trailer (in any case) counts, wherever in the
// message it stands, not only in its last paragraph. Lines right after it that begin with white space go on with it.
// Other lines indented further, notes, and diffs do not count.
//
// A repository and the log saved from it by Command give the same events. Authors are those that the commits name: a
// log saved without --no-mailmap may name others.
//
// # What becomes of it
//
// People are e-mail addresses in lower case. For every commit, in the order given, at the commit date:
//
//   - a trailer that names someone other than the author gives MentorshipStarted (mentor: the one named, mentee: the
//     author) if the pair has none yet, then SessionHeld on channel mentored, helped or reviewed; the same person and
//     channel twice in a commit counts once. Mentored-by also gives GoalMet, attested.
//   - the first time that someone who was the mentee of an earlier commit is named in a Reviewed-by gives
//     PromotionRecorded to reviewer, and the first time in a Mentored-by one to mentor. They come before the
//     commit's sessions, those to reviewer first.
//   - PersonRegistered comes before the first event that needs the person, with the first name seen in the log.
//
// What cannot be read is reported with its commit and line, and skipped; it never stops the rest.
//
// # Importing again
//
// Every id is derived from what it stands for, so importing the same or a longer log adds only what is new. What the
// store holds from commits that are not in the log (an earlier part of the history) counts as known before the log's
// first commit; what it holds from commits that are in the log is worked out again, in order.
package gitlog
