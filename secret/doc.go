// Package secret keeps values that are not for everybody: it seals them for the
// database and takes them out of what a script prints.
//
// Sealing is for what lies on disk. Whoever has the master key and the rows can
// open them; whoever has the rows alone learns how long the values are, and can
// neither read nor change them, nor make the row of one owner pass for another's.
//
// Redaction is for accidents. A script that may read a secret and wants to show it
// can always do so, in a form that nobody thought of.
//
// The package is pure: it does no input or output, and every function may be called
// from several goroutines at once.
package secret
