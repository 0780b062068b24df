/* The life of an instance: cloche_init once, before the base image is taken.
 * On top of it either cloche_compile, which hands the host a script's bytecode,
 * or cloche_load, which makes a script's image of it; cloche_run on top of that,
 * once. The host restores the memory in between, so nothing here frees what it
 * made, and nothing may be called twice. That an image is made of bytecode and not
 * of source keeps what the parser leaves behind out of it.
 *
 * Every export returns 0 when it did what it is for, and 1 when it has told the
 * host by OP_REPORT why not. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "natives.h"
#include "quickjs.h"
#include "wire.h"

#define EXPORT(name) __attribute__((export_name(name)))

/* Memory that stays usable past the limit, for telling that it was reached. */
#define REPORT_RESERVE (256 * 1024)

/* How many values tell of an error: whether it is one, name, message, stack. */
#define MAX_DETAILS 4

static const uint8_t underscore_bytecode[] = {
#embed "underscore.qbc"
};

static const uint8_t bootstrap_bytecode[] = {
#embed "bootstrap.qbc"
};

/* Abi tells the host where things lie. The host reads it once, from the base
 * image, and heap_peak after every run. */
static struct {
    uint32_t version;
    uint32_t response_buffer, response_capacity;
    uint32_t heap_peak; /* most bytes that QuickJS held at a time */
} abi = {ABI_VERSION, 0, RESPONSE_CAPACITY, 0};

static JSRuntime *runtime;
static JSContext *context;
static JSValue script = JS_UNDEFINED;
static JSValue describe = JS_UNDEFINED;         /* (thrown value) → array */
static JSValue define_functions = JS_UNDEFINED; /* (array of names) */
static size_t heap_held, limit;

/* Rejections that nobody has handled yet, oldest first. */
typedef struct Rejection {
    struct Rejection *next;
    JSValue promise, reason;
} Rejection;

static Rejection *rejections;

static void hold(void *pointer)
{
    if (!pointer)
        return;
    heap_held += malloc_usable_size(pointer);
    if (heap_held > abi.heap_peak)
        abi.heap_peak = heap_held;
}

static void *heap_calloc(void *opaque, size_t count, size_t size)
{
    void *pointer = calloc(count, size);
    hold(pointer);
    return pointer;
}

static void *heap_malloc(void *opaque, size_t size)
{
    void *pointer = malloc(size);
    hold(pointer);
    return pointer;
}

static void heap_free(void *opaque, void *pointer)
{
    if (pointer)
        heap_held -= malloc_usable_size(pointer);
    free(pointer);
}

static void *heap_realloc(void *opaque, void *pointer, size_t size)
{
    size_t before = pointer ? malloc_usable_size(pointer) : 0;
    void *moved = realloc(pointer, size);

    if (moved) {
        heap_held -= before;
        hold(moved);
    }
    return moved;
}

static size_t heap_usable_size(const void *pointer)
{
    return malloc_usable_size((void *)pointer);
}

static const JSMallocFunctions heap = {
    heap_calloc, heap_malloc, heap_free, heap_realloc, heap_usable_size,
};

static void track_rejection(JSContext *ctx, JSValueConst promise,
                            JSValueConst reason, bool is_handled, void *opaque)
{
    Rejection **at = &rejections, *entry;

    while (*at && !JS_IsSameValue(ctx, (*at)->promise, promise))
        at = &(*at)->next;
    entry = *at;
    if (is_handled && entry) {
        *at = entry->next;
        JS_FreeValue(ctx, entry->promise);
        JS_FreeValue(ctx, entry->reason);
        js_free(ctx, entry);
    } else if (!is_handled && !entry) {
        entry = js_malloc(ctx, sizeof(*entry));
        if (!entry)
            return;
        entry->next = NULL;
        entry->promise = JS_DupValue(ctx, promise);
        entry->reason = JS_DupValue(ctx, reason);
        *at = entry;
    }
}

/* FIRST_COLLECTION is how many bytes a run may allocate before garbage is looked
 * for. QuickJS's own threshold counts from an empty heap: what the image holds is
 * beyond it already, and every run would begin with a collection of all of it. */
#define FIRST_COLLECTION (1024 * 1024)

/* HEAP_SLACK is how many bytes of free heap the base image ends with. A run that
 * needs no more leaves the size of linear memory as it is, and its slot can be used
 * again. */
#define HEAP_SLACK (1024 * 1024)

/* LARGE_BYTECODE is from how many bytes on a script is put beyond the slack, where
 * the host maps it instead of copying it. */
#define LARGE_BYTECODE (64 * 1024)

static void settle(void)
{
    JS_RunGC(runtime);
    JS_SetGCThreshold(runtime, heap_held + FIRST_COLLECTION);
}

/* fill_gaps takes the free memory between what was allocated, for good, so that what a
 * script and its runs allocate lies together behind it: the host restores memory by
 * pages. */
static void fill_gaps(void)
{
    void *volatile at = malloc(HEAP_SLACK); /* larger than any gap; volatile: to be kept */
    uintptr_t end = (uintptr_t)at;

    free(at);
    for (size_t size = HEAP_SLACK / 2; size >= 16; size /= 2) {
        do
            at = malloc(size);
        while ((uintptr_t)at < end);
        free(at);
    }
}

static JSValue load(const uint8_t *bytecode, size_t length)
{
    JSValue function = JS_ReadObject(context, bytecode, length,
                                     JS_READ_OBJ_BYTECODE);
    if (JS_IsException(function))
        return function;
    return JS_EvalFunction(context, function);
}

/* details returns what the bootstrap's describe says of a thrown value: an array
 * for OP_REPORT. It may fail for want of memory or stack; then the answer is one
 * word, "memory" or "unknown". */
static JSValue details(JSValue thrown)
{
    bool out_of_memory = JS_GetOutOfMemoryCount(runtime) > 0;
    JSValue value = JS_EXCEPTION;

    /* An exception of which the engine says nothing is one that it had no memory for. */
    if (JS_IsUninitialized(thrown))
        out_of_memory = true;
    else if (!out_of_memory || !JS_IsNull(thrown))
        value = JS_Call(context, describe, JS_UNDEFINED, 1, &thrown);
    if (JS_IsException(value))
        value = JS_NewString(context, out_of_memory ? "memory" : "unknown");
    return value;
}

/* report tells the host of a thrown value; kind is "exception", "rejection" or
 * "syntax". It returns 1. */
static int report(const char *kind, JSValue thrown)
{
    JSValue args[1 + MAX_DETAILS], value;
    int64_t length = 0;

    JS_SetMemoryLimit(runtime, limit + REPORT_RESERVE);
    JS_UpdateStackTop(runtime);
    args[0] = JS_NewString(context, kind);
    value = details(thrown);
    if (!JS_IsArray(value)) {
        args[1] = value;
        length = 1;
    } else {
        JS_GetLength(context, value, &length);
        for (int i = 0; i < length && i < MAX_DETAILS; i++)
            args[1 + i] = JS_GetPropertyUint32(context, value, i);
    }
    wire_call(context, OP_REPORT, 1 + length, args);
    return 1;
}

/* cloche_version returns what is inside, for people who look into the file. */
EXPORT("cloche_version")
const char *cloche_version(void)
{
    return "QuickJS-NG " QUICKJS_VERSION;
}

EXPORT("cloche_abi")
uint32_t cloche_abi(void)
{
    abi.response_buffer = (uint32_t)response_buffer;
    return (uint32_t)&abi;
}

/* cloche_init makes the runtime, the context, Underscore and the script API.
 * stack_size is in bytes. A failure here is a defect of the build: it traps. */
EXPORT("cloche_init")
void cloche_init(uint32_t stack_size)
{
    JSValue make, args[1], hooks;

    runtime = JS_NewRuntime2(&heap, NULL);
    if (!runtime)
        abort();
    JS_SetMaxStackSize(runtime, stack_size);
    JS_SetHostPromiseRejectionTracker(runtime, track_rejection, NULL);
    context = JS_NewContext(runtime);
    if (!context || JS_AddIntrinsicDOMException(context) ||
        natives_define_inputs(context))
        abort();
    if (JS_IsException(load(underscore_bytecode, sizeof(underscore_bytecode))))
        abort();
    make = load(bootstrap_bytecode, sizeof(bootstrap_bytecode));
    args[0] = natives_new(context);
    hooks = JS_Call(context, make, JS_UNDEFINED, 1, args);
    if (JS_IsException(hooks))
        abort();
    describe = JS_GetPropertyStr(context, hooks, "describe");
    define_functions = JS_GetPropertyStr(context, hooks, "defineFunctions");
    if (!JS_IsFunction(context, describe) ||
        !JS_IsFunction(context, define_functions))
        abort();
    JS_FreeValue(context, make);
    JS_FreeValue(context, args[0]);
    JS_FreeValue(context, hooks);
    settle();
    JS_SealHeap(runtime);
    fill_gaps(); /* and ends memory with HEAP_SLACK that is free */
}

/* cloche_alloc returns memory for what the host writes before cloche_compile or
 * cloche_load, 0 when there is none. */
EXPORT("cloche_alloc")
uint32_t cloche_alloc(uint32_t size)
{
    return (uint32_t)malloc(size);
}

/* cloche_compile parses a script and hands its bytecode to the host. Both texts
 * are UTF-8 and NUL-terminated; length counts the source without its NUL. */
EXPORT("cloche_compile")
int cloche_compile(const char *name, const char *source, uint32_t length,
                   uint32_t memory_limit)
{
    JSValue function;
    uint8_t *bytecode;
    size_t size;

    clock_started = 1;
    limit = memory_limit;
    JS_UpdateStackTop(runtime);
    JS_SetMemoryLimit(runtime, limit);
    function = JS_Eval(context, source, length, name,
                       JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(function))
        return report("syntax", JS_GetException(context));
    bytecode = JS_WriteObject(context, &size, function, JS_WRITE_OBJ_BYTECODE);
    if (!bytecode)
        return report("exception", JS_GetException(context));
    host_call(OP_BYTECODE, bytecode, size);
    return 0;
}

/* cloche_load makes the script of bytecode that cloche_compile of this very build
 * wrote. The bytecode is wiped, so that it is in no image. With ahead, the script's
 * declarations and literals are evaluated here, once, and not in every run; that may
 * fail where a run would tell of the failure, so the host then loads without it. */
EXPORT("cloche_load")
int cloche_load(uint8_t *bytecode, uint32_t length, uint32_t memory_limit, int ahead)
{
    void *slack = NULL;

    clock_started = 1;
    limit = memory_limit;
    JS_UpdateStackTop(runtime);
    JS_SetMemoryLimit(runtime, limit);
    /* The bytecode lies in the slack; take what is left of that too. */
    if (length >= LARGE_BYTECODE && length < HEAP_SLACK - LARGE_BYTECODE)
        slack = malloc(HEAP_SLACK - LARGE_BYTECODE - length);
    script = JS_ReadObject(context, bytecode, length, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(script))
        return report("exception", JS_GetException(context));
    explicit_bzero(bytecode, length);
    free(bytecode);
    if (ahead && JS_EvalAhead(context, script))
        return report("exception", JS_GetException(context));
    free(slack);
    settle();
    return 0;
}

static int define_host_functions(void)
{
    size_t length;
    char *json = wire_input(context, INPUT_FUNCTIONS, &length);
    JSValue names, result;

    if (!json)
        return -1;
    names = JS_ParseJSON(context, json, length, "<functions>");
    js_free(context, json);
    if (JS_IsException(names))
        return -1;
    result = JS_Call(context, define_functions, JS_UNDEFINED, 1, &names);
    JS_FreeValue(context, names);
    return JS_IsException(result) ? -1 : 0;
}

static int run_jobs(void)
{
    JSContext *ctx;
    int result;

    do {
        result = JS_ExecutePendingJob(runtime, &ctx);
    } while (result > 0);
    return result;
}

/* cloche_run runs the compiled script and its promise jobs to their end.
 * memory_limit is in bytes of heap, has_functions says that the embedder added
 * host functions of its own. */
EXPORT("cloche_run")
int cloche_run(uint64_t seed, uint32_t memory_limit, int has_functions)
{
    clock_started = 1;
    abi.heap_peak = heap_held;
    JS_UpdateStackTop(runtime);
    limit = memory_limit;
    JS_SetMemoryLimit(runtime, limit);
    JS_SetRandomSeed(context, seed);
    if (has_functions && define_host_functions())
        return report("exception", JS_GetException(context));
    /* The script is kept: freeing it would take longer than a short run. */
    if (JS_IsException(JS_EvalFunction(context, JS_DupValue(context, script))) ||
        run_jobs() < 0)
        return report("exception", JS_GetException(context));
    if (rejections)
        return report("rejection", rejections->reason);
    return 0;
}
