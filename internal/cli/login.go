package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cloche/service/api"
)

// login is a server that was saved, so that it need not be named every time.
type login struct {
	Server string `json:"server"`
	Token  string `json:"token"`
}

func loginPath() (string, error) {
	directory, err := os.UserConfigDir()
	if err != nil {
		return "", usage("there is no home directory to keep a login in")
	}
	return filepath.Join(directory, "cloche", "login.json"), nil
}

// readLogin returns the saved login, or a zero one.
func readLogin() (login, error) {
	path, err := loginPath()
	if err != nil {
		return login{}, nil // then nothing can have been saved
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return login{}, nil
	}
	var l login
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		return login{}, fmt.Errorf("the saved login %s cannot be read: %s", path, plainReason(err))
	}
	return l, nil
}

func newLoginCommand(s Streams) *cobra.Command {
	var token string
	c := &cobra.Command{
		Use:     "login URL",
		Short:   "Save a server and a token for later commands",
		GroupID: groupAccess,
		Long: `login saves the address of a server and a token in your configuration directory,
readable by you alone. The token comes from --token, RUNNER_TOKEN or standard input.`,
		Example: `  runner login https://runner.example.com
  echo "$TOKEN" | runner login https://runner.example.com`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			server, err := serverURL(args[0])
			if err != nil {
				return err
			}
			if token, err = readToken(s, token); err != nil {
				return err
			}
			if _, err := get[api.Root](c.Context(), &client{base: server, token: token, http: newHTTP(nil)}, "/api"); err != nil {
				return err
			}
			if err := saveLogin(login{server, token}); err != nil {
				return err
			}
			fmt.Fprintf(s.Err, "Logged in to %s\n", server)
			return nil
		},
	}
	c.Flags().StringVar(&token, "token", "", "the token; other users of this machine may see it here")
	return c
}

// readToken takes the token from where it is, and asks for it last.
func readToken(s Streams, token string) (string, error) {
	if token == "" {
		token = os.Getenv("RUNNER_TOKEN")
	}
	if token != "" {
		return token, nil
	}
	if s.interactive() {
		fmt.Fprint(s.Err, "Token: ")
		return readHidden(s)
	}
	text, err := io.ReadAll(io.LimitReader(s.In, 1<<10))
	if err != nil {
		return "", err
	}
	if token = strings.TrimSpace(string(text)); token == "" {
		return "", usage("there is no token: give it with --token, RUNNER_TOKEN or on standard input")
	}
	return token, nil
}

func saveLogin(l login) error {
	path, err := loginPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%s: %s", filepath.Dir(path), directoryReason(err))
	}
	text, err := json.Marshal(l)
	if err == nil {
		err = writeWhole(path, append(text, '\n'))
	}
	return err
}

func newLogoutCommand(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "logout",
		Short:   "Forget the saved server and token",
		GroupID: groupAccess,
		Example: "  runner logout",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			path, err := loginPath()
			if err != nil {
				return err
			}
			if err := os.Remove(path); err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					return errors.New("you are not logged in")
				}
				return err
			}
			fmt.Fprintln(s.Err, "Logged out")
			return nil
		},
	}
}

// serverURL checks the address of a server, and returns it without a slash at its end.
func serverURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return "", usage("%s is not the address of a server, such as https://runner.example.com", text)
	}
	return strings.TrimSuffix(text, "/"), nil
}
