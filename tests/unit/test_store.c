/* What frozen blocks left is kept from one session to the next: it is computed once, shows in no
 * bit, and stays within its budget. */
#include "model.h"
#include "session_rig.h"

/* {"reused","computed"} of a finished session, whose report has this weights_sha256. */
typedef struct outcome {
  size_t reused, computed;
  char weights[AFINA_SHA256_HEX];
} outcome;

static outcome run(rig *r, const char *options) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  outcome out;
  r->progress = (afina_progress){0};
  rig_start(r, options);
  rig_finish(r);
  fine(afina_session_describe(r->session, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "description", &error), &error);
  out.reused = (size_t)rig_number(json, "reused");
  out.computed = (size_t)rig_number(json, "computed");
  afina_bytes_free(&bytes);
  cJSON_Delete(json);
  json = rig_report(r);
  snprintf(out.weights, sizeof out.weights, "%s",
           afina_json_member(json, "weights_sha256")->valuestring);
  cJSON_Delete(json);
  afina_session_free(r->session);
  r->session = NULL;
  return out;
}

static void keep(rig *r, size_t bytes) {
  afina_error error;
  fine(afina_runtime_keep(r->runtime, bytes, &error), &error);
}

static void expect(const outcome *got, const outcome *plain, size_t reused, size_t computed) {
  assert_string_equal(got->weights, plain->weights);
  assert_int_equal(got->reused, reused);
  assert_int_equal(got->computed, computed);
}

static const char *const all_options[] = {
    "{\"strategy\":\"head\",\"epochs\":2,\"readout\":\"last\"}",
    "{\"strategy\":\"head\",\"epochs\":2,\"readout\":\"mean\"}",
    "{\"strategy\":\"head\",\"epochs\":2,\"readout\":\"special\"}",
    "{\"strategy\":\"head\",\"epochs\":2,\"readout\":\"words\"}",
    "{\"strategy\":\"last:1\",\"epochs\":2,\"readout\":\"words\"}",
    "{\"strategy\":\"last:1\",\"epochs\":2,\"readout\":\"mean\"}",
    "{\"strategy\":\"last:1\",\"epochs\":2,\"readout\":\"mean\",\"cache_mb\":0.03}",
};
enum { OPTIONS = sizeof all_options / sizeof *all_options };

static void test_same_bits(void **state) {
  (void)state;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  for (size_t i = 0; i < OPTIONS; i++) {
    keep(&r, 0);
    const outcome plain = run(&r, all_options[i]);
    expect(&plain, &plain, 0, 60);
    keep(&r, 1 << 20);
    const outcome first = run(&r, all_options[i]), second = run(&r, all_options[i]);
    expect(&first, &plain, 0, 60);
    expect(&second, &plain, 60, 0);
  }
  rig_close(&r);
}

/* All ways to run a text beside each other: none takes what another left. */
static void test_spaces_do_not_mix(void **state) {
  (void)state;
  outcome plain[OPTIONS];
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  for (size_t i = 0; i < OPTIONS; i++) plain[i] = run(&r, all_options[i]);
  keep(&r, 1 << 20);
  for (size_t i = 0; i < 5; i++) {
    const outcome first = run(&r, all_options[i]);
    expect(&first, &plain[i], 0, 60);
  }
  for (size_t i = 0; i < 5; i++) {
    const outcome second = run(&r, all_options[i]);
    expect(&second, &plain[i], 60, 0);
  }
  const outcome full = run(&r, "{\"strategy\":\"full\",\"epochs\":1}");
  assert_int_equal(full.reused + full.computed, 0);
  rig_close(&r);
}

/* Another seed draws another split and other batches; then more texts, other labels. */
static void test_what_may_change(void **state) {
  (void)state;
  static const char options[] =
      "{\"strategy\":\"last:1\",\"epochs\":2,\"seed\":9,\"valid_share\":0.2,\"batch\":5}";
  afina_error error;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  const outcome plain = run(&r, options);
  keep(&r, 1 << 20);
  run(&r, "{\"strategy\":\"last:1\",\"epochs\":1}");
  const outcome seeded = run(&r, options);
  expect(&seeded, &plain, 60, 0);
  afina_dataset_free(r.data);
  fine(afina_dataset_create(&r.data, &error), &error);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  rig_add(r.data, AFINA_PART_ANY, "sol sol sol", "food");
  rig_add(r.data, AFINA_PART_ANY, "egg mar", "food");
  const outcome more = run(&r, options);
  assert_int_equal(more.reused, 60);
  assert_int_equal(more.computed, 2);
  keep(&r, 0);
  const outcome more_plain = run(&r, options);
  assert_string_equal(more.weights, more_plain.weights);
  rig_close(&r);
}

/* Other weights and other numerics leave other values. */
static void test_what_may_not_change(void **state) {
  (void)state;
  afina_error error;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  keep(&r, 1 << 20);
  fine(afina_runtime_set_numerics(r.runtime, "plain", &error), &error);
  run(&r, all_options[0]);
  if (afina_runtime_set_numerics(r.runtime, "fused", NULL) == AFINA_OK) {
    const outcome fused = run(&r, all_options[0]);
    assert_int_equal(fused.computed, 60);
    fine(afina_runtime_set_numerics(r.runtime, "plain", &error), &error);
  }
  afina_model_randomize(r.model, 5);
  const outcome random = run(&r, all_options[0]);
  assert_int_equal(random.computed, 60);
  r.model->gpt.config.heads = 4;
  const outcome heads = run(&r, all_options[0]);
  assert_int_equal(heads.computed, 60);
  rig_close(&r);
}

/* Less than all texts fit: the rest is computed each time. Another way to run them then takes the
 * room of the first. */
static void test_within_its_budget(void **state) {
  (void)state;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  const outcome plain = run(&r, all_options[0]), other = run(&r, all_options[3]);
  const size_t budget = 40 * (16 * sizeof(float) + afina_store_overhead(6));
  keep(&r, budget);
  run(&r, all_options[0]);
  const outcome second = run(&r, all_options[0]);
  assert_in_range(second.reused, 20, 59);
  expect(&second, &plain, second.reused, 60 - second.reused);
  assert_in_range(afina_store_bytes(r.runtime->store), budget / 2, budget);
  run(&r, all_options[3]);
  const outcome taken = run(&r, all_options[3]);
  assert_in_range(taken.reused, 10, 59);
  expect(&taken, &other, taken.reused, 60 - taken.reused);
  assert_in_range(afina_store_bytes(r.runtime->store), budget / 2, budget);
  const outcome gone = run(&r, all_options[0]);
  assert_true(gone.reused < second.reused);
  rig_close(&r);
}

static size_t total(const rig *r, const char *options, const char *key) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_inspect(r->model, r->data, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "inspection", &error), &error);
  const cJSON *tokens = afina_json_member(json, "tokens");
  const size_t longest = (size_t)rig_number(tokens, "max");
  const size_t all = (size_t)rig_number(tokens, "total");
  afina_bytes_free(&bytes);
  cJSON_Delete(json);
  fine(afina_session_memory(r->runtime, r->model, r->data, longest, all, options, strlen(options),
                            &bytes, &error),
       &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "memory", &error), &error);
  const size_t found = (size_t)rig_number(json, key);
  cJSON_Delete(json);
  afina_bytes_free(&bytes);
  return found;
}

/* What is kept counts, and gives way to a run that would not fit beside it. */
static void test_counts_as_memory(void **state) {
  (void)state;
  afina_error error;
  rig r;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_ANY, 60, 1);
  const size_t alone = total(&r, all_options[4], "total");
  assert_int_equal(total(&r, all_options[4], "store"), 0);
  keep(&r, 1 << 20);
  const size_t added = total(&r, all_options[4], "store");
  assert_true(added >= 60 * 5 * 16 * sizeof(float)); /* of every token */
  assert_int_equal(total(&r, all_options[4], "total"), alone + added);
  afina_runtime_limit_memory(r.runtime, alone + added - 1);
  assert_int_equal(total(&r, all_options[4], "store"), 0);

  afina_runtime_limit_memory(r.runtime, SIZE_MAX);
  run(&r, all_options[4]);
  const size_t held = afina_store_bytes(r.runtime->store);
  assert_true(held > 1000);
  afina_runtime_limit_memory(r.runtime, alone - 1000); /* what malloc has left beside the store */
  assert_int_equal(total(&r, all_options[4], "available"), alone - 1000 + held);
  run(&r, all_options[4]);
  assert_int_equal(afina_store_bytes(r.runtime->store), 0);
  afina_runtime_limit_memory(r.runtime, 1000);
  assert_int_equal(afina_session_create(&r.session, r.runtime, r.model, r.data, all_options[4],
                                        strlen(all_options[4]), &error),
                   AFINA_E_MEMORY);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_bits),         cmocka_unit_test(test_spaces_do_not_mix),
      cmocka_unit_test(test_what_may_change),   cmocka_unit_test(test_what_may_not_change),
      cmocka_unit_test(test_within_its_budget), cmocka_unit_test(test_counts_as_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
