package engines

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"

	"cloche/bench/worker"
	"cloche/storage"
)

// api is what the API in JavaScript stands on, for the engines that bring none:
// functions of strings, the same for all of them.
type api struct {
	space             storage.Space
	log               func(string)
	activity, project string
}

func newAPI(s worker.Sandbox, h worker.Host) (api, error) {
	space, err := newSpace()
	return api{space: space, log: h.Log, activity: s.Activity, project: s.Project}, err
}

// textFunc is a host function over strings; missing arguments are empty.
type textFunc func(args [3]string) (string, error)

func (a api) functions() map[string]textFunc {
	return map[string]textFunc{
		"host_log":   a.writeLog,
		"host_get":   a.get,
		"host_set":   a.set,
		"host_hmac":  a.hmac,
		"host_fetch": a.fetch,
		"host_input": a.input,
	}
}

func (a api) writeLog(args [3]string) (string, error) {
	a.log(args[0])
	return "", nil
}

// get answers with JSON text, "" for what is not there.
func (a api) get(args [3]string) (string, error) {
	value, found, err := a.space.Get(context.Background(), args[0])
	if err != nil || !found {
		return "", err
	}
	if text, ok := value.AsString(); ok {
		return strconv.Quote(text), nil
	}
	return "", errors.New("only strings are stored here")
}

func (a api) set(args [3]string) (string, error) {
	var text string
	if err := json.Unmarshal([]byte(args[1]), &text); err != nil {
		return "", err
	}
	return "", a.space.Set(context.Background(), args[0], storage.String(text))
}

func (a api) hmac(args [3]string) (string, error) {
	h := hmac.New(sha256.New, []byte(args[1]))
	h.Write([]byte(args[2]))
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (a api) fetch([3]string) (string, error) {
	return "", errors.New("no answer is prepared for this request")
}

func (a api) input(args [3]string) (string, error) {
	if args[0] == "activity" {
		return a.activity, nil
	}
	return a.project, nil
}
