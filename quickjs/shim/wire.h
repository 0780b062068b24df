/* The encoding of values that cross the boundary; host/wire.go is its twin.
 *
 * A value is a tag byte and what the tag asks for, integers little-endian:
 *   u undefined   n null   t true   f false
 *   d             f64
 *   s             u32 length, that many bytes of UTF-8 (a lone surrogate is
 *                 encoded like any other code point: WTF-8)
 *   b             u32 length, that many bytes
 *   j             u32 length, that many bytes of JSON text
 *   l             u32 count, that many values
 *   e             three s values: name, message, code of an error to throw
 * A request is a u8 count and that many values; a response is one value. */
#ifndef CLOCHE_WIRE_H
#define CLOCHE_WIRE_H

#include "quickjs.h"

/* wire_call encodes argv, calls the host and decodes the response. Of objects,
 * ArrayBuffers and Uint8Arrays pass as bytes and any other as JSON; symbols and
 * BigInts throw. Returns JS_EXCEPTION with the host's error thrown when the
 * response is one. */
JSValue wire_call(JSContext *ctx, uint32_t op, int argc, JSValueConst *argv);

/* wire_input returns the raw bytes of an input, NUL-terminated, in memory that
 * the caller frees with js_free, or NULL with an exception thrown. */
char *wire_input(JSContext *ctx, uint8_t which, size_t *length);

/* wire_set_error_maker sets the function (name, message, code) → Error. */
void wire_set_error_maker(JSContext *ctx, JSValueConst function);

#endif
