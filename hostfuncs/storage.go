package hostfuncs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cloche/host"
	"cloche/storage"
)

// StorageFunctions returns the functions behind require("storage"), bound to one
// integration's space: get(key), set(key, value), remove(key), clear(), keys(),
// has(key). A quota that is exceeded throws QuotaExceededError, a bad key or value a
// TypeError. A failure of the store itself, be it that the disk is full, the database
// locked by others for too long or a row damaged, ends the run with
// host.InternalError: no script catches it, and what was set before stays. A run that
// is cancelled, or meets its wall limit, during a call may have done it or not. Safe
// for concurrent use.
func StorageFunctions(space storage.Space) map[string]host.Func {
	s := storageFunctions{space}
	return map[string]host.Func{
		host.StorageGetFunction:    s.get,
		host.StorageSetFunction:    s.set,
		host.StorageRemoveFunction: s.remove,
		host.StorageClearFunction:  s.clear,
		host.StorageKeysFunction:   s.keys,
		host.StorageHasFunction:    s.has,
	}
}

type storageFunctions struct{ space storage.Space }

func (s storageFunctions) get(ctx context.Context, call *host.Call) (host.Value, error) {
	value, found, err := s.space.Get(ctx, call.Arg(0).Text())
	if err != nil {
		return host.Value{}, storageException(err)
	}
	if !found {
		return host.NullValue(), nil
	}
	return fromStorage(value)
}

func (s storageFunctions) set(ctx context.Context, call *host.Call) (host.Value, error) {
	value, err := toStorage(call.Arg(1))
	if err != nil {
		return host.Value{}, err
	}
	return host.Value{}, storageException(s.space.Set(ctx, call.Arg(0).Text(), value))
}

func (s storageFunctions) remove(ctx context.Context, call *host.Call) (host.Value, error) {
	return host.Value{}, storageException(s.space.Remove(ctx, call.Arg(0).Text()))
}

func (s storageFunctions) clear(ctx context.Context, _ *host.Call) (host.Value, error) {
	return host.Value{}, storageException(s.space.Clear(ctx))
}

func (s storageFunctions) keys(ctx context.Context, _ *host.Call) (host.Value, error) {
	keys, err := s.space.Keys(ctx)
	if err != nil {
		return host.Value{}, storageException(err)
	}
	if keys == nil {
		keys = []string{}
	}
	text, err := json.Marshal(keys)
	return host.JSONValue(text), err
}

func (s storageFunctions) has(ctx context.Context, call *host.Call) (host.Value, error) {
	found, err := s.space.Has(ctx, call.Arg(0).Text())
	return host.BoolValue(found), storageException(err)
}

func toStorage(v host.Value) (storage.Value, error) {
	switch v.Kind() {
	case host.String:
		return storage.String(v.Text()), nil
	case host.Number:
		return storage.Number(v.Number()), nil
	case host.Bool:
		return storage.Boolean(v.Bool()), nil
	}
	return storage.Value{}, &host.Exception{
		Name:    "TypeError",
		Message: "storage: a value must be a string, a finite number or a boolean; use JSON.stringify to store anything else",
	}
}

func fromStorage(v storage.Value) (host.Value, error) {
	if text, ok := v.AsString(); ok {
		return host.StringValue(text), nil
	}
	if number, ok := v.AsNumber(); ok {
		return host.NumberValue(number), nil
	}
	if truth, ok := v.AsBoolean(); ok {
		return host.BoolValue(truth), nil
	}
	return host.Value{}, fmt.Errorf("a stored value of kind %v", v.Kind())
}

// storageException turns what the script can mend into an exception; the rest
// stays the operator's.
func storageException(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, storage.ErrQuota):
		return &host.Exception{Name: "QuotaExceededError", Message: err.Error()}
	case errors.Is(err, storage.ErrKey), errors.Is(err, storage.ErrValue):
		return &host.Exception{Name: "TypeError", Message: err.Error()}
	}
	return err
}
