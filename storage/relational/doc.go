// Package relational is the record.Database over SQL: all that SQLite and PostgreSQL
// have in common, which is all but connections, transactions and how waiting workers
// are told of work. A Backend has those.
//
// The queries are in storage/queries, and sqlc makes Go of them for each dialect. The
// types are the same but for their package; those made for SQLite are the ones used here.
package relational
