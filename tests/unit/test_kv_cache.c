/* A text that is edited, read through the cache: bit for bit what a whole pass gives, for every
 * readout, set of kernels and number of threads, and no row computed that was kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kv_cache.h"
#include "sample.h"

enum { CONTEXT = 48, CLASSES = 3, VOCABULARY = 60, END = 59, EDITS = 120, CHANNELS = 24 };

typedef struct rig {
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_gpt_pass pass; /* of the path without cache */
  afina_kv_cache cache;
  afina_rng rng;
  uint32_t ids[CONTEXT + 1];
  size_t count;
} rig;

static void set_up(rig *r, afina_readout readout, const afina_kernels *kernels, size_t threads) {
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = CONTEXT,
                                   .channels = CHANNELS,
                                   .layers = 3,
                                   .heads = 4,
                                   .inner = 96,
                                   .classes = CLASSES,
                                   .readout = readout};
  *r = (rig){0};
  assert_int_equal(afina_gpt_init(&r->gpt, &config, NULL), AFINA_OK);
  assert_int_equal(afina_pool_create(&r->pool, threads, NULL), AFINA_OK);
  assert_int_equal(afina_exec_init(&r->exec, kernels, r->pool, CONTEXT, 8, NULL), AFINA_OK);
  assert_int_equal(afina_gpt_pass_init(&r->pass, &r->gpt, NULL), AFINA_OK);
  afina_rng_seed(&r->rng, 3);
  for (size_t i = 0; i < r->gpt.params.total; i++)
    r->gpt.weights[i] = 0.2f * (float)afina_rng_normal(&r->rng);
}

static void tear_down(rig *r) {
  afina_kv_cache_free(&r->cache);
  afina_gpt_pass_free(&r->pass);
  afina_exec_free(&r->exec);
  afina_pool_free(r->pool);
  afina_gpt_free(&r->gpt);
}

static void assert_same(const char *what, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp(&a[i], &b[i], sizeof a[i]) != 0)
      fail_msg("%s: [%zu] is %.9g and %.9g", what, i, (double)a[i], (double)b[i]);
}

/* r->ids read by a whole pass. */
static void run_whole(rig *r, afina_reads reads) {
  const size_t starts[2] = {0, r->count};
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = r->count},
                                 .ids = r->ids,
                                 .end_block = r->gpt.config.layers,
                                 .reads = reads};
  afina_error error = {0};
  if (afina_gpt_forward(&r->gpt, &r->exec, &r->pass, &batch, &error) != AFINA_OK)
    fail_msg("%s", error.message);
}

static void run_cached(rig *r, afina_reads reads) {
  afina_error error = {0};
  if (afina_kv_cache_run(&r->cache, &r->gpt, &r->exec, r->ids, r->count, reads, &error) != AFINA_OK)
    fail_msg("%s", error.message);
}

static void compare(rig *r) {
  const afina_reads reads = afina_readout_reads(r->gpt.config.readout);
  run_whole(r, reads);
  run_cached(r, reads);
  assert_int_equal(r->cache.pass.H, r->pass.H);
  assert_same("hidden", r->cache.pass.hidden, r->pass.hidden, r->pass.H * CHANNELS);
  afina_classify_forward(&r->gpt, &r->exec, &r->pass);
  afina_classify_forward(&r->gpt, &r->exec, &r->cache.pass);
  assert_same("logits", r->cache.pass.logits, r->pass.logits, CLASSES);
}

/* ---- edits ---- */

static uint32_t any_id(rig *r) { return (uint32_t)afina_rng_below(&r->rng, VOCABULARY - 1); }

/* At most one token fewer than the context: a readout may want one more. */
static void insert_at(rig *r, size_t at, size_t count) {
  for (; count > 0 && r->count + 1 < CONTEXT; count--) {
    memmove(r->ids + at + 1, r->ids + at, (r->count - at) * sizeof *r->ids);
    r->ids[at] = any_id(r);
    r->count++;
  }
}

/* One is left. */
static void remove_at(rig *r, size_t at, size_t count) {
  for (; count > 0 && at < r->count && r->count > 1; count--)
    memmove(r->ids + at, r->ids + at + 1, (--r->count - at) * sizeof *r->ids);
}

static void edit(rig *r) {
  const size_t some = 1 + afina_rng_below(&r->rng, 3), at = afina_rng_below(&r->rng, r->count);
  switch (afina_rng_below(&r->rng, 10)) {
    case 0:
    case 1:
    case 2:
    case 3: insert_at(r, r->count, some); break;
    case 4: remove_at(r, r->count > some ? r->count - some : 1, some); break;
    case 5: insert_at(r, at, some); break;
    case 6: remove_at(r, at, some); break;
    case 7: r->ids[at] = any_id(r); break;
    case 8: insert_at(r, r->count, afina_rng_below(&r->rng, 40)); break;
    default:
      if (some == 1) r->count = 1; /* as good as empty; otherwise the same text again */
  }
}

/* As the classifier reads an emptied text. */
static void empty(rig *r) {
  r->ids[0] = END;
  r->count = 1;
}

/* Rows that have to be computed after `before`: all but those both begin with, and the last. */
static size_t new_rows(const rig *r, const uint32_t *before, size_t count) {
  size_t t = 0;
  while (t < count && t + 1 < r->count && before[t] == r->ids[t]) t++;
  return r->count - t;
}

static void check_edits(afina_readout readout, const afina_kernels *kernels, size_t threads) {
  rig r;
  uint32_t before[CONTEXT];
  size_t count = 0;
  set_up(&r, readout, kernels, threads);
  empty(&r);
  for (size_t i = 0; i < EDITS; i++) {
    const size_t computed = r.cache.computed;
    const bool special = readout == AFINA_READOUT_SPECIAL;
    if (special) r.ids[r.count++] = END;
    compare(&r);
    assert_int_equal(r.cache.computed - computed, new_rows(&r, before, count));
    memcpy(before, r.ids, sizeof before);
    count = r.count;
    r.count -= special;
    if (i % 40 == 39)
      empty(&r);
    else
      edit(&r);
  }
  tear_down(&r);
}

static void edits_are_whole_passes(void **state) {
  const afina_readout *readout = *state;
  const afina_kernels *const sets[] = {&afina_kernels_plain, afina_kernels_find("plain"),
                                       afina_kernels_find("fused"), &afina_kernels_reference};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    for (size_t threads = 1; sets[i] && threads <= 3; threads++)
      check_edits(*readout, sets[i], threads);
}

/* ---- how much is computed ---- */

static void typing_computes_one_row(void **state) {
  const afina_readout *readout = *state;
  rig r;
  set_up(&r, *readout, &afina_kernels_plain, 1);
  for (r.count = 1; r.count <= CONTEXT; r.count++) {
    r.ids[r.count - 1] = any_id(&r);
    compare(&r);
    assert_int_equal(r.cache.computed, r.count);
  }
  for (r.count = CONTEXT - 1; r.count > 0; r.count--) {
    const size_t computed = r.cache.computed;
    compare(&r);
    assert_int_equal(r.cache.computed, computed + 1);
  }
  tear_down(&r);
}

/* ---- writing on ---- */

/* The next token, by a whole pass or by the cache, over the last CONTEXT tokens. */
static uint32_t next_token(rig *r, const afina_sampling *sampling, afina_rng *rng, bool cached) {
  afina_real logits[VOCABULARY];
  afina_candidate candidates[VOCABULARY];
  if (cached)
    run_cached(r, AFINA_READS_LAST);
  else
    run_whole(r, AFINA_READS_LAST);
  afina_project_forward(&r->exec, logits, cached ? r->cache.pass.hidden : r->pass.hidden,
                        afina_gpt_weight(&r->gpt, 0, AFINA_WTE), 1, CHANNELS, VOCABULARY);
  const size_t left = afina_candidates(sampling, logits, VOCABULARY, candidates);
  return afina_draw(sampling, candidates, left, rng);
}

static void write_on(rig *r, const afina_sampling *sampling, bool cached, uint32_t *out, size_t n) {
  afina_rng rng;
  afina_rng_seed(&rng, 9);
  for (r->count = 0; r->count < 5; r->count++) r->ids[r->count] = (uint32_t)(7 * r->count);
  for (size_t i = 0; i < n; i++) {
    out[i] = next_token(r, sampling, &rng, cached);
    r->ids[r->count++] = out[i];
    if (r->count > CONTEXT) memmove(r->ids, r->ids + 1, --r->count * sizeof *r->ids);
  }
}

static void writes_the_same(void **state) {
  (void)state;
  const afina_sampling samplings[] = {{.greedy = true, .temperature = 1, .top_p = 1},
                                      {.temperature = 1.2, .top_k = 20, .top_p = 0.9}};
  enum { TOKENS = CONTEXT + 20 };
  for (size_t i = 0; i < 2; i++) {
    rig r;
    uint32_t whole[TOKENS], cached[TOKENS];
    set_up(&r, AFINA_READOUT_LAST, &afina_kernels_plain, 2);
    write_on(&r, &samplings[i], false, whole, TOKENS);
    write_on(&r, &samplings[i], true, cached, TOKENS);
    assert_memory_equal(whole, cached, sizeof whole);
    tear_down(&r);
  }
}

/* ---- what makes it begin anew, and what it refuses ---- */

static void begins_anew(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_WORDS, &afina_kernels_plain, 1);
  empty(&r);
  insert_at(&r, 1, 20);
  compare(&r);
  run_cached(&r, AFINA_READS_LAST); /* other reads, and back */
  assert_int_equal(r.cache.computed, r.count);
  compare(&r);
  r.exec.kernels = &afina_kernels_fused; /* other bits */
  compare(&r);
  assert_int_equal(r.cache.computed, r.count);
  for (size_t i = 0; i < r.gpt.params.total; i++) r.gpt.weights[i] += 0.125f;
  afina_kv_cache_free(&r.cache);
  compare(&r);
  tear_down(&r);
}

static void assert_refused(rig *r, size_t count, afina_reads reads, const char *says) {
  afina_error error = {0};
  assert_int_equal(afina_kv_cache_run(&r->cache, &r->gpt, &r->exec, r->ids, count, reads, &error),
                   AFINA_E_ARGUMENT);
  if (!strstr(error.message, says)) fail_msg("\"%s\" does not say \"%s\"", error.message, says);
}

static void refuses(void **state) {
  (void)state;
  rig r;
  set_up(&r, AFINA_READOUT_MEAN, &afina_kernels_plain, 1);
  empty(&r);
  insert_at(&r, 1, 9);
  compare(&r);
  assert_refused(&r, 0, AFINA_READS_MEAN, "0 tokens");
  assert_refused(&r, CONTEXT + 1, AFINA_READS_MEAN, "49 tokens");
  assert_refused(&r, r.count, AFINA_READS_ALL, "cannot be read");
  const uint32_t good = r.ids[5];
  r.ids[5] = VOCABULARY;
  assert_refused(&r, r.count, AFINA_READS_MEAN, "the vocabulary has 60");
  r.ids[5] = good;
  const size_t computed = r.cache.computed;
  compare(&r); /* what was kept still is */
  assert_int_equal(r.cache.computed, computed + 1);
  tear_down(&r);
}

static afina_readout last = AFINA_READOUT_LAST, mean = AFINA_READOUT_MEAN,
                     special = AFINA_READOUT_SPECIAL, words = AFINA_READOUT_WORDS;

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(edits_are_whole_passes, &last),
      cmocka_unit_test_prestate(edits_are_whole_passes, &mean),
      cmocka_unit_test_prestate(edits_are_whole_passes, &special),
      cmocka_unit_test_prestate(edits_are_whole_passes, &words),
      cmocka_unit_test_prestate(typing_computes_one_row, &last),
      cmocka_unit_test_prestate(typing_computes_one_row, &words),
      cmocka_unit_test(writes_the_same),
      cmocka_unit_test(begins_anew),
      cmocka_unit_test(refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
