package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *object) UnmarshalJSON(text []byte) error {
	*o = nil
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.Join(errors.New("not a JSON object"), err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		*o = append(*o, member{name.(string), value})
	}
	return nil
}

// get returns the value of a member, or nil.
func (o object) get(name string) json.RawMessage {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// find follows a path such as payload.commits.0.sha. It returns nil if it leads
// nowhere.
func (o object) find(path string) json.RawMessage {
	if value := o.get(path); value != nil {
		return value // names may have dots
	}
	name, rest, deeper := strings.Cut(path, ".")
	value := o.get(name)
	if !deeper || value == nil {
		return value
	}
	return findIn(value, rest)
}

func findIn(value json.RawMessage, path string) json.RawMessage {
	var inner object
	if json.Unmarshal(value, &inner) == nil {
		return inner.find(path)
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return nil
	}
	name, rest, deeper := strings.Cut(path, ".")
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n >= len(list) {
		return nil
	}
	if !deeper {
		return list[n]
	}
	return findIn(list[n], rest)
}
