// Package serving keeps one process's live, consistent view of a log, which many readers ask at once while the log grows.
//
// # An engine
//
// Open reads the log and follows it; Look hands out views. A view holds every read model of package projections, all at
// one position, with the program, the time and the criteria that were asked for. What pages, the API and the command
// line show are the same functions over these models, so they say the same.
//
//	store --Subscribe--> pending --apply--> spare  <--Look-- readers of before
//	                                          |
//	                                        swap
//	                                          |
//	                                       current <--Look-- readers of now
//
// # Readers and the writer
//
// The state exists twice. Readers read the current one; the writer applies what has come to the spare, makes it current,
// and waits until the last reader of the other one has left before it changes that. So a reader never waits for the
// writer or for another reader, sees one position throughout, and the models need no locks. Nor does the writer hurry:
// it evaluates again whose facts changed before anybody sees the new version.
//
// The price is twice the memory, and that a reader who stays holds the writer up after one more version. Where that
// happens, a third replica is read from the log, and the writer goes on with the two that are free. Readers are to close
// their view once they have computed their answer, and before they write it to anybody. A spare whose readers stay for
// seconds is given up to them: it remains as it is until they leave.
//
// # What takes long
//
// Standings are kept as the log grows: those under the criteria in force at each version, and others that were asked for
// lately, such as of a time past, when somebody asks again. Only mentors whose facts changed, or for whom time alone
// makes a difference, are evaluated. View.Page reads a part of them without making the rest. For what looks at
// everything there is Summary: computed once for many who ask, and seldom while the log grows quickly.
//
// # Time
//
// As of T is a question to the present models. Where no T is given it is the newest time of any event, but not past now,
// fixed for each version. As known at P is another state, read from the log up to P, and kept for a while.
//
// # Failures
//
// A subscription that fails is opened again after a pause that grows; so is an event that cannot be applied. The state
// before it stays, Freshness tells how old it is, and Options.Failed why. Nothing in this package logs.
//
// # Awards
//
// With Options.Awards, the engine also runs the award process after changes. Several engines on one log may do that:
// what makes an award unique is in package awarding.
package serving
