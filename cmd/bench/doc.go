// Command bench measures the portal against what a careful person would write
// by hand for the same job, and prints the ratios.
//
// How the figures are taken:
//
//   - One PostgreSQL of the bench's own, with PostgreSQL's default durability
//     (fsync on), in a folder that is removed at the end. The data are the same
//     in every run, but for the days of requests: 200,000 people, most with a few
//     rows in the connection log, which lie there in the order of time, and beside
//     them three of whom there is little, more and much.
//   - The baseline and the portal are processes of their own, started anew for
//     each round, with a database pool of the same size, warmed up before they
//     are measured. They are measured in turn, the first of one round being the
//     second of the next. What is printed is the median of the rounds, and beside
//     it the least and the most.
//   - The portal is the real one: all routes, all middleware, its log (to the
//     null device), its job workers running beside.
//   - CPU is that of the server and of every PostgreSQL process, as the system
//     counts it (/proc), per request. The load comes from a third process, whose
//     CPU is not counted; but it shares the machine, so rates and times depend
//     on it, and on who else is there. The ratio of CPU is the steadiest figure.
//   - Before the figures are believed, the answers are checked: every unsubscribe
//     that got a 200 is looked up in the database, also after the portal was
//     killed (SIGKILL); pages must be whole and the person's own, and take as
//     many statements for many rows as for few; archives must hold every row. A
//     failed check fails the run, and takes no other path's figures with it; a
//     slow figure never does.
//
// What the baselines do: path a, one statement that writes state and ledger;
// path b, for each page its own floor: the statements that the portal itself
// made for it (taken from the database's log), the session's first and then all
// others in one batch, and the same bytes of HTML, packed; path c, argon2id and
// nothing else, as many at once as there are cores; path d, psql's COPY into
// zip -1 (gzip -1 where there is no zip); path e, one DELETE of as many rows;
// path f, a loop over one SMTP connection, and for the writing of a letter to
// everybody COPY of as many jobs; path g, the floor of the queue's first page;
// path i, COPY of the same rows into a table with the same key and the same
// months. Path r, retention, has what people notice who stop their mail beside
// it, against what they notice without; of the time that it takes by months, the
// minute is left out for which it lets pages end that were told of them. Path s,
// starting, has none.
//
// Everything is bounded in count and time, and speaks to loopback only.
package main
