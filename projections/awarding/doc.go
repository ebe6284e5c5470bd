// Package awarding records what is decided across several streams: awards that follow from standings, rewards that are
// claimed, acknowledgements that name people, voids of what an award rests on. It is the one package beside the command
// handler that turns what was read into appends; replays and previews have no way to.
//
// # The award process
//
// Run makes one pass over a program:
//
//  1. read    the head of the log; facts, criteria in force and the register of awards up to it
//  2. plan    projections.AwardPlanner: the decisions that are missing, a pure function of what was read
//  3. append  each award's decisions to its stream, at the revision that they were planned on, many streams at once
//
// A pass that finds that somebody else was faster with a stream leaves it, and another pass follows; Run ends with a
// pass that has nothing more to decide.
//
// # Why nothing is awarded twice, and nothing missed
//
// The stream of an award is named by program, person, tier, and how many awards of the three were before. Two processes
// that plan the same award mean the same stream, and a store takes the first event of a stream once. A process keeps no
// state: whatever instant it is killed at, some decisions are recorded and others are not, and the next pass plans what
// is missing from the log alone. What is planned depends on the history and on the criteria in force, not on when
// passes were made; see package awards.
//
// # Backlog
//
// The first pass over an old history grants what was earned long ago: more than a week before it, though the criteria may
// have come into force only just now. Such awards are marked as backlog, so that nobody is congratulated on something ten
// years old. What later criteria give is news. The mark depends on the time of the program's first award, so a pass that
// was killed goes on with the same mark.
package awarding
