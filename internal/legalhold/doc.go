// Package legalhold keeps what is held about somebody from going while a dispute or
// an authority needs it: neither the rules of retention nor an erasure touch it.
package legalhold
