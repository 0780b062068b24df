// Package hostfuncs has the host functions of the script API: fetch, storage,
// crypto and URL. They are plain Go functions over values; package host lets a
// script call those that its run was given, and no others.
package hostfuncs
