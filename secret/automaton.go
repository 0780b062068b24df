package secret

// automaton finds all occurrences of a set of patterns in one pass, in a time that
// depends on the length of the text alone: Aho and Corasick, "Efficient string
// matching" (CACM 18, 1975). Whoever wrote the script chose the patterns and the
// text, so the worst case is the case: strings.Replacer, which tries the patterns
// anew at each byte, is up to three times as fast on an ordinary log and takes a
// hundred times as long for a secret of 64 KiB that is one letter repeated, in a
// text of the same letter (BenchmarkRedact).
//
// Its nodes are a trie with the children of each in a list: a table of 256 for each
// node would take 40 times the memory.
type automaton struct {
	nodes []node     // nodes[0] is the root
	first [256]int32 // the children of the root by their bytes; 0 for none
	fold  [256]byte  // what each byte of pattern and text counts as
}

// node stands for a text that some pattern begins with.
type node struct {
	child, sibling int32 // 0 for none
	fail           int32 // the node of the longest suffix that has one
	longest        int32 // the length of the longest pattern that is a suffix; 0 for none
	pattern        int32 // which one that is
	char           byte
}

// newAutomaton returns an automaton for patterns, in which the bytes of each pair
// in folds count as equal. Empty patterns are never found; of equal ones the first
// is.
func newAutomaton(patterns []string, folds [][2]byte) *automaton {
	size := 1
	for _, p := range patterns {
		size += len(p)
	}
	a := &automaton{nodes: make([]node, 1, size)}
	for i := range a.fold {
		a.fold[i] = byte(i)
	}
	for _, f := range folds {
		a.fold[f[0]] = f[1]
	}
	for i, p := range patterns {
		a.insert(p, int32(i))
	}
	a.link()
	return a
}

func (a *automaton) insert(pattern string, index int32) {
	at := int32(0)
	for i := range len(pattern) {
		c := a.fold[pattern[i]]
		next := a.childOf(at, c)
		if next == 0 {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{char: c, sibling: a.nodes[at].child})
			a.nodes[at].child = next
			if at == 0 {
				a.first[c] = next
			}
		}
		at = next
	}
	if at != 0 && a.nodes[at].longest == 0 {
		a.nodes[at].longest, a.nodes[at].pattern = int32(len(pattern)), index
	}
}

func (a *automaton) childOf(at int32, c byte) int32 {
	if at == 0 {
		return a.first[c]
	}
	for n := a.nodes[at].child; n != 0; n = a.nodes[n].sibling {
		if a.nodes[n].char == c {
			return n
		}
	}
	return 0
}

// link sets the fail links, nodes nearer to the root first, and lets each node know
// the longest pattern that ends at it.
func (a *automaton) link() {
	queue := make([]int32, 1, len(a.nodes))
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for n := a.nodes[at].child; n != 0; n = a.nodes[n].sibling {
			if at != 0 {
				a.nodes[n].fail = a.step(a.nodes[at].fail, a.nodes[n].char)
			}
			if fail := a.nodes[a.nodes[n].fail]; a.nodes[n].longest == 0 {
				a.nodes[n].longest, a.nodes[n].pattern = fail.longest, fail.pattern
			}
			queue = append(queue, n)
		}
	}
}

// step returns the node for the text of the node at with c behind it. Fail links go
// nearer to the root, each step one further away: there are at most two of both per
// byte of the text.
func (a *automaton) step(at int32, c byte) int32 {
	c = a.fold[c]
	for {
		if next := a.childOf(at, c); next != 0 || at == 0 {
			return next
		}
		at = a.nodes[at].fail
	}
}
