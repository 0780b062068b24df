/* The few system calls that libc wants, answered here: the module imports
 * nothing of WASI, so there is nothing to grant. */
#include <wasi/api.h>

#include "host.h"

int clock_started;

__wasi_errno_t __wasi_clock_time_get(__wasi_clockid_t id,
                                     __wasi_timestamp_t precision,
                                     __wasi_timestamp_t *out)
{
    const double *ms = (const double *)response_buffer;

    *out = 0;
    if (!clock_started)
        return __WASI_ERRNO_SUCCESS;
    if (host_call(OP_CLOCK, NULL, 0) != 2 * sizeof(double))
        return __WASI_ERRNO_NOTSUP;
    *out = (__wasi_timestamp_t)(ms[id == __WASI_CLOCKID_REALTIME ? 0 : 1]) *
           1000000;
    return __WASI_ERRNO_SUCCESS;
}

/* Diagnostics that QuickJS prints before it aborts have no reader. */
__wasi_errno_t __wasi_fd_write(__wasi_fd_t fd, const __wasi_ciovec_t *iovs,
                               size_t count, __wasi_size_t *written)
{
    *written = 0;
    for (size_t i = 0; i < count; i++)
        *written += iovs[i].buf_len;
    return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t fd)
{
    return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_seek(__wasi_fd_t fd, __wasi_filedelta_t offset,
                              __wasi_whence_t whence, __wasi_filesize_t *position)
{
    return __WASI_ERRNO_SPIPE;
}

__wasi_errno_t __wasi_fd_fdstat_get(__wasi_fd_t fd, __wasi_fdstat_t *stat)
{
    return __WASI_ERRNO_BADF;
}
