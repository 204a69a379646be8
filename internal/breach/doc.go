// Package breach documents each breach of personal data, and keeps the clock by which
// the supervisory authority is to be told of it: within 72 hours of finding it out
// (GDPR art. 33).
//
//	open ──told to the authority──▶ told
//	 │ ▲
//	 ▼ │ opened again
//	closed: it need not be told, and why
//
// What is known grows with time (art. 33(4)), so facts are amended until it is closed;
// none is ever deleted (art. 33(5)). Letters to the people concerned are mailings of
// the breach (internal/mailing).
package breach
