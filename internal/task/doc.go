// Package task is what others than the desk have to do for a request.
//
// Whoever got from us what was corrected, restricted or erased is told of it (GDPR
// art. 19; Cal. Civ. Code § 1798.105(c)(1); 11 CCR §§ 7022(b)(2) and 7023(c)), and
// staff may ask anybody else. Who has an address in the register, or is asked at one,
// is mailed a link that needs no account, and reminded; everybody else is told by hand.
// What stands behind the link is sealed, and goes when the task is over.
//
//	         ┌──────────────────────────▶ skipped, with a reason
//	         │                               ▲
//	open ────┴──▶ told ──┬──▶ answered       │
//	                     └──▶ failed ────────┴──▶ told, or answered, by hand
package task
