/* What a run is told: strategies by name, defaults for the data, and the JSON form read strictly.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

static const afina_gpt_config config = {.vocabulary = 300,
                                        .context = 32,
                                        .channels = 16,
                                        .layers = 4,
                                        .heads = 2,
                                        .inner = 64,
                                        .readout = AFINA_READOUT_MEAN};

static afina_status parse(afina_finetune_options *out, const char *text, size_t rows,
                          afina_error *error) {
  cJSON *json = NULL;
  assert_int_equal(afina_json_parse(&json, text, strlen(text), "options", error), AFINA_OK);
  const afina_status status = afina_finetune_options_parse(out, json, &config, rows, 3, error);
  cJSON_Delete(json);
  return status;
}

static void test_strategies(void **state) {
  (void)state;
  static const struct {
    const char *name;
    afina_strategy_kind kind;
    size_t blocks, first;
  } good[] = {{"head", AFINA_STRATEGY_HEAD, 0, 4},
              {"last:1", AFINA_STRATEGY_LAST, 1, 3},
              {"last:4", AFINA_STRATEGY_LAST, 4, 0},
              {"gradual", AFINA_STRATEGY_GRADUAL, 0, 0},
              {"full", AFINA_STRATEGY_FULL, 0, 0}};
  afina_error error;
  afina_strategy strategy;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    char name[AFINA_STRATEGY_NAME];
    assert_int_equal(afina_strategy_parse(&strategy, good[i].name, 4, &error), AFINA_OK);
    assert_int_equal(strategy.kind, good[i].kind);
    assert_int_equal(strategy.blocks, good[i].blocks);
    assert_int_equal(afina_strategy_block(&strategy, 4), good[i].first);
    afina_strategy_print(&strategy, name);
    assert_string_equal(name, good[i].name);
  }
  static const char *const bad[] = {"",
                                    "heads",
                                    "Full",
                                    "last",
                                    "last:",
                                    "last:0",
                                    "last:5",
                                    "last:-1",
                                    "last:+1",
                                    "last: 1",
                                    "last:1 ",
                                    "last:1x",
                                    "last:4294967297",
                                    "last:18446744073709551617"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    strategy = (afina_strategy){.kind = AFINA_STRATEGY_FULL, .blocks = 77};
    assert_int_equal(afina_strategy_parse(&strategy, bad[i], 4, &error), AFINA_E_ARGUMENT);
    assert_non_null(strstr(error.message, bad[i]));
    assert_int_equal(strategy.blocks, 77);
  }
}

/* What trains is a suffix of the parameters: all, from a block on, or the head. */
static void test_what_trains(void **state) {
  (void)state;
  afina_error error;
  afina_gpt gpt;
  afina_gpt_config classifier = config;
  classifier.classes = 3;
  assert_int_equal(afina_gpt_init(&gpt, &classifier, &error), AFINA_OK);
  const afina_strategy head = {.kind = AFINA_STRATEGY_HEAD}, full = {.kind = AFINA_STRATEGY_FULL},
                       last = {.kind = AFINA_STRATEGY_LAST, .blocks = 1};
  assert_int_equal(afina_strategy_begin(&full, &gpt), 0);
  assert_int_equal(gpt.params.total - afina_strategy_begin(&head, &gpt), 3 * 16);
  const size_t block = 4 * 16 + 16 * 48 + 48 + 16 * 16 + 16 + 16 * 64 + 64 + 64 * 16 + 16;
  assert_int_equal(gpt.params.total - afina_strategy_begin(&last, &gpt), block + 2 * 16 + 3 * 16);
  afina_gpt_free(&gpt);
}

static void test_defaults(void **state) {
  (void)state;
  static const size_t rows[] = {0, 1, 16, 64, 65, 199, 200, 299, 300, 2000, 1000000};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    afina_finetune_options o;
    afina_finetune_defaults(&o, &config, rows[i], 2);
    assert_int_equal(o.readout, AFINA_READOUT_MEAN); /* the model's own */
    assert_true(o.epochs >= 1 && o.batch >= 1 && o.lr > 0 && o.patience >= 1);
    assert_true(o.test_share > 0 && o.cache_bytes > 0);
    assert_int_equal(o.strategy.kind, AFINA_STRATEGY_HEAD);
    assert_true(o.recipe.ridge > 0);
    assert_int_equal(o.valid_share > 0, rows[i] >= 300);
    assert_int_equal(o.recipe.lbfgs, rows[i] < 300);
    if (rows[i] >= 300) continue;
    /* Few rows are all trained on; the more they are, the less each may move the head. */
    afina_error error;
    assert_int_equal(parse(&o, "{\"optimizer\":\"adamw\"}", rows[i], &error), AFINA_OK);
    assert_false(o.recipe.lbfgs);
    const double updates = (double)o.epochs * ((double)rows[i] / (double)o.batch + 1);
    assert_true(o.lr <= 2e-3 && o.lr * updates < 0.37 && (o.lr > 1.9e-3 || o.lr * updates > 0.18));
  }
}

/* The more rows without validation, the less each moves the blocks; with validation, faster. */
static void test_defaults_of_few_rows_go_not_far(void **state) {
  (void)state;
  static const char *const strategies[] = {"last:1", "full", "lora:2"};
  static const size_t rows[] = {16, 64, 199, 200, 299};
  for (size_t s = 0; s < sizeof strategies / sizeof *strategies; s++) {
    char json[64];
    afina_error error;
    afina_finetune_options o, many;
    snprintf(json, sizeof json, "{\"strategy\":\"%s\"}", strategies[s]);
    assert_int_equal(parse(&many, json, 300, &error), AFINA_OK);
    assert_true(many.valid_share > 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      assert_int_equal(parse(&o, json, rows[i], &error), AFINA_OK);
      const double updates = (double)o.epochs * ((double)rows[i] / (double)o.batch + 1);
      assert_true(o.valid_share == 0 && o.lr <= many.lr && o.epochs <= many.epochs);
      assert_true(o.lr > 0 && o.lr * updates < 0.11);
    }
    assert_true(o.lr < many.lr);
  }
}

static void test_absent_null_and_zero_are_defaults(void **state) {
  (void)state;
  static const char *const same[] = {
      "{}", "{\"epochs\":0,\"lr\":0,\"batch\":0}",
      "{\"strategy\":null,\"readout\":null,\"epochs\":null,\"seed\":null}",
      "{\"strategy\":\"\",\"readout\":\"\"}"};
  afina_error error;
  afina_finetune_options defaults, o;
  afina_finetune_defaults(&defaults, &config, 500, 3);
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    assert_int_equal(parse(&o, same[i], 500, &error), AFINA_OK);
    cJSON *a = afina_finetune_options_json(&defaults), *b = afina_finetune_options_json(&o);
    assert_true(cJSON_Compare(a, b, true));
    cJSON_Delete(a);
    cJSON_Delete(b);
  }
  assert_int_equal(afina_finetune_options_parse(&o, NULL, &config, 500, 3, &error), AFINA_OK);
  assert_int_equal(o.epochs, defaults.epochs);
}

/* The head is fitted to all texts at once, unless something is told that only AdamW has. */
static void test_optimizer(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool lbfgs;
  } cases[] = {{"{}", true},
               {"{\"strategy\":\"head\",\"epochs\":3}", true},
               {"{\"lr\":0.01}", false},
               {"{\"batch\":4}", false},
               {"{\"dropout\":0.1}", false},
               {"{\"sampling\":\"balanced\"}", false},
               {"{\"optimizer\":\"lbfgs\",\"lr\":0.01,\"batch\":4}", true},
               {"{\"strategy\":\"full\"}", false},
               {"{\"strategy\":\"gradual\"}", false}};
  static const char *const refused[] = {"{\"optimizer\":\"lbfgs\",\"strategy\":\"last:1\"}",
                                        "{\"optimizer\":\"lbfgs\",\"dropout\":0.1}",
                                        "{\"optimizer\":\"lbfgs\",\"sampling\":\"balanced\"}",
                                        "{\"optimizer\":\"sgd\"}", "{\"ridge\":-1}"};
  afina_error error;
  afina_finetune_options o;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(parse(&o, cases[i].text, 100, &error), AFINA_OK);
    assert_int_equal(o.recipe.lbfgs, cases[i].lbfgs);
    /* what is printed means the same */
    afina_finetune_options again;
    cJSON *printed = afina_finetune_options_json(&o);
    assert_int_equal(afina_finetune_options_parse(&again, printed, &config, 100, 3, &error),
                     AFINA_OK);
    assert_int_equal(again.recipe.lbfgs, o.recipe.lbfgs);
    assert_int_equal(again.epochs, o.epochs);
    assert_int_equal(again.patience, o.patience);
    cJSON_Delete(printed);
  }
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    assert_int_equal(parse(&o, refused[i], 100, &error), AFINA_E_ARGUMENT);
}

static void test_values_are_kept(void **state) {
  (void)state;
  static const char text[] =
      "{\"strategy\":\"last:2\",\"readout\":\"special\",\"epochs\":7,\"patience\":2,\"lr\":0.004,"
      "\"batch\":5,\"weight_decay\":0.125,\"seed\":4294967295,\"split_seed\":3,"
      "\"valid_share\":0.25,"
      "\"test_share\":0,\"ngrams\":false,\"cache_mb\":0.5,\"class_weights\":\"balanced\","
      "\"sampling\":\"shuffle\",\"label_smoothing\":0.125,\"layer_decay\":0.5,\"dropout\":0.25,"
      "\"optimizer\":\"adamw\"}";
  afina_error error;
  afina_finetune_options o;
  assert_int_equal(parse(&o, text, 500, &error), AFINA_OK);
  assert_int_equal(o.strategy.blocks, 2);
  assert_int_equal(o.readout, AFINA_READOUT_SPECIAL);
  assert_int_equal(o.epochs, 7);
  assert_int_equal(o.patience, 2);
  assert_int_equal(o.batch, 5);
  assert_int_equal(o.seed, 4294967295u);
  assert_true(o.lr == 0.004 && o.weight_decay == 0.125);
  assert_true(o.valid_share == 0.25 && o.test_share == 0);
  assert_false(o.ngrams);
  assert_true(o.recipe.weighs && !o.recipe.draws && o.recipe.label_smoothing == 0.125);
  assert_int_equal(o.cache_bytes, 1 << 19);
  cJSON *given = cJSON_Parse(text), *printed = afina_finetune_options_json(&o);
  assert_true(cJSON_Compare(given, printed, true)); /* complete, and nothing else */
  cJSON_Delete(given);
  cJSON_Delete(printed);
}

static void test_wrong_values_are_refused_by_name(void **state) {
  (void)state;
  static const char *const wrong[][2] = {{"[]", "object"},
                                         {"3", "object"},
                                         {"{\"Epochs\":3}", "'Epochs'"},
                                         {"{\"cache_bytes\":0}", "'cache_bytes'"},
                                         {"{\"\":1}", "''"},
                                         {"{\"epochs\":true}", "'epochs'"},
                                         {"{\"epochs\":10001}", "'epochs'"},
                                         {"{\"epochs\":-1}", "'epochs'"},
                                         {"{\"batch\":4097}", "'batch'"},
                                         {"{\"batch\":1.5}", "'batch'"},
                                         {"{\"patience\":\"no\"}", "'patience'"},
                                         {"{\"lr\":1e999}", "'lr'"},
                                         {"{\"lr\":-0.1}", "'lr'"},
                                         {"{\"lr\":[1]}", "'lr'"},
                                         {"{\"weight_decay\":10.5}", "'weight_decay'"},
                                         {"{\"seed\":4294967296}", "4294967296"},
                                         {"{\"valid_share\":0.91}", "'valid_share'"},
                                         {"{\"ngrams\":1}", "'ngrams'"},
                                         {"{\"test_share\":-0.01}", "'test_share'"},
                                         {"{\"cache_mb\":4096}", "'cache_mb'"},
                                         {"{\"strategy\":{}}", "'strategy'"},
                                         {"{\"class_weights\":\"even\"}", "'even'"},
                                         {"{\"sampling\":\"Balanced\"}", "'Balanced'"},
                                         {"{\"class_weights\":\"balanced\","
                                          "\"sampling\":\"balanced\"}",
                                          "choose one"},
                                         {"{\"dropout\":1}", "'dropout'"},
                                         {"{\"layer_decay\":1.01}", "'layer_decay'"},
                                         {"{\"gradual_epochs\":0.5}", "'gradual_epochs'"},
                                         {"{\"label_smoothing\":0.91}", "'label_smoothing'"},
                                         {"{\"readout\":\"Last\"}", "'Last'"}};
  afina_error error;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    afina_finetune_options o = {.epochs = 123};
    const afina_status status = parse(&o, wrong[i][0], 500, &error);
    if (status != AFINA_E_ARGUMENT || error.status != AFINA_E_ARGUMENT ||
        !strstr(error.message, wrong[i][1]))
      fail_msg("%s: %s %s", wrong[i][0], afina_status_name(status), error.message);
    assert_int_equal(o.epochs, 123); /* written only on success */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_strategies),
      cmocka_unit_test(test_what_trains),
      cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_defaults_of_few_rows_go_not_far),
      cmocka_unit_test(test_absent_null_and_zero_are_defaults),
      cmocka_unit_test(test_optimizer),
      cmocka_unit_test(test_values_are_kept),
      cmocka_unit_test(test_wrong_values_are_refused_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
