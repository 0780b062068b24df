package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cloche/secret"
	"cloche/storage/record"
)

// VariableSpec describes a variable.
type VariableSpec struct {
	// Name is 1 to 256 bytes of printable text; "__proto__" is none.
	Name string
	// Value is at most 64 KiB, 16 KiB if it is sensitive, and all sensitive ones of an
	// integration together 32 KiB.
	Value string
	// JSON says that the value is JSON text, which the script gets parsed.
	JSON bool
	// Sensitive has the value encrypted, never shown again and redacted from logs.
	Sensitive  bool
	Attributes map[string]string
}

// VariablePatch says what to change of a variable; nil fields stay.
type VariablePatch struct {
	Value      *string
	JSON       *bool
	Sensitive  *bool
	Attributes map[string]string
}

const (
	mostVariables     = 100
	mostVariableBytes = 64 << 10
	// What is sensitive is looked for in every line of the log, which takes 200 times
	// its size in memory.
	mostSensitiveBytes = 16 << 10
	mostSensitiveInAll = 32 << 10
	mostAttributeBytes = 16 << 10
)

func variableOwner(project, integration, name string) secret.Owner {
	return secret.Owner{Project: project, Integration: integration, Name: name}
}

// SetVariable creates a variable or replaces the one of that name. The returned
// Value is "" if it is sensitive. The error is an *Invalid if something is wrong with
// the spec.
func (s *Service) SetVariable(ctx context.Context, project, integration string, spec VariableSpec) (record.Variable, error) {
	i, err := s.Integration(ctx, project, integration)
	if err != nil {
		return record.Variable{}, err
	}
	if err := checkVariable(spec); err != nil {
		return record.Variable{}, err
	}
	others, err := s.Database.ListVariables(ctx, i.ID)
	if err != nil {
		return record.Variable{}, err
	}
	if err := checkSensitive(spec, others); err != nil {
		return record.Variable{}, err
	}
	known := slices.ContainsFunc(others, func(v record.Variable) bool { return v.Name == spec.Name })
	if !known && len(others) >= mostVariables {
		return record.Variable{}, invalid("name", "the integration has %d variables already; no more are allowed", mostVariables)
	}
	return s.storeVariable(ctx, i, spec)
}

func checkVariable(spec VariableSpec) error {
	if spec.Name == "" || spec.Name == "__proto__" {
		return invalid("name", "%q is no name for a variable", spec.Name)
	}
	if err := checkText("name", spec.Name, 256); err != nil {
		return err
	}
	if len(spec.Value) > mostVariableBytes {
		return invalid("value", "it has %d bytes; %d are allowed", len(spec.Value), mostVariableBytes)
	}
	if spec.JSON && !json.Valid([]byte(spec.Value)) {
		return invalid("value", "it is not JSON, which it is said to be")
	}
	return nil
}

// checkSensitive bounds what has to be looked for in logs. The others' sizes are those
// of their encrypted forms, a third larger.
func checkSensitive(spec VariableSpec, others []record.Variable) error {
	if !spec.Sensitive {
		return nil
	}
	if len(spec.Value) > mostSensitiveBytes {
		return invalid("value", "it has %d bytes; %d are allowed for a sensitive one", len(spec.Value), mostSensitiveBytes)
	}
	sum := len(spec.Value)
	for _, v := range others {
		if v.Kind == record.Sensitive && v.Name != spec.Name {
			sum += len(v.Value) * 3 / 4
		}
	}
	if sum > mostSensitiveInAll {
		return invalid("value", "all sensitive variables together would have %d bytes; %d are allowed", sum, mostSensitiveInAll)
	}
	return nil
}

func (s *Service) storeVariable(ctx context.Context, i record.Integration, spec VariableSpec) (record.Variable, error) {
	v := record.Variable{
		ID: newID(), IntegrationID: i.ID, Name: spec.Name, Kind: record.Plain, JSON: spec.JSON, Value: spec.Value, Created: now(),
	}
	v.Updated = v.Created
	if len(spec.Attributes) > 0 {
		text, err := json.Marshal(spec.Attributes)
		if err != nil {
			return v, err
		}
		if len(text) > mostAttributeBytes {
			return v, invalid("attributes", "they have %d bytes; %d are allowed", len(text), mostAttributeBytes)
		}
		v.Attributes = string(text)
	}
	if spec.Sensitive {
		v.Kind = record.Sensitive
		v.Value = s.Keys.Seal(variableOwner(i.ProjectID, i.ID, v.Name), []byte(spec.Value))
	}
	stored, err := s.Database.SetVariable(ctx, v)
	return shown(stored), err
}

// shown returns a variable without what must not be seen.
func shown(v record.Variable) record.Variable {
	if v.Kind != record.Plain {
		v.Value = ""
	}
	return v
}

// UpdateVariable changes the variable with that ID or name. One that is sensitive
// stays it, unless a new value comes along.
func (s *Service) UpdateVariable(ctx context.Context, project, integration, idOrName string, p VariablePatch) (record.Variable, error) {
	i, v, err := s.variable(ctx, project, integration, idOrName)
	if err != nil {
		return record.Variable{}, err
	}
	spec := VariableSpec{Name: v.Name, JSON: v.JSON, Sensitive: v.Kind == record.Sensitive, Attributes: p.Attributes}
	if spec.Attributes == nil && v.Attributes != "" {
		if err := json.Unmarshal([]byte(v.Attributes), &spec.Attributes); err != nil {
			return record.Variable{}, err
		}
	}
	set(&spec.JSON, p.JSON)
	if p.Sensitive != nil && spec.Sensitive && !*p.Sensitive && p.Value == nil {
		return record.Variable{}, invalid("is_sensitive", "a sensitive value is not shown again: give a new one with it")
	}
	set(&spec.Sensitive, p.Sensitive)
	if p.Value != nil {
		spec.Value = *p.Value
	} else if spec.Value, err = s.openVariable(i, v); err != nil {
		return record.Variable{}, err
	}
	if err := checkVariable(spec); err != nil {
		return record.Variable{}, err
	}
	others, err := s.Database.ListVariables(ctx, i.ID)
	if err == nil {
		err = checkSensitive(spec, others)
	}
	if err != nil {
		return record.Variable{}, err
	}
	return s.storeVariable(ctx, i, spec)
}

// openVariable returns the value of a variable.
func (s *Service) openVariable(i record.Integration, v record.Variable) (string, error) {
	if v.Kind != record.Sensitive {
		return v.Value, nil
	}
	value, err := s.Keys.Open(variableOwner(i.ProjectID, i.ID, v.Name), v.Value)
	if err != nil {
		return "", fmt.Errorf("variable %s of integration %s: %w", v.Name, i.ID, err)
	}
	return string(value), nil
}

func (s *Service) variable(ctx context.Context, project, integration, idOrName string) (record.Integration, record.Variable, error) {
	i, err := s.Integration(ctx, project, integration)
	if err != nil {
		return i, record.Variable{}, err
	}
	list, err := s.Database.ListVariables(ctx, i.ID)
	if err != nil {
		return i, record.Variable{}, err
	}
	for _, v := range list {
		if v.Name == idOrName || v.ID == idOrName {
			return i, v, nil
		}
	}
	return i, record.Variable{}, fmt.Errorf("%w: no variable %q", ErrNotFound, idOrName)
}

// Variables returns the variables of an integration, sorted by name; the Value of a
// sensitive one is "".
func (s *Service) Variables(ctx context.Context, project, integration string) ([]record.Variable, error) {
	i, err := s.Integration(ctx, project, integration)
	if err != nil {
		return nil, err
	}
	list, err := s.Database.ListVariables(ctx, i.ID)
	for n := range list {
		list[n] = shown(list[n])
	}
	return list, err
}

// DeleteVariable deletes the variable with that ID or name.
func (s *Service) DeleteVariable(ctx context.Context, project, integration, idOrName string) error {
	i, v, err := s.variable(ctx, project, integration, idOrName)
	if err != nil {
		return err
	}
	return s.Database.DeleteVariable(ctx, i.ID, v.Name)
}
