/* A pool of threads that share one job at a time.
 *
 * A job is a range [0, n) cut into contiguous parts; a thread that is done with one takes the next,
 * so that slow cores (of the efficient kind, or busy elsewhere) hold nobody back. Each output
 * element is written by exactly one part and computed the same way whatever the cut and whoever
 * takes it, so results do not depend on the number of threads (law 1). Where there are no threads
 * (a page that is not cross-origin isolated) the pool has one, the caller's, and nothing else
 * changes. */
#ifndef AFINA_POOL_H
#define AFINA_POOL_H

#include <stddef.h>

#include "status.h"

typedef struct afina_pool afina_pool;

/* Works on items [begin, end). `thread` numbers who does: 0 .. afina_pool_size - 1, 0 being the
 * caller of afina_pool_run. One thread may be given several parts of a job. */
typedef void afina_job(void *context, size_t begin, size_t end, size_t thread);

/* threads = 0: one for each core. Where the system gives fewer, the pool is smaller. */
afina_status afina_pool_create(afina_pool **out, size_t threads, afina_error *error);
void afina_pool_free(afina_pool *pool);
/* 1 for NULL. */
size_t afina_pool_size(const afina_pool *pool);
/* Runs the job over [0, n), in parts that start at multiples of `grain` (> 0), and returns when all
 * are done. To hand a job over costs a microsecond where the others still look for work and tens
 * of them where they sleep: work that is done sooner than that is for the caller to do alone. */
void afina_pool_run(afina_pool *pool, size_t n, size_t grain, afina_job *job, void *context);

#endif
