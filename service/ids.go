package service

import (
	"fmt"
	"strings"
)

// pick returns the item whose ID is id, or the only one, among those that begin with
// it.
func pick[T any](what, id string, candidates []T, idOf func(T) string) (T, error) {
	var none T
	for _, candidate := range candidates {
		if idOf(candidate) == id {
			return candidate, nil
		}
	}
	switch len(candidates) {
	case 0:
		return none, fmt.Errorf("%w: no %s %q", ErrNotFound, what, id)
	case 1:
		return candidates[0], nil
	}
	ids := make([]string, 0, mostNamed)
	for _, candidate := range candidates[:min(len(candidates), mostNamed)] {
		ids = append(ids, idOf(candidate))
	}
	return none, fmt.Errorf("%w: %q could be %s", ErrAmbiguous, id, strings.Join(ids, ", "))
}

// mostNamed is how many candidates an error names.
const mostNamed = 5

// checkID refuses what cannot be the beginning of an ID.
func checkID(what, id string) error {
	if id == "" || len(id) > 64 {
		return fmt.Errorf("%w: no %s %q", ErrNotFound, what, id[:min(len(id), 64)])
	}
	return nil
}
