package activity

import "strings"

// MatchGlob reports whether name is of the form of glob, in which "*" stands for
// any bytes or none and every other byte for itself. There is no escape. It goes
// through name once, each piece between two stars taking its first place: with no
// other wildcard, a later one would leave less room for the rest and nothing more.
func MatchGlob(glob, name string) bool {
	first, rest, starred := strings.Cut(glob, "*")
	if !starred {
		return glob == name
	}
	name, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	for {
		piece, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, piece)
		}
		at := strings.Index(name, piece)
		if at < 0 {
			return false
		}
		name, rest = name[at+len(piece):], after
	}
}
