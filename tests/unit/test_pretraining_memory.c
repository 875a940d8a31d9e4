/* Memory of a pretraining run: what it takes is known before it begins, and where there is not as
 * much it is refused in figures before any of it is taken. */
#include "heap.h"
#include "language_rig.h"
#include "pretrain_need.h"
#include "pretraining_options.h"

static const char sizes[] =
    "{\"vocabulary\":400,\"width\":96,\"layers\":3,\"heads\":4,\"context\":64,\"seed\":3}";

typedef struct rig {
  char *text;
  afina_runtime *runtime;
  afina_model *model;
} rig;

static rig open_rig(size_t threads) {
  rig r = {.text = rig_text(300), .runtime = rig_runtime(threads)};
  r.model = rig_made(r.text, sizes);
  return r;
}

static void close_rig(rig *r) {
  afina_model_free(r->model);
  afina_runtime_free(r->runtime);
  free(r->text);
}

static afina_status create(const rig *r, const char *options, afina_pretraining **run,
                           afina_error *error) {
  return afina_pretraining_create(run, r->runtime, r->model, r->text, strlen(r->text), options,
                                  strlen(options), error);
}

static afina_pretrain_need need_of(const rig *r, const char *options, size_t threads) {
  afina_error error;
  afina_pretrain_need need;
  afina_pretraining_options parsed;
  const char sha256[AFINA_SHA256_HEX] = "";
  afina_tokens tokens = {0};
  fine(afina_pretraining_options_parse(&parsed, &r->model->gpt, sha256, options, strlen(options),
                                       &error),
       &error);
  fine(afina_encode_documents(r->model->tokenizer, r->text, strlen(r->text), parsed.documents,
                              &tokens, &error),
       &error);
  fine(afina_pretrain_measure(&need, &r->model->gpt.config, &parsed.run, threads, tokens.count,
                              &error),
       &error);
  afina_tokens_free(&tokens);
  return need;
}

/* What is no model, and nothing of the run's size. */
static size_t tokenizer_bytes(const rig *r) {
  afina_error error;
  afina_tokenizer *copy = NULL;
  const size_t before = heap.live;
  fine(afina_tokenizer_copy(r->model->tokenizer, &copy, &error), &error);
  const size_t bytes = heap.live - before;
  afina_tokenizer_free(copy);
  return bytes;
}

/* Two updates, a measure and a checkpoint take what was said, tokenizer and lists apart. */
static void expect_as_said(const char *options) {
  afina_error error;
  afina_pretraining *run = NULL;
  afina_update update;
  afina_bytes state = {0};
  rig r = open_rig(1);
  const afina_pretrain_need need = need_of(&r, options, 1);
  const size_t before = heap.live;
  heap.peak = before;
  fine(create(&r, options, &run, &error), &error);
  for (int i = 0; i < 2; i++) fine(afina_pretraining_step(run, &update, &error), &error);
  fine(afina_pretraining_measure(run, &update, &error), &error);
  fine(afina_pretraining_checkpoint(run, &state, &error), &error);
  const size_t took = heap.peak - before, slack = 400000 + tokenizer_bytes(&r);
  if (took > need.total + slack || took + slack < need.total)
    fail_msg("%s: %zu bytes were said, %zu taken", options, need.total, took);
  afina_bytes_free(&state);
  afina_pretraining_free(run);
  close_rig(&r);
}

static void it_takes_what_was_said(void **state) {
  (void)state;
  expect_as_said("{\"batch\":8}");
  expect_as_said("{\"batch\":1,\"context\":32}");
  expect_as_said("{\"batch\":64,\"optimizer\":\"adamw\"}");
  expect_as_said("{\"batch\":3,\"held_out\":0.3,\"documents\":\"whole\"}");
}

static void what_does_not_fit_is_refused(void **state) {
  (void)state;
  static const char options[] = "{\"batch\":16}";
  afina_error error;
  afina_pretraining *run = NULL;
  rig r = open_rig(2);
  const afina_pretrain_need need = need_of(&r, options, 2);
  const size_t limits[] = {0, 1000, need.weights, need.total - 1};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    afina_runtime_limit_memory(r.runtime, limits[i]);
    assert_int_equal(create(&r, options, &run, &error), AFINA_E_MEMORY);
    assert_null(run);
    assert_non_null(strstr(error.message, "a batch of 1 would take"));
  }
  afina_runtime_limit_memory(r.runtime, 1000);
  const size_t live = heap.peak = heap.live;
  assert_int_equal(create(&r, options, &run, &error), AFINA_E_MEMORY);
  assert_true(heap.peak - live < need.weights); /* not even the model was copied */
  assert_int_equal(create(&r, "{\"batch\":1}", &run, &error), AFINA_E_MEMORY);
  assert_non_null(strstr(error.message, "use a smaller model"));
  afina_runtime_limit_memory(r.runtime, need.total);
  fine(create(&r, options, &run, &error), &error);
  afina_pretraining_free(run);
  close_rig(&r);
}

static void it_says_the_same_where_a_run_is_taken_up(void **state) {
  (void)state;
  static const char options[] = "{\"batch\":4}";
  afina_error error;
  afina_pretraining *run = NULL, *again = NULL;
  afina_bytes kept = {0};
  rig r = open_rig(1);
  fine(create(&r, options, &run, &error), &error);
  fine(afina_pretraining_checkpoint(run, &kept, &error), &error);
  afina_runtime_limit_memory(r.runtime, 1 << 20);
  assert_int_equal(afina_pretraining_resume(&again, r.runtime, r.model, r.text, strlen(r.text),
                                            options, strlen(options), kept.data, kept.size, &error),
                   AFINA_E_MEMORY);
  assert_null(again);
  afina_bytes_free(&kept);
  afina_pretraining_free(run);
  close_rig(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_takes_what_was_said),
      cmocka_unit_test(what_does_not_fit_is_refused),
      cmocka_unit_test(it_says_the_same_where_a_run_is_taken_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
