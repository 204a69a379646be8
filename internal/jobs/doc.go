// Package jobs is the slow work: asked for in the same transaction as the
// change that needs it, done later by whichever portal is free, again if it failed.
//
// What is short is a job, in River's queue:
//
//	Add ──commit──▶ available ──▶ running ──▶ completed
//	                    ▲            │
//	                    │            ├── error ──▶ retryable ──(waits longer each time)──┐
//	                    └────────────────────────────────────────────────────────────────┘
//
// A worker unpacks ids and calls a service method that is safe to call twice.
// Arguments are ids of things and never of people: they outlive the work.
//
// What is long, or must not be lost with its portal, is a plan, a row of ours:
//
//	Plans.Add ──commit──▶ due ──▶ held, for one batch ──▶ over: the row is gone
//	                       ▲             │
//	                       │             ├── there is more ──▶ due at once, or later
//	                       │             ├── error ──▶ due after a wait, Failed is told
//	                       └─────────────┴── killed, or the connection lost: due as it was
//
// Whoever does a batch holds the row for as long as its transaction lasts, so
// that two never work on one plan, and a dead worker is told from a living one
// by the database and by no clock. Where somebody far away has to be asked, who
// may take their time, the plan is held by a few seconds at a time instead (Ask),
// and no transaction is open meanwhile. Jobs only ring the bell: they say that there
// is something to look for, in slices of seconds, and each portal rings again
// every few seconds for plans that are due and that nobody holds. River's own
// tables are River's alone; what an operator is told of them is counted in
// store_queue.go, and nothing else looks.
package jobs
