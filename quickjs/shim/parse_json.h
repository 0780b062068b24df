/* A JSON parser for the common case, part of quickjs.c, which includes it: it makes
 * objects and arrays at their final size, and finds the atom of a key without making
 * a string of it.
 *
 * It knows no errors. On anything that it does not take it gives up, and QuickJS's
 * own parser starts over and says what is wrong. */

/* What is parsed and not yet in an object or array lies in values: the elements of
 * an array one after the other, the properties of an object as pairs of an atom (as
 * an integer) and a value. */
typedef struct {
    JSContext *ctx;
    JSParseState *state; /* for what QuickJS's own parser does */
    const uint8_t *at, *end;
    JSValue *values;
    uint32_t count, size, depth;
    JSValue first[128];
} FastJSON;

/* An object with more properties gets the rest of them one by one, as its list of
 * pairs is searched for keys that come twice. */
#define FAST_JSON_PAIRS 48

/* What is nested deeper is left to QuickJS's parser. Ours takes so little of the C
 * stack that the limit of that would not end it before the host's own stack does. */
#define FAST_JSON_DEPTH 500

#define FAST_JSON_BYTES(byte) (0x0101010101010101ull * (byte))

static uint64_t fast_json_load(const uint8_t *at)
{
    uint64_t eight;

    memcpy(&eight, at, sizeof(eight));
    return eight;
}

static void fast_json_drop(FastJSON *f, uint32_t base, bool is_object)
{
    for (uint32_t i = base; i < f->count; i++) {
        if (is_object && (i - base) % 2 == 0)
            JS_FreeAtom(f->ctx, JS_VALUE_GET_INT(f->values[i]));
        else
            JS_FreeValue(f->ctx, f->values[i]);
    }
    f->count = base;
}

/* fast_json_push takes value; it returns false when there is no memory. */
static bool fast_json_push(FastJSON *f, JSValue value)
{
    if (unlikely(f->count == f->size)) {
        uint32_t size = f->size * 2;
        JSValue *values;

        values = js_realloc(f->ctx, f->values == f->first ? NULL : f->values,
                            sizeof(JSValue) * size);
        if (!values) {
            JS_FreeValue(f->ctx, value);
            return false;
        }
        if (f->values == f->first)
            memcpy(values, f->first, sizeof(f->first));
        f->values = values;
        f->size = size;
    }
    f->values[f->count++] = value;
    return true;
}

/* The text ends with a NUL, so looking at one byte is always allowed. */
static inline void fast_json_skip_space(FastJSON *f)
{
    const uint8_t *at = f->at;

    while (*at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
        while (f->end - at >= 8) {
            uint64_t others = fast_json_load(at) ^ FAST_JSON_BYTES(' ');

            if (others) {
                at += ctz64(others) / 8;
                break;
            }
            at += 8;
        }
    }
    f->at = at;
}

/* fast_json_plain returns how many bytes from at on stand for themselves in a
 * string: ASCII, without quotes, backslashes and control characters. */
static size_t fast_json_plain(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *start = at;

    for (; end - at >= 8; at += 8) {
        uint64_t eight = fast_json_load(at);
        uint64_t quote = eight ^ FAST_JSON_BYTES('"');
        uint64_t backslash = eight ^ FAST_JSON_BYTES('\\');
        uint64_t special = (quote - FAST_JSON_BYTES(1)) | (backslash - FAST_JSON_BYTES(1)) |
                           (eight - FAST_JSON_BYTES(' ')) | eight;

        /* The lowest bit set is exact: borrows only reach bytes behind it. */
        special &= FAST_JSON_BYTES(0x80);
        if (special)
            return at - start + ctz64(special) / 8;
    }
    while (*at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at - start;
}

/* fast_json_other_string parses the string behind a quote with QuickJS's parser. */
static JSValue fast_json_other_string(FastJSON *f)
{
    JSValue string;

    if (json_parse_string(f->state, &f->at))
        return JS_EXCEPTION;
    string = f->state->token.u.str.str;
    f->state->token.val = ' ';
    return string;
}

/* fast_json_string parses what follows a quote. */
static JSValue fast_json_string(FastJSON *f)
{
    size_t length = fast_json_plain(f->at, f->end);
    JSValue string;

    if (f->at[length] != '"' || length > JS_STRING_LEN_MAX)
        return fast_json_other_string(f);
    string = js_new_string8_len(f->ctx, (const char *)f->at, length);
    f->at += length + 1;
    return string;
}

/* fast_json_key parses what follows the quote of a key. */
static JSAtom fast_json_key(FastJSON *f)
{
    JSRuntime *rt = f->ctx->rt;
    const uint8_t *start = f->at, *at = start;
    uint32_t hash = JS_ATOM_TYPE_STRING, i;
    size_t length;
    JSAtom atom;
    JSValue string;

    while (*at >= ' ' && *at < 0x80 && *at != '"' && *at != '\\')
        hash = hash * 263 + *at++; /* as hash_string8 does */
    length = at - start;
    if (*at != '"' || is_digit(*start) || length > JS_STRING_LEN_MAX) {
        string = fast_json_other_string(f);
        if (JS_IsException(string))
            return JS_ATOM_NULL;
        atom = JS_ValueToAtom(f->ctx, string);
        JS_FreeValue(f->ctx, string);
        return atom;
    }
    f->at = at + 1;
    hash = (hash ^ hash32(length)) & JS_ATOM_HASH_MASK;
    for (i = rt->atom_hash[hash & (rt->atom_hash_size - 1)]; i;) {
        JSAtomStruct *p = rt->atom_array[i];

        if (p->hash == hash && p->len == length && !p->is_wide_char &&
            p->atom_type == JS_ATOM_TYPE_STRING &&
            memcmp(str8(p), start, length) == 0)
            return JS_DupAtom(f->ctx, i);
        i = p->hash_next;
    }
    string = js_new_string8_len(f->ctx, (const char *)start, length);
    if (JS_IsException(string))
        return JS_ATOM_NULL;
    return __JS_NewAtom(rt, JS_VALUE_GET_STRING(string), JS_ATOM_TYPE_STRING);
}

/* fast_json_number parses integers below 10^15 and decimals that are the quotient
 * of one and a power of ten below 10^22: both are exact, so the quotient is rounded
 * as the standard wants (Clinger, How to Read Floating Point Numbers Accurately). */
static JSValue fast_json_number(FastJSON *f)
{
    static const double powers[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    };
    const uint8_t *at = f->at, *digits;
    bool negative = *at == '-';
    uint32_t decimals = 0;
    int64_t number = 0;
    double quotient;

    at += negative;
    digits = at;
    while (is_digit(*at) && at - digits <= 15)
        number = number * 10 + (*at++ - '0');
    if (at == digits || (*digits == '0' && at - digits > 1))
        return JS_EXCEPTION;
    if (*at == '.') {
        const uint8_t *point = at++;

        while (is_digit(*at) && at - digits <= 16)
            number = number * 10 + (*at++ - '0');
        decimals = at - point - 1;
        if (decimals == 0)
            return JS_EXCEPTION;
    }
    if (at - digits > 15 || is_digit(*at) || *at == 'e' || *at == 'E') {
        if (json_parse_number(f->state, &f->at))
            return JS_EXCEPTION;
        f->state->token.val = ' ';
        return f->state->token.u.num.val;
    }
    f->at = at;
    if (decimals == 0 && (number || !negative))
        return js_int64(negative ? -number : number);
    quotient = (double)number / powers[decimals];
    return js_float64(negative ? -quotient : quotient);
}

/* fast_json_shape returns the shape of an object with the keys of pairs. */
static JSShape *fast_json_shape(JSContext *ctx, const JSValue *pairs, uint32_t count)
{
    JSRuntime *rt = ctx->rt;
    JSObject *proto = JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT]);
    uint32_t hash = shape_initial_hash(proto), hash_size = JS_PROP_INITIAL_HASH_SIZE, i;
    JSShapeProperty *props;
    JSShape *shape;

    for (i = 0; i < count; i++)
        hash = shape_hash(shape_hash(hash, JS_VALUE_GET_INT(pairs[2 * i])), JS_PROP_C_W_E);
    shape = rt->shape_hash[get_shape_hash(hash, rt->shape_hash_bits)];
    for (; shape; shape = shape->shape_hash_next) {
        if (shape->hash != hash || shape->proto != proto || shape->prop_count != count)
            continue;
        props = get_shape_prop(shape);
        for (i = 0; i < count; i++)
            if (props[i].atom != JS_VALUE_GET_INT(pairs[2 * i]) ||
                props[i].flags != JS_PROP_C_W_E)
                break;
        if (i == count)
            return js_dup_shape(shape);
    }
    while (hash_size < count)
        hash_size *= 2;
    shape = js_new_shape2(ctx, proto, hash_size, max_int(count, JS_PROP_INITIAL_SIZE));
    if (!shape)
        return NULL;
    js_shape_hash_unlink(rt, shape);
    props = get_shape_prop(shape);
    for (i = 0; i < count; i++) {
        JSAtom atom = JS_VALUE_GET_INT(pairs[2 * i]);
        intptr_t slot = -(intptr_t)(atom & (hash_size - 1)) - 1;

        props[i].atom = JS_DupAtom(ctx, atom);
        props[i].flags = JS_PROP_C_W_E;
        props[i].hash_next = prop_hash_end(shape)[slot];
        prop_hash_end(shape)[slot] = i + 1;
    }
    shape->prop_count = count;
    shape->hash = hash;
    js_shape_hash_link(rt, shape);
    return shape;
}

/* fast_json_take_object makes an object of the pairs from base on. */
static JSValue fast_json_take_object(FastJSON *f, uint32_t base)
{
    JSContext *ctx = f->ctx;
    JSValue *pairs = f->values + base, object;
    uint32_t count = (f->count - base) / 2;
    JSShape *shape;

    if (count == 0)
        return JS_NewObject(ctx);
    shape = fast_json_shape(ctx, pairs, count);
    object = shape ? JS_NewObjectFromShape(ctx, shape, JS_CLASS_OBJECT, NULL) : JS_EXCEPTION;
    if (JS_IsException(object))
        return object; /* the caller drops the pairs */
    for (uint32_t i = 0; i < count; i++) {
        JS_FreeAtom(ctx, JS_VALUE_GET_INT(pairs[2 * i]));
        JS_VALUE_GET_OBJ(object)->prop[i].u.value = pairs[2 * i + 1];
    }
    f->count = base;
    return object;
}

static JSValue fast_json_value(FastJSON *f);

/* fast_json_member parses a key, the colon and a value, all but the quote. */
static JSAtom fast_json_member(FastJSON *f, JSValue *value)
{
    JSAtom atom = fast_json_key(f);

    *value = JS_EXCEPTION;
    if (atom == JS_ATOM_NULL)
        return atom;
    fast_json_skip_space(f);
    if (*f->at == ':') {
        f->at++;
        *value = fast_json_value(f);
    }
    if (JS_IsException(*value)) {
        JS_FreeAtom(f->ctx, atom);
        return JS_ATOM_NULL;
    }
    return atom;
}

/* fast_json_put keeps a property until the object is made: the later value of a key
 * that comes twice, in the place of the first. seen has a bit for every key so far. */
static bool fast_json_put(FastJSON *f, uint32_t base, uint64_t *seen, JSAtom atom, JSValue value)
{
    uint64_t bit = 1ull << (atom & 63);

    if (unlikely(*seen & bit)) {
        for (uint32_t i = base; i < f->count; i += 2) {
            if (JS_VALUE_GET_INT(f->values[i]) == atom) {
                JS_FreeAtom(f->ctx, atom);
                JS_FreeValue(f->ctx, f->values[i + 1]);
                f->values[i + 1] = value;
                return true;
            }
        }
    }
    *seen |= bit;
    if (!fast_json_push(f, js_int32(atom))) {
        JS_FreeAtom(f->ctx, atom);
        JS_FreeValue(f->ctx, value);
        return false;
    }
    if (!fast_json_push(f, value)) {
        f->count--;
        JS_FreeAtom(f->ctx, atom);
        return false;
    }
    return true;
}

/* fast_json_object parses what follows a brace. */
static JSValue fast_json_object(FastJSON *f)
{
    uint32_t base = f->count;
    uint64_t seen = 0;
    JSValue object = JS_UNDEFINED, value;
    JSAtom atom;
    int ret;

    fast_json_skip_space(f);
    if (*f->at == '}') {
        f->at++;
        return JS_NewObject(f->ctx);
    }
    for (;;) {
        if (*f->at++ != '"')
            goto fail;
        atom = fast_json_member(f, &value);
        if (atom == JS_ATOM_NULL)
            goto fail;
        if (!JS_IsUndefined(object)) {
            ret = JS_DefinePropertyValue(f->ctx, object, atom, value, JS_PROP_C_W_E);
            JS_FreeAtom(f->ctx, atom);
            if (ret < 0)
                goto fail;
        } else {
            if (!fast_json_put(f, base, &seen, atom, value))
                goto fail;
            if (f->count - base == 2 * FAST_JSON_PAIRS) {
                object = fast_json_take_object(f, base);
                if (JS_IsException(object))
                    goto fail;
            }
        }
        fast_json_skip_space(f);
        if (*f->at == '}')
            break;
        if (*f->at++ != ',')
            goto fail;
        fast_json_skip_space(f);
    }
    f->at++;
    if (JS_IsUndefined(object))
        object = fast_json_take_object(f, base);
    if (!JS_IsException(object))
        return object;
fail:
    fast_json_drop(f, base, true);
    JS_FreeValue(f->ctx, object);
    return JS_EXCEPTION;
}

/* fast_json_array parses what follows a bracket. */
static JSValue fast_json_array(FastJSON *f)
{
    uint32_t base = f->count, count;
    JSValue value;

    fast_json_skip_space(f);
    if (*f->at == ']') {
        f->at++;
        return JS_NewArray(f->ctx);
    }
    for (;;) {
        value = fast_json_value(f);
        if (JS_IsException(value) || !fast_json_push(f, value))
            break;
        fast_json_skip_space(f);
        if (*f->at == ']') {
            f->at++;
            count = f->count - base;
            f->count = base; /* JS_NewArrayFrom takes the values, whatever happens */
            return JS_NewArrayFrom(f->ctx, count, f->values + base);
        }
        if (*f->at++ != ',')
            break;
    }
    fast_json_drop(f, base, false);
    return JS_EXCEPTION;
}

/* fast_json_value parses a value and the space before it. */
static JSValue fast_json_value(FastJSON *f)
{
    const uint8_t *at;
    JSValue value;

    fast_json_skip_space(f);
    at = f->at;
    switch (*at) {
    case '"':
        f->at++;
        return fast_json_string(f);
    case '{':
    case '[':
        if (f->depth == FAST_JSON_DEPTH || js_check_stack_overflow(f->ctx->rt, 0))
            break;
        f->at++;
        f->depth++;
        value = *at == '{' ? fast_json_object(f) : fast_json_array(f);
        f->depth--;
        return value;
    case 't':
        if (f->end - at < 4 || memcmp(at, "true", 4))
            break;
        f->at += 4;
        return JS_TRUE;
    case 'f':
        if (f->end - at < 5 || memcmp(at, "false", 5))
            break;
        f->at += 5;
        return JS_FALSE;
    case 'n':
        if (f->end - at < 4 || memcmp(at, "null", 4))
            break;
        f->at += 4;
        return JS_NULL;
    case '-':
    case '0' ... '9':
        return fast_json_number(f);
    }
    return JS_EXCEPTION;
}

/* fast_json_parse parses a whole text, and returns JS_EXCEPTION when it gives up. No
 * exception is pending then. */
static JSValue fast_json_parse(JSContext *ctx, const char *text, size_t length)
{
    JSParseState state;
    FastJSON f;
    JSValue value;

    js_parse_init(ctx, &state, text, length, "<json>", 1);
    f.ctx = ctx;
    f.state = &state;
    f.at = state.buf_start;
    f.end = state.buf_end;
    f.values = f.first;
    f.count = f.depth = 0;
    f.size = countof(f.first);
    value = fast_json_value(&f);
    fast_json_skip_space(&f);
    if (!JS_IsException(value) && f.at != f.end) {
        JS_FreeValue(ctx, value);
        value = JS_EXCEPTION;
    }
    if (f.values != f.first)
        js_free(ctx, f.values);
    if (JS_IsException(value))
        JS_FreeValue(ctx, JS_GetException(ctx));
    return value;
}
