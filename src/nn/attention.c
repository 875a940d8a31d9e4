#include "nn.h"

/* About how many nanoseconds: each query looks at all tokens of its text, half of them on average
 * where all ask. */
static size_t cost(const afina_ragged *rows, const afina_queries *queries, size_t C) {
  size_t pairs = 0;
  for (size_t b = 0; b < rows->B; b++) {
    const size_t T = rows->starts[b + 1] - rows->starts[b];
    pairs += T * (queries ? queries->starts[b + 1] - queries->starts[b] : T / 2 + 1);
  }
  return pairs * C / 4;
}

typedef struct job {
  const afina_exec *exec;
  afina_real *out, *lse, *dq, *dkv;
  const afina_real *q, *kv, *dout;
  const afina_ragged *rows;
  const afina_queries *queries;
  size_t C, H, Q;
} job;

/* One (text, head) pair: where its queries start and its shape. */
static size_t locate(const job *j, size_t text, afina_attention_shape *shape) {
  const size_t *starts = j->queries ? j->queries->starts : j->rows->starts;
  *shape = (afina_attention_shape){
      .T = j->rows->starts[text + 1] - j->rows->starts[text],
      .Q = starts[text + 1] - starts[text],
      .D = j->C / j->H,
      .q_stride = j->C,
      .kv_stride = 2 * j->C,
      .position = j->queries ? j->queries->places + starts[text] : NULL,
  };
  return starts[text];
}

static void forward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  for (size_t item = begin; item < end; item++) {
    const size_t text = item / j->H, head = item % j->H;
    afina_attention_shape shape;
    const size_t query = locate(j, text, &shape), column = head * shape.D;
    const size_t q = query * j->C + column, k = j->rows->starts[text] * 2 * j->C + column;
    j->exec->kernels->attention_forward(j->out + q, j->lse + head * j->Q + query, j->q + q,
                                        j->kv + k, j->kv + k + j->C, &shape,
                                        j->exec->scratch + thread * j->exec->scratch_each);
  }
}

void afina_attention_forward(const afina_exec *exec, afina_real *out, afina_real *lse,
                             const afina_real *q, const afina_real *kv, const afina_ragged *rows,
                             const afina_queries *queries, size_t C, size_t H) {
  job j = {.exec = exec,
           .out = out,
           .lse = lse,
           .q = q,
           .kv = kv,
           .rows = rows,
           .queries = queries,
           .C = C,
           .H = H,
           .Q = queries ? queries->Q : rows->N};
  afina_exec_run(exec, rows->B * H, 1, cost(rows, queries, C), forward_part, &j);
}

static void backward_part(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  for (size_t item = begin; item < end; item++) {
    const size_t text = item / j->H, head = item % j->H;
    afina_attention_shape shape;
    const size_t query = locate(j, text, &shape), column = head * shape.D;
    const size_t q = query * j->C + column, k = j->rows->starts[text] * 2 * j->C + column;
    j->exec->kernels->attention_backward(j->dq + q, j->dkv + k, j->dkv + k + j->C, j->dout + q,
                                         j->q + q, j->kv + k, j->kv + k + j->C, j->out + q,
                                         j->lse + head * j->Q + query, &shape,
                                         j->exec->scratch + thread * j->exec->scratch_each);
  }
}

void afina_attention_backward(const afina_exec *exec, afina_real *dq, afina_real *dkv,
                              const afina_real *dout, const afina_real *q, const afina_real *kv,
                              const afina_real *out, const afina_real *lse,
                              const afina_ragged *rows, const afina_queries *queries, size_t C,
                              size_t H) {
  /* The backward kernel only reads out and lse; the struct serves the forward pass too. */
  job j = {.exec = exec,
           .dq = dq,
           .dkv = dkv,
           .dout = dout,
           .q = q,
           .kv = kv,
           .out = (afina_real *)(uintptr_t)out,
           .lse = (afina_real *)(uintptr_t)lse,
           .rows = rows,
           .queries = queries,
           .C = C,
           .H = H,
           .Q = queries ? queries->Q : rows->N};
  afina_exec_run(exec, rows->B * H, 1, cost(rows, queries, C), backward_part, &j);
}
