/* Bags of n-grams against scikit-learn's (bag_fixture.json, made by bag_fixture.py), and the mixing
 * of two classifiers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bag_fit.h"
#include "fixture.h"
#include "mix.h"

static afina_dataset *dataset_of(const cJSON *fixture) {
  const cJSON *texts = afina_json_member(fixture, "train");
  const cJSON *labels = afina_json_member(fixture, "labels");
  afina_dataset *data = NULL;
  assert_int_equal(afina_dataset_create(&data, NULL), AFINA_OK);
  for (int i = 0; i < cJSON_GetArraySize(texts); i++) {
    const char *text = cJSON_GetArrayItem(texts, i)->valuestring;
    char label[8];
    snprintf(label, sizeof label, "%d", cJSON_GetArrayItem(labels, i)->valueint);
    assert_int_equal(afina_dataset_add(data, AFINA_PART_TRAIN, text, strlen(text), label,
                                       strlen(label), (size_t)i + 1, NULL),
                     AFINA_OK);
  }
  return data;
}

static afina_bag fit(const afina_dataset *data, bool balanced) {
  size_t rows[200];
  const size_t count = afina_dataset_count(data);
  for (size_t i = 0; i < count; i++) rows[i] = i;
  afina_bag_fit run;
  afina_bag bag;
  assert_int_equal(afina_bag_fit_init(&run, data, rows, count, balanced, NULL), AFINA_OK);
  for (int steps = 0; !run.done; steps++) {
    assert_int_equal(afina_bag_fit_step(&run, NULL), AFINA_OK);
    assert_in_range(steps, 0, 10000);
  }
  afina_bag_fit_take(&run, &bag);
  afina_bag_fit_clear(&run);
  return bag;
}

static void softmax(float *p, size_t K) {
  float most = p[0], sum = 0;
  for (size_t k = 1; k < K; k++) most = fmaxf(most, p[k]);
  for (size_t k = 0; k < K; k++) sum += p[k] = expf(p[k] - most);
  for (size_t k = 0; k < K; k++) p[k] /= sum;
}

static int compare_floats(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void expect_values(const afina_bag *bag, const char *text, const cJSON *expected) {
  afina_ngrams grams = {0};
  assert_int_equal(afina_ngrams_read(&grams, text, strlen(text), NULL), AFINA_OK);
  float *values = malloc((grams.count + 1) * sizeof *values);
  uint32_t *features = malloc((grams.count + 1) * sizeof *features);
  afina_bag_row row = {.features = features, .values = values};
  afina_bag_read(bag, &row, grams.keys, grams.counts, grams.count);
  assert_int_equal(row.count, (size_t)cJSON_GetArraySize(expected));
  qsort(values, row.count, sizeof *values, compare_floats);
  for (size_t i = 0; i < row.count; i++) {
    const double value = cJSON_GetArrayItem(expected, (int)i)->valuedouble;
    if (fabs((double)values[i] - value) > 2e-6)
      fail_msg("'%s', value %zu: %g, not %g", text, i, (double)values[i], value);
  }
  free(values);
  free(features);
  afina_ngrams_free(&grams);
}

static void check_probabilities(bool balanced) {
  cJSON *fixture = read_fixture("bag_fixture.json");
  afina_dataset *data = dataset_of(fixture);
  afina_bag bag = fit(data, balanced);
  assert_int_equal(bag.F, (size_t)afina_json_member(fixture, "features")->valueint);
  const cJSON *texts = afina_json_member(fixture, "test");
  const cJSON *values = afina_json_member(fixture, "values");
  const cJSON *probabilities = afina_json_member(fixture, balanced ? "balanced" : "probabilities");
  afina_bag_reader reader = {0};
  for (int i = 0; i < cJSON_GetArraySize(texts); i++) {
    const char *text = cJSON_GetArrayItem(texts, i)->valuestring;
    expect_values(&bag, text, cJSON_GetArrayItem(values, i));
    float p[8] = {0};
    assert_int_equal(afina_bag_reader_add(&reader, &bag, text, strlen(text), p, NULL), AFINA_OK);
    softmax(p, bag.K);
    for (size_t k = 0; k < bag.K; k++) {
      const cJSON *row = cJSON_GetArrayItem(probabilities, i);
      const double expected = cJSON_GetArrayItem(row, (int)k)->valuedouble;
      if (fabs((double)p[k] - expected) > 2e-3) /* two solvers, stopped near one minimum */
        fail_msg("text %d, class %zu: %g, not %g", i, k, (double)p[k], expected);
    }
  }
  afina_bag_reader_free(&reader);
  afina_bag_free(&bag);
  afina_dataset_free(data);
  cJSON_Delete(fixture);
}

static void is_scikit_learns(void **state) {
  (void)state;
  check_probabilities(false);
}

/* class_weight="balanced" */
static void balanced_is_scikit_learns(void **state) {
  (void)state;
  check_probabilities(true);
}

static void comes_back_from_a_file(void **state) {
  (void)state;
  cJSON *fixture = read_fixture("bag_fixture.json");
  afina_dataset *data = dataset_of(fixture);
  afina_bag bag = fit(data, false), again, none;
  afina_tensor_view views[AFINA_BAG_TENSORS];
  afina_bytes bytes;
  afina_safetensors *file;
  assert_int_equal(afina_bag_views(&bag, views), AFINA_BAG_TENSORS);
  assert_int_equal(afina_safetensors_write(views, AFINA_BAG_TENSORS, NULL, 0, &bytes, NULL),
                   AFINA_OK);
  assert_int_equal(afina_safetensors_open(&file, bytes.data, bytes.size, NULL), AFINA_OK);
  assert_int_equal(afina_bag_from_file(&again, file, bag.K, NULL), AFINA_OK);
  assert_int_equal(again.F, bag.F);
  assert_memory_equal(again.keys, bag.keys, bag.F * sizeof *bag.keys);
  assert_memory_equal(again.idf, bag.idf, bag.F * sizeof *bag.idf);
  assert_memory_equal(again.weights, bag.weights, (bag.F + 1) * bag.K * sizeof *bag.weights);
  assert_int_equal(afina_bag_from_file(&none, file, bag.K + 1, NULL), AFINA_E_FORMAT);
  afina_safetensors_close(file);
  afina_bytes_free(&bytes);
  afina_bag_free(&again);

  /* keys out of order would be searched in vain */
  const uint64_t first = bag.keys[0];
  bag.keys[0] = bag.keys[1];
  bag.keys[1] = first;
  assert_int_equal(afina_safetensors_write(views, AFINA_BAG_TENSORS, NULL, 0, &bytes, NULL),
                   AFINA_OK);
  assert_int_equal(afina_safetensors_open(&file, bytes.data, bytes.size, NULL), AFINA_OK);
  assert_int_equal(afina_bag_from_file(&none, file, bag.K, NULL), AFINA_E_FORMAT);
  afina_safetensors_close(file);
  afina_bytes_free(&bytes);
  afina_bag_free(&bag);
  afina_dataset_free(data);
  cJSON_Delete(fixture);
}

/* Every byte string is a text; the n-grams of one read twice are the same. */
static void reads_any_bytes(void **state) {
  (void)state;
  uint32_t seed = 1;
  afina_ngrams grams = {0}, again = {0};
  for (int round = 0; round < 300; round++) {
    char text[97];
    const size_t size = (size_t)round % sizeof text;
    for (size_t i = 0; i < size; i++) {
      seed = seed * 1664525u + 1013904223u;
      text[i] = (char)(seed >> 24);
      if (round % 2) text[i] = " \xC3\x89\xC4\xB0 a\n"[seed >> 24 & 7];
    }
    assert_int_equal(afina_ngrams_read(&grams, text, size, NULL), AFINA_OK);
    assert_int_equal(afina_ngrams_read(&again, text, size, NULL), AFINA_OK);
    assert_int_equal(grams.count, again.count);
    for (size_t i = 0; i < grams.count; i++) {
      assert_int_equal(grams.keys[i], again.keys[i]);
      if (i) assert_true(grams.keys[i] > grams.keys[i - 1]);
    }
  }
  afina_ngrams_free(&grams);
  afina_ngrams_free(&again);
}

/* The objective that afina_mix_fit says it minimises. */
static double objective(double a, double b, const float *x, const float *y, const uint32_t *truth,
                        size_t rows, size_t K) {
  double sum = ((a - 1) * (a - 1) + (b - 1) * (b - 1)) / 2;
  for (size_t i = 0; i < rows; i++) {
    double total = 0;
    for (size_t k = 0; k < K; k++)
      total += exp(a * (double)x[i * K + k] + b * (double)y[i * K + k]);
    sum += log(total) - a * (double)x[i * K + truth[i]] - b * (double)y[i * K + truth[i]];
  }
  return sum;
}

static void mixes_by_what_is_right(void **state) {
  (void)state;
  enum { ROWS = 60, K = 3 };
  float x[ROWS * K], y[ROWS * K];
  uint32_t truth[ROWS], seed = 3;
  for (size_t i = 0; i < ROWS; i++) {
    truth[i] = (uint32_t)(i % K);
    for (size_t k = 0; k < K; k++) {
      seed = seed * 1664525u + 1013904223u;
      x[i * K + k] = (float)(seed >> 16 & 255) / 64 + (k == truth[i] ? 1 : 0); /* half right */
      seed = seed * 1664525u + 1013904223u;
      y[i * K + k] = (float)(seed >> 16 & 255) / 16; /* loud and knows nothing */
    }
  }
  const afina_mix even = {1, 1};
  const afina_mix mix = afina_mix_fit(&even, x, y, truth, ROWS, K);
  assert_true(mix.a > 0.3);
  assert_true(mix.b < 0.2);
  const double least = objective(mix.a, mix.b, x, y, truth, ROWS, K);
  for (double da = -0.02; da < 0.03; da += 0.02)
    for (double db = -0.02; db < 0.03; db += 0.02)
      if (mix.a + da >= 0 && mix.b + db >= 0)
        assert_true(least <= objective(mix.a + da, mix.b + db, x, y, truth, ROWS, K) + 1e-9);
  const afina_mix untouched = afina_mix_fit(&even, x, y, truth, 0, K);
  assert_true(untouched.a == 1 && untouched.b == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_scikit_learns), cmocka_unit_test(balanced_is_scikit_learns),
      cmocka_unit_test(comes_back_from_a_file), cmocka_unit_test(reads_any_bytes),
      cmocka_unit_test(mixes_by_what_is_right)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
