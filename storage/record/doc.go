// Package record describes what the activity service keeps: projects, their
// integrations, the activities that came in, the runs they caused. It holds the
// types and the interface Database; storage/sqlite implements it.
//
// Invariants that every Database keeps, and that package storagetest checks:
//
//   - An activity, its runs and the waking of their mailboxes are written in one
//     transaction: after a crash there are all of them or none.
//   - The runs of one integration start in the order in which their activities were
//     accepted, and one at a time; a run that waits for its retry holds back those
//     behind it.
//   - A run is recorded once: its end, its log and what follows from it are written
//     in one transaction, by the holder of the mailbox's claim alone.
//   - Texts from outside are bytes: NUL and invalid UTF-8 come back as they were.
package record
