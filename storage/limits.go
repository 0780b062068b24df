package storage

import (
	"fmt"
	"unicode/utf8"
)

// The limits that a zero field of Limits stands for.
const (
	// DefaultKeys is the default of Limits.Keys.
	DefaultKeys = 1000
	// DefaultKeyBytes is the default of Limits.KeyBytes.
	DefaultKeyBytes = 512
	// DefaultValueBytes is the default of Limits.ValueBytes: 256 KiB.
	DefaultValueBytes = 256 << 10
	// DefaultTotalBytes is the default of Limits.TotalBytes: 1 MiB.
	DefaultTotalBytes = 1 << 20
)

// Limits bounds one scope. A zero field means its default; a negative one
// allows nothing. Limits are checked by Set alone and may change between
// calls: entries that a lowered limit would not admit stay readable and
// removable.
type Limits struct {
	// Keys is the greatest number of entries. Default DefaultKeys.
	Keys int
	// KeyBytes is the greatest length of a key in bytes. Default DefaultKeyBytes.
	KeyBytes int
	// ValueBytes is the greatest Value.Size of one value in bytes, its key not
	// counted. Default DefaultValueBytes.
	ValueBytes int
	// TotalBytes is the greatest sum of EntryBytes over all entries. Default
	// DefaultTotalBytes.
	TotalBytes int64
}

// WithDefaults returns l with its zero fields replaced by their defaults.
func (l Limits) WithDefaults() Limits {
	if l.Keys == 0 {
		l.Keys = DefaultKeys
	}
	if l.KeyBytes == 0 {
		l.KeyBytes = DefaultKeyBytes
	}
	if l.ValueBytes == 0 {
		l.ValueBytes = DefaultValueBytes
	}
	if l.TotalBytes == 0 {
		l.TotalBytes = DefaultTotalBytes
	}
	return l
}

// EntryBytes returns what an entry counts against Limits.TotalBytes: the
// length of its key and the Value.Size of its value, in bytes.
func EntryBytes(key string, v Value) int64 { return int64(len(key)) + int64(v.Size()) }

// CheckKey returns an error that matches ErrKey if key is empty or not valid
// UTF-8. Its length is not looked at: a key stored under a greater limit must
// stay reachable.
func CheckKey(key string) error {
	if key == "" {
		return fmt.Errorf("%w: it is empty", ErrKey)
	}
	if !utf8.ValidString(key) {
		return fmt.Errorf("%w: it is not valid UTF-8", ErrKey)
	}
	return nil
}

// CheckKey returns an error that matches ErrKey if key is longer than
// l.KeyBytes, empty or not valid UTF-8. The length comes first, so that the
// cost of a refusal does not grow with the key.
func (l Limits) CheckKey(key string) error {
	if limit := l.WithDefaults().KeyBytes; len(key) > limit {
		return fmt.Errorf("%w: it has %d bytes, at most %d are allowed", ErrKey, len(key), max(limit, 0))
	}
	return CheckKey(key)
}

// CheckEntry judges what a Set was given, before the store looks at what it
// holds: ErrKey as CheckKey says, ErrValue if v is not valid, a *QuotaError of
// QuotaValue if v is too large. It is meant for implementations of Store.
func (l Limits) CheckEntry(key string, v Value) error {
	l = l.WithDefaults()
	if err := l.CheckKey(key); err != nil {
		return err
	}
	if err := v.Validate(); err != nil {
		return err
	}
	if v.Size() > l.ValueBytes {
		return &QuotaError{Which: QuotaValue, Limit: int64(max(l.ValueBytes, 0)), Wanted: int64(v.Size())}
	}
	return nil
}

// CheckGrowth judges what a Set would do to a scope that holds before: growth
// is the difference it makes, with Keys 0 or 1 and Bytes of either sign. It
// returns a *QuotaError of QuotaKeys or else of QuotaTotal. A scope already
// past a lowered limit may be changed as long as it does not grow. It is meant
// for implementations of Store, inside the transaction that writes.
func (l Limits) CheckGrowth(before, growth Usage) error {
	l = l.WithDefaults()
	if keys := before.Keys + growth.Keys; growth.Keys > 0 && keys > l.Keys {
		return &QuotaError{Which: QuotaKeys, Limit: int64(max(l.Keys, 0)), Wanted: int64(keys)}
	}
	if bytes := before.Bytes + growth.Bytes; growth.Bytes > 0 && bytes > l.TotalBytes {
		return &QuotaError{Which: QuotaTotal, Limit: max(l.TotalBytes, 0), Wanted: bytes}
	}
	return nil
}
