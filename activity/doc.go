// Package activity knows the events that come in: what the host reads of one,
// which scripts it is for, and the states that a run goes through because of it.
//
// It is pure: nothing in it does input or output, and every function may be
// called from several goroutines at once. The names of events, states and
// results, and the fields of an activity, are those of the public documentation
// of the activity scripts of Platform.sh and Upsun.
package activity
