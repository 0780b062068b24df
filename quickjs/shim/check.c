/* cloche_check marks the places where the interpreter polls. The instrumenter
 * replaces every call to it by the inline check; its body only keeps the import
 * of tick alive and the compiler from deciding that the call does nothing. */
#include "host.h"

__attribute__((export_name("cloche_check"), noinline))
void cloche_check(void)
{
    host_tick(0);
}
