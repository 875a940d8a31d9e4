/* Inside the benchmark (private to the bench layer): what is measured, and what it is measured
 * with. */
#ifndef AFINA_BENCH_PRIVATE_H
#define AFINA_BENCH_PRIVATE_H

#include "benchmark.h"
#include "finetune.h"

typedef enum bench_kind { BENCH_PRODUCT, BENCH_PASS, BENCH_EPOCH } bench_kind;
typedef enum bench_which { BENCH_FORWARD, BENCH_INPUTS, BENCH_WEIGHTS } bench_which;
/* Cached: the first epoch, which fills the cache, or a later one, which is taken together with the
 * item before. Each: without the cache all epochs are alike. */
typedef enum bench_epoch { BENCH_FIRST, BENCH_LATER, BENCH_EACH } bench_epoch;

/* One thing that is measured. */
typedef struct bench_item {
  bench_kind kind;
  size_t texts, tokens; /* of a pass or an epoch: tokens in all */
  const char *layer;    /* of a product: y[tokens, outputs] = x[tokens, inputs] W */
  bench_which which;
  size_t inputs, outputs;
  bool trains; /* of a pass: a whole step, with AdamW */
  afina_strategy strategy;
  bench_epoch epoch;
  double flops;            /* that it is worth */
  double *seconds, *ratio; /* [rounds] */
} bench_item;

/* The largest list: 4 layers, 3 products, 2 row counts; 3 passes; 7 kinds of epochs. */
enum { BENCH_ITEMS = 4 * 3 * 2 + 3 + 7 };

/* Matrices that each product of the model finds room in. */
typedef struct bench_products {
  afina_real *x, *dy, *weight, *out;
} bench_products;

/* A model in training, and batches of as many tokens as any pass has. */
typedef struct bench_passes {
  afina_gpt_pass pass;
  afina_optimizer optimizer;
  uint32_t *ids;
  size_t *starts;
} bench_passes;

/* Texts for the epochs. */
typedef struct bench_epochs {
  afina_tokenizer *tokenizer; /* of bytes */
  afina_dataset *data;
  size_t tokens;
} bench_epochs;

struct afina_bench {
  const char *config_name;
  double flops; /* a short measurement is worth at least so many */
  afina_gpt gpt;
  afina_exec exec;
  afina_clock *clock;
  bench_products products;
  bench_passes passes;
  bench_epochs epochs;
  bench_item items[BENCH_ITEMS];
  size_t count;
  size_t rounds, texts;
  size_t item, round;       /* the next to be measured */
  double *best;             /* [threads] FLOP/s of the tile, in this round */
  double *peak;             /* [rounds] their sum at the end of the round */
  double *memory, *scratch; /* of the items' results; [rounds] to sort in */
  bool products_too, passes_too, epochs_too;
};

/* Fills bench->items for its model and options; their results are not there yet. */
void afina_bench_list(afina_bench *bench);

/* Each allocates what measuring its kind takes; all accept a zeroed struct to clear. */
afina_status afina_bench_products_init(afina_bench *bench, afina_error *error);
void afina_bench_products_clear(afina_bench *bench);
afina_status afina_bench_passes_init(afina_bench *bench, afina_error *error);
void afina_bench_passes_clear(afina_bench *bench);
afina_status afina_bench_epochs_init(afina_bench *bench, afina_error *error);
void afina_bench_epochs_clear(afina_bench *bench);

/* FLOP/s of the tile on data in the first-level cache: the best in this round, all threads
 * together. */
double afina_bench_peak(afina_bench *bench);
/* Seconds of one product, one pass, one epoch; the last writes those of a later epoch as well where
 * the cache is used. */
double afina_bench_product(afina_bench *bench, const bench_item *item);
afina_status afina_bench_pass(afina_bench *bench, const bench_item *item, double *seconds,
                              afina_error *error);
afina_status afina_bench_epoch(afina_bench *bench, const bench_item *item, double *seconds,
                               double *later, afina_error *error);

/* The median; sorts the values. */
double afina_bench_median(double *values, size_t count);

#endif
