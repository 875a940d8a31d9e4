/* A pool of threads that share one job at a time.
 *
 * A job is a range [0, n) cut into one contiguous part per thread. Each output element is written
 * by exactly one part and computed the same way whatever the cut, so results do not depend on the
 * number of threads (law 1). Where there are no threads (WASM for now) the pool has one, the
 * caller's, and nothing else changes. */
#ifndef AFINA_POOL_H
#define AFINA_POOL_H

#include <stddef.h>

#include "status.h"

typedef struct afina_pool afina_pool;

/* Works on items [begin, end). `thread` numbers the part: 0 .. afina_pool_size - 1. */
typedef void afina_job(void *context, size_t begin, size_t end, size_t thread);

/* threads = 0: one for each core. */
afina_status afina_pool_create(afina_pool **out, size_t threads, afina_error *error);
void afina_pool_free(afina_pool *pool);
/* 1 for NULL. */
size_t afina_pool_size(const afina_pool *pool);
/* Runs the job over [0, n), in parts that start at multiples of `grain` (> 0), and returns when all
 * are done. */
void afina_pool_run(afina_pool *pool, size_t n, size_t grain, afina_job *job, void *context);

#endif
