// Package embedded runs a private PostgreSQL beside the portal, so that the
// portal works before anybody has set up a database.
//
// One folder holds everything:
//
//	lock           held (flock) by the run that uses the folder
//	data           PostgreSQL's own files; moved here whole when they are complete
//	data.new       a first set-up that was interrupted; made again
//	postgres.log   what the server had to say
//	.s.PGSQL.5432  its socket, or in a private folder of the temporary one where this path is too long
//
// Its database has three roles: portal serves, portal_owner migrates and owns
// the tables, postgres made both. Whoever may open the folder may be any.
//
// Nothing in data is ever deleted here. What the last run left when it was
// killed (a half-dead server, its lock files) is cleared by whoever holds lock.
package embedded
