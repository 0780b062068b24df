package service

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"cloche/secret"
	"cloche/storage/record"
)

// inputs is what the variables of an integration come to: the global that its script
// sees, and what must not be seen in its log.
type inputs struct {
	fingerprint string
	variables   json.RawMessage
	redactor    *secret.Redactor
}

// knownInputs keeps them between runs: decrypting, and preparing to redact, take
// longer than a small run.
type knownInputs struct {
	mu           sync.Mutex
	integrations map[string]*inputs
	bytes        int
}

// mostInputBytes bounds what is kept, in bytes of variables; past it all are
// forgotten. A redactor takes 200 times the bytes it looks for, so this is 100 MiB at
// the worst.
const mostInputBytes = 512 << 10

// fixedInputBytes is what an integration without variables counts.
const fixedInputBytes = 64

func (k *knownInputs) get(integration, fingerprint string) *inputs {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.integrations[integration]; known != nil && known.fingerprint == fingerprint {
		return known
	}
	return nil
}

func (k *knownInputs) put(integration string, in *inputs) {
	k.mu.Lock()
	defer k.mu.Unlock()
	cost := len(in.fingerprint) + fixedInputBytes
	if k.integrations == nil || k.bytes+cost > mostInputBytes {
		k.integrations, k.bytes = make(map[string]*inputs), 0
	}
	k.integrations[integration] = in
	k.bytes += cost
}

// inputsOf opens the variables of a run.
func (s *Service) inputsOf(work *record.Work) (*inputs, error) {
	fingerprint := fingerprintOf(work.Variables)
	if known := s.inputs.get(work.Integration.ID, fingerprint); known != nil {
		return known, nil
	}
	values := make(map[string]json.RawMessage, len(work.Variables))
	var secrets []secret.Named
	for _, v := range work.Variables {
		value, err := s.openVariable(work.Integration, v)
		if err != nil {
			return nil, err
		}
		if v.Kind == record.Sensitive {
			secrets = append(secrets, namedSecrets(v, value)...)
		}
		if values[v.Name], err = variableJSON(v, value); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	in := &inputs{fingerprint: fingerprint, variables: text, redactor: secret.NewRedactor(secrets)}
	s.inputs.put(work.Integration.ID, in)
	return in, nil
}

// fingerprintOf tells one state of the variables from any other.
func fingerprintOf(variables []record.Variable) string {
	var b strings.Builder
	for _, v := range variables {
		for _, part := range []string{v.Name, string(v.Kind), strconv.FormatBool(v.JSON), v.Value} {
			b.WriteString(strconv.Itoa(len(part)))
			b.WriteByte(':')
			b.WriteString(part)
		}
	}
	return b.String()
}

func variableJSON(v record.Variable, value string) (json.RawMessage, error) {
	if v.JSON {
		return json.RawMessage(value), nil
	}
	return json.Marshal(value)
}

// namedSecrets returns what to redact of a sensitive variable: its text, and the
// strings in it if it is JSON, for a script sees those.
func namedSecrets(v record.Variable, value string) []secret.Named {
	secrets := []secret.Named{{Name: v.Name, Value: value}}
	var parsed any
	if v.JSON && json.Unmarshal([]byte(value), &parsed) == nil {
		secrets = appendStrings(secrets, v.Name, parsed)
	}
	return secrets
}

func appendStrings(secrets []secret.Named, name string, value any) []secret.Named {
	switch value := value.(type) {
	case string:
		return append(secrets, secret.Named{Name: name, Value: value})
	case []any:
		for _, item := range value {
			secrets = appendStrings(secrets, name, item)
		}
	case map[string]any:
		for _, item := range value {
			secrets = appendStrings(secrets, name, item)
		}
	}
	return secrets
}
