// Package postgres keeps the service's records, its queue and the scripts' storage in
// PostgreSQL 15 or newer, where many processes share them.
//
// All that it has in common with SQLite is in package relational. Here are connections,
// the order in which processes number runs, and the scripts' storage.
package postgres
