package host

import "encoding/binary"

// This file assembles a guest by hand that does whatever a guest can that was taken
// over: it calls the host with any numbers, answers the host's calls with any, and
// writes anything to its memory and its globals. What it cannot do is to be without
// the checks that the instrumenter put in: whoever takes the guest over changes its
// memory and not its code. So every loop here has one.

// wasmCode is a stretch of instructions.
type wasmCode []byte

// Places in the attacker's memory. As in the guest, the C stack lies at the bottom.
const (
	atkStackTop  = 1 << 16
	atkABI       = atkStackTop        // the record that cloche_abi points to
	atkResponse  = atkStackTop + 4096 // the response buffer
	atkCapacity  = 8192               // its length
	atkAlloc     = 2 << 16            // what cloche_alloc returns
	atkScratch   = 3 << 16            // requests are put together here
	atkPages     = 4                  // of memory, at first
	atkMemory    = atkPages << 16     // its bytes
	atkHeapPeak  = atkABI + 12        // the u32 that the host reads after a run
	atkPeakValue = 4711               // what a harmless run leaves there
)

// Indexes of types, functions and globals in the module.
const (
	typeI32ToI32 = iota // tick, cloche_alloc
	typeHostCall
	typeNothing
	typeToI32
	typeInit
	typeCompile
	typeLoad
	typeRun
)

const (
	fnTick = iota
	fnHostCall
	fnABI
	fnInitialize
	fnInit
	fnAlloc
	fnCompile
	fnLoad
	fnRun
	fnRecurse
)

const (
	globalStackPointer = iota
	globalFuel
)

// attacker says how the module differs from a harmless one. A nil stretch is the
// harmless one. Those of compile, load, alloc and run are taken when the host asks
// for it, so that the same engine runs harmless scripts too: compile and load for a
// script of len(attackSource) bytes, alloc for its length and the NUL, and run when
// the embedder has added a function.
type attacker struct {
	abi     wasmCode // instead of the address of the record
	record  []uint32 // the record itself: version, response, capacity, peak
	init    wasmCode // of cloche_init, its parameter is the size of the stack
	alloc   wasmCode // leaves an address
	compile wasmCode // leaves a status, as load and run do
	load    wasmCode
	run     wasmCode
}

const (
	attackSource   = "attack!"
	harmlessSource = "fine"
)

// module assembles the guest.
func (a attacker) module() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	i32, i64 := byte(0x7f), byte(0x7e)
	signature := func(params, results []byte) []byte {
		return join([]byte{0x60}, lengthAndBytes(params), lengthAndBytes(results))
	}
	out = section(out, 1, vector(
		signature([]byte{i32}, []byte{i32}),
		signature([]byte{i32, i32, i32}, []byte{i32}),
		signature(nil, nil),
		signature(nil, []byte{i32}),
		signature([]byte{i32}, nil),
		signature([]byte{i32, i32, i32, i32}, []byte{i32}),
		signature([]byte{i32, i32, i32, i32}, []byte{i32}),
		signature([]byte{i64, i32, i32}, []byte{i32}),
	))
	imported := func(name string, signature byte) []byte {
		return join(lengthAndBytes([]byte(hostModule)), lengthAndBytes([]byte(name)), []byte{0, signature})
	}
	out = section(out, 2, vector(imported("tick", typeI32ToI32), imported("host_call", typeHostCall)))
	out = section(out, 3, lengthAndBytes([]byte{
		typeToI32, typeNothing, typeInit, typeI32ToI32, typeCompile, typeLoad, typeRun, typeNothing,
	}))
	out = section(out, 4, vector([]byte{0x70, 0, 2})) // two function references
	out = section(out, 5, vector([]byte{0, atkPages}))
	global := func(value int32) []byte { return join([]byte{i32, 1}, number(value), []byte{0x0b}) }
	out = section(out, 6, vector(global(atkStackTop), global(0)))
	exported := func(name string, kind, index byte) []byte {
		return join(lengthAndBytes([]byte(name)), []byte{kind, index})
	}
	out = section(out, 7, vector(
		exported("memory", 2, 0), exported("__stack_pointer", 3, globalStackPointer), exported("fuel", 3, globalFuel),
		exported("cloche_abi", 0, fnABI), exported("_initialize", 0, fnInitialize), exported("cloche_init", 0, fnInit),
		exported("cloche_alloc", 0, fnAlloc), exported("cloche_compile", 0, fnCompile),
		exported("cloche_load", 0, fnLoad), exported("cloche_run", 0, fnRun),
	))
	// The first place of the table holds a function of the wrong type, the second none.
	out = section(out, 9, vector(join([]byte{0}, number(0), []byte{0x0b}, vector([]byte{fnRecurse}))))
	out = section(out, 10, vector(a.bodies()...))
	return section(out, 11, vector(join([]byte{0}, number(atkABI), []byte{0x0b}, lengthAndBytes(a.recordBytes()))))
}

func (a attacker) recordBytes() []byte {
	record := a.record
	if record == nil {
		record = []uint32{abiVersion, atkResponse, atkCapacity, 0}
	}
	var out []byte
	for _, word := range record {
		out = binary.LittleEndian.AppendUint32(out, word)
	}
	return out
}

// bodies returns the functions, in the order of their indexes.
func (a attacker) bodies() [][]byte {
	source := number(int32(len(attackSource)))
	return [][]byte{
		body(orElse(a.abi, number(atkABI))),
		body(nil),
		body(a.init),
		body(a.choose(a.alloc, join(local(0), number(int32(len(attackSource)+1)), []byte{opEqual}), number(atkAlloc))),
		body(a.choose(a.compile, join(local(2), source, []byte{opEqual}),
			join(hostCallWith(number(int32(opBytecode)), number(atkAlloc), local(2)), []byte{opDrop}, number(0)))),
		body(a.choose(a.load, join(local(1), source, []byte{opEqual}), number(0))),
		body(a.choose(a.run, local(2), harmless())),
		body(join([]byte{opCall, fnRecurse}, number(1), []byte{opDrop})), // not a tail call
	}
}

// choose takes the attack, if there is one and the condition holds.
func (attacker) choose(attack, condition, otherwise wasmCode) wasmCode {
	if attack == nil {
		return otherwise
	}
	return join(condition, []byte{0x04, 0x7f}, attack, []byte{0x05}, otherwise, []byte{opEnd})
}

func orElse(code, otherwise wasmCode) wasmCode {
	if code == nil {
		return otherwise
	}
	return code
}

// harmless checks that its memory, stack pointer and fuel are as they should be at
// the start of a run, and logs "fine".
func harmless() wasmCode {
	expect := func(actual, wanted wasmCode) wasmCode { // or return 3
		return join(actual, wanted, []byte{opNotEqual, 0x04, 0x40}, number(3), []byte{opReturn, opEnd})
	}
	return join(
		expect([]byte{0x3f, 0}, number(atkPages)), // memory.size
		expect(getGlobal(globalStackPointer), number(atkStackTop)),
		expect(join(number(atkScratch), load32()), number(0)),
		expect(join(number(0), load32()), number(0)),
		expect(join(number(atkMemory-4), load32()), number(0)),
		number(atkHeapPeak), number(atkPeakValue), store32(),
		logLine("fine"),
		number(0),
	)
}

// Instructions.
const (
	opUnreachable = 0x00
	opLoop        = 0x03
	opEnd         = 0x0b
	opBranch      = 0x0c
	opReturn      = 0x0f
	opCall        = 0x10
	opDrop        = 0x1a
	opEqual       = 0x46
	opNotEqual    = 0x47
	opLessSigned  = 0x48
	opSubtract    = 0x6b
	opDivide      = 0x6d
)

// number is i32.const.
func number[T int | int32 | uint32](value T) wasmCode {
	out := wasmCode{0x41}
	for v := int32(value); ; {
		low := byte(v) & 0x7f
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(out, low)
		}
		out = append(out, low|0x80)
	}
}

func local(n byte) wasmCode     { return wasmCode{0x20, n} }
func getGlobal(n byte) wasmCode { return wasmCode{0x23, n} }
func load32() wasmCode          { return wasmCode{0x28, 0, 0} }
func store32() wasmCode         { return wasmCode{0x36, 0, 0} }

func setGlobal[T int | int32 | uint32](n byte, value T) wasmCode {
	return join(number(value), []byte{0x24, n})
}

// grow is memory.grow, whose result is dropped.
func grow(pages uint32) wasmCode { return join(number(pages), []byte{0x40, 0, opDrop}) }

// fill is memory.fill.
func fill(at, value, length uint32) wasmCode {
	return join(number(at), number(value), number(length), []byte{0xfc, 11, 0})
}

// put writes bytes to memory.
func put(at uint32, text ...byte) wasmCode {
	var out wasmCode
	for n, b := range text {
		out = join(out, number(at+uint32(n)), number(int32(b)), []byte{0x3a, 0, 0})
	}
	return out
}

// checkedLoop repeats body for ever, with the check of the instrumenter.
func checkedLoop(body wasmCode) wasmCode {
	check := join(
		getGlobal(globalFuel), number(1), []byte{opSubtract, 0x24, globalFuel},
		getGlobal(globalFuel), number(0), []byte{opLessSigned, 0x04, 0x40},
		getGlobal(globalFuel), []byte{opCall, fnTick, 0x24, globalFuel},
		[]byte{opEnd},
	)
	return uncheckedLoop(join(check, body))
}

// uncheckedLoop repeats body, which calls tick itself.
func uncheckedLoop(body wasmCode) wasmCode {
	return join([]byte{opLoop, 0x40}, body, []byte{opBranch, 0, opEnd})
}

// tickWith calls tick.
func tickWith[T int | int32 | uint32](fuel T) wasmCode {
	return join(number(fuel), []byte{opCall, fnTick, opDrop})
}

func hostCallWith(op, request, length wasmCode) wasmCode {
	return join(op, request, length, []byte{opCall, fnHostCall})
}

// callHost makes a host call and drops its result.
func callHost(op operation, request, length uint32) wasmCode {
	return join(hostCallWith(number(uint32(op)), number(request), number(length)), []byte{opDrop})
}

// send makes a host call with a request put together at atkScratch.
func send(op operation, request ...byte) wasmCode {
	return join(put(atkScratch, request...), callHost(op, atkScratch, uint32(len(request))))
}

// logLine makes a line of the log.
func logLine(text string) wasmCode {
	return send(opLog, texts("log", text)...)
}

// texts is a request of strings.
func texts(list ...string) []byte {
	request := []byte{byte(len(list))}
	for _, text := range list {
		request = appendText(request, 's', text)
	}
	return request
}

// Sections.

func section(out []byte, id byte, payload []byte) []byte {
	return join(out, []byte{id}, lengthAndBytes(payload))
}

func vector(items ...[]byte) []byte {
	return join(append([][]byte{binary.AppendUvarint(nil, uint64(len(items)))}, items...)...)
}

func lengthAndBytes(b []byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(b))), b...)
}

// body is a function without locals.
func body(code wasmCode) []byte {
	return lengthAndBytes(join([]byte{0}, code, []byte{opEnd}))
}

func join[T ~[]byte](parts ...T) T {
	var out T
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}
