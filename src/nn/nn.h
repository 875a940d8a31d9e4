/* Layers as forward/backward pairs over packed rows: the kernels, cut into parts for the threads.
 *
 * _forward overwrites its outputs; _backward ACCUMULATES into its d... outputs. Those of linear,
 * project, layernorm and embedding may be NULL (not wanted); layernorm's dweight and dbias only
 * together. Every output element is computed by one thread, in an order that does not depend on the
 * cut (law 1).
 *
 * Dimensions: N rows, I inputs, O outputs, C channels, H heads, V vocabulary. */
#ifndef AFINA_NN_H
#define AFINA_NN_H

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"
#include "pool.h"
#include "status.h"

/* Where and how layers run: which kernels, on how many threads, with scratch for each. */
typedef struct afina_exec {
  const afina_kernels *kernels;
  afina_pool *pool; /* not owned; NULL: the caller's thread only */
  afina_real *scratch;
  size_t scratch_each; /* elements for each thread */
} afina_exec;

/* Scratch for gemm and for attention over texts of at most `context` tokens with heads of size D.
 */
afina_status afina_exec_init(afina_exec *exec, const afina_kernels *kernels, afina_pool *pool,
                             size_t context, size_t D, afina_error *error);
void afina_exec_free(afina_exec *exec);
/* What that takes of memory for each thread; context and D as it accepts them. */
size_t afina_exec_bytes(size_t context, size_t D);

/* afina_pool_run for a job that takes one thread about `work` nanoseconds: one that is done before
 * other threads would have begun is the caller's alone. */
void afina_exec_run(const afina_exec *exec, size_t n, size_t grain, size_t work, afina_job *job,
                    void *context);

/* The ragged layout of a packed batch: text b owns rows starts[b] .. starts[b + 1] - 1. */
typedef struct afina_ragged {
  const size_t *starts; /* [B + 1] */
  size_t B, N;          /* texts, rows in all: N == starts[B] */
} afina_ragged;

/* y[N,O] = x[N,I] weight + bias[O]. weight is stored [I, O] ("Conv1D"); its rows are w_row apart,
 * so that a column slice of a wider matrix is a weight too. bias may be NULL. */
void afina_linear_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                          const afina_real *weight, const afina_real *bias, size_t N, size_t I,
                          size_t O, size_t w_row);
/* Where nothing has been added to a gradient yet, zeros need not be set first: it is OVERWRITTEN,
 * with the bits of adding to zeros. */
enum { AFINA_SETS_DX = 1, AFINA_SETS_DWEIGHT = 2 };
/* dx[N,I] += dy weight^T, dweight[I,O] += x^T dy, dbias[O] += column sums of dy; `sets`: which of
 * them it overwrites, one of the above, both, or 0. */
void afina_linear_backward(const afina_exec *exec, unsigned sets, afina_real *dx,
                           afina_real *dweight, afina_real *dbias, const afina_real *dy,
                           const afina_real *x, const afina_real *weight, size_t N, size_t I,
                           size_t O, size_t w_row);

/* y[N,O] += x[N,I] weight: what afina_linear_backward is the way back of, without a bias. */
void afina_linear_add(const afina_exec *exec, afina_real *y, const afina_real *x,
                      const afina_real *weight, size_t N, size_t I, size_t O, size_t w_row);

/* LoRA (Hu et al., 2021, arXiv:2106.09685) in two halves, so that slices of y can be computed for
 * other rows than the rest. Down: u[N,R] = scale x[N,I] a[I,R]. Up ADDS: y[N,O] += u[N,R] b[R,O],
 * rows of b are b_row apart. */
void afina_lora_down_forward(const afina_exec *exec, afina_real *u, const afina_real *x,
                             const afina_real *a, afina_real scale, size_t N, size_t I, size_t R);
/* dx[N,I] (may be NULL) += scale du a^T, da[I,R] += scale x^T du; du itself is scaled. */
void afina_lora_down_backward(const afina_exec *exec, afina_real *dx, afina_real *da,
                              afina_real *du, const afina_real *x, const afina_real *a,
                              afina_real scale, size_t N, size_t I, size_t R);
/* See above. */
void afina_lora_up_forward(const afina_exec *exec, afina_real *y, const afina_real *u,
                           const afina_real *b, size_t N, size_t R, size_t O, size_t b_row);
/* du[N,R] += dy b^T, db[R,O] += u^T dy. */
void afina_lora_up_backward(const afina_exec *exec, afina_real *du, afina_real *db,
                            const afina_real *dy, const afina_real *u, const afina_real *b,
                            size_t N, size_t R, size_t O, size_t b_row);

/* y[N,O] = x[N,I] weight^T, weight stored [O, I]: the tied output embedding and the classification
 * head. */
void afina_project_forward(const afina_exec *exec, afina_real *y, const afina_real *x,
                           const afina_real *weight, size_t N, size_t I, size_t O);
/* dx[N,I] += dy weight, dweight[O,I] += dy^T x. */
void afina_project_backward(const afina_exec *exec, afina_real *dx, afina_real *dweight,
                            const afina_real *dy, const afina_real *x, const afina_real *weight,
                            size_t N, size_t I, size_t O);

/* As the kernels of the same names, cut by rows (parameters: by columns). */
void afina_layernorm_forward(const afina_exec *exec, afina_real *y, afina_real *mean,
                             afina_real *rstd, const afina_real *x, const afina_real *weight,
                             const afina_real *bias, size_t N, size_t C);
void afina_layernorm_backward(const afina_exec *exec, afina_real *dx, afina_real *dweight,
                              afina_real *dbias, const afina_real *dy, const afina_real *x,
                              const afina_real *mean, const afina_real *rstd,
                              const afina_real *weight, size_t N, size_t C);
void afina_gelu_forward(const afina_exec *exec, afina_real *y, const afina_real *x, size_t n);
/* OVERWRITES dx, which may be dy. */
void afina_gelu_backward(const afina_exec *exec, afina_real *dx, const afina_real *dy,
                         const afina_real *x, size_t n);

/* x[N,C] = wte[id] + wpe[place of the token in its text]. */
void afina_embedding_forward(const afina_exec *exec, afina_real *x, const uint32_t *ids,
                             const afina_real *wte, const afina_real *wpe, const afina_ragged *rows,
                             size_t C);
/* rows_of: which row of dwte is a token's; NULL: the one of its id. */
void afina_embedding_backward(const afina_exec *exec, afina_real *dwte, afina_real *dwpe,
                              const afina_real *dx, const uint32_t *ids, const uint32_t *rows_of,
                              const afina_ragged *rows, size_t C);

/* Which rows of a batch ask (have a query). NULL: all of them. Otherwise rows[] ascending, per text
 * query_starts[b] .. query_starts[b + 1] - 1. */
typedef struct afina_queries {
  const size_t *rows;   /* [Q] row in the batch; NULL where all that are computed ask */
  const size_t *places; /* [Q] place in its text */
  const size_t *starts; /* [B + 1] */
  size_t Q;
} afina_queries;

/* Causal self-attention, each text on its own. q, out [Q,C]; kv [N,2C] with the keys in the first C
 * columns and the values in the rest; lse [H,Q]. Q == N where queries == NULL. */
void afina_attention_forward(const afina_exec *exec, afina_real *out, afina_real *lse,
                             const afina_real *q, const afina_real *kv, const afina_ragged *rows,
                             const afina_queries *queries, size_t C, size_t H);
void afina_attention_backward(const afina_exec *exec, afina_real *dq, afina_real *dkv,
                              const afina_real *dout, const afina_real *q, const afina_real *kv,
                              const afina_real *out, const afina_real *lse,
                              const afina_ragged *rows, const afina_queries *queries, size_t C,
                              size_t H);

/* In place, as the kernels: logits[N,V] become probabilities, probabilities become dlogits. */
void afina_cross_entropy_forward(const afina_exec *exec, afina_real *losses, afina_real *logits,
                                 const uint32_t *targets, size_t N, size_t V);
void afina_cross_entropy_backward(const afina_exec *exec, afina_real *probabilities,
                                  const uint32_t *targets, afina_real scale, size_t N, size_t V);

/* How a text's cross-entropy counts, as in PyTorch's CrossEntropyLoss: with w[label] (class
 * weights) and with a share of the label's one spread evenly over all classes (label smoothing;
 * Szegedy et al., 2016). With p the softmax of the logits, y the label, w = 1 without weights:
 *
 *     loss = -(1 - smoothing) w[y] log p[y] - smoothing / V sum_k w[k] log p[k]
 *
 * A batch's loss is the sum of its texts' divided by the sum of their w[y]: a weighted mean, which
 * does not depend on the weights' unit. */
typedef struct afina_entropy_rule {
  const afina_real *weights; /* [V]; NULL: all 1 */
  afina_real smoothing;      /* 0 .. 1 */
} afina_entropy_rule;

/* In place, as afina_cross_entropy: logits[N,V] become probabilities, these become dlogits of scale
 * times the sum of the losses. One thread: V is the number of classes. */
void afina_entropy_forward(const afina_entropy_rule *rule, afina_real *losses, afina_real *logits,
                           const uint32_t *targets, size_t N, size_t V);
void afina_entropy_backward(const afina_entropy_rule *rule, afina_real *probabilities,
                            const uint32_t *targets, afina_real scale, size_t N, size_t V);

/* Dropout (Srivastava et al., 2014): a share of the elements becomes 0, what is left is divided by
 * 1 - share. An element's fate is a hash of key, site, row and column: the same for any number of
 * threads and however the rows are cut, and found again on the way back without being kept. */
typedef struct afina_dropout {
  uint64_t key;
  double share; /* 0 .. 1, without 1 */
} afina_dropout;

/* The key of an update. */
uint64_t afina_dropout_key(uint64_t seed, uint64_t update);
/* x[N,C], in place: forward, and the same of dx. Row n of x is the site's row `first` + rows[n]
 * (rows == NULL: first + n). */
void afina_dropout_apply(const afina_exec *exec, afina_real *x, const afina_dropout *dropout,
                         size_t site, size_t first, const size_t *rows, size_t N, size_t C);

/* y += x. */
void afina_add_forward(const afina_exec *exec, afina_real *y, const afina_real *x, size_t n);
/* x[n] = 0. */
void afina_zero(const afina_exec *exec, afina_real *x, size_t n);

#endif
