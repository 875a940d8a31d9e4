/* config.json: published ones load, ours read back the same, variants that we do not compute are
 * refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "rng.h"

#define SIZES "\"vocab_size\":100,\"n_positions\":64,\"n_embd\":48,\"n_layer\":2,\"n_head\":3"
#define GPT2 "\"model_type\":\"gpt2\"," SIZES
#define CLASSIFIER GPT2 ",\"architectures\":[\"GPT2ForSequenceClassification\"]"

/* Parses members of an object; the text stands in a block of exactly its size. */
static afina_status parse(const char *members, afina_gpt_config *config, afina_labels *labels,
                          afina_error *error) {
  const size_t size = strlen(members) + 2;
  char *json = malloc(size + 1);
  assert_non_null(json);
  snprintf(json, size + 1, "{%s}", members);
  uint8_t *exact = malloc(size);
  assert_non_null(exact);
  memcpy(exact, json, size);
  const afina_status status = afina_gpt_config_parse(config, labels, exact, size, error);
  free(exact);
  free(json);
  return status;
}

static void accept(const char *members, afina_gpt_config *config, afina_labels *labels) {
  afina_error error = {0};
  if (parse(members, config, labels, &error) != AFINA_OK)
    fail_msg("%s: %s", members, error.message);
}

static void refuse(const char *members, afina_status status, const char *words) {
  afina_gpt_config config;
  afina_labels labels = {0};
  afina_error error = {0};
  const afina_status got = parse(members, &config, &labels, &error);
  if (got != status || error.status != status || !strstr(error.message, words))
    fail_msg("%s: expected '%s', got %s: %s", members, words, afina_status_name(got),
             error.message);
  assert_null(labels.names);
}

static void a_language_model_loads(void **state) {
  (void)state;
  afina_gpt_config config;
  afina_labels labels;
  /* As distributed for GPT-2 models: label names that mean nothing, n_ctx, generation settings,
   * dropout. */
  accept(GPT2
         ",\"architectures\":[\"GPT2LMHeadModel\"],\"n_ctx\":64,\"n_inner\":null,"
         "\"activation_function\":\"gelu_new\",\"layer_norm_epsilon\":1e-05,"
         "\"id2label\":{\"0\":\"LABEL_0\"},\"label2id\":{\"LABEL_0\":0},\"num_labels\":1,"
         "\"resid_pdrop\":0.1,\"task_specific_params\":{\"text-generation\":{\"max_length\":50}}",
         &config, &labels);
  assert_int_equal(config.vocabulary, 100);
  assert_int_equal(config.context, 64);
  assert_int_equal(config.channels, 48);
  assert_int_equal(config.layers, 2);
  assert_int_equal(config.heads, 3);
  assert_int_equal(config.inner, 192);
  assert_int_equal(config.classes, 0);
  assert_int_equal(config.readout, AFINA_READOUT_LAST);
  assert_int_equal(labels.count, 0);
  afina_labels_free(&labels);
  accept(
      "\"model_type\":\"gpt2\",\"vocab_size\":9,\"n_ctx\":8,\"n_embd\":4,\"n_layer\":1,"
      "\"n_head\":1,\"n_inner\":5,\"activation_function\":\"gelu_pytorch_tanh\"",
      &config, NULL);
  assert_int_equal(config.context, 8);
  assert_int_equal(config.inner, 5);
}

static void a_classifier_loads(void **state) {
  (void)state;
  afina_gpt_config config;
  afina_labels labels;
  accept(CLASSIFIER
         ",\"id2label\":{\"2\":\"c\",\"0\":\"a\",\"1\":\"b\"},\"num_labels\":3,"
         "\"afina\":{\"readout\":\"mean\"}",
         &config, &labels);
  assert_int_equal(config.classes, 3);
  assert_int_equal(config.readout, AFINA_READOUT_MEAN);
  assert_string_equal(labels.names[0], "a");
  assert_string_equal(labels.names[2], "c");
  afina_labels_free(&labels);
  assert_int_equal(afina_readout_width(&config), 48);
  accept(CLASSIFIER ",\"num_labels\":3,\"afina\":{\"readout\":\"words\"}", &config, NULL);
  assert_int_equal(config.readout, AFINA_READOUT_WORDS);
  assert_int_equal(afina_readout_width(&config), 2 * 48);
  accept(CLASSIFIER, &config, &labels); /* transformers leaves out its defaults */
  assert_int_equal(config.classes, 2);
  assert_string_equal(labels.names[1], "LABEL_1");
  afina_labels_free(&labels);
  accept(CLASSIFIER ",\"num_labels\":4", &config, NULL);
  assert_int_equal(config.classes, 4);
  accept(GPT2 ",\"id2label\":{\"0\":\"x\",\"1\":\"y\"}", &config, NULL);
  assert_int_equal(config.classes, 2);
}

static void other_models_are_refused(void **state) {
  (void)state;
  const afina_status unsupported = AFINA_E_UNSUPPORTED;
  refuse(SIZES, unsupported, "model_type");
  refuse("\"model_type\":\"llama\"," SIZES, unsupported, "'llama'");
  refuse(GPT2 ",\"activation_function\":\"relu\"", unsupported, "activation_function");
  refuse(GPT2 ",\"layer_norm_epsilon\":1e-6", unsupported, "layer_norm_epsilon");
  refuse(GPT2 ",\"tie_word_embeddings\":false", unsupported, "tie_word_embeddings");
  refuse(GPT2 ",\"scale_attn_weights\":false", unsupported, "scale_attn_weights");
  refuse(GPT2 ",\"scale_attn_by_inverse_layer_idx\":true", unsupported, "inverse_layer_idx");
  refuse(GPT2 ",\"reorder_and_upcast_attn\":true", unsupported, "reorder_and_upcast_attn");
  refuse(GPT2 ",\"add_cross_attention\":true", unsupported, "add_cross_attention");
  refuse(GPT2 ",\"pruned_heads\":{\"0\":[1]}", unsupported, "pruned_heads");
  refuse(CLASSIFIER ",\"num_labels\":1", unsupported, "1 classes");
  refuse(CLASSIFIER ",\"problem_type\":\"regression\"", unsupported, "problem_type");
}

static void damaged_configs_are_refused(void **state) {
  (void)state;
  const afina_status format = AFINA_E_FORMAT;
  refuse("\"model_type\":\"gpt2\"", format, "'vocab_size' is missing");
  refuse(GPT2 ",", format, "JSON");
  refuse("\"model_type\":1", format, "model_type");
  refuse(GPT2 ",\"n_inner\":\"x\"", format, "n_inner");
  refuse(GPT2 ",\"n_inner\":-1", format, "n_inner");
  refuse(GPT2 ",\"n_inner\":1.5", format, "n_inner");
  refuse(GPT2 ",\"n_inner\":1e300", format, "n_inner");
  refuse(GPT2 ",\"n_inner\":0", format, "n_inner");
  refuse(GPT2 ",\"tie_word_embeddings\":\"no\"", format, "tie_word_embeddings");
  refuse(GPT2 ",\"architectures\":\"x\"", format, "architectures");
  refuse(GPT2 ",\"afina\":{\"readout\":\"first\"}", format, "'first'");
  refuse(GPT2 ",\"afina\":{\"readout\":7}", format, "readout");
  refuse(CLASSIFIER ",\"id2label\":[\"a\",\"b\"]", format, "id2label");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"2\":\"b\"}", format, "'2'");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"0\":\"b\"}", format, "'0'");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"01\":\"b\"}", format, "'01'");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"99999999999999999999\":\"b\"}", format, "keys");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"1\":2}", format, "'1' must be a string");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"1\":\"a\"}", format, "named 'a'");
  refuse(CLASSIFIER ",\"id2label\":{\"0\":\"a\",\"1\":\"b\"},\"num_labels\":3", format,
         "num_labels");
  afina_gpt_config config;
  assert_int_equal(afina_gpt_config_parse(&config, NULL, "[]", 2, NULL), format);
  assert_int_equal(afina_gpt_config_parse(&config, NULL, "", 0, NULL), format);
}

/* A config of our sizes with one number changed. */
static void refuse_size(size_t vocabulary, size_t context, size_t channels, size_t layers,
                        size_t heads, afina_status status, const char *words) {
  char text[256];
  snprintf(text, sizeof text,
           "\"model_type\":\"gpt2\",\"vocab_size\":%zu,\"n_positions\":%zu,\"n_embd\":%zu,"
           "\"n_layer\":%zu,\"n_head\":%zu",
           vocabulary, context, channels, layers, heads);
  refuse(text, status, words);
}

static void sizes_have_limits(void **state) {
  (void)state;
  refuse_size(0, 64, 48, 2, 3, AFINA_E_FORMAT, "vocab_size");
  refuse_size(1000001, 64, 48, 2, 3, AFINA_E_LIMIT, "vocab_size");
  refuse_size(100, 4097, 48, 2, 3, AFINA_E_LIMIT, "n_positions");
  refuse_size(100, 64, 16388, 2, 128, AFINA_E_LIMIT, "n_embd");
  refuse_size(100, 64, 48, 201, 3, AFINA_E_LIMIT, "n_layer");
  refuse_size(100, 64, 48, 0, 3, AFINA_E_FORMAT, "n_layer");
  refuse_size(100, 64, 48, 2, 5, AFINA_E_FORMAT, "multiple");
  refuse_size(100, 64, 48, 2, 0, AFINA_E_FORMAT, "n_head");
  refuse_size(100, 64, 257, 2, 1, AFINA_E_LIMIT, "head");
  refuse(CLASSIFIER ",\"num_labels\":10001", AFINA_E_LIMIT, "10001 classes");
}

static void what_is_printed_reads_the_same(void **state) {
  (void)state;
  char spam[] = "spam \"\xc3\xa9\"\n", ham[] = "", third[] = "__proto__";
  char *names[] = {spam, ham, third};
  const afina_labels labels = {names, 3};
  for (size_t classes = 0; classes <= 3; classes += 3) {
    const afina_gpt_config config = {.vocabulary = 8192,
                                     .context = 256,
                                     .channels = 256,
                                     .layers = 6,
                                     .heads = 4,
                                     .inner = 700,
                                     .classes = classes,
                                     .readout = AFINA_READOUT_SPECIAL};
    afina_bytes json;
    assert_int_equal(afina_gpt_config_print(&config, &labels, 17, &json, NULL), AFINA_OK);
    afina_gpt_config back;
    afina_labels read;
    assert_int_equal(afina_gpt_config_parse(&back, &read, json.data, json.size, NULL), AFINA_OK);
    assert_memory_equal(&back, &config, offsetof(afina_gpt_config, readout)); /* then padding */
    assert_int_equal(back.readout, config.readout);
    assert_int_equal(read.count, classes);
    for (size_t i = 0; i < classes; i++) assert_string_equal(read.names[i], names[i]);
    afina_labels_free(&read);
    afina_bytes_free(&json);
  }
}

static void printing_refuses_mistakes(void **state) {
  (void)state;
  char same[] = "x";
  char *names[] = {same, same};
  const afina_labels labels = {names, 2};
  afina_gpt_config config = {.vocabulary = 9,
                             .context = 8,
                             .channels = 4,
                             .layers = 1,
                             .heads = 2,
                             .inner = 16,
                             .classes = 2};
  afina_bytes json;
  afina_error error;
  assert_int_equal(afina_gpt_config_print(&config, NULL, 0, &json, &error), AFINA_E_ARGUMENT);
  assert_int_equal(afina_gpt_config_print(&config, &labels, 0, &json, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "'x'"));
  assert_int_equal(error.status, AFINA_E_ARGUMENT);
  config.classes = 0;
  assert_int_equal(afina_gpt_config_print(&config, NULL, 9, &json, &error), AFINA_E_ARGUMENT);
  config.heads = 3;
  assert_int_equal(afina_gpt_config_print(&config, NULL, 0, &json, &error), AFINA_E_ARGUMENT);
}

static void random_damage_does_no_harm(void **state) {
  (void)state;
  static const char valid[] = "{" CLASSIFIER
                              ",\"id2label\":{\"0\":\"a\",\"1\":\"b\"},\"num_labels\":2,"
                              "\"n_inner\":96,\"afina\":{\"readout\":\"mean\"}}";
  static const char spice[] = "{}[]\",:0123456789-.eE\\u ntf";
  afina_rng rng;
  afina_rng_seed(&rng, 4);
  for (int round = 0; round < 20000; round++) {
    size_t size = sizeof valid - 1;
    if (afina_rng_below(&rng, 8) == 0) size = afina_rng_below(&rng, size);
    char *text = malloc(size ? size : 1);
    assert_non_null(text);
    memcpy(text, valid, size);
    for (size_t n = 1 + afina_rng_below(&rng, 3); n > 0 && size > 0; n--)
      text[afina_rng_below(&rng, size)] = afina_rng_below(&rng, 2)
                                              ? spice[afina_rng_below(&rng, sizeof spice - 1)]
                                              : (char)afina_rng_next(&rng);
    afina_gpt_config config;
    afina_labels labels;
    if (afina_gpt_config_parse(&config, &labels, text, size, NULL) == AFINA_OK) {
      assert_int_equal(afina_gpt_config_check(&config, NULL), AFINA_OK);
      assert_int_equal(labels.count, config.classes);
      afina_labels_free(&labels);
    }
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_language_model_loads),    cmocka_unit_test(a_classifier_loads),
      cmocka_unit_test(other_models_are_refused),  cmocka_unit_test(damaged_configs_are_refused),
      cmocka_unit_test(sizes_have_limits),         cmocka_unit_test(what_is_printed_reads_the_same),
      cmocka_unit_test(printing_refuses_mistakes), cmocka_unit_test(random_damage_does_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
