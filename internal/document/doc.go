// Package document reads YAML documents that people write, and tells them all
// that is wrong at once: every fault with its file, line and path.
package document
