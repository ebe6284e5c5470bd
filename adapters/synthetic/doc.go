// Package synthetic invents the history of mentoring programs: as many events as asked for, the same on every machine
// for the same options.
//
// The history looks like a real one where it matters to recognition. A few mentors do much and most do little; work
// follows the week, the year and the growth of the organisation; people join, pause, leave and come back as mentors;
// some sessions are recorded weeks late, some are confirmed, and a few events are voided. Names are made of syllables
// and addresses are at example.org: nobody in it exists.
//
// All arithmetic that decides something is on integers, the generator of random numbers is a fixed one, and no map is
// walked, so that processors and versions agree. The time runs from 2016 to 2025, whatever the clock says.
//
// A Generator fills an Event at a time, without allocating. Event.Payload and Event.Domain make of it what a store
// takes; Items feeds it to eventstore.Ingest. Every event is valid in the order given.
package synthetic
