// Package account is about who people are: how they join, prove who they are,
// and what they may correct about themselves.
//
// An address that nobody has proved belongs to nobody: until the mailed link
// is used there is a sealed sign-up that lapses after a day, and no person; the
// password is chosen there, by whoever reads the address's mail.
// No answer of this package tells a stranger whether an address has an
// account: what differs is said by mail, to that address alone.
package account
