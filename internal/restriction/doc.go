// Package restriction is about what is kept of somebody and not used: because they
// asked for that (GDPR art. 18), or objected to a use (art. 21). Whoever uses
// something asks here first. A restriction of nothing in particular is one of all.
package restriction
