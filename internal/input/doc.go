// Package input reads what people type and paste: words, codes, the tokens of
// links, references. What is meant is taken, what can't be kept is refused, by
// one rule at every door.
package input
