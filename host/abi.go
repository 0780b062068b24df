package host

// Numbers that the guest and the host share: quickjs/shim/host.h and
// quickjs/bootstrap/operations.js hold the other halves, and a test compares
// them.

const abiVersion = 1

type operation uint32

const (
	opTake     operation = 0
	opClock    operation = 1
	opInput    operation = 2
	opLog      operation = 3
	opReport   operation = 4
	opRandom   operation = 5
	opBytecode operation = 6
	opFunction operation = 16
)

const (
	inputActivity  = 0
	inputProject   = 1
	inputVariables = 2
	inputFunctions = 3
)

// Names of the host functions that the script API calls. Package hostfuncs has
// them; a run that is not given one throws when the script uses it. Functions of
// an embedder come behind them in the order of their names.
const (
	FetchFunction         = "fetch"
	DigestFunction        = "crypto.digest"
	HMACFunction          = "crypto.hmac"
	StorageGetFunction    = "storage.get"
	StorageSetFunction    = "storage.set"
	StorageRemoveFunction = "storage.remove"
	StorageClearFunction  = "storage.clear"
	StorageKeysFunction   = "storage.keys"
	StorageHasFunction    = "storage.has"
	URLParseFunction      = "url.parse"
	URLSetFunction        = "url.set"
)

// apiFunctions are the names in the order of their operation numbers.
var apiFunctions = [...]string{
	FetchFunction,
	DigestFunction,
	HMACFunction,
	StorageGetFunction,
	StorageSetFunction,
	StorageRemoveFunction,
	StorageClearFunction,
	StorageKeysFunction,
	StorageHasFunction,
	URLParseFunction,
	URLSetFunction,
}

// isAPIFunction reports whether name is one of apiFunctions. The compiler makes a
// search of it that compares with one name at most.
func isAPIFunction(name string) bool {
	switch name {
	case FetchFunction, DigestFunction, HMACFunction, StorageGetFunction, StorageSetFunction, StorageRemoveFunction,
		StorageClearFunction, StorageKeysFunction, StorageHasFunction, URLParseFunction, URLSetFunction:
		return true
	}
	return false
}
