package cli

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"math"
	"os"

	"cloche/host"
)

// traceLine is one line of --trace.
type traceLine struct {
	Number     int              `json:"n"`
	Function   string           `json:"function"`
	Args       []any            `json:"args"`
	Result     any              `json:"result,omitempty"`
	Exception  *traceExceptions `json:"exception,omitempty"`
	Steps      int64            `json:"steps"`
	DurationUS int64            `json:"duration_us"`
}

type traceExceptions struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

// openTrace has every host call written to the trace file.
func (o runOptions) openTrace(run *host.Run) (func() error, error) {
	if o.trace == "" {
		return func() error { return nil }, nil
	}
	file, err := os.OpenFile(expandHome(o.trace), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, invalid("--trace %s: %s", o.trace, plainReason(err))
	}
	buffer := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	fixed := !run.Now.IsZero()
	var failed error
	run.OnHostCall = func(call host.HostCall) {
		line := newTraceLine(call)
		if fixed {
			line.DurationUS = 0 // the trace of a fixed run is fixed too
		}
		if err := encoder.Encode(line); err != nil && failed == nil {
			failed = err
		}
	}
	return func() error {
		for _, err := range []error{failed, buffer.Flush(), file.Close()} {
			if err != nil {
				return &exitError{exitFailed, err}
			}
		}
		return nil
	}, nil
}

func newTraceLine(call host.HostCall) traceLine {
	line := traceLine{
		Number: call.Number, Function: call.Function, Args: make([]any, len(call.Args)),
		Steps: call.Steps, DurationUS: call.Duration.Microseconds(),
	}
	for i, arg := range call.Args {
		line.Args[i] = traceValue(arg)
	}
	if e := call.Exception; e != nil {
		line.Exception = &traceExceptions{e.Name, e.Message, e.Code}
	} else {
		line.Result = traceValue(call.Result)
	}
	return line
}

// traceValue returns what JSON has for a value; bytes become {"base64": …} and
// numbers that JSON lacks their names.
func traceValue(v host.Value) any {
	switch v.Kind() {
	case host.Null:
		return json.RawMessage("null")
	case host.Bool:
		return v.Bool()
	case host.Number:
		if n := v.Number(); math.IsNaN(n) || math.IsInf(n, 0) {
			return map[string]string{"number": json.Number(formatNumber(n)).String()}
		}
		return v.Number()
	case host.String:
		return v.Text()
	case host.Bytes:
		return map[string]string{"base64": base64.StdEncoding.EncodeToString(v.Bytes())}
	case host.JSON:
		if json.Valid([]byte(v.Text())) {
			return json.RawMessage(v.Text())
		}
		return v.Text()
	case host.List:
		items := v.List()
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = traceValue(item)
		}
		return list
	}
	return nil
}

func formatNumber(n float64) string {
	switch {
	case math.IsNaN(n):
		return "NaN"
	case n > 0:
		return "Infinity"
	}
	return "-Infinity"
}
