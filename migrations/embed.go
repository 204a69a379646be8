// Package migrations holds the SQL that shapes the database, in order.
package migrations

import "embed"

// Files are goose migrations, named NNNNN_noun.sql.
//
//go:embed *.sql
var Files embed.FS
