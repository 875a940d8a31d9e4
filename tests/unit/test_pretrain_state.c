/* The saved state of pretraining: a run that was saved and resumed gives the bits of one that never
 * stopped, and may be cooled down or prolonged; damaged checkpoints and senseless options are
 * refused. */
#include "pretrain_rig.h"

/* 20 steps = 10 steps, save, restore into a fresh run with other weights, 10 steps. */
static void check_resumption(const afina_pretrain_options *options) {
  rig straight, first, second;
  double losses[STEPS], parts[STEPS];
  afina_bytes expected, middle, actual;
  set_up_model(&straight, 2, 16, 1);
  assert_int_equal(start(&straight, options, NULL), AFINA_OK);
  train(&straight, STEPS, losses);
  save(&straight, &expected);

  set_up_model(&first, 2, 16, 1);
  assert_int_equal(start(&first, options, NULL), AFINA_OK);
  train(&first, STEPS / 2, parts);
  held_out(&first, 0); /* measuring leaves no trace */
  save(&first, &middle);
  set_up_model(&second, 2, 16, 1);
  assert_int_equal(start(&second, options, NULL), AFINA_OK);
  for (size_t i = 0; i < second.gpt.params.total; i++) second.gpt.weights[i] = 1;
  restore(&second, &middle);
  assert_int_equal(afina_pretrain_where(second.run).steps, STEPS / 2);
  train(&second, STEPS / 2, parts + STEPS / 2);
  save(&second, &actual);

  assert_memory_equal(losses, parts, sizeof losses);
  assert_same_state("resumed", &expected, &actual);
  const afina_pretrain_progress end = afina_pretrain_where(straight.run);
  const afina_pretrain_progress again = afina_pretrain_where(second.run);
  assert_int_equal(again.steps, STEPS);
  assert_int_equal(again.tokens, end.tokens);
  assert_int_equal(again.decayed, end.decayed);
  afina_bytes_free(&expected);
  afina_bytes_free(&middle);
  afina_bytes_free(&actual);
  tear_down(&straight);
  tear_down(&first);
  tear_down(&second);
}

static void resumed_is_uninterrupted(void **state) {
  (void)state;
  const afina_pretrain_options muon = growing();
  check_resumption(&usual);
  check_resumption(&muon);
}

/* A run that is told to cool down after 8 of 20 updates is one that was planned so; interrupted and
 * told again, it still ends where it would have. */
static void cooling_down_may_begin_any_time(void **state) {
  (void)state;
  rig planned, cooled, again;
  double loss[12];
  afina_bytes expected, stable, middle, actual;
  afina_pretrain_options options = usual;
  options.tokens = 12 * UPDATE;
  options.decay = 4 * UPDATE;
  set_up_model(&planned, 2, 16, 1);
  assert_int_equal(start(&planned, &options, NULL), AFINA_OK);
  train(&planned, 8, loss);
  assert_true(afina_pretrain_where(planned.run).decays);
  assert_int_equal(afina_pretrain_where(planned.run).decayed, 0);
  train(&planned, 4, loss);
  assert_int_equal(afina_pretrain_where(planned.run).decayed, 4 * UPDATE);
  save(&planned, &expected);

  set_up(&cooled);
  train(&cooled, 8, loss);
  assert_false(afina_pretrain_where(cooled.run).decays);
  save(&cooled, &stable);
  afina_pretrain_cool_down(cooled.run, 4 * UPDATE);
  assert_true(afina_pretrain_where(cooled.run).decays);
  train(&cooled, 1, loss);
  save(&cooled, &middle);
  set_up(&again);
  restore(&again, &middle);
  afina_pretrain_cool_down(again.run, 4 * UPDATE);
  assert_int_equal(afina_pretrain_where(again.run).total, 12 * UPDATE);
  train(&again, 3, loss);
  save(&again, &actual);
  assert_same_state("cooled", &expected, &actual);

  restore(&again, &stable); /* and from before the decay it can go on */
  assert_int_equal(afina_pretrain_where(again.run).decayed, 0);
  afina_bytes_free(&expected);
  afina_bytes_free(&stable);
  afina_bytes_free(&middle);
  afina_bytes_free(&actual);
  tear_down(&planned);
  tear_down(&cooled);
  tear_down(&again);
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
  static const char *const keys[] = {"optimizer",   "steps", "tokens", "decayed", "beta1_power",
                                     "beta2_power", "rng_0", "rng_1",  "rng_2",   "rng_3"};
  enum { KEYS = sizeof keys / sizeof *keys };
  afina_metadata metadata[KEYS];
  afina_tensor_view views[64];
  afina_safetensors *file;
  afina_bytes changed;
  assert_int_equal(afina_safetensors_open(&file, bytes->data, bytes->size, NULL), AFINA_OK);
  const size_t count = afina_safetensors_count(file);
  assert_true(count < 64);
  for (size_t i = 0; i < count; i++) views[i] = *afina_safetensors_get(file, i);
  size_t kept = 0;
  for (size_t i = 0; i < KEYS; i++) {
    const bool change = strncmp(keys[i], key, strlen(key)) == 0; /* "rng": all four */
    if (change && !value) continue;
    metadata[kept++] =
        (afina_metadata){keys[i], change ? value : afina_safetensors_metadata(file, keys[i])};
  }
  assert_int_equal(afina_safetensors_write(views, count, metadata, kept, &changed, NULL), AFINA_OK);
  const bool other = strcmp(key, "optimizer") == 0;
  assert_refused(r, changed.data, changed.size, other ? AFINA_E_ARGUMENT : AFINA_E_FORMAT,
                 other && value ? value
                 : other        ? "earlier version"
                                : key);
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
  assert_refused_with(&r, &bytes, "tokens", NULL);
  assert_refused_with(&r, &bytes, "tokens", "ffffffffffffffff");
  assert_refused_with(&r, &bytes, "decayed", "0000000000000081"); /* of 128 tokens */
  assert_refused_with(&r, &bytes, "optimizer", "muon");           /* the run has AdamW */
  assert_refused_with(&r, &bytes, "optimizer", NULL);
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
  options = growing();
  options.batch_start = 5;
  assert_no_run(&r, &options, AFINA_E_ARGUMENT, "from 5 windows to 4");
  options.micro_batch = 2;
  options.batch_start = 1;
  assert_no_run(&r, &options, AFINA_E_ARGUMENT, "a batch of 1 windows");
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
int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resumed_is_uninterrupted),
      cmocka_unit_test(cooling_down_may_begin_any_time),
      cmocka_unit_test(refuses_damaged_numbers),
      cmocka_unit_test(refuses_damaged_tensors),
      cmocka_unit_test(refuses_options_and_streams),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
