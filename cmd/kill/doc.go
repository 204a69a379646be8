// Command kill ends portals with SIGKILL at moments that nobody chose, and
// looks whether all that they were doing ends right.
//
// It starts a PostgreSQL of its own and the production program, built from this
// source, as processes. Of each kind of long work it lets one go undisturbed,
// which tells how long it takes; then it asks for another one, kills the process
// somewhere in that time, starts it again at once, or has another portal that runs
// beside it go on, and waits. What it checks:
//
//   - import: after the same file once more, every row is there once
//   - export: one archive, which holds every row and is what its manifest says,
//     and one message about it
//   - erasure: every row gone, nobody else's, and one receipt, which is signed
//   - part: the rows from one time until another gone, nobody else's and no other,
//     and the sums of their months are those of what stays
//   - sweep: every row past its time gone and counted once, and no younger one
//   - mail: no message lost, and none doubled beyond the one that each worker had
//     under way
//   - mailing, list: a letter to everybody of a country, or of a list that names each
//     twice, and none to anybody else: one each
//   - inbound: a letter that comes back, or is taken for spam, once taken and once told
//     of, however often it is piped in; after a kill all of that or nothing
//   - webhook: every choice told once and in its order to whoever asked to be told, and
//     at most the message that was under way once more, word for word
//   - posts: every one-click unsubscribe that was answered with 200 is kept, as a
//     state and as one line of the ledger
//   - migrate: a database that was killed while it was made is made
//   - start: a portal killed while it starts on a private database starts
//
// After each, the state of every consent is what the ledger says.
//
// What is long has to go on within fifteen seconds of the kill, beside the time
// that it takes.
package main
