package hostfuncs

import (
	"maps"

	"cloche/host"
	"cloche/storage"
)

// Grants says what a run may reach. The zero Grants are what needs no authority:
// crypto and URL.
type Grants struct {
	// Fetch is the run's network, from Fetcher.Run or Mock.Run: one value serves
	// one run, for it counts. Nil: fetch throws.
	Fetch host.Func
	// Storage is the integration's key space. Nil: require("storage") throws when
	// it is used.
	Storage *storage.Space
}

// mostFunctions is how many functions there are with everything granted.
const mostFunctions = 11

// Functions returns the host functions for host.Run. The caller may add its own.
func (g Grants) Functions() map[string]host.Func {
	functions := make(map[string]host.Func, mostFunctions)
	maps.Copy(functions, CryptoFunctions())
	maps.Copy(functions, URLFunctions())
	if g.Fetch != nil {
		functions[host.FetchFunction] = g.Fetch
	}
	if g.Storage != nil {
		maps.Copy(functions, StorageFunctions(*g.Storage))
	}
	return functions
}
