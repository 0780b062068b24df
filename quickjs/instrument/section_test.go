package instrument

import (
	"bytes"
	"errors"
	"testing"
)

func TestSplitAndJoin(t *testing.T) {
	t.Parallel()
	for name, b := range behaviours() {
		raw := b.asm().bytes()
		sections, err := splitSections(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := joinSections(sections); !bytes.Equal(got, raw) {
			t.Errorf("%s: split and join changed the module", name)
		}
	}
}

func TestSplitSectionsRejects(t *testing.T) {
	t.Parallel()
	section := func(id byte) []byte { return []byte{id, 1, 0} }
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"empty":                     {nil, ErrMalformed},
		"magic cut":                 {[]byte(preamble)[:7], ErrMalformed},
		"text":                      {[]byte("(module)"), ErrMalformed},
		"version 2":                 {[]byte("\x00asm\x02\x00\x00\x00"), ErrMalformed},
		"component":                 {[]byte("\x00asm\x0d\x00\x01\x00"), ErrMalformed},
		"identifier only":           {append([]byte(preamble), 1), ErrMalformed},
		"size beyond the module":    {append([]byte(preamble), 1, 5, 0), ErrMalformed},
		"size of 4 GiB":             {append([]byte(preamble), 1, 0xff, 0xff, 0xff, 0xff, 0x0f), ErrMalformed},
		"size overlong":             {append([]byte(preamble), 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0), ErrMalformed},
		"unknown section":           {append([]byte(preamble), section(14)...), ErrMalformed},
		"tag section":               {append([]byte(preamble), section(13)...), ErrUnsupported},
		"section twice":             {cat([]byte(preamble), section(1), section(1)), ErrMalformed},
		"sections swapped":          {cat([]byte(preamble), section(3), section(1)), ErrMalformed},
		"data count after code":     {cat([]byte(preamble), section(10), section(12)), ErrMalformed},
		"data count before element": {cat([]byte(preamble), section(12), section(9)), ErrMalformed},
		"custom without a name":     {append([]byte(preamble), 0, 0), ErrMalformed},
		"custom name too long":      {append([]byte(preamble), 0, 2, 5, 'a'), ErrMalformed},
		"custom name not UTF-8":     {append([]byte(preamble), 0, 2, 1, 0xff), ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := splitSections(test.in); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestPutSection(t *testing.T) {
	t.Parallel()
	of := func(ids ...byte) (sections []section) {
		for _, id := range ids {
			sections = append(sections, section{id: id})
		}
		return sections
	}
	tests := map[string]struct {
		in   []section
		put  byte
		want []byte
	}{
		"into nothing":             {of(), sectionGlobal, []byte{6}},
		"replace":                  {of(1, 6, 7), sectionGlobal, []byte{1, 6, 7}},
		"between":                  {of(1, 5, 7), sectionGlobal, []byte{1, 5, 6, 7}},
		"first":                    {of(7, 10), sectionGlobal, []byte{6, 7, 10}},
		"last, before custom":      {of(1, 3, 0, 0), sectionGlobal, []byte{1, 3, 6, 0, 0}},
		"custom in between":        {of(0, 1, 0, 10, 0), sectionExport, []byte{0, 1, 7, 0, 10, 0}},
		"data count is in between": {of(9, 12, 10), sectionExport, []byte{7, 9, 12, 10}},
		"code after data count":    {of(9, 12, 11), sectionCode, []byte{9, 12, 10, 11}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := len(test.in)
			var got []byte
			for _, s := range putSection(test.in, section{id: test.put, name: "new"}) {
				if s.id == test.put && s.name != "new" {
					t.Errorf("the old section is still there")
				}
				got = append(got, s.id)
			}
			if !bytes.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if len(test.in) != before {
				t.Errorf("input changed")
			}
		})
	}
}
