#include "wire.h"

#include <string.h>

#include "host.h"

#define MAX_LIST_DEPTH 4

_Alignas(16) uint8_t response_buffer[RESPONSE_CAPACITY];

static JSValue error_maker = JS_UNDEFINED;

/* Writer gathers a request. Requests of common size never leave the stack. */
typedef struct {
    JSContext *ctx;
    uint8_t *data;
    size_t length, capacity;
    uint8_t inline_data[512];
} Writer;

typedef struct {
    uint8_t *data, *end;
} Reader;

static void writer_init(Writer *w, JSContext *ctx)
{
    w->ctx = ctx;
    w->data = w->inline_data;
    w->length = 0;
    w->capacity = sizeof(w->inline_data);
}

static void writer_free(Writer *w)
{
    if (w->data != w->inline_data)
        js_free(w->ctx, w->data);
}

static uint8_t *writer_reserve(Writer *w, size_t n)
{
    uint8_t *at;

    if (n > w->capacity - w->length) {
        size_t capacity = w->length + n;
        uint8_t *data;
        if (capacity < n)
            return NULL;
        if (w->data == w->inline_data) {
            data = js_malloc(w->ctx, capacity);
            if (data)
                memcpy(data, w->inline_data, w->length);
        } else {
            data = js_realloc(w->ctx, w->data, capacity);
        }
        if (!data)
            return NULL;
        w->data = data;
        w->capacity = capacity;
    }
    at = w->data + w->length;
    w->length += n;
    return at;
}

static int write_bytes(Writer *w, char tag, const void *bytes, size_t length)
{
    uint32_t length32 = length;
    uint8_t *at = writer_reserve(w, 1 + sizeof(length32) + length);

    if (!at)
        return -1;
    at[0] = tag;
    memcpy(at + 1, &length32, sizeof(length32));
    memcpy(at + 1 + sizeof(length32), bytes, length);
    return 0;
}

static int write_string(Writer *w, char tag, JSValueConst value)
{
    size_t length;
    const char *text = JS_ToCStringLen(w->ctx, &length, value);
    int result;

    if (!text)
        return -1;
    result = write_bytes(w, tag, text, length);
    JS_FreeCString(w->ctx, text);
    return result;
}

static int write_tag(Writer *w, char tag)
{
    uint8_t *at = writer_reserve(w, 1);
    if (!at)
        return -1;
    *at = tag;
    return 0;
}

static int write_number(Writer *w, JSValueConst value)
{
    double number;
    uint8_t *at;

    if (JS_ToFloat64(w->ctx, &number, value))
        return -1;
    at = writer_reserve(w, 1 + sizeof(number));
    if (!at)
        return -1;
    at[0] = 'd';
    memcpy(at + 1, &number, sizeof(number));
    return 0;
}

/* write_json writes what JSON.stringify makes of an object. That runs code of the
 * script, which may call the host in turn: nothing here is shared with such a
 * call but the response buffer, and no response is being read. */
static int write_json(Writer *w, JSValueConst value)
{
    JSValue text = JS_JSONStringify(w->ctx, value, JS_UNDEFINED, JS_UNDEFINED);
    int result = -1;

    if (JS_IsString(text))
        result = write_string(w, 'j', text);
    else if (JS_IsUndefined(text))
        result = write_tag(w, 'u');
    JS_FreeValue(w->ctx, text);
    return result;
}

static int write_object(Writer *w, JSValueConst value)
{
    size_t length;
    const uint8_t *bytes;

    if (JS_GetTypedArrayType(value) == JS_TYPED_ARRAY_UINT8)
        bytes = JS_GetUint8Array(w->ctx, &length, value);
    else if (JS_IsArrayBuffer(value))
        bytes = JS_GetArrayBuffer(w->ctx, &length, value);
    else
        return write_json(w, value);
    if (!bytes && length != 0)
        return -1;
    return write_bytes(w, 'b', bytes, bytes ? length : 0);
}

static int write_value(Writer *w, JSValueConst value)
{
    if (JS_IsString(value))
        return write_string(w, 's', value);
    if (JS_IsNumber(value))
        return write_number(w, value);
    if (JS_IsBool(value))
        return write_tag(w, JS_VALUE_GET_BOOL(value) ? 't' : 'f');
    if (JS_IsNull(value))
        return write_tag(w, 'n');
    if (JS_IsUndefined(value))
        return write_tag(w, 'u');
    if (JS_IsObject(value))
        return write_object(w, value);
    JS_ThrowTypeError(w->ctx, "this value cannot be passed to the host");
    return -1;
}

static JSValue read_failed(JSContext *ctx)
{
    return JS_ThrowInternalError(ctx, "malformed response from the host");
}

static int read_length(Reader *r, uint32_t *length)
{
    if (r->end - r->data < (ptrdiff_t)sizeof(*length))
        return -1;
    memcpy(length, r->data, sizeof(*length));
    r->data += sizeof(*length);
    return 0;
}

static JSValue read_value(JSContext *ctx, Reader *r, int depth);

static JSValue read_bytes(JSContext *ctx, Reader *r, char tag)
{
    uint32_t length;
    uint8_t *bytes, next;
    JSValue value;

    if (read_length(r, &length) || (size_t)(r->end - r->data) < length)
        return read_failed(ctx);
    bytes = r->data;
    r->data += length;
    if (tag == 's')
        return JS_NewStringLen(ctx, (const char *)bytes, length);
    if (tag == 'b')
        return JS_NewUint8ArrayCopy(ctx, bytes, length);
    /* The JSON parser wants a NUL behind its text; take() left room for it. */
    next = bytes[length];
    bytes[length] = 0;
    value = JS_ParseJSON(ctx, (const char *)bytes, length, "<host>");
    bytes[length] = next;
    return value;
}

static JSValue read_list(JSContext *ctx, Reader *r, int depth)
{
    uint32_t count;
    JSValue list;

    if (depth == 0 || read_length(r, &count))
        return read_failed(ctx);
    list = JS_NewArray(ctx);
    for (uint32_t i = 0; i < count && !JS_IsException(list); i++) {
        JSValue item = read_value(ctx, r, depth - 1);
        if (JS_IsException(item) ||
            JS_DefinePropertyValueUint32(ctx, list, i, item, JS_PROP_C_W_E) < 0) {
            JS_FreeValue(ctx, list);
            list = JS_EXCEPTION;
        }
    }
    return list;
}

static JSValue read_error(JSContext *ctx, Reader *r)
{
    JSValue fields[3], error;
    int n = 0;

    while (n < 3) {
        fields[n] = read_value(ctx, r, 0);
        if (JS_IsException(fields[n]))
            break;
        n++;
    }
    error = JS_EXCEPTION;
    if (n == 3)
        error = JS_Call(ctx, error_maker, JS_UNDEFINED, 3, fields);
    while (n > 0)
        JS_FreeValue(ctx, fields[--n]);
    return JS_IsException(error) ? error : JS_Throw(ctx, error);
}

static JSValue read_value(JSContext *ctx, Reader *r, int depth)
{
    double number;
    char tag;

    if (r->data >= r->end)
        return read_failed(ctx);
    tag = *r->data++;
    switch (tag) {
    case 'u': return JS_UNDEFINED;
    case 'n': return JS_NULL;
    case 't': return JS_TRUE;
    case 'f': return JS_FALSE;
    case 'd':
        if (r->end - r->data < (ptrdiff_t)sizeof(number))
            return read_failed(ctx);
        memcpy(&number, r->data, sizeof(number));
        r->data += sizeof(number);
        return JS_NewNumber(ctx, number);
    case 's': case 'b': case 'j': return read_bytes(ctx, r, tag);
    case 'l': return read_list(ctx, r, depth);
    case 'e': return read_error(ctx, r);
    default: return read_failed(ctx);
    }
}

/* take returns where the response lies: the response buffer, or, when it did
 * not fit, new memory that *kept points to. One NUL follows in either case. */
static uint8_t *take(JSContext *ctx, uint32_t length, uint8_t **kept)
{
    *kept = NULL;
    if (length < RESPONSE_CAPACITY) {
        response_buffer[length] = 0;
        return response_buffer;
    }
    *kept = js_malloc(ctx, (size_t)length + 1);
    if (!*kept)
        return NULL;
    host_call(OP_TAKE, *kept, length);
    (*kept)[length] = 0;
    return *kept;
}

JSValue wire_call(JSContext *ctx, uint32_t op, int argc, JSValueConst *argv)
{
    Writer w;
    Reader r;
    JSValue value = JS_EXCEPTION;
    uint8_t *kept, *count;
    uint32_t length;
    int i = 0;

    if (argc > 255)
        return JS_ThrowRangeError(ctx, "at most 255 arguments for a host function");
    writer_init(&w, ctx);
    count = writer_reserve(&w, 1);
    *count = argc;
    while (i < argc && write_value(&w, argv[i]) == 0)
        i++;
    if (i == argc) {
        length = host_call(op, w.data, w.length);
        r.data = take(ctx, length, &kept);
        r.end = r.data + length;
        if (r.data)
            value = read_value(ctx, &r, MAX_LIST_DEPTH);
        js_free(ctx, kept);
    }
    writer_free(&w);
    return value;
}

char *wire_input(JSContext *ctx, uint8_t which, size_t *length)
{
    uint32_t n = host_call(OP_INPUT, &which, 1);
    uint8_t *kept, *data = take(ctx, n, &kept);

    if (!data)
        return NULL;
    if (!kept) {
        kept = js_malloc(ctx, (size_t)n + 1);
        if (!kept)
            return NULL;
        memcpy(kept, data, (size_t)n + 1);
    }
    *length = n;
    return (char *)kept;
}

void wire_set_error_maker(JSContext *ctx, JSValueConst function)
{
    JS_FreeValue(ctx, error_maker);
    error_maker = JS_DupValue(ctx, function);
}
