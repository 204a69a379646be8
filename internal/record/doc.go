// Package record knows what is held about a person: it counts, shows, hands
// over, corrects and erases the rows of each category of the register, and
// takes in new ones.
//
// What a category is, the register says. This package turns each of its
// holdings into a [Source] at start-up, and refuses to start if the database
// has not what the register claims. Every way in for rows is [Service.Ingest]:
// it holds each row to the fields that its category declares.
//
// Rows of a log lie in a partition for each month. What they come to is summed
// when they have settled:
//
//	ingest ──copies──▶ rows, reach of the month ──quiet──▶ announced ──▶ summed ──▶ published
//	                        ▲                                  │
//	                        └── a row before its end, or an erasure, meanwhile ──┘
//
// What a reader is told is what was published and a count of what lies behind it.
package record
