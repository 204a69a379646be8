// Package jobs is the slow work: asked for in the same transaction as the
// change that needs it, done later by whichever portal is free, again if it failed.
//
//	Add ──commit──▶ available ──▶ running ──▶ completed
//	                    ▲            │
//	                    │            ├── error ──▶ retryable ──(waits longer each time)──┐
//	                    │            └── Cancel ─▶ cancelled: it will never work         │
//	                    └────────────────────────────────────────────────────────────────┘
//
// A worker unpacks ids and calls a service method that is safe to call twice.
// Arguments are ids and never personal data: they outlive the work.
package jobs
