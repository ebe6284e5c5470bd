// Package telemetry tells monitoring what a server does: metrics in the text form of Prometheus, and traces by
// OpenTelemetry.
//
// # Metrics
//
// A Telemetry has a registry of its own. What happens is counted as it happens (Request, Previewed); what is, such as how
// far projections are behind, is asked for when somebody reads the metrics (Watch). Every name begins with laurel_, but
// for those of the Go runtime and of the process.
//
// # Traces
//
// Where there is an endpoint, each request and each pass of the award process is a span. Spans are sent in batches over
// OTLP/HTTP, by a goroutine that Close waits for. A collector that does not answer costs spans, never a request: what
// does not fit into the queue is dropped, and what went wrong is told to Options.Failed.
//
// # What is never told
//
// Labels and attributes are patterns of routes, methods, statuses and counts. No address, id, name or text of anybody
// gets here: Request takes a pattern, and turns a method that HTTP does not know into "other". A trace begins here, and
// does not go on with one that a caller names, who could otherwise have any text of theirs passed on to the collector.
package telemetry
