package host

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// maxReport bounds each text of a report and of a host function's exception, in bytes.
const maxReport = 64 << 10

// takeReport keeps what the guest tells of its failure: kind, and either a word
// for what cannot be told, or whether it is an Error, its name, message and
// stack. Only the first report of a run counts.
func (r *run) takeReport(args []Value) {
	r.response = append(r.response, 'u')
	if r.report != nil || len(args) < 2 {
		return
	}
	kind := args[0].Text()
	if len(args) < 5 {
		r.report = r.poorReport(args[1].Text())
		return
	}
	name, message := bounded(args[2].Text()), bounded(args[3].Text())
	e := &Error{Code: ScriptError, Message: message, Stack: strings.TrimRight(bounded(args[4].Text()), "\n")}
	switch {
	case args[1].Bool():
		e.Message = joinNonEmpty(name, message)
	case kind == "rejection":
		e.Message = "unhandled rejection: " + message
	default:
		e.Message = "thrown: " + message
	}
	switch {
	case kind == "syntax":
		e.Code = SyntaxError
	case name == "RangeError" && message == "Maximum call stack size exceeded":
		e.Code = StackOverflow
	case name == "InternalError" && message == "out of memory":
		e.Code = MemoryLimit
		e.Message = r.limitMessage(MemoryLimit)
	case kind == "rejection" && args[1].Bool():
		e.Message = "unhandled rejection: " + e.Message
	}
	r.locate(e)
	r.report = e
}

func (r *run) poorReport(what string) *Error {
	if what == "memory" {
		return &Error{Code: MemoryLimit, Message: r.limitMessage(MemoryLimit)}
	}
	return &Error{Code: ScriptError, Message: "the script threw a value that cannot be described"}
}

func bounded(text string) string {
	if len(text) > maxReport {
		text = text[:maxReport] + fmt.Sprintf("… (%d bytes more)", len(text)-maxReport)
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

func joinNonEmpty(name, message string) string {
	switch {
	case name == "":
		return message
	case message == "":
		return name
	}
	return name + ": " + message
}

// position is the end of a line of a stack trace: (name:line:column) or
// name:line:column.
var position = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)[( ]([^\n()]*):(\d+):(\d+)\)?$`)
})

// locate finds the uppermost line of the stack that is in the script's own file.
func (r *run) locate(e *Error) {
	lines := strings.Count(r.script.source, "\n") + 1
	for _, match := range position().FindAllStringSubmatch(e.Stack, -1) {
		if strings.TrimPrefix(strings.TrimSpace(match[1]), "at ") != r.script.name {
			continue
		}
		line, err := strconv.Atoi(match[2])
		column, err2 := strconv.Atoi(match[3])
		if err != nil || err2 != nil || line > lines {
			continue // the script made it up
		}
		e.Line, e.Column, e.Source = line, column, r.script.line(line)
		return
	}
}
