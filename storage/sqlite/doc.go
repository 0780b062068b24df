// Package sqlite is a storage.Store in an SQLite file, for one machine. Several
// processes may open the same file at once; it must not lie on a network file
// system.
//
// It needs cgo. In a binary built without, Open returns ErrNoCgo.
package sqlite
