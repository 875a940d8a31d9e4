/* The model over float with the plain kernels: what it refuses, and that packing, leaving rows out,
 * frozen boundaries and threads change no bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gpt.h"
#include "memory.h"

enum { B = 7, CONTEXT = 48, CLASSES = 3, VOCABULARY = 60, MAX_N = B * CONTEXT };
/* Longer and shorter than the kernels' tiles of rows, one token, the whole context. */
static const size_t lengths[B] = {1, 21, 48, 2, 20, 33, 5};

typedef struct rig {
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_gpt_pass pass;
  size_t starts[B + 1];
  uint32_t ids[MAX_N];
} rig;

static void set_up(rig *r, afina_readout readout, size_t threads) {
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = CONTEXT,
                                   .channels = 24,
                                   .layers = 3,
                                   .heads = 4,
                                   .inner = 96,
                                   .classes = CLASSES,
                                   .readout = readout};
  *r = (rig){0};
  assert_int_equal(afina_gpt_init(&r->gpt, &config, NULL), AFINA_OK);
  assert_int_equal(afina_pool_create(&r->pool, threads, NULL), AFINA_OK);
  assert_int_equal(afina_exec_init(&r->exec, &afina_kernels_plain, r->pool, CONTEXT, 8, NULL),
                   AFINA_OK);
  assert_int_equal(afina_gpt_pass_init(&r->pass, &r->gpt, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (size_t i = 0; i < r->gpt.params.total; i++)
    r->gpt.weights[i] = 0.2f * (float)afina_rng_normal(&rng);
  for (size_t b = 0; b < B; b++) r->starts[b + 1] = r->starts[b] + lengths[b];
  for (size_t n = 0; n < r->starts[B]; n++) r->ids[n] = (uint32_t)afina_rng_below(&rng, VOCABULARY);
}

static void tear_down(rig *r) {
  afina_gpt_pass_free(&r->pass);
  afina_exec_free(&r->exec);
  afina_pool_free(r->pool);
  afina_gpt_free(&r->gpt);
}

static afina_gpt_batch whole(const rig *r) {
  return (afina_gpt_batch){.rows = {.starts = r->starts, .B = B, .N = r->starts[B]},
                           .ids = r->ids,
                           .end_block = r->gpt.config.layers};
}

static void forward(rig *r, const afina_gpt_batch *batch) {
  afina_error error = {0};
  if (afina_gpt_forward(&r->gpt, &r->exec, &r->pass, batch, &error) != AFINA_OK)
    fail_msg("%s", error.message);
}

static void classify(rig *r, const afina_gpt_batch *batch, float *logits) {
  forward(r, batch);
  afina_classify_forward(&r->gpt, &r->exec, &r->pass);
  memcpy(logits, r->pass.logits, batch->rows.B * CLASSES * sizeof *logits);
}

/* ---- what is refused ---- */

static void assert_refused(rig *r, const afina_gpt_batch *batch, const char *says) {
  afina_error error = {0};
  assert_int_equal(afina_gpt_forward(&r->gpt, &r->exec, &r->pass, batch, &error), AFINA_E_ARGUMENT);
  assert_int_equal(error.status, AFINA_E_ARGUMENT);
  if (!strstr(error.message, says)) fail_msg("\"%s\" does not say \"%s\"", error.message, says);
}

static void refuses_texts(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_LAST, 1);
  afina_gpt_batch batch = whole(&r);
  const size_t empty[] = {0, 3, 3, 5}, falling[] = {0, 3, 2, 5}, late[] = {1, 5};
  const size_t longer[] = {0, 2, 2 + CONTEXT + 1};

  batch.rows = (afina_ragged){.starts = empty, .B = 3, .N = 5};
  assert_refused(&r, &batch, "text 1");
  batch.rows = (afina_ragged){.starts = falling, .B = 3, .N = 5};
  assert_refused(&r, &batch, "text 1");
  batch.rows = (afina_ragged){.starts = longer, .B = 2, .N = 2 + CONTEXT + 1};
  assert_refused(&r, &batch, "text 1 of the batch has 49 tokens");
  batch.rows = (afina_ragged){.starts = late, .B = 1, .N = 5};
  assert_refused(&r, &batch, "cover");
  batch.rows = (afina_ragged){.starts = empty, .B = 3, .N = 6};
  assert_refused(&r, &batch, "cover");
  batch.rows = (afina_ragged){.starts = empty, .B = 0, .N = 0};
  assert_refused(&r, &batch, "cover");
  tear_down(&r);
}

static void refuses_ids_and_blocks(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_LAST, 1);
  afina_gpt_batch batch = whole(&r);
  const uint32_t good = r.ids[60];
  r.ids[60] = VOCABULARY;
  assert_refused(&r, &batch, "token 60: the vocabulary has 60");
  r.ids[60] = UINT32_MAX;
  assert_refused(&r, &batch, "token 4294967295");
  r.ids[60] = good;
  batch.end_block = 4;
  assert_refused(&r, &batch, "blocks 0 to 4 of 3");
  batch = whole(&r);
  batch.first_block = 2;
  batch.end_block = 1;
  assert_refused(&r, &batch, "blocks 2 to 1 of 3");
  batch = whole(&r);
  batch.first_block = batch.end_block;
  batch.reads = AFINA_READS_LAST;
  assert_refused(&r, &batch, "no block runs");
  batch = whole(&r);
  batch.reads = AFINA_READS_WORDS;
  assert_refused(&r, &batch, "no words"); /* this model's head takes none */
  batch = whole(&r);
  forward(&r, &batch); /* a refused batch spoils nothing */
  tear_down(&r);
}

static void refuses_scratch(void **state) {
  (void)state;
  afina_exec exec;
  afina_error error = {0};
  assert_int_equal(
      afina_exec_init(&exec, &afina_kernels_plain, NULL, AFINA_MAX_CONTEXT + 1, 8, &error),
      AFINA_E_LIMIT);
  assert_int_equal(
      afina_exec_init(&exec, &afina_kernels_plain, NULL, 8, AFINA_MAX_HEAD_SIZE + 1, &error),
      AFINA_E_LIMIT);
  assert_non_null(strstr(error.message, "257"));
}

/* ---- what changes no bit ---- */

static void assert_same(const char *what, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp(&a[i], &b[i], sizeof a[i]) != 0)
      fail_msg("%s: [%zu] is %.9g and %.9g", what, i, (double)a[i], (double)b[i]);
}

static void packed_is_one_by_one(void **state) {
  const afina_readout *readout = *state;
  rig r;
  set_up(&r, *readout, 1);
  float packed[B * CLASSES], single[CLASSES];
  afina_gpt_batch batch = whole(&r);
  batch.reads = afina_readout_reads(*readout);
  classify(&r, &batch, packed);
  for (size_t b = 0; b < B; b++) {
    const size_t starts[2] = {0, lengths[b]};
    batch.rows = (afina_ragged){.starts = starts, .B = 1, .N = lengths[b]};
    batch.ids = r.ids + r.starts[b];
    classify(&r, &batch, single);
    assert_same("packed and alone", packed + b * CLASSES, single, CLASSES);
  }
  tear_down(&r);
}

static void last_rows_are_all_rows(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_LAST, 1);
  float all[B * CLASSES], rows[B * CLASSES];
  for (int keep = 0; keep < 2; keep++) {
    afina_gpt_batch batch = whole(&r);
    batch.keep = keep;
    classify(&r, &batch, all);
    batch.reads = AFINA_READS_LAST;
    classify(&r, &batch, rows);
    assert_same("all rows and the last", all, rows, B * CLASSES);
  }
  tear_down(&r);
}

/* The gradients from block `layer` on (0: the embeddings' too) of a weighted sum of the logits;
 * freed by the caller. */
static float *gradients_of(rig *r, size_t layer) {
  const size_t begin = layer ? afina_params_block(&r->gpt.params, layer) : 0;
  float *data = afina_allocate(r->gpt.params.total - begin, sizeof *data);
  assert_non_null(data);
  const afina_gradients gradients = {.data = data, .begin = begin};
  float weights[B * CLASSES];
  for (size_t i = 0; i < B * CLASSES; i++) weights[i] = 1 + 0.125f * (float)i;
  afina_classify_backward(&r->gpt, &r->exec, &r->pass, weights, &gradients);
  afina_gpt_backward(&r->gpt, &r->exec, &r->pass, &gradients);
  return data;
}

static void boundary_is_whole_run(void **state) {
  const afina_readout *readout = *state;
  rig r;
  set_up(&r, *readout, 1);
  const size_t C = r.gpt.config.channels, N = r.starts[B], total = r.gpt.params.total;
  float expected[B * CLASSES], actual[B * CLASSES];
  afina_gpt_batch run = whole(&r);
  run.keep = true;
  run.reads = afina_readout_reads(*readout);
  for (size_t layer = 1; layer < r.gpt.config.layers; layer++) {
    classify(&r, &run, expected);
    float *from_ids = gradients_of(&r, layer);

    afina_gpt_batch frozen = whole(&r);
    frozen.end_block = layer;
    forward(&r, &frozen);
    float *boundary = afina_allocate(N * C, sizeof *boundary);
    assert_non_null(boundary);
    memcpy(boundary, r.pass.out, N * C * sizeof *boundary);
    float means[B * 24];
    afina_words_mean(&r.gpt, &r.exec, means, C, r.ids, &run.rows);

    afina_gpt_batch rest = run;
    rest.first_block = layer;
    rest.ids = NULL;
    rest.boundary = boundary;
    rest.words = means;
    classify(&r, &rest, actual);
    assert_same("logits from the boundary", expected, actual, B * CLASSES);
    float *from_boundary = gradients_of(&r, layer);
    assert_same("gradients from the boundary", from_ids, from_boundary,
                total - afina_params_block(&r.gpt.params, layer));
    free(from_ids);
    free(from_boundary);
    free(boundary);
  }
  tear_down(&r);
}

static void threads_change_nothing(void **state) {
  const afina_readout *readout = *state;
  float expected[B * CLASSES], actual[B * CLASSES], *one = NULL;
  for (size_t threads = 1; threads <= 3; threads++) {
    rig r;
    set_up(&r, *readout, threads);
    afina_gpt_batch batch = whole(&r);
    batch.keep = true;
    batch.reads = afina_readout_reads(*readout);
    classify(&r, &batch, threads == 1 ? expected : actual);
    float *gradients = gradients_of(&r, 0);
    const size_t count = r.gpt.params.total;
    if (threads == 1) {
      one = gradients;
    } else {
      assert_same("logits", expected, actual, B * CLASSES);
      assert_same("gradients", one, gradients, count);
      free(gradients);
    }
    tear_down(&r);
  }
  free(one);
}

/* A pass that ran a large batch runs a small one, and the large one again. */
static void pass_is_reused(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_LAST, 1);
  float first[B * CLASSES], again[B * CLASSES], small[CLASSES];
  const size_t starts[2] = {0, 1};
  afina_gpt_batch batch = whole(&r), tiny = batch;
  tiny.rows = (afina_ragged){.starts = starts, .B = 1, .N = 1};
  classify(&r, &batch, first);
  classify(&r, &tiny, small);
  assert_same("the first text has one token", first, small, CLASSES);
  classify(&r, &batch, again);
  assert_same("again", first, again, B * CLASSES);
  tear_down(&r);
}

static afina_readout last = AFINA_READOUT_LAST, mean = AFINA_READOUT_MEAN,
                     words = AFINA_READOUT_WORDS;

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_texts),
      cmocka_unit_test(refuses_ids_and_blocks),
      cmocka_unit_test(refuses_scratch),
      cmocka_unit_test_prestate(packed_is_one_by_one, &last),
      cmocka_unit_test_prestate(packed_is_one_by_one, &mean),
      cmocka_unit_test_prestate(packed_is_one_by_one, &words),
      cmocka_unit_test(last_rows_are_all_rows),
      cmocka_unit_test_prestate(boundary_is_whole_run, &last),
      cmocka_unit_test_prestate(boundary_is_whole_run, &mean),
      cmocka_unit_test_prestate(boundary_is_whole_run, &words),
      cmocka_unit_test_prestate(threads_change_nothing, &last),
      cmocka_unit_test_prestate(threads_change_nothing, &mean),
      cmocka_unit_test_prestate(threads_change_nothing, &words),
      cmocka_unit_test(pass_is_reused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
