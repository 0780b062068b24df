package migrate

import (
	"encoding/json"
	"fmt"
)

// position says how far a copy is: all tables before one, and of that the rows up to a
// key.
type position struct {
	table string
	// last is the key of the last row that was copied; "" before the first.
	last string
}

// keyPart is a value of a key as the note of the copy holds it.
type keyPart struct {
	Number *int64  `json:"number,omitempty"`
	Text   *string `json:"text,omitempty"`
	Bytes  []byte  `json:"bytes,omitempty"`
}

func encodeKey(key []any) (string, error) {
	parts := make([]keyPart, len(key))
	for n, value := range key {
		switch value := value.(type) {
		case int64:
			parts[n].Number = &value
		case string:
			parts[n].Text = &value
		case []byte:
			parts[n].Bytes = value
		default:
			return "", fmt.Errorf("a key of type %T cannot be copied", value)
		}
	}
	text, err := json.Marshal(parts)
	return string(text), err
}

// decodeKey is the reverse of encodeKey; of "" it is nil.
func decodeKey(text string) ([]any, error) {
	if text == "" {
		return nil, nil
	}
	var parts []keyPart
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return nil, fmt.Errorf("the note of how far the copy is cannot be read: %w", err)
	}
	key := make([]any, len(parts))
	for n, part := range parts {
		switch {
		case part.Number != nil:
			key[n] = *part.Number
		case part.Text != nil:
			key[n] = *part.Text
		default:
			key[n] = append([]byte{}, part.Bytes...)
		}
	}
	return key, nil
}
