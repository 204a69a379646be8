// Package backup makes one file of all that a portal needs to come back:
// database, file store with its journal, and what tells which keys belong to
// them; never the keys themselves.
//
// The file is a ZIP archive, whose end is written last, so that half of one is
// never taken for a whole one. What lies in it is what PostgreSQL's own programs
// read, and files as they are:
//
//	database.dump   pg_dump's custom format
//	files/…         the file store
//	manifest.json   what it is, and the SHA-256 of each of the others
package backup
