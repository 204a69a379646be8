// Package mail sends what the portal has to say by e-mail.
//
// A message is written down, sealed, in the transaction of the change that it
// tells about, and sent by a job afterwards: what was not committed is not
// mailed, and what was committed is mailed even if the power goes in between.
// Once it has gone, its address and words are wiped.
//
//	written ──▶ due ──▶ held by a worker, some seconds at a time ──▶ sent, and wiped
//	             ▲             │
//	             │             ├── killed: due again, within seconds
//	             └─────────────┼── not taken: due again later, with why (Failure)
//	                           └── given up, once that is sure: wiped, with why
//
// A message of kind K says the messages mail.K.subject, .heading, .body
// (paragraphs divided by an empty line), and .action where it has a link.
package mail
