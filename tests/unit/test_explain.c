/* What each word did: the parts add up, leaving a word out is what classifying without it says, and
 * nothing depends on how the work is cut. */
#include "session_rig.h"

#include "attribution.h"
#include "bag_fit.h"
#include "words.h"

static const char *const sentence = "  sol (mar), lua bola!! jogo  rio... ";

static void cuts_words(void **state) {
  (void)state;
  const char *text = " (it's 9,90!) \xC3\xA9_a \xE3\x80\x80...x\xFF ";
  const char *const expected[] = {"(", "it's", "9,90", "!)", "\xC3\xA9_a", "...", "x", "\xFF"};
  afina_word word;
  size_t at = 0;
  for (size_t i = 0; i < 8; i++, at = word.end) {
    assert_true(afina_word_next(text, strlen(text), at, &word));
    assert_int_equal(word.end - word.start, strlen(expected[i]));
    assert_memory_equal(text + word.start, expected[i], word.end - word.start);
  }
  assert_false(afina_word_next(text, strlen(text), at, &word));
  assert_false(afina_word_next("", 0, 0, &word));
}

/* A classifier with n-grams, of three classes, of the readout asked for. */
static void train(rig *r, const char *options) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_TRAIN, 30, 1);
  rig_start(r, options);
  rig_finish(r);
  rig_take_model(r);
}

static cJSON *explain(rig *r, const char *text, size_t class, size_t first, size_t most) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_explain(r->runtime, r->tuned, text, strlen(text), class, first, most, &bytes, &error),
       &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "explanation", &error), &error);
  afina_bytes_free(&bytes);
  return json;
}

/* The score by way of probabilities: ln p less the mean of all ln p. */
static double score(rig *r, const char *text, size_t class) {
  afina_error error;
  float p[RIG_CLASSES];
  const size_t size = strlen(text);
  fine(afina_classify(r->runtime, r->tuned, &text, &size, 1, p, &error), &error);
  double sum = 0;
  for (size_t k = 0; k < RIG_CLASSES; k++) sum += log((double)p[k]);
  return log((double)p[class]) - sum / RIG_CLASSES;
}

static double sum_of(const cJSON *items, const char *key) {
  double sum = 0;
  for (const cJSON *item = items->child; item; item = item->next) sum += rig_number(item, key);
  return sum;
}

static void adds_up(void **state) {
  rig r;
  train(&r, *state);
  for (size_t class = 0; class < RIG_CLASSES; class ++) {
    cJSON *json = explain(&r, sentence, class, 0, 0);
    const cJSON *words = afina_json_member(json, "words"),
                *tokens = afina_json_member(json, "tokens");
    assert_string_equal(afina_json_member(json, "label")->valuestring,
                        afina_model_label(r.tuned, class));
    assert_int_equal(cJSON_GetArraySize(words), 10);
    assert_true(cJSON_IsNull(afina_json_member(words->child, "leave_one_out")));
    assert_true(fabs(rig_number(json, "logit") - score(&r, sentence, class)) < 1e-5); /* float */
    assert_true(fabs(sum_of(words, "gradient") - sum_of(tokens, "gradient")) < 1e-12);
    /* the n-grams' part of the score, from a bag that is read as in classifying */
    cJSON *empty = explain(&r, "", class, 0, 0);
    assert_int_equal(cJSON_GetArraySize(afina_json_member(empty, "words")), 0);
    const double bias = rig_number(json, "ngrams_bias");
    assert_true(fabs(bias - rig_number(empty, "ngrams_bias")) < 1e-15);
    cJSON_Delete(empty);
    size_t end = 2;
    for (const cJSON *token = tokens->child; token; token = token->next) {
      assert_int_equal(rig_number(token, "start"), end);
      end = (size_t)rig_number(token, "end");
    }
    cJSON_Delete(json);
  }
  rig_close(&r);
}

/* Linear: with one word after the other left out of the n-grams alone, a model of which only the
 * n-grams count changes by what they are said to add, where no n-gram is shared. */
static void ngrams_are_exact(void **state) {
  (void)state;
  afina_bag bag;
  const char *text = "Sol mar sol";
  double bytes[11], bias, sum = 0;
  afina_ngrams grams = {0};
  afina_error error;
  fine(afina_ngrams_read(&grams, text, strlen(text), &error), &error);
  fine(afina_bag_init(&bag, grams.count, 2, &error), &error);
  afina_rng rng;
  afina_rng_seed(&rng, 2);
  for (size_t f = 0; f < bag.F; f++) {
    bag.keys[f] = grams.keys[f];
    bag.idf[f] = 1 + (float)afina_rng_uniform(&rng);
  }
  for (size_t i = 0; i < (bag.F + 1) * 2; i++) bag.weights[i] = (float)afina_rng_normal(&rng);
  for (size_t class = 0; class < 2; class ++) {
    float logits[2] = {0, 0};
    afina_bag_reader reader = {0};
    fine(afina_bag_reader_add(&reader, &bag, text, strlen(text), logits, &error), &error);
    afina_bag_reader_free(&reader);
    fine(afina_attribute_ngrams(&bag, text, strlen(text), class, bytes, &bias, &error), &error);
    sum = bias;
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) sum += bytes[i];
    assert_true(fabs(sum - afina_attribution_score(logits, 2, class)) < 1e-5); /* float */
    assert_true(bytes[3] == 0 && bytes[7] == 0); /* white space did nothing */
  }
  /* one n-gram alone: "mar" as a word, at its three bytes */
  for (size_t i = 0; i < bag.F * 2; i++) bag.weights[i] = 0;
  afina_ngrams one = {0};
  fine(afina_ngrams_read(&one, "mar", 3, &error), &error);
  size_t known = 0;
  for (size_t f = 0; f < bag.F; f++)
    for (size_t i = 0; i < one.count; i++)
      if (one.keys[i] == bag.keys[f] && afina_ngram_kind_of(bag.keys[f]) == AFINA_NGRAM_WORDS) {
        bag.weights[2 * f] = 6;
        known++;
      }
  assert_int_equal(known, 1);
  fine(afina_attribute_ngrams(&bag, text, strlen(text), 0, bytes, &bias, &error), &error);
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
    assert_true(i >= 4 && i < 7 ? bytes[i] > 0 && bytes[i] == bytes[4] : bytes[i] == 0);
  afina_ngrams_free(&one);
  afina_ngrams_free(&grams);
  afina_bag_free(&bag);
}

/* Word by word against the text written down without it. */
static void leaves_out(void **state) {
  rig r;
  train(&r, *state);
  const char *const without[] = {
      "(mar), lua bola!! jogo  rio...",   "sol mar), lua bola!! jogo  rio...",
      "sol (), lua bola!! jogo  rio...",  "sol (mar lua bola!! jogo  rio...",
      "sol (mar), bola!! jogo  rio...",   "sol (mar), lua !! jogo  rio...",
      "sol (mar), lua bola jogo  rio...", "sol (mar), lua bola!!  rio...",
      "sol (mar), lua bola!! jogo  ...",  "sol (mar), lua bola!! jogo  rio"};
  cJSON *json = explain(&r, sentence, 1, 0, SIZE_MAX), *part = explain(&r, sentence, 1, 3, 2);
  const cJSON *words = afina_json_member(json, "words"), *some = afina_json_member(part, "words");
  for (int i = 0; i < 10; i++) {
    const cJSON *word = cJSON_GetArrayItem(words, i), *alone = cJSON_GetArrayItem(some, i);
    const double expected = score(&r, sentence, 1) - score(&r, without[i], 1);
    const double actual = rig_number(word, "leave_one_out");
    if (!(fabs(actual - expected) < 1e-5)) fail_msg("word %d: %g, not %g", i, actual, expected);
    if (i == 3 || i == 4)
      assert_true(rig_number(alone, "leave_one_out") == actual); /* bit for bit */
    else
      assert_true(cJSON_IsNull(afina_json_member(alone, "leave_one_out")));
    assert_true(rig_number(alone, "gradient") == rig_number(word, "gradient"));
  }
  cJSON_Delete(json);
  cJSON_Delete(part);
  rig_close(&r);
}

/* The class that the text is given, and what is refused. */
static void takes_the_predicted_class(void **state) {
  rig r;
  train(&r, *state);
  afina_error error;
  afina_bytes bytes;
  float p[RIG_CLASSES];
  const size_t size = strlen(sentence);
  fine(afina_classify(r.runtime, r.tuned, &sentence, &size, 1, p, &error), &error);
  cJSON *json = explain(&r, sentence, AFINA_PREDICTED, 0, 0);
  for (size_t k = 0; k < RIG_CLASSES; k++)
    assert_true(p[(size_t)rig_number(json, "class")] >= p[k]);
  cJSON_Delete(json);
  assert_int_equal(
      afina_explain(r.runtime, r.tuned, sentence, size, RIG_CLASSES, 0, 0, &bytes, &error),
      AFINA_E_ARGUMENT);
  assert_int_equal(afina_explain(r.runtime, r.model, sentence, size, 0, 0, 0, &bytes, &error),
                   AFINA_E_STATE);
  /* longer than the context: the network has not read all of it, the n-grams have */
  char text[256] = "";
  for (int i = 0; i < 20; i++) strcat(text, "fig x1 ");
  json = explain(&r, text, AFINA_PREDICTED, 0, 0);
  assert_true(cJSON_IsTrue(afina_json_member(json, "truncated")));
  const cJSON *last = cJSON_GetArrayItem(afina_json_member(json, "words"), 38);
  assert_true(rig_number(last, "gradient") == 0);
  assert_true(rig_number(last, "ngrams") != 0);
  cJSON_Delete(json);
  rig_close(&r);
}

#define WORDS "{\"strategy\":\"head\",\"readout\":\"words\",\"epochs\":4,\"seed\":3}"
#define SPECIAL "{\"strategy\":\"full\",\"readout\":\"special\",\"epochs\":4,\"lr\":0.01}"
#define LAST "{\"strategy\":\"head\",\"readout\":\"last\",\"epochs\":2,\"ngrams\":false}"
#define WITH(test, options) \
  { #test ": " options, test, NULL, NULL, (void *)(uintptr_t)options }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cuts_words),
      cmocka_unit_test(ngrams_are_exact),
      WITH(adds_up, WORDS),
      WITH(adds_up, SPECIAL),
      WITH(adds_up, LAST),
      WITH(leaves_out, WORDS),
      WITH(leaves_out, SPECIAL),
      WITH(leaves_out, LAST),
      WITH(takes_the_predicted_class, WORDS),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
