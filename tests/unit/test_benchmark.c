/* The benchmark's document: what it holds, never how fast anything was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "afina.h"
#include "json.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fine(afina_status status, const afina_error *error) {
  if (status != AFINA_OK) fail_msg("%s: %s", afina_status_name(status), error->message);
}

static double number(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  assert_true(item && cJSON_IsNumber(item));
  return item->valuedouble;
}

static const char *text(const cJSON *object, const char *key) {
  const char *value = cJSON_GetStringValue(afina_json_member(object, key));
  assert_non_null(value);
  return value;
}

/* Runs a benchmark to its end; the document is freed with cJSON_Delete. */
static cJSON *run(const char *numerics, size_t threads, const char *options) {
  afina_error error;
  afina_runtime *runtime = NULL;
  afina_bench *bench = NULL;
  afina_bytes bytes = {0};
  cJSON *document = NULL;
  fine(afina_runtime_create(&runtime, threads, &error), &error);
  fine(afina_runtime_set_numerics(runtime, numerics, &error), &error);
  fine(afina_runtime_bench(runtime, options, strlen(options), now, &bench, &error), &error);
  assert_int_equal(afina_bench_report(bench, &bytes, &error), AFINA_E_STATE);
  double fraction = 0;
  for (double before = 0; fraction < 1; before = fraction) {
    fine(afina_bench_step(bench, &fraction, &error), &error);
    assert_true(fraction > before);
  }
  fine(afina_bench_step(bench, &fraction, &error), &error); /* nothing is left to do */
  assert_true(fraction >= 1);
  fine(afina_bench_report(bench, &bytes, &error), &error);
  fine(afina_json_parse(&document, bytes.data, bytes.size, "report", &error), &error);
  afina_bytes_free(&bytes);
  afina_bench_free(bench);
  afina_runtime_free(runtime);
  return document;
}

/* The list of that name, of `count` things that were all measured. */
static const cJSON *measured(const cJSON *document, const char *key, int count) {
  const cJSON *list = afina_json_member(document, key), *item;
  assert_true(cJSON_IsArray(list));
  assert_int_equal(cJSON_GetArraySize(list), count);
  cJSON_ArrayForEach(item, list) {
    assert_true(number(item, "ms") > 0);
    assert_true(number(item, "gflops") > 0);
    assert_true(number(item, "ratio") > 0);
    assert_true(number(item, "ratio") < 1.5);
  }
  return list;
}

static void test_document(void **state) {
  (void)state;
  cJSON *document = run("plain", 2, "{\"config\":\"tiny\",\"rounds\":2,\"texts\":16}");
  const cJSON *config = afina_json_member(document, "config");
  assert_string_equal(text(document, "afina"), afina_version());
  assert_string_equal(text(document, "numerics"), "plain");
  assert_true(number(document, "threads") == 2 && number(document, "rounds") == 2);
  assert_string_equal(text(config, "name"), "tiny");
  assert_true(number(config, "block_parameters") == 2 * 12 * 32 * 32);
  assert_true(number(afina_json_member(document, "peak"), "gflops") > 0);

  const cJSON *product = cJSON_GetArrayItem(measured(document, "products", 24), 13);
  assert_string_equal(text(product, "layer"), "attention in");
  assert_string_equal(text(product, "product"), "dx = dy W^T");
  assert_true(number(product, "rows") == 8 * 128);
  assert_true(number(product, "inputs") == 32 && number(product, "outputs") == 96);

  const cJSON *passes = measured(document, "passes", 3);
  assert_string_equal(text(cJSON_GetArrayItem(passes, 0), "pass"), "forward");
  assert_string_equal(text(cJSON_GetArrayItem(passes, 2), "pass"), "step");
  assert_true(number(cJSON_GetArrayItem(passes, 2), "tokens") == 8 * 128);

  static const char *const expected[][2] = {
      {"head", "first"},   {"head", "later"},  {"head", "each"}, {"last:1", "first"},
      {"last:1", "later"}, {"last:1", "each"}, {"full", "each"}};
  const cJSON *epochs = measured(document, "epochs", 7);
  for (int i = 0; i < 7; i++) {
    const cJSON *epoch = cJSON_GetArrayItem(epochs, i);
    assert_string_equal(text(epoch, "strategy"), expected[i][0]);
    assert_string_equal(text(epoch, "epoch"), expected[i][1]);
    assert_int_equal(cJSON_IsTrue(afina_json_member(epoch, "cache")),
                     strcmp(expected[i][1], "each") != 0);
    assert_true(number(epoch, "texts") == 16);
    assert_in_range((size_t)number(epoch, "tokens"), 16 * 8, 16 * 56);
  }
  cJSON_Delete(document);
}

static void test_parts(void **state) {
  (void)state;
  static const char *const parts[] = {"products", "passes", "epochs"};
  static const int counts[] = {24, 3, 7};
  for (size_t i = 0; i < 3; i++) {
    char options[100] = "{\"config\":\"tiny\",\"rounds\":1,\"narrow\":true,\"part\":\"";
    strcat(strcat(options, parts[i]), "\"}");
    cJSON *document = run("plain", 1, options);
    for (size_t j = 0; j < 3; j++) measured(document, parts[j], i == j ? counts[j] : 0);
    assert_true(number(afina_json_member(document, "peak"), "tile_columns") == 8);
    cJSON_Delete(document);
  }
}

static void test_refused(void **state) {
  (void)state;
  static const char *const bad[] = {"{\"config\":\"huge\"}", "{\"part\":\"none\"}",
                                    "{\"rounds\":0}",        "{\"texts\":1}",
                                    "{\"config\":7}",        "no"};
  afina_error error;
  afina_runtime *runtime = NULL;
  fine(afina_runtime_create(&runtime, 1, &error), &error);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    afina_bench *bench = NULL;
    assert_int_not_equal(afina_runtime_bench(runtime, bad[i], strlen(bad[i]), now, &bench, &error),
                         AFINA_OK);
    assert_null(bench);
  }
  afina_bench_free(NULL);
  afina_runtime_free(runtime);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_document), cmocka_unit_test(test_parts),
                                     cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
