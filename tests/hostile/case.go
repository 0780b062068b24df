package hostile

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloche/host"
)

//go:embed cases/*.js
var caseFiles embed.FS

// Case is one hostile script and what must become of it. A file in cases holds one;
// its head says the rest, a line each:
//
//	// What it tries, in one line.
//	// expect: cpu_limit, memory_limit   the codes that it may end with
//	// cpu: 300ms                        host.Limits; the default of cpu is 300ms when
//	// wall: 2s                          cpu_limit alone is expected, 2s when it is among
//	//                                   others, else 20s
//	// memory: 32                        MiB; default 32
//	// log: 4                            KiB; default 64
//	// calls: 100                        host calls; default 1,000
//	// grant: storage                    a key space of its own, 100 keys of 10 KiB in all
//	// grant: fetch                      the network as the default configuration grants it
//	// grant: server                     fetch may reach loopback, where variables.SERVER is
//	// prints: REGEXP                    what its log must match as a whole
type Case struct {
	Name   string // of the file, without .js
	Title  string
	Source string
	Expect []host.Code
	Limits host.Limits
	Grants []string
	Prints *regexp.Regexp // nil: anything
}

// Cases returns all cases, in the order of their names.
func Cases() ([]Case, error) {
	entries, err := caseFiles.ReadDir("cases")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, entry := range entries {
		source, err := caseFiles.ReadFile(path.Join("cases", entry.Name()))
		if err != nil {
			return nil, err
		}
		c, err := parseCase(strings.TrimSuffix(entry.Name(), ".js"), string(source))
		if err != nil {
			return nil, fmt.Errorf("cases/%s: %w", entry.Name(), err)
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func parseCase(name, source string) (Case, error) {
	c := Case{Name: name, Source: source, Limits: host.Limits{Memory: 32 << 20, Log: 64 << 10, HostCalls: 1000}}
	for line := range strings.Lines(source) {
		text, isHead := strings.CutPrefix(strings.TrimSpace(line), "// ")
		if !isHead {
			break
		}
		key, value, found := strings.Cut(text, ": ")
		if c.Title == "" {
			c.Title = strings.TrimSuffix(text, ".")
			continue
		}
		if !found {
			return c, fmt.Errorf("the line %q is no \"key: value\"", text)
		}
		if err := c.set(key, value); err != nil {
			return c, fmt.Errorf("%s: %w", key, err)
		}
	}
	if c.Title == "" || len(c.Expect) == 0 {
		return c, fmt.Errorf("the head has no title or no \"expect:\"")
	}
	if c.Limits.CPU == 0 {
		switch {
		case c.spins():
			c.Limits.CPU = 300 * time.Millisecond
		case slices.Contains(c.Expect, host.CPULimit):
			c.Limits.CPU = 2 * time.Second
		default:
			c.Limits.CPU = 20 * time.Second // it ends by itself, on a slow machine too
		}
	}
	return c, nil
}

// spins reports whether the case never ends by itself.
func (c Case) spins() bool { return slices.Equal(c.Expect, []host.Code{host.CPULimit}) }

// grants reports whether the case has a grant.
func (c Case) grants(grant string) bool { return slices.Contains(c.Grants, grant) }

func (c *Case) set(key, value string) (err error) {
	switch key {
	case "expect":
		for code := range strings.SplitSeq(value, ",") {
			c.Expect = append(c.Expect, host.Code(strings.TrimSpace(code)))
		}
	case "grant":
		c.Grants = append(c.Grants, value)
	case "cpu":
		c.Limits.CPU, err = time.ParseDuration(value)
	case "wall":
		c.Limits.Wall, err = time.ParseDuration(value)
	case "memory":
		c.Limits.Memory, err = strconv.ParseInt(value, 10, 64)
		c.Limits.Memory <<= 20
	case "log":
		c.Limits.Log, err = strconv.Atoi(value)
		c.Limits.Log <<= 10
	case "calls":
		c.Limits.HostCalls, err = strconv.Atoi(value)
	case "prints":
		c.Prints, err = regexp.Compile("(?s)^(?:" + value + ")$")
	default:
		err = fmt.Errorf("there is no such key")
	}
	return err
}
