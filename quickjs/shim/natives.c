#include "natives.h"

#include <string.h>
#include <time.h>

#include "host.h"
#include "wire.h"

/* call(op, ...values) → value */
static JSValue native_call(JSContext *ctx, JSValueConst this, int argc,
                           JSValueConst *argv)
{
    uint32_t op;

    if (JS_ToUint32(ctx, &op, argv[0]))
        return JS_EXCEPTION;
    return wire_call(ctx, op, argc - 1, argv + 1);
}

static JSValue call_host(JSContext *ctx, JSValueConst this, int argc,
                         JSValueConst *argv, int operation, JSValue *data)
{
    return wire_call(ctx, operation, argc, argv);
}

/* hostFunction(name, op) → function that calls op with its arguments */
static JSValue native_host_function(JSContext *ctx, JSValueConst this, int argc,
                                    JSValueConst *argv)
{
    uint32_t op;
    JSValue function;

    if (JS_ToUint32(ctx, &op, argv[1]))
        return JS_EXCEPTION;
    function = JS_NewCFunctionData(ctx, call_host, 0, op, 0, NULL);
    if (!JS_IsException(function))
        JS_DefinePropertyValueStr(ctx, function, "name",
                                  JS_DupValue(ctx, argv[0]),
                                  JS_PROP_CONFIGURABLE);
    return function;
}

/* append(array, value): push that no setter on Array.prototype can observe. */
static JSValue native_append(JSContext *ctx, JSValueConst this, int argc,
                             JSValueConst *argv)
{
    int64_t length;

    if (JS_GetLength(ctx, argv[0], &length) ||
        JS_DefinePropertyValueUint32(ctx, argv[0], length,
                                     JS_DupValue(ctx, argv[1]),
                                     JS_PROP_C_W_E) < 0)
        return JS_EXCEPTION;
    return JS_UNDEFINED;
}

/* utf8Encode(string) → Uint8Array. The caller has replaced lone surrogates. */
static JSValue native_utf8_encode(JSContext *ctx, JSValueConst this, int argc,
                                  JSValueConst *argv)
{
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
    JSValue bytes;

    if (!text)
        return JS_EXCEPTION;
    bytes = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
    JS_FreeCString(ctx, text);
    return bytes;
}

/* sequence_length returns the length of the well-formed UTF-8 sequence at p, or
 * 0 and in *bad the length of the maximal subpart that one U+FFFD replaces
 * (Encoding Standard, UTF-8 decoder). */
static int sequence_length(const uint8_t *p, const uint8_t *end, int *bad)
{
    uint8_t low = 0x80, high = 0xBF;
    int length, i;

    *bad = 1;
    if (*p < 0x80)
        return 1;
    if (*p < 0xC2 || *p > 0xF4)
        return 0;
    length = *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if (*p == 0xE0) low = 0xA0;
    if (*p == 0xED) high = 0x9F;
    if (*p == 0xF0) low = 0x90;
    if (*p == 0xF4) high = 0x8F;
    for (i = 1; i < length; i++) {
        if (p + i >= end || p[i] < low || p[i] > high) {
            *bad = i;
            return 0;
        }
        low = 0x80;
        high = 0xBF;
    }
    return length;
}

/* utf8Decode(Uint8Array, fatal) → string, or undefined when fatal and the bytes
 * are not well-formed. */
static JSValue native_utf8_decode(JSContext *ctx, JSValueConst this, int argc,
                                  JSValueConst *argv)
{
    size_t length, out = 0;
    const uint8_t *p = JS_GetUint8Array(ctx, &length, argv[0]);
    const uint8_t *end = p + length;
    int fatal = JS_ToBool(ctx, argv[1]), n, bad;
    uint8_t *text;
    JSValue string;

    if (!p && length != 0)
        return JS_EXCEPTION;
    text = js_malloc(ctx, 3 * length + 1);
    if (!text)
        return JS_EXCEPTION;
    while (p < end) {
        n = sequence_length(p, end, &bad);
        if (n == 0 && fatal) {
            js_free(ctx, text);
            return JS_UNDEFINED;
        }
        memcpy(text + out, n ? p : (const uint8_t *)"\xEF\xBF\xBD", n ? n : 3);
        out += n ? n : 3;
        p += n ? n : bad;
    }
    string = JS_NewStringLen(ctx, (const char *)text, out);
    js_free(ctx, text);
    return string;
}

/* promiseState(value) → undefined when it is no promise, else an array: "pending",
 * "fulfilled" or "rejected", and the result. */
static JSValue native_promise_state(JSContext *ctx, JSValueConst this, int argc,
                                    JSValueConst *argv)
{
    static const char *const names[] = {"pending", "fulfilled", "rejected"};
    int state = JS_PromiseState(ctx, argv[0]);
    JSValue pair;

    if (state < 0)
        return JS_UNDEFINED;
    pair = JS_NewArray(ctx);
    if (JS_IsException(pair))
        return pair;
    JS_DefinePropertyValueUint32(ctx, pair, 0, JS_NewString(ctx, names[state]),
                                 JS_PROP_C_W_E);
    JS_DefinePropertyValueUint32(ctx, pair, 1, JS_PromiseResult(ctx, argv[0]),
                                 JS_PROP_C_W_E);
    return pair;
}

/* isProxy(value) → boolean */
static JSValue native_is_proxy(JSContext *ctx, JSValueConst this, int argc,
                               JSValueConst *argv)
{
    return JS_NewBool(ctx, JS_IsProxy(argv[0]));
}

static JSValue run_callback(JSContext *ctx, int argc, JSValueConst *argv)
{
    return JS_Call(ctx, argv[0], JS_UNDEFINED, 0, NULL);
}

/* enqueue(function): calls it as a promise job. */
static JSValue native_enqueue(JSContext *ctx, JSValueConst this, int argc,
                              JSValueConst *argv)
{
    if (JS_EnqueueJob(ctx, run_callback, 1, argv) < 0)
        return JS_EXCEPTION;
    return JS_UNDEFINED;
}

/* elapsed() → milliseconds since the run began */
static JSValue native_elapsed(JSContext *ctx, JSValueConst this, int argc,
                              JSValueConst *argv)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return JS_NewInt64(ctx, now.tv_sec * 1000LL + now.tv_nsec / 1000000);
}

/* setErrorMaker(function (name, message, code) → Error) */
static JSValue native_set_error_maker(JSContext *ctx, JSValueConst this,
                                      int argc, JSValueConst *argv)
{
    wire_set_error_maker(ctx, argv[0]);
    return JS_UNDEFINED;
}

static JSValue input(JSContext *ctx, uint8_t which, const char *name)
{
    size_t length;
    char *json = wire_input(ctx, which, &length);
    JSValue value;

    if (!json)
        return JS_EXCEPTION;
    value = JS_ParseJSON(ctx, json, length, name);
    js_free(ctx, json);
    return value;
}

/* Names that activities have. Their atoms are in the base image, so that a run which
 * reads its activity finds them instead of making them. */
static const char *const activity_names[] = {
    "_links", "access", "activity", "app", "attributes", "author",
    "clone_parent_on_create", "cluster", "cluster_name", "commands", "commits",
    "commits_ahead", "commits_behind", "commits_count", "completed_at",
    "completion_percent", "container_profiles", "created_at", "cron", "crons",
    "date", "default_branch", "default_domain", "deployment", "deployment_state",
    "deployment_target", "description", "disk", "display_name", "edge_hostname",
    "email", "enable_smtp", "entity_id", "environment", "environment_info",
    "environment_type", "environments", "exit_code", "expires_at",
    "failure_reason", "fingerprint", "has_code", "has_deployment", "head_commit",
    "hooks", "href", "http_access", "integration", "into", "is_dirty",
    "is_enabled", "is_main", "is_pr", "is_production", "is_sensitive",
    "last_active_at", "last_backup_at", "last_deployment_at",
    "last_deployment_successful", "machine_name", "merge_info", "mounts",
    "namespace", "new_commit", "old_commit", "organization", "original_url",
    "parameters", "parent", "parents", "payload", "primary", "production_url",
    "project", "project_info", "redirects", "relationships",
    "resources_overrides", "restrict_robots", "role", "routes", "services",
    "settings", "sha", "ssi", "started_at", "state", "status", "subscription",
    "tasks", "text", "timezone", "timings", "title", "tls", "updated_at",
    "updates", "upstream", "user", "variables", "vpn", "webapps", "worker",
    "workers",
};

static void intern_activity_names(JSContext *ctx)
{
    for (size_t i = 0; i < sizeof(activity_names) / sizeof(activity_names[0]); i++)
        JS_NewAtom(ctx, activity_names[i]);
}

static JSValue lazy_activity(JSContext *ctx)
{
    return input(ctx, INPUT_ACTIVITY, "<activity>");
}

static JSValue lazy_project(JSContext *ctx)
{
    return input(ctx, INPUT_PROJECT, "<project>");
}

static JSValue lazy_variables(JSContext *ctx)
{
    return input(ctx, INPUT_VARIABLES, "<variables>");
}

static const JSCFunctionListEntry native_functions[] = {
    JS_CFUNC_DEF("call", 1, native_call),
    JS_CFUNC_DEF("hostFunction", 2, native_host_function),
    JS_CFUNC_DEF("append", 2, native_append),
    JS_CFUNC_DEF("utf8Encode", 1, native_utf8_encode),
    JS_CFUNC_DEF("utf8Decode", 2, native_utf8_decode),
    JS_CFUNC_DEF("promiseState", 1, native_promise_state),
    JS_CFUNC_DEF("isProxy", 1, native_is_proxy),
    JS_CFUNC_DEF("enqueue", 1, native_enqueue),
    JS_CFUNC_DEF("elapsed", 0, native_elapsed),
    JS_CFUNC_DEF("setErrorMaker", 1, native_set_error_maker),
};

static const JSCFunctionListEntry inputs[] = {
    JS_LAZY_DEF("activity", lazy_activity),
    JS_LAZY_DEF("project", lazy_project),
    JS_LAZY_DEF("variables", lazy_variables),
};

JSValue natives_new(JSContext *ctx)
{
    JSValue object = JS_NewObject(ctx);

    if (!JS_IsException(object))
        JS_SetPropertyFunctionList(ctx, object, native_functions,
                                   sizeof(native_functions) /
                                       sizeof(native_functions[0]));
    return object;
}

int natives_define_inputs(JSContext *ctx)
{
    JSValue global = JS_GetGlobalObject(ctx);
    int result;

    intern_activity_names(ctx);
    result = JS_SetPropertyFunctionList(ctx, global, inputs,
                                        sizeof(inputs) / sizeof(inputs[0]));
    JS_FreeValue(ctx, global);
    return result;
}
