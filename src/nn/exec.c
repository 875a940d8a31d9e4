#include <stdlib.h>

#include "memory.h"
#include "nn.h"

/* Nanoseconds: to wake a thread takes about ten microseconds, to find it looking for work one. */
enum { ALONE = 6000 };

static size_t scratch_each(size_t context, size_t D) {
  size_t each = AFINA_ATTENTION_SCRATCH(context, D);
  if (each < AFINA_GEMM_SCRATCH) each = AFINA_GEMM_SCRATCH;
  return (each + 15) / 16 * 16;
}

size_t afina_exec_bytes(size_t context, size_t D) {
  return scratch_each(context, D) * sizeof(afina_real);
}

afina_status afina_exec_init(afina_exec *exec, const afina_kernels *kernels, afina_pool *pool,
                             size_t context, size_t D, afina_error *error) {
  if (context > AFINA_MAX_CONTEXT || D > AFINA_MAX_HEAD_SIZE)
    return afina_fail(error, AFINA_E_LIMIT, "context %zu with heads of %zu: at most %d and %d",
                      context, D, AFINA_MAX_CONTEXT, AFINA_MAX_HEAD_SIZE);
  const size_t each = scratch_each(context, D);
  afina_real *scratch =
      aligned_alloc(AFINA_ALIGNMENT, each * afina_pool_size(pool) * sizeof *scratch);
  if (!scratch) return afina_fail_memory(error);
  *exec = (afina_exec){.kernels = kernels, .pool = pool, .scratch = scratch, .scratch_each = each};
  return AFINA_OK;
}

void afina_exec_free(afina_exec *exec) {
  if (!exec) return;
  free(exec->scratch);
  *exec = (afina_exec){0};
}

void afina_exec_run(const afina_exec *exec, size_t n, size_t grain, size_t work, afina_job *job,
                    void *context) {
  afina_pool_run(work < ALONE ? NULL : exec->pool, n, grain, job, context);
}
