// Package staff is about the people who answer requests: who they are, what
// their role lets them do, and how they prove it with two factors.
//
// A member begins with an invitation: a link that works once, on which they
// choose a password and set up their authenticator. No answer of this package
// tells a stranger whether an address belongs to a member.
package staff
