/* bytecode compiles one script to QuickJS bytecode at build time, without source
 * text and debug information: what remains of Underscore and the bootstrap is a
 * third of the size, and their frames stay out of stack traces.
 *
 * Usage: bytecode IN.js OUT.qbc */
#include <stdio.h>
#include <stdlib.h>

#include "quickjs.h"

/* The tick check is a matter of the wasm build. */
void cloche_check(void)
{
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text;

    if (!file || fseek(file, 0, SEEK_END)) {
        perror(path);
        exit(1);
    }
    *length = ftell(file);
    rewind(file);
    text = calloc(1, *length + 1);
    if (!text || fread(text, 1, *length, file) != *length) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return text;
}

static void write_file(const char *path, const uint8_t *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file)) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *context = JS_NewContext(runtime);
    size_t length, size;
    char *source;
    uint8_t *bytecode;
    JSValue function;

    if (argc != 3) {
        fprintf(stderr, "usage: bytecode IN.js OUT.qbc\n");
        return 2;
    }
    source = read_file(argv[1], &length);
    function = JS_Eval(context, source, length, argv[1],
                       JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(function)) {
        JSValue error = JS_GetException(context);
        JSValue stack = JS_GetPropertyStr(context, error, "stack");
        fprintf(stderr, "%s\n%s\n", JS_ToCString(context, error),
                JS_ToCString(context, stack));
        return 1;
    }
    bytecode = JS_WriteObject(context, &size, function,
                              JS_WRITE_OBJ_BYTECODE |
                                  JS_WRITE_OBJ_STRIP_SOURCE |
                                  JS_WRITE_OBJ_STRIP_DEBUG);
    if (!bytecode) {
        fprintf(stderr, "%s: cannot be written as bytecode\n", argv[1]);
        return 1;
    }
    write_file(argv[2], bytecode, size);
    return 0;
}
