package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"cloche/secret"
	"cloche/service"
	"cloche/storage/postgres"
	"cloche/storage/record"
	"cloche/storage/sqlite"
)

// backend is the service over a database file.
type backend struct {
	database record.Database
	engine   *lazyEngine
	service  *service.Service
}

// openBackend opens the database of config, and makes what is missing: its
// directory, itself, its key. register gets the metrics; nil means none.
func openBackend(ctx context.Context, config serviceConfig, log *slog.Logger, register prometheus.Registerer) (_ *backend, err error) {
	where, err := config.location.resolved()
	if err != nil {
		return nil, err
	}
	database, err := openDatabase(ctx, config, where, log)
	if err != nil {
		return nil, err
	}
	b := &backend{database: database, engine: &lazyEngine{config: config}}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close(ctx))
		}
	}()
	key, err := openKey(ctx, where, database)
	if err != nil {
		return nil, err
	}
	b.service, err = service.New(config.service(database, b.engine, key, log, register))
	return b, err
}

// openDatabase opens what --database names, and makes the directories of a file.
func openDatabase(ctx context.Context, config serviceConfig, where location, log *slog.Logger) (record.Database, error) {
	directories := []string{where.dataDir}
	if !where.shared() {
		directories = append(directories, filepath.Dir(where.database))
	}
	for _, directory := range directories {
		if err := os.MkdirAll(directory, 0o700); err != nil {
			return nil, fmt.Errorf("%s: %s", directory, directoryReason(err))
		}
	}
	if where.shared() {
		return postgres.Open(ctx, where.database, postgres.Options{Connections: config.connections, PollOnly: config.pollOnly, Log: log})
	}
	synchronous, err := config.synchronous()
	if err != nil {
		return nil, err
	}
	database, err := sqlite.OpenDatabase(ctx, where.database, sqlite.Options{Synchronous: synchronous, Log: log})
	if err != nil {
		return nil, advise(where.database, err)
	}
	return database, nil
}

func (b *backend) close(ctx context.Context) error {
	return errors.Join(b.engine.close(context.WithoutCancel(ctx)), b.database.Close())
}

// directoryReason says why a directory cannot be made or written.
func directoryReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "you may not write there"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only"
	case errors.Is(err, syscall.ENOSPC):
		return "no space left"
	case errors.Is(err, syscall.ENOTDIR):
		return "a file is where a directory must be"
	case errors.Is(err, fs.ErrNotExist):
		return "it cannot be made there"
	}
	return plainReason(err)
}

// openKey reads the key file, or makes one if there is none. A key that is not the
// database's is found here, before anything is sealed with it.
func openKey(ctx context.Context, where location, database record.Database) (secret.Key, error) {
	path := where.keyFile
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && where.shared() {
		return secret.Key{}, fmt.Errorf(`there is no key file %s. Servers that share a database share its key, so none is made here:
'openssl rand -hex 32 > FILE' makes one, and --key-file FILE names it to each of them`, path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		key := secret.NewKey(nil)
		err := checkKey(ctx, key, database)
		if errors.Is(err, secret.ErrWrongKey) {
			return key, fmt.Errorf("there is no key file %s, but the database holds secrets that need one: put it back, or name it with --key-file", path)
		}
		if err != nil {
			return key, advise(where.database, err)
		}
		return key, writeKey(path, key)
	}
	if err != nil {
		return secret.Key{}, fmt.Errorf("%s: %s", path, plainReason(err))
	}
	key, err := secret.ReadKey(text)
	if err != nil {
		return key, invalid("%s: %w", path, err)
	}
	err = checkKey(ctx, key, database)
	if errors.Is(err, secret.ErrWrongKey) {
		return key, fmt.Errorf("%s: %w: name the right one with --key-file", path, err)
	}
	return key, advise(where.database, err)
}

func writeKey(path string, key secret.Key) error {
	// O_EXCL: whoever made a key in the meantime may have sealed with it.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %s", path, directoryReason(err))
	}
	_, err = fmt.Fprintln(file, key.Text())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		os.Remove(path) // half a key would be refused from now on
		return fmt.Errorf("%s: %s", path, directoryReason(err))
	}
	return nil
}

// checkKey returns an error if what the database holds was sealed with another key.
// All of it was sealed with one, so the first is enough.
func checkKey(ctx context.Context, key secret.Key, database record.Database) error {
	projects, err := database.ListProjects(ctx, "")
	if err != nil {
		return err
	}
	for _, p := range projects {
		sealed, err := firstSealed(ctx, p, database)
		if err != nil {
			return err
		}
		if sealed != "" {
			return key.Check(sealed)
		}
	}
	return nil
}

func firstSealed(ctx context.Context, p record.Project, database record.Database) (string, error) {
	if p.Hook.Sealed != "" {
		return p.Hook.Sealed, nil
	}
	integrations, err := database.ListIntegrations(ctx, p.ID, "")
	if err != nil {
		return "", err
	}
	for _, i := range integrations {
		variables, err := database.ListVariables(ctx, i.ID)
		if err != nil {
			return "", err
		}
		for _, v := range variables {
			if v.Kind == record.Sensitive {
				return v.Value, nil
			}
		}
	}
	return "", nil
}
