// Package jsonl imports events from a file with one JSON object a line:
//
//	{"id":"5e0c2a3e-...","type":"SessionHeld","stream":"mentorship-...","occurred_at":"2026-03-01T10:00:00Z",
//	 "actor":"import:crm","source":"crm","correlation_id":"...","causation_id":"...","schema":1,
//	 "data":{"channel":"call"}}
//
// (on one line). Required are type, stream and occurred_at, an RFC 3339 time. Data is the payload; "payload" is another
// name for it. Schema is the version of the payload, the newest one if absent; source is "jsonl" if absent.
//
// Without an id, the id is version 5 of (version 5 of the URL "laurel:" + source, the line without the space around
// it): the same line gives the same event, and two events that are meant to be two need ids or some difference.
//
// What `laurel log show -o jsonl` prints can be imported as it is: revision, position and recorded_at, which the store
// decides, are passed over. Fields that are not known, given twice or of the wrong kind are refused, because a
// misspelt field would otherwise be lost silently.
//
// A line that cannot be read or recorded is written to the rejects, with its number and the reason, and does not stop
// the others. Ids make it safe to mend a file and import the whole of it again.
package jsonl
