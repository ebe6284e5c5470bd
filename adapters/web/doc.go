// Package web is Laurel's HTTP server: pages for people, an API for programs, and word of changes for both.
//
// # A request
//
//	listen -> observe -> limits, headers -> who is it? -> may they? -> look -> answer
//
// Every route is registered with the access.Action that it is; a table in domain/access says which roles may. What no
// row of that table allows is refused. A handler then looks: it takes a serving.View, everything that is read at one
// position of the log, for the program, time, position and criteria that the address names, and answers with what the
// functions of package projections make of it, the same that the command line calls. So a page, the API and the command
// line tell the same.
//
// # Who asks
//
// access_gate.go finds it out, before anything else: by the API token in Authorization, or by the session in a cookie
// that only this host is sent. It bounds how often somebody asks, and refuses what a page of another site sends in their
// name. Sessions begin with a password, with a provider of OpenID Connect, or with a one-time link, always under a new
// secret, and end by age, idleness, signing out, a new password, or when the account is disabled.
//
// A look at what is kept of a person, by anybody else, is recorded before it is shown, for that person to see.
//
// # The time machine
//
// Each page and each query of the API takes program, as_of, position and criteria in its address: what held then, what
// was known then, and under which rules. Without them it is the present. Links within a page carry them on.
//
// # Commands
//
// A form or a call becomes a domain command with an id of its own, which the form carries, so that sending it twice
// records it once. The actor is the person who is linked to the account. After the append the handler waits until the
// engine has read it: whoever wrote something sees it on the next page.
//
// # What a page is made of
//
// A template in templates, the frame around it in layout.html, and pieces that pages share in parts.html. Charts are SVG
// that the server draws, each beside a table of the same figures. The one script of our own, app.js, makes pages
// pleasant; each can be read, and each form sent, without it. Nothing is loaded from anywhere else: fonts and htmx are
// embedded, with their versions in static/vendor/vendor.json.
//
// # What operators see
//
// Each request is told to the Telemetry, and is a line of the log: by the pattern of its route, never its address
// (observe.go). Door answers from the moment that it is opened, so that whoever asks /readyz hears that the log is still
// read. The page of operations shows how far projections are, and the latest input that was refused: where and why, not
// what it held. Told to stop, a server is not ready any more, ends streams, and waits for requests under way.
//
// # Failures
//
// fault.go alone says which error is which status, and what people are told. An error inside Laurel is logged, without
// what the request held, and shown as nothing but a number to find it by.
package web
