// Package postgres is the portal's one way to its database: a single pool that
// GORM, COPY and River share, and a single way to open a transaction.
package postgres
