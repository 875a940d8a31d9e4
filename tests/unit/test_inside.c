/* What a classifier does inside: its numbers lead to afina_classify's. */
#include "inside_rig.h"

static const char *const sentence = "  sol (mar), lua bola!! jogo  ";

/* The bits of afina_classify, of both parts and of the network alone. */
static void leads_to_the_answer(void **state) {
  rig r;
  afina_error error;
  train(&r, *state);
  rig_finish(&r);
  rig_take_model(&r);
  told t = look(&r, r.tuned, sentence, 1);
  float expected[RIG_CLASSES];
  const size_t size = strlen(sentence);
  fine(afina_classify(r.runtime, r.tuned, &sentence, &size, 1, expected, &error), &error);
  const cJSON *logits = afina_json_member(t.json, "logits");
  const cJSON *ngrams = afina_json_member(logits, "ngrams");
  for (size_t k = 0; k < RIG_CLASSES; k++) {
    assert_true(value_at(afina_json_member(t.json, "probabilities"), k) == expected[k]);
    const float network = value_at(afina_json_member(logits, "network"), k);
    const float added = cJSON_IsNull(ngrams) ? 0 : value_at(ngrams, k);
    assert_true(value_at(afina_json_member(logits, "sum"), k) == network + added);
  }
  size_t K, W, rows, columns;
  const float *head = tensor(&t, "head", &K, &W), *read = tensor(&t, "read", &rows, &columns);
  assert_int_equal(K, RIG_CLASSES);
  assert_int_equal(columns, W);
  for (size_t k = 0; k < K; k++) {
    double sum = 0;
    for (size_t w = 0; w < W; w++) sum += (double)head[k * W + w] * (double)read[w];
    /* float sums over at most 32 products */
    assert_true(fabs(sum - (double)value_at(afina_json_member(logits, "network"), k)) < 1e-5);
  }
  forget(&t);
  rig_close(&r);
}

/* A row [C] after the final LayerNorm, in double. */
static void normalise(const afina_gpt *gpt, const double *x, double *out) {
  const size_t C = gpt->config.channels;
  const afina_real *weight = afina_gpt_weight(gpt, 0, AFINA_LN_F_WEIGHT);
  const afina_real *bias = afina_gpt_weight(gpt, 0, AFINA_LN_F_BIAS);
  double mean = 0, variance = 0;
  for (size_t c = 0; c < C; c++) mean += x[c] / (double)C;
  for (size_t c = 0; c < C; c++) variance += (x[c] - mean) * (x[c] - mean) / (double)C;
  for (size_t c = 0; c < C; c++)
    out[c] = (x[c] - mean) / sqrt(variance + 1e-5) * (double)weight[c] + (double)bias[c];
}

static void mean_of(const float *x, size_t T, size_t C, double *out) {
  for (size_t c = 0; c < C; c++) {
    out[c] = 0;
    for (size_t t = 0; t < T; t++) out[c] += (double)x[t * C + c] / (double)T;
  }
}

static void assert_near(const float *x, const double *expected, size_t n) {
  for (size_t i = 0; i < n; i++) assert_true(fabs((double)x[i] - expected[i]) < 1e-4);
}

/* What is read, computed apart from what it is said to be read out of. */
static void reads_what_it_shows(void **state) {
  rig r;
  train(&r, *state);
  rig_finish(&r);
  rig_take_model(&r);
  told t = look(&r, r.tuned, sentence, AFINA_UNLABELED);
  const char *readout = afina_json_member(t.json, "readout")->valuestring;
  size_t T, C, rows, W;
  double mean[16] = {0}, expected[32] = {0};
  const float *read = tensor(&t, "read", &rows, &W), *out = tensor(&t, "last_block", &T, &C);
  assert_int_equal(T, cJSON_GetArraySize(afina_json_member(t.json, "tokens")));
  assert_int_equal(C, 16);
  if (strcmp(readout, "mean") == 0 || strcmp(readout, "words") == 0) {
    mean_of(out, T, C, mean);
    normalise(&r.tuned->gpt, mean, expected);
    assert_near(read, expected, C);
  } else {
    const float *normalised = tensor(&t, "normalised", &T, &C);
    assert_memory_equal(read, normalised + (T - 1) * C, C * sizeof *read); /* the same bits */
  }
  const float *words = tensor(&t, "embeddings", &T, &C);
  assert_true((words != NULL) == (strcmp(readout, "words") == 0));
  if (words) {
    mean_of(words, T, C, mean);
    normalise(&r.tuned->gpt, mean, expected);
    assert_near(read + C, expected, C);
  }
  const float *lengths = tensor(&t, "lengths", &rows, &T);
  assert_int_equal(rows, 3);
  for (size_t i = 0; i < T; i++) {
    double square = 0;
    for (size_t c = 0; c < C; c++) square += (double)out[i * C + c] * (double)out[i * C + c];
    assert_true(fabs((double)lengths[2 * T + i] - sqrt(square)) < 1e-4);
  }
  assert_true(cJSON_IsNull(afina_json_member(t.json, "gradient")));
  forget(&t);
  rig_close(&r);
}

static void tokens_cover_the_text(void **state) {
  (void)state;
  rig r;
  train(&r, "{\"strategy\":\"head\",\"readout\":\"special\",\"epochs\":1,\"ngrams\":false}");
  rig_finish(&r);
  rig_take_model(&r);
  const char *const text = "  mar\xC3\xA9 sol \xFF ";
  told t = look(&r, r.tuned, text, AFINA_UNLABELED);
  size_t end = 0, count = 0;
  const cJSON *token = afina_json_member(t.json, "tokens")->child;
  for (; token->next; token = token->next, count++) {
    assert_int_equal(rig_number(token, "start"), end);
    end = (size_t)rig_number(token, "end");
  }
  assert_true(count > 4);
  assert_int_equal(end, strlen("mar\xC3\xA9 sol \xFF"));
  assert_string_equal(afina_json_member(token, "text")->valuestring, "<|endoftext|>");
  assert_int_equal(rig_number(token, "start"), end);
  assert_int_equal(rig_number(token, "end"), end);
  assert_string_equal(afina_json_member(token->prev, "text")->valuestring, "\xEF\xBF\xBD");
  assert_false(cJSON_IsTrue(afina_json_member(t.json, "truncated")));
  forget(&t);
  t = look(&r, r.tuned, "sol 123456789 123456789 123456789", AFINA_UNLABELED);
  assert_true(cJSON_IsTrue(afina_json_member(t.json, "truncated")));
  assert_int_equal(cJSON_GetArraySize(afina_json_member(t.json, "tokens")), RIG_CONTEXT);
  forget(&t);
  t = look(&r, r.tuned, "  ", AFINA_UNLABELED); /* the end-of-text token alone */
  assert_int_equal(cJSON_GetArraySize(afina_json_member(t.json, "tokens")), 1);
  forget(&t);
  rig_close(&r);
}

/* p - y, by the loss itself: central differences in double over the logits that were told. */
static void gradient_is_that_of_the_loss(void **state) {
  (void)state;
  rig r;
  train(&r, "{\"strategy\":\"last:1\",\"epochs\":2,\"ngrams\":true}");
  rig_finish(&r);
  rig_take_model(&r);
  for (size_t label = 0; label < RIG_CLASSES; label++) {
    told t = look(&r, r.tuned, sentence, label);
    const cJSON *logits = afina_json_member(afina_json_member(t.json, "logits"), "network");
    double square = 0, read_square = 0, z[RIG_CLASSES];
    for (size_t k = 0; k < RIG_CLASSES; k++) z[k] = (double)value_at(logits, k);
    for (size_t k = 0; k < RIG_CLASSES; k++) {
      double loss[2];
      for (int side = 0; side < 2; side++) {
        double sum = 0;
        for (size_t j = 0; j < RIG_CLASSES; j++)
          sum += exp(z[j] - z[label] + (side ? -1e-5 : 1e-5) * ((j == k) - (double)(label == k)));
        loss[side] = log(sum);
      }
      const double expected = (loss[0] - loss[1]) / 2e-5;
      const double given = (double)value_at(afina_json_member(t.json, "gradient"), k);
      assert_true(fabs(given - expected) < 1e-6);
      square += given * given;
    }
    double sum = 0;
    for (size_t j = 0; j < RIG_CLASSES; j++) sum += exp(z[j] - z[label]);
    assert_true(fabs(rig_number(t.json, "loss") - log(sum)) < 1e-6);
    size_t rows, W;
    const float *read = tensor(&t, "read", &rows, &W);
    for (size_t w = 0; w < W; w++) read_square += (double)read[w] * (double)read[w];
    assert_true(fabs(rig_number(t.json, "head_gradient_norm") - sqrt(square * read_square)) < 1e-9);
    forget(&t);
  }
  rig_close(&r);
}

static void refuses(void **state) {
  (void)state;
  rig r;
  afina_error error;
  afina_bytes json, values;
  train(&r, "{\"strategy\":\"head\",\"epochs\":1}");
  assert_int_equal(afina_inside(r.runtime, r.model, "a", 1, 0, &json, &values, &error),
                   AFINA_E_STATE);
  assert_int_equal(afina_session_watched(r.session, &json, &error), AFINA_E_STATE);
  rig_finish(&r);
  rig_take_model(&r);
  assert_int_equal(afina_inside(r.runtime, r.tuned, "a", 1, RIG_CLASSES, &json, &values, &error),
                   AFINA_E_ARGUMENT);
  for (size_t length = 0; length <= RIG_CONTEXT + 1; length += RIG_CONTEXT + 1)
    assert_int_equal(
        afina_session_costs(r.runtime, r.model, r.data, 5, 100, length, NULL, 0, &json, &error),
        AFINA_E_ARGUMENT);
  rig_close(&r);
}

#define WITH(test, options) cmocka_unit_test_prestate(test, (void *)(uintptr_t)(options))

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH(leads_to_the_answer, "{\"strategy\":\"last:1\",\"readout\":\"last\",\"epochs\":2}"),
      WITH(leads_to_the_answer, "{\"strategy\":\"full\",\"readout\":\"words\",\"epochs\":2}"),
      WITH(leads_to_the_answer,
           "{\"strategy\":\"prompt:2\",\"readout\":\"mean\",\"epochs\":2,\"ngrams\":false}"),
      WITH(reads_what_it_shows, "{\"strategy\":\"full\",\"readout\":\"last\",\"epochs\":2}"),
      WITH(reads_what_it_shows, "{\"strategy\":\"full\",\"readout\":\"special\",\"epochs\":2}"),
      WITH(reads_what_it_shows, "{\"strategy\":\"full\",\"readout\":\"mean\",\"epochs\":2}"),
      WITH(reads_what_it_shows, "{\"strategy\":\"full\",\"readout\":\"words\",\"epochs\":2}"),
      WITH(reads_what_it_shows, "{\"strategy\":\"prompt:2\",\"readout\":\"mean\",\"epochs\":2}"),
      cmocka_unit_test(tokens_cover_the_text),
      cmocka_unit_test(gradient_is_that_of_the_loss),
      cmocka_unit_test(refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
