package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"cloche/activity"
	"cloche/host"
	"cloche/storage/record"
)

// IntegrationSpec describes an integration. A nil field means its default when one
// is added, and no change when one is updated.
type IntegrationSpec struct {
	// Name is at most 256 bytes of printable text.
	Name    *string
	Enabled *bool
	// Script is the text of the script, at most 1 MiB. Required to add one.
	Script *string
	// The filter: see activity.Filter.
	Events, States, Environments, ExcludedEnvironments *[]string
	Result                                             *string
	// Limits: a zero field of it means the service's default.
	Limits *record.Limits
	Retry  *activity.RetryPolicy
}

// mostScript is how many bytes a script may have: the default of host.Limits.Source.
const mostScript = 1 << 20

func (spec IntegrationSpec) apply(i *record.Integration) {
	set(&i.Name, spec.Name)
	set(&i.Enabled, spec.Enabled)
	set(&i.Filter.Events, spec.Events)
	set(&i.Filter.States, spec.States)
	set(&i.Filter.Environments, spec.Environments)
	set(&i.Filter.ExcludedEnvironments, spec.ExcludedEnvironments)
	set(&i.Filter.Result, spec.Result)
	set(&i.Limits, spec.Limits)
	set(&i.Retry, spec.Retry)
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// AddIntegration stores a script that will run from now on. The warnings are for
// whoever wrote it: names of events that nobody knows, a script that does not parse
// is an error. The error is an *Invalid if something is wrong with the spec.
func (s *Service) AddIntegration(ctx context.Context, project string, spec IntegrationSpec) (record.Integration, []string, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return record.Integration{}, nil, err
	}
	i := record.Integration{ID: newID(), ProjectID: p.ID, Enabled: true, Filter: activity.DefaultFilter(), Created: now()}
	i.Updated = i.Created
	spec.apply(&i)
	if spec.Script == nil {
		return record.Integration{}, nil, invalid("script", "it is missing")
	}
	warnings, err := s.check(ctx, i, spec.Script)
	if err != nil {
		return record.Integration{}, warnings, err
	}
	i, err = s.Database.CreateIntegration(ctx, i, []byte(*spec.Script), hashOf(*spec.Script))
	return i, warnings, err
}

func hashOf(script string) string {
	sum := sha256.Sum256([]byte(script))
	return hex.EncodeToString(sum[:])
}

// UpdateIntegration changes an integration; a new script becomes a new version. The
// error is ErrUnchanged if nothing would be changed, an *Invalid if something is
// wrong with the spec.
func (s *Service) UpdateIntegration(ctx context.Context, project, id string, spec IntegrationSpec) (record.Integration, []string, error) {
	before, err := s.Integration(ctx, project, id)
	if err != nil {
		return record.Integration{}, nil, err
	}
	i := before
	spec.apply(&i)
	var script []byte
	hash := ""
	if spec.Script != nil {
		current, err := s.Database.Version(ctx, before.ID, before.Version)
		if err != nil {
			return before, nil, err
		}
		if hash = hashOf(*spec.Script); hash != current.Hash {
			script = append([]byte{}, *spec.Script...)
		}
	}
	if script == nil && reflect.DeepEqual(i, before) {
		return before, nil, ErrUnchanged
	}
	warnings, err := s.check(ctx, i, spec.Script)
	if err != nil {
		return before, warnings, err
	}
	i.Updated = now()
	i, err = s.Database.UpdateIntegration(ctx, i, script, hash)
	return i, warnings, err
}

// check judges what is to be stored.
func (s *Service) check(ctx context.Context, i record.Integration, script *string) (warnings []string, err error) {
	problems := map[string]string{}
	collect := func(err error) {
		var one *Invalid
		switch {
		case err == nil:
		case errors.As(err, &one):
			maps.Copy(problems, one.Fields)
		default:
			maps.Copy(problems, activity.Fields(err))
		}
	}
	collect(checkText("name", i.Name, 256))
	warnings, err = i.Filter.Validate()
	collect(err)
	collect(i.Retry.Validate())
	collect(s.checkLimits(i.Limits))
	if script != nil {
		problem, err := s.checkScript(ctx, *script)
		if err != nil {
			return warnings, err
		}
		if problem != "" {
			problems["script"] = problem
		}
	}
	if len(problems) > 0 {
		return warnings, &Invalid{Fields: problems}
	}
	return warnings, nil
}

func (s *Service) checkLimits(l record.Limits) error {
	if l.CPU < 0 || l.CPU > s.MaxLimits.CPU || l.CPU > 0 && l.CPU < time.Millisecond {
		return invalid("limits.cpu", "it is %v; 1ms to %v are allowed", l.CPU, s.MaxLimits.CPU)
	}
	if l.Wall < 0 || l.Wall > s.MaxLimits.Wall || l.Wall > 0 && l.Wall < time.Millisecond {
		return invalid("limits.wall", "it is %v; 1ms to %v are allowed", l.Wall, s.MaxLimits.Wall)
	}
	if l.Memory != 0 && (l.Memory < minMemory || l.Memory > s.MaxLimits.Memory) {
		return invalid("limits.memory", "it is %d bytes; %d to %d are allowed", l.Memory, minMemory, s.MaxLimits.Memory)
	}
	return nil
}

// checkScript returns what is wrong with a script, "" if it parses.
func (s *Service) checkScript(ctx context.Context, script string) (string, error) {
	switch {
	case strings.TrimSpace(script) == "":
		return "it is empty", nil
	case len(script) > mostScript:
		return fmt.Sprintf("it has %d bytes; %d are allowed", len(script), mostScript), nil
	}
	_, err := s.scripts.compile(ctx, hashOf(script), []byte(script))
	var failure *host.Error
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &failure) && failure.Code == host.SyntaxError:
		return fmt.Sprintf("line %d, column %d: %s", failure.Line, failure.Column, failure.Message), nil
	case errors.As(err, &failure) && failure.Code != host.InternalError && failure.Code != host.Cancelled:
		return "it cannot be parsed: " + failure.Message, nil
	case errors.Is(err, host.ErrSourceNotUTF8), errors.Is(err, host.ErrSourceTooLarge):
		return err.Error(), nil
	}
	return "", err
}

// DeleteIntegration deletes an integration with its versions, variables, runs and
// storage. A run that is under way ends unrecorded.
func (s *Service) DeleteIntegration(ctx context.Context, project, id string) error {
	i, err := s.Integration(ctx, project, id)
	if err != nil {
		return err
	}
	return s.Database.DeleteIntegration(ctx, i.ProjectID, i.ID)
}

// Integrations returns the integrations of a project, oldest first.
func (s *Service) Integrations(ctx context.Context, project string) ([]record.Integration, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return nil, err
	}
	return s.Database.ListIntegrations(ctx, p.ID, "")
}

// Integration returns the integration whose ID is id, or the only one whose ID
// begins with it.
func (s *Service) Integration(ctx context.Context, project, id string) (record.Integration, error) {
	p, err := s.Project(ctx, project)
	if err != nil {
		return record.Integration{}, err
	}
	if err := checkID("integration", id); err != nil {
		return record.Integration{}, err
	}
	list, err := s.Database.ListIntegrations(ctx, p.ID, id)
	if err != nil {
		return record.Integration{}, err
	}
	return pick("integration", id, list, func(i record.Integration) string { return i.ID })
}

// Script returns the text of the version of i that runs.
func (s *Service) Script(ctx context.Context, i record.Integration) ([]byte, error) {
	v, err := s.Database.Version(ctx, i.ID, i.Version)
	return v.Script, err
}

// Validate checks what is stored of an integration against today's rules. The error
// is an *Invalid if something is wrong with it.
func (s *Service) Validate(ctx context.Context, project, id string) ([]string, error) {
	i, err := s.Integration(ctx, project, id)
	if err != nil {
		return nil, err
	}
	script, err := s.Script(ctx, i)
	if err != nil {
		return nil, err
	}
	text := string(script)
	return s.check(ctx, i, &text)
}

// Versions returns the versions of a script without their texts, newest first.
func (s *Service) Versions(ctx context.Context, project, id string) ([]record.Version, error) {
	i, err := s.Integration(ctx, project, id)
	if err != nil {
		return nil, err
	}
	return s.Database.ListVersions(ctx, i.ID)
}

// Version returns one version with its text.
func (s *Service) Version(ctx context.Context, project, id string, number int) (record.Version, error) {
	i, err := s.Integration(ctx, project, id)
	if err != nil {
		return record.Version{}, err
	}
	return s.Database.Version(ctx, i.ID, number)
}

// Rollback makes an older version run again, from the next run on. The error is
// ErrUnchanged if it does already.
func (s *Service) Rollback(ctx context.Context, project, id string, number int) (record.Integration, error) {
	i, err := s.Integration(ctx, project, id)
	if err != nil {
		return record.Integration{}, err
	}
	if i.Version == number {
		return i, ErrUnchanged
	}
	rolled, err := s.Database.UseVersion(ctx, i.ProjectID, i.ID, number)
	if errors.Is(err, ErrNotFound) {
		return i, fmt.Errorf("%w: integration %s has no version %d", ErrNotFound, i.ID, number)
	}
	return rolled, err
}

// limitsOf returns the limits that runs of i have.
func (s *Service) limitsOf(i record.Integration) record.Limits {
	l := i.Limits
	setDefault(&l.CPU, s.Limits.CPU)
	setDefault(&l.Wall, s.Limits.Wall)
	setDefault(&l.Memory, s.Limits.Memory)
	// What was allowed when it was stored may not be any more.
	l.CPU, l.Wall, l.Memory = min(l.CPU, s.MaxLimits.CPU), min(l.Wall, s.MaxLimits.Wall), min(l.Memory, s.MaxLimits.Memory)
	return l
}

// matching returns those of the integrations that want an activity.
func matching(header activity.Header, integrations []record.Integration) []record.Integration {
	return slices.DeleteFunc(slices.Clone(integrations), func(i record.Integration) bool { return !i.Filter.Match(header) })
}
