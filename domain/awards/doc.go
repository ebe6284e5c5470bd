// Package awards decides what an organisation awards, keeps and takes back, given who stood where and when. It is pure:
// it reads no clock and cannot append anything, so that a preview is the same computation as the real thing.
//
// # From standings to decisions
//
//	regimes: which criteria were in force when      timelines: a mentor under each of them
//	             \                                   /
//	              Path: the tier held, point by point
//	                             |
//	              Episodes: what should have been awarded, kept and ended
//	                             |
//	              Reconcile, with the awards that exist: the decisions that are missing
//
// The criteria in force change over time; a regime is the time during which one document is. In a regime, the tier of a
// mentor is what a replay under its document says. The path lists the points at which that can change: the start of
// each regime, and each transition in it. It begins when the mentor became one: what somebody shared before then counts,
// but nobody is awarded a tier as a mentor before.
//
// # Episodes
//
// An award of a tier is supported where the mentor holds that tier or a higher one. An episode of a tier begins at the
// first point at which the mentor holds exactly this tier and no episode of it is running. It was earned when the mentor
// came to hold the tier, or a higher one, without a break since: earlier than the point where new criteria come into
// force and find the mentor qualified. Where a point does not support it, the policy of the criteria in force there
// decides:
//
//	grandfather   it goes on, and it is noted that it was kept under these criteria
//	revoke        it ends at this point
//	{grace: G}    it ends G later, unless a point up to then supports it again
//
// Criteria that come into force decide anew about all that runs: what was kept under earlier ones may end, and a grace
// that has begun is measured by the new length. Points at an instant come before a grace that ends at that instant.
//
// Episodes depend on the history, the criteria in force and the time up to which we look, and not on when anybody looks:
// a process that was down for a year comes to the same register as one that never was.
//
// # Reconciling
//
// Awards exist already, some of them decided on a history that was corrected since, some closed by a human. An award
// belongs to the first episode that its time overlaps. What an episode has and its awards have not is decided now; an
// award that no episode explains any more lapses if it was still a proposal, and is judged by the policy in force
// otherwise. Where a human said no, the episode is closed: nothing is decided over their head. Reconciling again finds
// nothing to do.
package awards
