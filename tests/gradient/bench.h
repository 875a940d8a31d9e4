/* The bench that every op of nn.h is put on. An op is described by three functions over named
 * inputs; from that, bench_check_op derives all tests:
 *
 *   - the gradient of every element of every input against central differences,
 *   - _backward accumulates (or, where the op says so, overwrites),
 *   - a gradient that is not wanted (NULL) changes no other,
 *   - one thread and three give the same bits. */
#ifndef AFINA_BENCH_H
#define AFINA_BENCH_H

#include <stdbool.h>

#include "nn.h"
#include "rng.h"

enum { MAX_INPUTS = 4, MAX_SAVED = 3, MAX_TEXTS = 8 };

/* The extents that a case gives to an op; which of them count is the op's business. */
typedef struct bench_dims {
  size_t N, I, O; /* rows, inputs (or channels), outputs (or vocabulary) */
  size_t stride;  /* row stride of the weight; 0: O */
  size_t column;  /* where the slice begins in a wider weight */
  size_t H;       /* heads */
  size_t B;       /* texts, of these lengths: */
  size_t lengths[MAX_TEXTS];
  size_t asking[MAX_TEXTS]; /* how many of the last tokens of each text ask; all 0: no query list */
  bool big;                 /* large enough to be cut for threads, too large for differences */
} bench_dims;

typedef struct bench_tensor {
  const char *name;
  size_t size;
  double *value;
  double *gradient; /* NULL: not wanted */
} bench_tensor;

typedef struct bench {
  bench_dims d;
  afina_exec exec;
  afina_rng rng;
  bench_tensor inputs[MAX_INPUTS];
  size_t input_count;
  double *y; /* the output */
  size_t y_size;
  double *saved[MAX_SAVED]; /* what forward leaves for backward */
  size_t saved_count;
  uint32_t *ids; /* [N] below d.O: token ids, targets */
  size_t starts[MAX_TEXTS + 1];
  afina_ragged rows;
  size_t *query_rows, *query_places, query_starts[MAX_TEXTS + 1];
  afina_queries query_list;
  const afina_queries *queries; /* NULL: all rows ask */
} bench;

typedef struct bench_op {
  const char *name;
  void (*describe)(bench *b);                   /* calls bench_input, bench_output, bench_save */
  void (*forward)(bench *b);                    /* inputs -> y, saved */
  void (*backward)(bench *b, const double *dy); /* dy, saved -> the inputs' gradients */
  bool overwrites;                              /* backward sets instead of adding */
  unsigned unwanted[MAX_INPUTS]; /* sets of inputs (bits) whose gradients may be NULL together */
  bool uniform_dy;               /* the op knows only one factor for all outputs */
  const bench_dims *cases;
  size_t case_count;
} bench_op;

/* For describe: a differentiable input of normal(0, 1) values, the output, a saved activation. */
void bench_input(bench *b, const char *name, size_t size);
void bench_output(bench *b, size_t size);
void bench_save(bench *b, size_t size);

/* Runs all checks over all cases of the op. */
void bench_check_op(const bench_op *op);

#endif
