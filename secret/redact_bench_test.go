package secret

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// BenchmarkRedact holds the automaton against strings.Replacer: on a log as it
// usually is, and on one that is made to be slow.
func BenchmarkRedact(b *testing.B) {
	ordinary := strings.Repeat("2026-03-04T09:15:00Z deployed pr-42 to https://pr-42.example.test/ in 12.5 s\n", 1000)
	var many []Named
	for i := range 100 {
		many = append(many, Named{fmt.Sprintf("S%d", i), fmt.Sprintf("sk_live_%032x", i*7919)})
	}
	long := []Named{{"A", strings.Repeat("a", 64<<10) + "b"}}
	for _, c := range []struct {
		name    string
		secrets []Named
		text    string
	}{
		{"ordinary", many, ordinary},
		{"hostile", long, strings.Repeat("a", 256<<10)},
	} {
		b.Run(c.name+"/automaton", func(b *testing.B) {
			r := NewRedactor(c.secrets)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				r.Redact(c.text)
			}
		})
		b.Run(c.name+"/replacer", func(b *testing.B) {
			var pairs []string
			for _, s := range c.secrets {
				for _, f := range append(writtenForms(s.Value), s.Value, hex.EncodeToString([]byte(s.Value))) {
					pairs = append(pairs, f, "x")
				}
			}
			r := strings.NewReplacer(pairs...)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				r.Replace(c.text)
			}
		})
		b.Run(c.name+"/new", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewRedactor(c.secrets)
			}
		})
	}
}
