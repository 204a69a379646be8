// Package testkit is what tests stand on: a database of their own, a clock
// they set, work that runs while they watch.
package testkit
