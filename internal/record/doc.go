// Package record knows what is held about a person: it counts, shows, hands
// over, corrects and erases the rows of each category of the register, and
// takes in new ones.
//
// What a category is, the register says. This package turns each of its
// holdings into a [Source] at start-up, and refuses to start if the database
// has not what the register claims. Every way in for rows is [Service.Ingest]:
// it holds each row to the fields that its category declares.
package record
