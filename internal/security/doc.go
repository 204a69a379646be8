// Package security writes down who tried to get in and could not, for a while.
//
// An attempt names its account and where it came from by keyed hashes: with
// them one sees that somebody tries one account from many networks, or many
// accounts from one, and no address can be read. Attempts of one kind within
// an hour are one row, so that a flood from one network is no more than that.
package security
