// Package migrate copies the service's database from an SQLite file into PostgreSQL.
//
// What it keeps to:
//
//   - The copy is whole: every table of the service with every column that the source
//     has, byte for byte. Only what says that work is under way is not copied: runs in
//     progress are pending again, claims are over, and River's jobs are made anew.
//   - Rows and the note of how far the copy is are written in one transaction: at any
//     moment the copy can be killed, and goes on when it is started again.
//   - The note names the contents of the source. Another source, or this one after it
//     has changed, does not complete what was begun.
//   - Until both sides have been read and found equal, the note keeps servers away.
package migrate
