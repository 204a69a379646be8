// Package restriction is about what is kept of somebody and not used: because they
// asked for that (GDPR art. 18), objected to a use (art. 21), or because somebody
// reported that the account may be a child's. Whoever uses something asks here first. A restriction of nothing in particular is one of all.
package restriction
