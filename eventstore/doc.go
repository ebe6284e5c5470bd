// Package eventstore keeps events for ever: the Store interface that every backend implements, recorded events, the
// codec between them and the domain, the command handler, and an in-memory reference store.
//
// # Order
//
// A log is one sequence of events, and each event is also the next of one stream. Revision counts in the stream, from
// 0. Position orders the log, means something to its own store only, and is what a reader keeps to go on from.
// Positions have no gaps that a reader could step over: what is visible stays, and nothing becomes visible before it.
//
// # The life of an append
//
// StreamAppend.Validate refuses what can never be right, before the store looks at anything. The store then finds, all
// at once with respect to other appends, whether the stream is as expected and which of the events it already holds;
// StreamAppend.Resolve, the same code for every store, makes of it one of
//
//   - new: the expectation is met and no id is held. The events are recorded, all or none.
//   - a retry: every id is held, in this order, with this type and data, by an append that met the same expectation. It
//     gets the result of that append, and records nothing.
//   - *IDReusedError: an id is held by another event, or some of the ids are held where the expectation is met.
//   - *ConflictError: the expectation is not met. It carries the revision to decide on anew.
//
// The result comes once the events are durable. A caller that does not learn it, because a connection or a process went
// away, sends the same append again.
//
// # Subscriptions
//
// A subscription is a loop over bounded reads; between them, it waits for word of a new head. The consumer pulls.
// Nothing runs or is held while it is busy, so a slow one falls behind and misses nothing, and one that stops leaves
// nothing.
// Every message carries a position to resume after, including those that only say how far a filter has looked.
//
// # Failures
//
// Every error of a store has a Code, found by CodeOf: conflict, invalid, not_found, too_large, corrupt, locked, or
// unavailable. A context that ends gives its own error. What a store cannot do is one of these, too: see Capabilities.
package eventstore
