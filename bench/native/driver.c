/* The worker for QuickJS-NG as native code: the protocol of bench/worker, one line
 * of JSON in, one line out. It reads its requests with QuickJS itself.
 *
 * Every run gets a fresh runtime and context. Underscore, the API and the scripts
 * are compiled to bytecode once. There is no limit on anything and no way to stop
 * a script: this is what QuickJS costs without a sandbox. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <malloc.h>

#include "quickjs.h"

#define MAX_SCRIPTS 256
#define MAX_FUNCTIONS 8

typedef struct {
    uint8_t *bytes;
    size_t length;
} code;

typedef struct {
    char *name;
    code code;
    char *functions[MAX_FUNCTIONS];
    int function_count;
} script;

typedef struct {
    char *activity, *project;
    code prelude[2];
    int prelude_count;
    script scripts[MAX_SCRIPTS];
    int script_count;
    char *report; /* what a script reported last; NULL: nothing */
    int64_t logged;
} worker;

static worker state;

/* requests is where lines are read: a context that no script runs in. */
static JSContext *requests;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Host functions ------------------------------------------------------------- */

static JSValue host_log(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *line = JS_ToCString(ctx, argv[0]);
    if (!line)
        return JS_EXCEPTION;
    JS_FreeCString(ctx, line);
    state.logged++;
    return JS_UNDEFINED;
}

/* host_get knows the one entry that storage holds here. */
static JSValue host_get(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *key = JS_ToCString(ctx, argv[0]);
    if (!key)
        return JS_EXCEPTION;
    int found = !strcmp(key, "state:pr-42");
    JS_FreeCString(ctx, key);
    return JS_NewString(ctx, found ? "\"success\"" : "");
}

static JSValue host_input(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *name = JS_ToCString(ctx, argv[0]);
    if (!name)
        return JS_EXCEPTION;
    const char *text = strcmp(name, "activity") ? state.project : state.activity;
    JS_FreeCString(ctx, name);
    return JS_NewString(ctx, text);
}

static JSValue host_missing(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    return JS_ThrowTypeError(ctx, "the benchmark does not come here");
}

static JSValue report(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    const char *text = JS_ToCString(ctx, argv[0]);
    if (!text)
        return JS_EXCEPTION;
    free(state.report);
    state.report = strdup(text);
    JS_FreeCString(ctx, text);
    return JS_UNDEFINED;
}

/* echo copies the text out and in, as a host in another language would. */
static JSValue echo(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
    if (!text)
        return JS_EXCEPTION;
    JSValue copy = JS_NewStringLen(ctx, text, length);
    JS_FreeCString(ctx, text);
    return copy;
}

static void define(JSContext *ctx, const char *name, JSCFunction *function)
{
    JSValue global = JS_GetGlobalObject(ctx);
    JS_SetPropertyStr(ctx, global, name, JS_NewCFunction(ctx, function, name, 1));
    JS_FreeValue(ctx, global);
}

/* Sandboxes ------------------------------------------------------------------ */

/* say_exception writes the response for an exception. */
static void say_exception(JSContext *ctx)
{
    JSValue exception = JS_GetException(ctx);
    const char *text = JS_ToCString(ctx, exception);
    JSValue json = JS_NewString(requests, text ? text : "an exception");
    JSValue quoted = JS_JSONStringify(requests, json, JS_UNDEFINED, JS_UNDEFINED);
    const char *shown = JS_ToCString(requests, quoted);
    printf("{\"error\":%s}\n", shown);
    JS_FreeCString(requests, shown);
    JS_FreeValue(requests, quoted);
    JS_FreeValue(requests, json);
    JS_FreeCString(ctx, text);
    JS_FreeValue(ctx, exception);
}

/* evaluate runs bytecode and the jobs that it leaves. It returns 0, or -1 with an
 * exception pending. */
static int evaluate(JSContext *ctx, const code *c)
{
    JSValue function = JS_ReadObject(ctx, c->bytes, c->length, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(function))
        return -1;
    JSValue result = JS_EvalFunction(ctx, function);
    if (JS_IsException(result))
        return -1;
    JS_FreeValue(ctx, result);
    JSContext *of;
    int status;
    while ((status = JS_ExecutePendingJob(JS_GetRuntime(ctx), &of)) > 0)
        ;
    return status;
}

static JSContext *new_context(void)
{
    JSRuntime *rt = JS_NewRuntime();
    JSContext *ctx = rt ? JS_NewContext(rt) : NULL;
    if (!ctx) {
        fprintf(stderr, "driver: out of memory\n");
        exit(1);
    }
    return ctx;
}

static void free_context(JSContext *ctx)
{
    JSRuntime *rt = JS_GetRuntime(ctx);
    JS_FreeContext(ctx);
    JS_FreeRuntime(rt);
}

/* new_sandbox makes a context with everything in it; NULL: the prelude failed, and
 * the response is written. */
static JSContext *new_sandbox(const script *s)
{
    JSContext *ctx = new_context();
    for (int i = 0; s && i < s->function_count; i++) {
        const char *name = s->functions[i];
        define(ctx, name, !strcmp(name, "report") ? report : !strcmp(name, "echo") ? echo : host_missing);
    }
    define(ctx, "host_log", host_log);
    define(ctx, "host_get", host_get);
    define(ctx, "host_input", host_input);
    define(ctx, "host_set", host_missing);
    define(ctx, "host_hmac", host_missing);
    define(ctx, "host_fetch", host_missing);
    for (int i = 0; i < state.prelude_count; i++) {
        if (evaluate(ctx, &state.prelude[i])) {
            say_exception(ctx);
            free_context(ctx);
            return NULL;
        }
    }
    return ctx;
}

/* compile returns 0, or -1 when the response is written. */
static int compile(const char *source, code *c)
{
    JSContext *ctx = new_context();
    JSValue function = JS_Eval(ctx, source, strlen(source), "bench.js",
                               JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(function)) {
        say_exception(ctx);
        free_context(ctx);
        return -1;
    }
    uint8_t *bytes = JS_WriteObject(ctx, &c->length, function, JS_WRITE_OBJ_BYTECODE);
    c->bytes = malloc(c->length);
    memcpy(c->bytes, bytes, c->length);
    js_free(ctx, bytes);
    JS_FreeValue(ctx, function);
    free_context(ctx);
    return 0;
}

/* Requests ------------------------------------------------------------------- */

/* text returns a copy of a property as text, "" when it is missing. */
static char *text(JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(requests, object, name);
    char *copy = strdup("");
    if (JS_IsString(value)) {
        const char *found = JS_ToCString(requests, value);
        free(copy);
        copy = strdup(found);
        JS_FreeCString(requests, found);
    }
    JS_FreeValue(requests, value);
    return copy;
}

static int64_t number(JSValueConst object, const char *name)
{
    JSValue value = JS_GetPropertyStr(requests, object, name);
    int64_t n = 0;
    if (JS_IsNumber(value))
        JS_ToInt64(requests, &n, value);
    JS_FreeValue(requests, value);
    return n;
}

static script *find(const char *name)
{
    for (int i = 0; i < state.script_count; i++)
        if (!strcmp(state.scripts[i].name, name))
            return &state.scripts[i];
    return NULL;
}

static void prepare(JSValueConst request)
{
    JSValue sandbox = JS_GetPropertyStr(requests, request, "sandbox");
    state.activity = text(sandbox, "activity");
    state.project = text(sandbox, "project");
    const char *names[] = {"underscore", "api"};
    int failed = 0;
    for (int i = 0; i < 2 && !failed; i++) {
        char *source = text(sandbox, names[i]);
        if (*source)
            failed = compile(source, &state.prelude[state.prelude_count++]);
        free(source);
    }
    JS_FreeValue(requests, sandbox);
    if (!failed)
        printf("{}\n");
}

static void install(JSValueConst request, const char *name)
{
    script *s = find(name);
    if (!s) {
        if (state.script_count == MAX_SCRIPTS) {
            printf("{\"error\":\"too many scripts\"}\n");
            return;
        }
        s = &state.scripts[state.script_count++];
        s->name = strdup(name);
    }
    JSValue list = JS_GetPropertyStr(requests, request, "functions");
    s->function_count = 0;
    for (int64_t n = number(list, "length"); s->function_count < n && s->function_count < MAX_FUNCTIONS;) {
        char index[8];
        snprintf(index, sizeof index, "%d", s->function_count);
        s->functions[s->function_count++] = text(list, index);
    }
    JS_FreeValue(requests, list);
    char *source = text(request, "source");
    if (!compile(source, &s->code))
        printf("{}\n");
    free(source);
}

static void say_times(const char *name, const int64_t *times, int64_t count)
{
    printf("\"%s\":[", name);
    for (int64_t i = 0; i < count; i++)
        printf(i ? ",%lld" : "%lld", (long long)times[i]);
    printf("],");
}

/* run_once returns 0, or -1 when the response is written. */
static int run_once(const script *s, int64_t *total, int64_t *eval)
{
    int64_t began = now();
    JSContext *ctx = new_sandbox(s);
    if (!ctx)
        return -1;
    int64_t start = now();
    int failed = evaluate(ctx, &s->code);
    *eval = now() - start;
    if (failed)
        say_exception(ctx);
    free_context(ctx);
    *total = now() - began;
    return failed;
}

static void run(JSValueConst request, const script *s)
{
    int64_t count = number(request, "count"), budget = number(request, "budget");
    if (count < 1)
        count = 1;
    if (number(request, "workers") > 1) {
        printf("{\"error\":\"this worker has one thread\"}\n");
        return;
    }
    int64_t *total = malloc(count * sizeof *total), *eval = malloc(count * sizeof *eval);
    int64_t began = now(), done = 0;
    free(state.report);
    state.report = NULL;
    state.logged = 0;
    int failed = 0;
    while (!failed && done < count && (done == 0 || !budget || now() - began <= budget)) {
        failed = run_once(s, &total[done], &eval[done]);
        done++;
    }
    if (!failed) {
        int64_t elapsed = now() - began;
        printf("{");
        say_times("total", total, done);
        say_times("eval", eval, done);
        /* Checksums are digits and commas: there is nothing to escape. */
        printf("\"report\":\"%s\",\"logged\":%lld,\"elapsed\":%lld}\n", state.report ? state.report : "",
               (long long)state.logged, (long long)elapsed);
    }
    free(total);
    free(eval);
}

static int64_t resident(void)
{
    char line[256];
    long long kilobytes = -1;
    malloc_trim(0);
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmRSS: %lld kB", &kilobytes) == 1)
            break;
    if (status)
        fclose(status);
    return kilobytes * 1024;
}

/* measure holds fresh sandboxes. There are no running ones: a script that waits
 * would need a thread. */
static void measure(JSValueConst request)
{
    char *wanted = text(request, "state");
    int64_t count = number(request, "count");
    int known = !strcmp(wanted, "idle");
    free(wanted);
    if (!known) {
        printf("{\"error\":\"this worker measures idle sandboxes only\"}\n");
        return;
    }
    JSContext **kept = calloc(count, sizeof *kept);
    int64_t before = resident(), made = 0;
    while (made < count && (kept[made] = new_sandbox(NULL)))
        made++;
    if (made == count)
        printf("{\"bytes\":%lld}\n", (long long)(resident() - before));
    while (made > 0)
        free_context(kept[--made]);
    free(kept);
}

static void answer(const char *line, size_t length)
{
    JSValue request = JS_ParseJSON(requests, line, length, "request");
    if (JS_IsException(request)) {
        say_exception(requests);
        return;
    }
    char *op = text(request, "op"), *name = text(request, "name");
    const script *s;
    if (!strcmp(op, "prepare"))
        prepare(request);
    else if (!strcmp(op, "install"))
        install(request, name);
    else if (!strcmp(op, "memory"))
        measure(request);
    else if (!strcmp(op, "run") && (s = find(name)))
        run(request, s);
    else
        printf("{\"error\":\"unknown operation or script\"}\n");
    free(op);
    free(name);
    JS_FreeValue(requests, request);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    requests = new_context();
    while ((length = getline(&line, &capacity, stdin)) > 0) {
        answer(line, length);
        fflush(stdout);
    }
    free(line);
    free_context(requests);
    return 0;
}
