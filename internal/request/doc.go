// Package request is about what people ask of the company under data
// protection law, by when the law wants an answer, and what the answer is.
//
//	             ┌── Cancel ───▶ cancelled ◀── Cancel, while it can be ──┐
//	             │                                                       │
//	Ask ──▶ open ┼── Refuse ───▶ refused ◀── Refuse, if nobody decided ──┤
//	             │                                                       │
//	             ├── Approve ──▶ done ◀────── ErasureDone ───────────────┤
//	             │                                                       │
//	             └── AskErasure, Approve ───────────────────────────▶ approved
//
// Only an erasure rests in approved: it has a grace period and takes its time.
// What is decided is never decided again. Every step is an event that both
// sides see, but for the notes in which staff prepare an answer.
package request
