// Package sso is about services such as Google that a person signs in with:
// joining by one, linking one to an account, seeing what it gave us, and
// revoking it, here and at the service.
//
// A round trip to a service is an attempt: a row under the hash of its state
// and of a secret of the browser that began it, so that no other browser can
// finish it. It works once, for ten minutes, and dies when its person links or
// revokes anything meanwhile. A link is an issuer and a subject, never an
// e-mail address: whoever comes with an address that has an account here
// signs in to that account first and links there.
//
//	attempt: begun → taken → gone
//	link:    live → revoked, outcome pending → revoked | already-gone | unsupported | failed
package sso
