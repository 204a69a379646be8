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
// Only what takes its time rests in approved: an erasure, which has a grace period
// first, and a copy that is being built. Everything else that is granted is done in
// the transaction that grants it (Deed): no request ends as done without its deed.
// What is decided is decided again once, where its person answers a refusal (Appeal):
// refused, or done in part, it is open again, for anybody but whoever decided. What was
// done stays done, and what was said stays in its history. Every step is an event that both
// sides see, but for the notes in which staff prepare an answer. A report about a child is
// about somebody else: see child.go.
package request
