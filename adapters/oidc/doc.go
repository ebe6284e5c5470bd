// Package oidc lets people sign in with an OpenID Connect provider, by the authorization code flow with PKCE.
//
// # The life of a sign-in
//
//	browser            Laurel                       provider
//	   | sign in         |                              |
//	   |---------------->| keeps state, nonce, verifier |
//	   |<----------------| Begin: to the provider       |
//	   |-----------------------------------------------> asks who it is
//	   |<----------------------------------------------- code, state
//	   |---------------->| the state is the one kept    |
//	   |                 | Finish: code, verifier ----->|
//	   |                 |<------- ID token, signed ----|
//	   |                 | checks it: Claims            |
//
// State, nonce and verifier are chosen by the caller, who keeps them for this browser and this sign-in alone, and takes
// each state once.
//
// # What is checked
//
// The ID token is signed by a key of the provider, with an asymmetric algorithm: "none", and any that a client could
// compute too, are refused. Its issuer is the provider, its audience is this client, and this client is who it was
// issued to; it is neither expired nor from the future; it carries the nonce. Where it carries the hash of the access
// token, that is right. The code is worth nothing without the verifier, whose hash went ahead.
//
// # Failures
//
// A provider that cannot be reached is asked again with the next sign-in; Laurel starts without it. What it answers is
// bounded in size and time. Errors say which check failed, and hold no code, token or personal data.
package oidc
