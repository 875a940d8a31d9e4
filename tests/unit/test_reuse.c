/* What a model keeps of the text that it read last: texts that are typed and texts that are written
 * on give the bits of a reading from the beginning, for a fraction of its rows. */
#include "generator.h"
#include "model.h"
#include "session_rig.h"

/* ---- typing ---- */

static const char *const versions[] = {"s",           "so",          "sol",         "sol ",
                                       "sol m",       "sol mar",     "sol mar lu",  "sol mar lua ",
                                       "sol mar lua", "sol ma lua",  "tea",         "",
                                       "  tea egg",   "tea egg jam", "tea egg jam", "sol sol sol"};
enum { VERSIONS = sizeof versions / sizeof *versions };

/* A classifier of that readout. */
static void open_tuned(rig *r, const char *readout) {
  char options[80];
  snprintf(options, sizeof options, "{\"strategy\":\"last:1\",\"readout\":\"%s\",\"epochs\":1}",
           readout);
  rig_open(r);
  rig_fill(r->data, AFINA_PART_ANY, 30, 1);
  rig_start(r, options);
  rig_finish(r);
  rig_take_model(r);
}

/* Alone, which goes through the cache, and beside another text, which does not. */
static void compare(rig *r, const char *text) {
  afina_error error;
  const char *texts[] = {text, "bola gol"};
  const size_t sizes[] = {strlen(text), 8};
  float alone[RIG_CLASSES], beside[2][RIG_CLASSES];
  fine(afina_classify(r->runtime, r->tuned, texts, sizes, 1, alone, &error), &error);
  const size_t computed = r->tuned->cache.computed;
  fine(afina_classify(r->runtime, r->tuned, texts, sizes, 2, beside[0], &error), &error);
  assert_int_equal(r->tuned->cache.computed, computed);
  for (int k = 0; k < RIG_CLASSES; k++)
    if (memcmp(&alone[k], &beside[0][k], sizeof alone[k]) != 0)
      fail_msg("\"%s\", class %d: %.9g and %.9g", text, k, (double)alone[k], (double)beside[0][k]);
}

static void typing_changes_no_bit(void **state) {
  rig r;
  open_tuned(&r, *state);
  size_t read = 0;
  for (size_t i = 0; i < VERSIONS; i++) {
    compare(&r, versions[i]);
    read += r.tuned->cache.count;
  }
  const size_t computed = r.tuned->cache.computed;
  assert_in_range(computed, VERSIONS, read * 2 / 3);
  compare(&r, versions[VERSIONS - 1]); /* the same again: of its tokens only the last */
  assert_in_range(r.tuned->cache.count, 2, RIG_CONTEXT);
  assert_int_equal(r.tuned->cache.computed, computed + 1);
  rig_close(&r);
}

static void other_weights_and_numerics_begin_anew(void **state) {
  (void)state;
  afina_error error;
  rig r;
  open_tuned(&r, "words");
  compare(&r, versions[7]);
  afina_model_randomize(r.tuned, 5);
  compare(&r, versions[7]);
  fine(afina_runtime_set_numerics(r.runtime, "plain", &error), &error);
  compare(&r, versions[7]);
  if (afina_runtime_set_numerics(r.runtime, "fused", NULL) == AFINA_OK) compare(&r, versions[7]);
  assert_int_equal(r.tuned->cache.computed, r.tuned->cache.count);
  rig_close(&r);
}

/* ---- writing on ---- */

/* What afina_generate promises, without anything kept: each token from a whole pass over the last
 * `context` ones. Returns how many passes that took. */
static size_t write_plainly(rig *r, afina_tokens *tokens, const afina_generation *options,
                            afina_buffer *text) {
  afina_error error;
  const afina_gpt *gpt = &r->model->gpt;
  const size_t V = gpt->config.vocabulary;
  afina_real *logits = afina_allocate(V, sizeof *logits);
  afina_candidate *candidates = afina_allocate(V, sizeof *candidates);
  afina_exec exec;
  afina_gpt_pass pass;
  afina_rng rng;
  assert_true(logits && candidates);
  fine(afina_runtime_exec(r->runtime, gpt, &exec, &error), &error);
  fine(afina_gpt_pass_init(&pass, gpt, &error), &error);
  afina_rng_seed(&rng, options->seed);
  size_t passes = 0;
  while (passes < options->max_tokens) {
    const size_t T = tokens->count < RIG_CONTEXT ? tokens->count : RIG_CONTEXT, starts[2] = {0, T};
    const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = T},
                                   .ids = tokens->ids + tokens->count - T,
                                   .end_block = gpt->config.layers,
                                   .reads = AFINA_READS_LAST};
    fine(afina_gpt_forward(gpt, &exec, &pass, &batch, &error), &error);
    passes++;
    afina_project_forward(&exec, logits, pass.hidden, afina_gpt_weight(gpt, 0, AFINA_WTE), 1,
                          gpt->config.channels, V);
    const size_t left = afina_candidates(&options->sampling, logits, V, candidates);
    const uint32_t id = afina_draw(&options->sampling, candidates, left, &rng);
    if (id == afina_tokenizer_end_of_text(r->model->tokenizer)) break;
    fine(afina_tokens_append(tokens, id, &error), &error);
    fine(afina_tokenizer_decode(r->model->tokenizer, &id, 1, text, &error), &error);
  }
  afina_gpt_pass_free(&pass);
  afina_exec_free(&exec);
  free(candidates);
  free(logits);
  return passes;
}

static void check_writing(rig *r, const afina_generation *options) {
  static const char prompt[] = "sol m";
  afina_error error;
  afina_bytes written = {0};
  afina_buffer plainly = {0};
  afina_tokens tokens = {0};
  fine(afina_tokenizer_encode(r->model->tokenizer, prompt, 5, &tokens, &error), &error);
  const size_t first = tokens.count;
  const size_t passes = write_plainly(r, &tokens, options, &plainly);

  fine(afina_generate(r->runtime, r->model, prompt, 5, options, &written, &error), &error);
  assert_int_equal(written.size, plainly.size);
  assert_memory_equal(written.data, plainly.data, written.size);
  assert_true(passes > 5); /* or this seed shows nothing */

  afina_generator *generator = NULL;
  afina_generated token = {0};
  size_t at = 0;
  fine(afina_generator_create(&generator, r->runtime, r->model, prompt, 5, options, &error),
       &error);
  while (!token.done) {
    fine(afina_generator_next(generator, &token, &error), &error);
    assert_true(at + token.size <= plainly.size);
    if (token.size) assert_memory_equal(token.text, plainly.data + at, token.size);
    at += token.size;
  }
  assert_int_equal(at, plainly.size);
  if (tokens.count <= RIG_CONTEXT) assert_int_equal(generator->cache.computed, first + passes - 1);
  afina_generator_free(generator);
  afina_bytes_free(&written);
  afina_buffer_free(&plainly);
  afina_tokens_free(&tokens);
}

static void writing_changes_no_bit(void **state) {
  (void)state;
  rig r;
  rig_open(&r);
  for (uint64_t seed = 1; seed <= 3; seed++)
    for (size_t length = 7; length <= 40; length += 33) { /* within the context, and far beyond */
      afina_generation options = {
          .sampling = {.temperature = 1, .top_k = 50, .top_p = 0.95},
          .max_tokens = length,
          .seed = seed,
      };
      check_writing(&r, &options);
      options.sampling.greedy = true;
      check_writing(&r, &options);
    }
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(typing_changes_no_bit, "last"),
      cmocka_unit_test_prestate(typing_changes_no_bit, "mean"),
      cmocka_unit_test_prestate(typing_changes_no_bit, "special"),
      cmocka_unit_test_prestate(typing_changes_no_bit, "words"),
      cmocka_unit_test(other_weights_and_numerics_begin_anew),
      cmocka_unit_test(writing_changes_no_bit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
