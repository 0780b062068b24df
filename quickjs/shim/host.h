/* The boundary between the guest and its host: two imports and a handful of
 * operation numbers. host/abi.go holds the other half; a test keeps them equal.
 *
 * A call passes a request that lies anywhere in linear memory. Its response is
 * written by the host to the response buffer (response_buffer, below) when it
 * fits; otherwise the host keeps it until the guest asks with OP_TAKE for a
 * copy in memory of its own. */
#ifndef CLOCHE_HOST_H
#define CLOCHE_HOST_H

#include <stddef.h>
#include <stdint.h>

#define ABI_VERSION 1

/* Bytes of the response buffer. It is part of the base image and copied before
 * every run, so it is only as large as common responses are. */
#define RESPONSE_CAPACITY 8192

enum {
    OP_TAKE = 0,   /* copy the kept response to (ptr, len) */
    OP_CLOCK = 1,  /* response: two f64, ms since 1970 and ms since the run began */
    OP_INPUT = 2,  /* request: one byte, an INPUT_*; response: raw bytes */
    OP_LOG = 3,    /* request: level, text */
    OP_REPORT = 4, /* request: how the run or compilation failed */
    OP_RANDOM = 5, /* request: a count; response: that many bytes */
    OP_BYTECODE = 6, /* request: a compiled script, raw bytes */
    OP_FUNCTION = 16, /* + index into the list of host functions */
};

enum {
    INPUT_ACTIVITY = 0,  /* JSON */
    INPUT_PROJECT = 1,   /* JSON */
    INPUT_VARIABLES = 2, /* JSON object */
    INPUT_FUNCTIONS = 3, /* JSON array: names of the embedder's functions */
};

/* host_call returns the length of the response in bytes. The host ends the
 * run instead of returning when the run must not go on. */
__attribute__((import_module("cloche"), import_name("host_call")))
uint32_t host_call(uint32_t op, const void *request, uint32_t length);

/* tick is called by the check that the instrumenter inserts; see check.c. */
__attribute__((import_module("cloche"), import_name("tick")))
int32_t host_tick(int32_t fuel);

extern uint8_t response_buffer[RESPONSE_CAPACITY];

/* clock_started is false while the image is being built: it must come out the
 * same whenever and wherever that happens, so time stands at 0. */
extern int clock_started;

#endif
