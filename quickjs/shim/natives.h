/* Functions that the bootstrap gets as one object and no script ever sees. */
#ifndef CLOCHE_NATIVES_H
#define CLOCHE_NATIVES_H

#include "quickjs.h"

/* natives_new returns the object, or JS_EXCEPTION. */
JSValue natives_new(JSContext *ctx);

/* natives_define_inputs defines activity, project and variables on the global
 * object: data properties whose JSON is fetched and parsed at their first use. */
int natives_define_inputs(JSContext *ctx);

#endif
