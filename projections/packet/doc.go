// Package packet writes audit packets and checks them: everything that the standings and awards of a program follow
// from, in one zip file, so that somebody else can compute them again on another machine.
//
// # What is in a packet
//
//	README.txt              how to check it
//	criteria.json           every document of the program's criteria: who proposed, approved and activated it, and when
//	criteria/DIGITS.json    these documents, in canonical form, under the digits of their hashes
//	standings.json          as `laurel replay -o json` prints them
//	awards.json             the register, as `laurel awards list -o json` prints it
//	audit.json              every award computed again, as `laurel awards audit --all -o json` prints it
//	events.jsonl            the events that all of this follows from, as `laurel log show -o jsonl` prints them
//	manifest.json           what the packet is of, and the size and SHA-256 of every other file; it comes last
//
// The events are not the whole log, which is of other programs and of other people, too. They are those of the
// program's own stream, of its criteria, of its mentorships and awards; and of everybody in them the outcomes, the
// practices that they shared, and what voids these. Positions, revisions and times are those of the log, so that a
// packet can be held against it.
//
// Texts and addresses of people are never in a packet: of the personal fields of a payload only "of" is left. Names are
// in it where that was asked for. No standing, award or finding depends on them, and the check succeeds either way.
//
// # Checking
//
// Check makes the packet again from its own events and criteria, by the very function that wrote it, and compares every
// file byte for byte, the events included: one that is too many, or is written otherwise, is found like one that was
// changed. The verdict names each file that differs, and where.
//
// What a packet cannot prove is that its events are those of the log: whoever makes up a whole history can make a
// packet of it. So the manifest carries the value of the log's hash chain where the store keeps one, to be compared with what
// `laurel log verify` prints, or with a value that was noted before.
//
// A packet may come from anybody. Its size, the number and names of its files, how far they expand, and the length of a
// line are bounded, and nothing in it is written to disk.
package packet
