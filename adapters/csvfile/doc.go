// Package csvfile imports events from tables that other systems export, by a profile that says what the columns mean:
//
//	apiVersion: laurel/v1
//	kind: CSVProfile
//	source: hr                    # names the source: part of every id
//	program: nursing              # of mentorships, where no column says it
//	encoding: windows-1252        # utf-8 (default), utf-16, utf-16le, utf-16be, windows-1252, iso-8859-1
//	delimiter: ";"                # "," (default), ";", "|" or tab
//	decimal: ","                  # "." (default) or ","
//	dates: {formats: [DD.MM.YYYY, "DD.MM.YYYY hh:mm"], timezone: Europe/Berlin}
//	key: [Nr]                     # the columns that tell rows apart
//	type: PromotionRecorded       # or {column: Kind, map: {up: PromotionRecorded, talk: PracticeShared}}
//	occurred_at: Date             # a column
//	stream: {person: {email: E-mail, name: Name, hr_id: Staff no}}
//	fields:
//	  levels: {column: Levels, default: 1}
//	  to: {column: New role, map: {SN: senior, CN: charge-nurse}}
//	  attested: true              # a constant
//
// The event's stream is one of
//
//	stream: {person: E-mail}      # a column with e-mail addresses; or {email: ..., name: ..., hr_id: ...}
//	stream: {mentorship: {mentor: Mentor e-mail, mentee: {email: Mentee, name: Mentee name}, program: {column: Program}}}
//	stream: {program: nursing}
//
// People who are not known are registered, and mentorships that are not there are started at the time of the row: the
// oldest mentorship of the two in the program is taken if there is one, whatever source it came from. A table of
// sessions should therefore be in order of time. Further people can be registered with
// `people: [{email: ..., name: ...}]`.
//
// Fields are those of the payload; personal ones are written personal.note and so on, and personal.of is filled in. A
// field that names a person takes an e-mail address or a uuid. Empty cells are left out, unless there is a default. A
// value that is not in a map is refused; "*" in a map stands for every other value. For FeedbackGiven by and about
// follow from the rater unless they are given.
//
// Dates: YYYY or YY, MM, M or MMM (Jan), DD or D, hh (0 to 23), h with AM, mm, ss, and ZZ for a numeric zone; rfc3339
// is a format too. A time that the clock change leaves out does not exist and is refused; of one that comes twice, the
// first is meant.
//
// The id of an event is version 5 of (version 5 of the URL "laurel:" + source, the cells of the key), so that
// importing a file again adds nothing. A row that cannot be recorded goes to the rejects with its line and the reason
// and does not stop the others. The reason may quote the cell at fault, and so a name that stands in the wrong column:
// it is there for whoever runs the import, whose file it is, and no event holds it. Metadata and reasons take ids and
// codes, so that a profile which points them at the wrong column has its rows rejected. A file in another encoding
// than the profile says is refused before anything is recorded, as long as the file can be read twice.
package csvfile
