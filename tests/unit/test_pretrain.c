/* Pretraining: a run that was saved and resumed gives the bits of one that never stopped, for any
 * number of threads; it learns what can be learned; a damaged checkpoint is refused. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pretrain.h"
#include "safetensors.h"

enum { VOCABULARY = 50, TOKENS = 3000, HELD_OUT = 300, STEPS = 20, CONTEXT = 16 };

/* A model, the texts and a run on them. */
typedef struct rig {
  uint16_t counting[TOKENS], mixed[TOKENS];
  afina_stream streams[2];
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_pretrain *run;
} rig;

static const afina_pretrain_options usual = {.context = CONTEXT,
                                             .batch = 4,
                                             .micro_batch = 2,
                                             .steps = STEPS,
                                             .warmup = 3,
                                             .decay = 5,
                                             .lr = 1e-2,
                                             .lr_floor = 0.1,
                                             .weight_decay = 0.1,
                                             .seed = 9};

/* Two learnable sequences: the next token follows from the present one, in the second with a few
 * exceptions. */
static void write_streams(rig *r) {
  afina_rng rng;
  afina_rng_seed(&rng, 4);
  for (size_t t = 0; t < TOKENS; t++) {
    r->counting[t] = (uint16_t)(t * 3 % VOCABULARY);
    const size_t next = t ? r->mixed[t - 1] * 7u + 2 : 1;
    const bool exception = afina_rng_below(&rng, 20) == 0;
    r->mixed[t] = (uint16_t)(exception ? afina_rng_below(&rng, VOCABULARY) : next % VOCABULARY);
  }
  r->streams[0] = (afina_stream){"counting", r->counting, TOKENS, HELD_OUT, 1};
  r->streams[1] = (afina_stream){"mixed", r->mixed, TOKENS, HELD_OUT, 2};
}

static void set_up_model(rig *r, size_t layers, size_t channels, size_t threads) {
  const afina_gpt_config config = {.vocabulary = VOCABULARY,
                                   .context = CONTEXT,
                                   .channels = channels,
                                   .layers = layers,
                                   .heads = 4,
                                   .inner = 2 * channels};
  *r = (rig){0};
  write_streams(r);
  assert_int_equal(afina_gpt_init(&r->gpt, &config, NULL), AFINA_OK);
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  afina_params_random(&r->gpt.params, r->gpt.weights, 0, &rng);
  assert_int_equal(afina_pool_create(&r->pool, threads, NULL), AFINA_OK);
  assert_int_equal(
      afina_exec_init(&r->exec, &afina_kernels_plain, r->pool, CONTEXT, channels / 4, NULL),
      AFINA_OK);
}

static afina_status start(rig *r, const afina_pretrain_options *options, afina_error *error) {
  return afina_pretrain_create(&r->run, &r->gpt, &r->exec, r->streams, 2, options, error);
}

static void set_up(rig *r) {
  set_up_model(r, 2, 16, 1);
  assert_int_equal(start(r, &usual, NULL), AFINA_OK);
}

static void tear_down(rig *r) {
  afina_pretrain_free(r->run);
  afina_exec_free(&r->exec);
  afina_pool_free(r->pool);
  afina_gpt_free(&r->gpt);
}

static void train(rig *r, size_t steps, double *losses) {
  afina_error error = {0};
  for (size_t i = 0; i < steps; i++)
    if (afina_pretrain_step(r->run, &losses[i], &error) != AFINA_OK) fail_msg("%s", error.message);
}

static void save(const rig *r, afina_bytes *out) {
  afina_error error = {0};
  if (afina_pretrain_save(r->run, out, &error) != AFINA_OK) fail_msg("%s", error.message);
}

static double held_out(rig *r, size_t stream) {
  double loss = 0;
  size_t tokens = 0;
  afina_error error = {0};
  if (afina_pretrain_held_out(r->run, stream, 8, &loss, &tokens, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  assert_int_equal(tokens, 8 * CONTEXT);
  return loss;
}

static void assert_same_state(const char *what, const afina_bytes *a, const afina_bytes *b) {
  assert_int_equal(a->size, b->size);
  for (size_t i = 0; i < a->size; i++)
    if (a->data[i] != b->data[i]) fail_msg("%s: byte %zu of %zu differs", what, i, a->size);
}

/* 20 steps = 10 steps, save, restore into a fresh run with other weights, 10 steps. */
static void resumed_is_uninterrupted(void **state) {
  (void)state;
  rig straight, first, second;
  double losses[STEPS], parts[STEPS];
  afina_bytes expected, middle, actual;
  set_up(&straight);
  train(&straight, STEPS, losses);
  save(&straight, &expected);

  set_up(&first);
  train(&first, STEPS / 2, parts);
  held_out(&first, 0); /* measuring leaves no trace */
  save(&first, &middle);
  set_up(&second);
  for (size_t i = 0; i < second.gpt.params.total; i++) second.gpt.weights[i] = 1;
  afina_error error = {0};
  if (afina_pretrain_restore(second.run, middle.data, middle.size, &error) != AFINA_OK)
    fail_msg("%s", error.message);
  assert_int_equal(afina_pretrain_steps_done(second.run), STEPS / 2);
  train(&second, STEPS / 2, parts + STEPS / 2);
  save(&second, &actual);

  assert_memory_equal(losses, parts, sizeof losses);
  assert_same_state("resumed", &expected, &actual);
  assert_int_equal(afina_pretrain_steps_done(second.run), STEPS);
  afina_bytes_free(&expected);
  afina_bytes_free(&middle);
  afina_bytes_free(&actual);
  tear_down(&straight);
  tear_down(&first);
  tear_down(&second);
}

static void threads_change_nothing(void **state) {
  (void)state;
  double losses[4];
  afina_pretrain_options options = usual;
  options.micro_batch = 1; /* four parts, which threads take side by side */
  afina_bytes one = {0};
  for (size_t threads = 1; threads <= 3; threads++) {
    rig r;
    afina_bytes bytes;
    set_up_model(&r, 2, 40, threads); /* wide enough for its products to be shared out */
    assert_int_equal(start(&r, &options, NULL), AFINA_OK);
    train(&r, 4, losses);
    save(&r, &bytes);
    if (threads == 1) {
      one = bytes;
    } else {
      assert_same_state("threads", &one, &bytes);
      afina_bytes_free(&bytes);
    }
    tear_down(&r);
  }
  afina_bytes_free(&one);
}

/* Parts of a batch add up to it: only the order of sums differs. */
static void micro_batches_add_up(void **state) {
  (void)state;
  double losses[2][5];
  for (size_t i = 0; i < 2; i++) {
    rig r;
    afina_pretrain_options options = usual;
    options.micro_batch = i ? 1 : 4;
    set_up_model(&r, 2, 16, 1);
    assert_int_equal(start(&r, &options, NULL), AFINA_OK);
    train(&r, 5, losses[i]);
    tear_down(&r);
  }
  for (size_t i = 0; i < 5; i++) assert_true(fabs(losses[0][i] - losses[1][i]) < 1e-4);
}

static void it_learns(void **state) {
  (void)state;
  enum { LONGER = 60 };
  rig r;
  double losses[LONGER];
  afina_pretrain_options options = usual;
  options.steps = LONGER;
  set_up_model(&r, 1, 16, 1);
  assert_int_equal(start(&r, &options, NULL), AFINA_OK);
  const double before[2] = {held_out(&r, 0), held_out(&r, 1)};
  train(&r, LONGER, losses);
  const double after[2] = {held_out(&r, 0), held_out(&r, 1)};
  print_message("held out: %.3f and %.3f, then %.3f and %.3f\n", before[0], before[1], after[0],
                after[1]);
  /* At the start all tokens are about equally likely, ln 50 = 3.91; at the end far fewer are. */
  for (size_t i = 0; i < 2; i++) {
    assert_true(fabs(before[i] - 3.91) < 0.1);
    assert_true(after[i] < 2.5);
  }
  tear_down(&r);
}

/* ---- what is refused ---- */

static void assert_refused(rig *r, const void *data, size_t size, afina_status expected,
                           const char *says) {
  afina_error error = {0};
  const afina_status status = afina_pretrain_restore(r->run, data, size, &error);
  if (status != expected || !strstr(error.message, says))
    fail_msg("%s \"%s\", not %s and \"%s\"", afina_status_name(status), error.message,
             afina_status_name(expected), says);
}

/* The checkpoint with the value of `key` replaced. */
static void assert_refused_with(rig *r, const afina_bytes *bytes, const char *key,
                                const char *value) {
  static const char *const keys[] = {"steps", "beta1_power", "beta2_power", "rng_0",
                                     "rng_1", "rng_2",       "rng_3"};
  afina_metadata metadata[7];
  afina_tensor_view views[64];
  afina_safetensors *file;
  afina_bytes changed;
  assert_int_equal(afina_safetensors_open(&file, bytes->data, bytes->size, NULL), AFINA_OK);
  const size_t count = afina_safetensors_count(file);
  assert_true(count < 64);
  for (size_t i = 0; i < count; i++) views[i] = *afina_safetensors_get(file, i);
  size_t kept = 0;
  for (size_t i = 0; i < 7; i++) {
    const bool change = strncmp(keys[i], key, strlen(key)) == 0; /* "rng": all four */
    if (change && !value) continue;
    metadata[kept++] =
        (afina_metadata){keys[i], change ? value : afina_safetensors_metadata(file, keys[i])};
  }
  assert_int_equal(afina_safetensors_write(views, count, metadata, kept, &changed, NULL), AFINA_OK);
  assert_refused(r, changed.data, changed.size, AFINA_E_FORMAT, key);
  afina_bytes_free(&changed);
  afina_safetensors_close(file);
}

static void refuses_damaged_numbers(void **state) {
  (void)state;
  rig r;
  double losses[2];
  afina_bytes bytes;
  set_up(&r);
  train(&r, 2, losses);
  save(&r, &bytes);
  assert_refused_with(&r, &bytes, "steps", NULL);
  assert_refused_with(&r, &bytes, "steps", "");
  assert_refused_with(&r, &bytes, "steps", "2");
  assert_refused_with(&r, &bytes, "steps", "-000000000000001");
  assert_refused_with(&r, &bytes, "steps", "ffffffffffffffff");
  assert_refused_with(&r, &bytes, "steps", "00000000000000002");
  assert_refused_with(&r, &bytes, "beta1_power", "7ff8000000000000"); /* NaN */
  assert_refused_with(&r, &bytes, "beta2_power", "4000000000000000"); /* 2 */
  assert_refused_with(&r, &bytes, "beta2_power", "bff0000000000000"); /* -1 */
  assert_refused_with(&r, &bytes, "rng_2", "a generator");
  assert_refused_with(&r, &bytes, "rng", "0000000000000000");
  assert_int_equal(afina_pretrain_restore(r.run, bytes.data, bytes.size, NULL), AFINA_OK);
  afina_bytes_free(&bytes);
  tear_down(&r);
}

static void refuses_damaged_tensors(void **state) {
  (void)state;
  rig r, deeper;
  afina_bytes bytes;
  set_up(&r);
  save(&r, &bytes);
  for (size_t size = 0; size < bytes.size; size += bytes.size / 23 + 1) {
    uint8_t *part = malloc(size + !size); /* ends where it ends: ASan sees a read beyond */
    assert_non_null(part);
    memcpy(part, bytes.data, size);
    assert_refused(&r, part, size, AFINA_E_FORMAT, "");
    free(part);
  }
  /* The file ends with the second moments. */
  const float bad[] = {NAN, INFINITY, -1};
  for (size_t i = 0; i < 3; i++) {
    memcpy(bytes.data + bytes.size - sizeof(float), &bad[i], sizeof(float));
    assert_refused(&r, bytes.data, bytes.size, AFINA_E_FORMAT, "adamw.v");
  }
  const float zero = 0;
  memcpy(bytes.data + bytes.size - sizeof zero, &zero, sizeof zero);
  assert_int_equal(afina_pretrain_restore(r.run, bytes.data, bytes.size, NULL), AFINA_OK);

  set_up_model(&deeper, 3, 16, 1);
  assert_int_equal(start(&deeper, &usual, NULL), AFINA_OK);
  assert_refused(&deeper, bytes.data, bytes.size, AFINA_E_FORMAT, "transformer.h.2.");
  afina_bytes_free(&bytes);
  tear_down(&r);
  tear_down(&deeper);
}

static void assert_no_run(rig *r, const afina_pretrain_options *options, afina_status expected,
                          const char *says) {
  afina_error error = {0};
  assert_int_equal(start(r, options, &error), expected);
  if (!strstr(error.message, says)) fail_msg("\"%s\" does not say \"%s\"", error.message, says);
  assert_null(r->run);
}

static void refuses_options_and_streams(void **state) {
  (void)state;
  rig r;
  set_up_model(&r, 2, 16, 1);
  afina_pretrain_options options = usual;
  options.context = 17;
  assert_no_run(&r, &options, AFINA_E_ARGUMENT, "17 tokens");
  options = usual;
  options.micro_batch = 3;
  assert_no_run(&r, &options, AFINA_E_ARGUMENT, "parts of 3");
  r.mixed[1234] = VOCABULARY;
  assert_no_run(&r, &usual, AFINA_E_DATA, "mixed: token 1234 is 50");
  write_streams(&r);
  r.streams[1].count = HELD_OUT + 16;
  assert_no_run(&r, &usual, AFINA_E_DATA, "mixed: 16 tokens");
  write_streams(&r);
  r.streams[0].weight = r.streams[1].weight = 0;
  assert_no_run(&r, &usual, AFINA_E_ARGUMENT, "no text");
  tear_down(&r);
}

/* A loss without sense ends the run with a message, not with a model of NaN. */
static void divergence_is_an_error(void **state) {
  (void)state;
  const float bad[] = {NAN, 1e9f};
  for (size_t i = 0; i < 2; i++) {
    rig r;
    double loss = -1;
    afina_error error = {0};
    set_up(&r);
    const size_t at = afina_params_find(&r.gpt.params, 0, AFINA_LN_F_WEIGHT)->offset;
    r.gpt.weights[at] = bad[i];
    assert_int_equal(afina_pretrain_step(r.run, &loss, &error), AFINA_E_DIVERGED);
    assert_true(loss == -1);
    assert_int_equal(afina_pretrain_steps_done(r.run), 0);
    tear_down(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resumed_is_uninterrupted),    cmocka_unit_test(threads_change_nothing),
      cmocka_unit_test(micro_batches_add_up),        cmocka_unit_test(it_learns),
      cmocka_unit_test(refuses_damaged_numbers),     cmocka_unit_test(refuses_damaged_tensors),
      cmocka_unit_test(refuses_options_and_streams), cmocka_unit_test(divergence_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
