/* A model made of a text, what it expects of texts, and what it writes, token by token. */
#include "generator.h"
#include "language_rig.h"

typedef struct rig {
  char *text;
  afina_runtime *runtime;
  afina_model *model;
} rig;

static void open_rig(rig *r) {
  *r = (rig){.text = rig_text(60), .runtime = rig_runtime(2)};
  r->model = rig_made(r->text, small);
  /* Weights large enough for the model to expect something. */
  for (size_t i = 0; i < r->model->gpt.params.total; i++) r->model->gpt.weights[i] *= 20;
}

static void close_rig(rig *r) {
  afina_model_free(r->model);
  afina_runtime_free(r->runtime);
  free(r->text);
}

/* JSON has fifteen digits. */
static bool nearly(double a, double b) { return fabs(a - b) <= 1e-14 * fabs(b); }

/* ---- look ---- */

static cJSON *look(const rig *r, const char *text, size_t candidates) {
  afina_error error;
  afina_bytes json = {0};
  fine(afina_look(r->runtime, r->model, text, strlen(text), candidates, &json, &error), &error);
  return rig_parsed(&json);
}

static void looking_agrees_with_perplexity(void **state) {
  (void)state;
  static const char text[] = "O pão 🌕 dorme";
  rig r;
  afina_error error;
  afina_perplexity_result whole;
  open_rig(&r);
  fine(afina_perplexity(r.runtime, r.model, text, strlen(text), &whole, &error), &error);
  cJSON *json = look(&r, text, 5);
  const cJSON *token, *tokens = afina_json_member(json, "tokens");
  assert_int_equal(cJSON_GetArraySize(tokens), whole.tokens);
  assert_true(nearly(rig_number(json, "loss"), whole.loss));
  assert_true(nearly(rig_number(json, "perplexity"), whole.perplexity));
  assert_true(nearly(rig_number(json, "bits_per_byte"), whole.bits_per_byte));
  assert_true(cJSON_IsFalse(afina_json_member(json, "truncated")));
  double at = 0, sum = 0;
  bool sees_rank_one = false;
  cJSON_ArrayForEach(token, tokens) {
    const double loss = rig_number(token, "loss"), p = rig_number(token, "probability");
    const cJSON *candidate, *top = afina_json_member(token, "top");
    assert_true(fabs(p - exp(-loss)) < 1e-5);
    assert_true(rig_number(token, "start") == at);
    at = rig_number(token, "end");
    sum += loss;
    assert_int_equal(cJSON_GetArraySize(top), 5);
    double before = 1;
    int place = 1;
    cJSON_ArrayForEach(candidate, top) {
      const double q = rig_number(candidate, "probability");
      assert_true(q <= before);
      before = q;
      const bool same = rig_number(candidate, "id") == rig_number(token, "id");
      assert_int_equal(same, place == (int)rig_number(token, "rank"));
      if (same) assert_true(fabs(q - p) < 1e-7);
      sees_rank_one = sees_rank_one || (same && place == 1);
      place++;
    }
  }
  assert_true(at == (double)strlen(text));
  assert_true(fabs(sum / (double)whole.tokens - whole.loss) < 1e-12);
  cJSON_Delete(json);
  close_rig(&r);
}

static void looking_stops_at_a_window(void **state) {
  (void)state;
  rig r;
  afina_error error;
  afina_bytes json = {0};
  open_rig(&r);
  cJSON *all = look(&r, r.text, 0);
  const cJSON *tokens = afina_json_member(all, "tokens");
  assert_int_equal(cJSON_GetArraySize(tokens), 16);
  assert_true(cJSON_IsTrue(afina_json_member(all, "truncated")));
  const size_t bytes = (size_t)rig_number(cJSON_GetArrayItem(tokens, 15), "end");
  afina_perplexity_result window;
  fine(afina_perplexity(r.runtime, r.model, r.text, bytes, &window, &error), &error);
  assert_int_equal(window.tokens, 16);
  assert_true(nearly(rig_number(all, "loss"), window.loss));
  cJSON_Delete(all);
  assert_int_equal(afina_look(r.runtime, r.model, "", 0, 3, &json, &error), AFINA_E_DATA);
  assert_null(json.data);
  close_rig(&r);
}

/* ---- writing ---- */

/* What each token's JSON says against what it was drawn from; the texts together are the text. */
static void check_candidates(const rig *r, const afina_generation *options) {
  afina_error error;
  afina_generator *generator = NULL;
  afina_generated token = {0};
  afina_bytes json = {0}, text = {0};
  afina_buffer told = {0};
  assert_int_equal(
      afina_generator_create(&generator, r->runtime, r->model, "A rua", 5, options, &error),
      AFINA_OK);
  assert_int_equal(afina_generator_json(generator, 3, &json, &error), AFINA_E_STATE);
  size_t tokens = 0;
  while (!token.done) {
    fine(afina_generator_next(generator, &token, &error), &error);
    fine(afina_generator_json(generator, 1000, &json, &error), &error);
    cJSON *object = rig_parsed(&json);
    const cJSON *item, *list = afina_json_member(object, "candidates");
    const char *part = afina_json_member(object, "text")->valuestring;
    fine(afina_buffer_append(&told, part, strlen(part), &error), &error);
    assert_int_equal(cJSON_IsTrue(afina_json_member(object, "done")), token.done);
    if (!token.done) tokens++;
    if (afina_json_member(object, "id")) {
      double all = 0, shares = 0;
      size_t kept = 0;
      assert_int_equal(cJSON_GetArraySize(list), r->model->gpt.config.vocabulary);
      cJSON_ArrayForEach(item, list) {
        const double share = rig_number(item, "share");
        const bool in = cJSON_IsTrue(afina_json_member(item, "kept"));
        assert_true(in || share == 0);
        if (rig_number(item, "id") == token.id) assert_true(in);
        all += rig_number(item, "probability");
        shares += share;
        kept += in;
      }
      assert_true(fabs(all - 1) < 1e-5 && fabs(shares - 1) < 1e-5);
      if (options->sampling.greedy) assert_int_equal(kept, 1);
      if (options->sampling.top_k) assert_true(kept <= options->sampling.top_k);
    } else {
      assert_true(token.done);
      assert_int_equal(tokens, options->max_tokens);
      assert_int_equal(cJSON_GetArraySize(list), 0);
    }
    cJSON_Delete(object);
  }
  assert_true(tokens <= options->max_tokens);
  fine(afina_generator_next(generator, &token, &error), &error);
  assert_true(token.done);
  fine(afina_generate(r->runtime, r->model, "A rua", 5, options, &text, &error), &error);
  /* The bytes, but for those that are no characters. */
  size_t a = 0, b = 0;
  while (a < text.size && b < told.size) {
    if (memcmp(told.data + b, "\xEF\xBF\xBD", 3) == 0) break;
    assert_int_equal(text.data[a++], told.data[b++]);
  }
  assert_true(a > 0 || tokens == 0 || b < told.size);
  afina_bytes_free(&text);
  afina_buffer_free(&told);
  afina_generator_free(generator);
}

static void candidates_are_what_is_drawn_from(void **state) {
  (void)state;
  rig r;
  open_rig(&r);
  const afina_generation all[] = {
      {.sampling = {.greedy = true, .top_p = 1}, .max_tokens = 12},
      {.sampling = {.temperature = 1, .top_p = 1}, .max_tokens = 12, .seed = 2},
      {.sampling = {.temperature = 0.7, .top_k = 7, .top_p = 1}, .max_tokens = 40, .seed = 3},
      {.sampling = {.temperature = 1.5, .top_p = 0.8}, .max_tokens = 5, .seed = 4},
      {.sampling = {.temperature = 1, .top_p = 1}, .max_tokens = 0}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) check_candidates(&r, &all[i]);
  close_rig(&r);
}

/* A character of four bytes, whose tokens are drawn one by one, is told when it is whole. */
static void characters_are_told_whole(void **state) {
  (void)state;
  rig r;
  afina_error error;
  afina_generator *generator = NULL;
  afina_generated token;
  afina_bytes json = {0};
  afina_tokens moon = {0};
  open_rig(&r);
  fine(afina_tokenizer_encode(r.model->tokenizer, "\xF0\x9F\x8C\x8A", 4, &moon, &error), &error);
  assert_true(moon.count > 1);
  const afina_generation options = {.sampling = {.greedy = true, .top_p = 1}, .max_tokens = 1};
  fine(afina_generator_create(&generator, r.runtime, r.model, "A", 1, &options, &error), &error);
  fine(afina_generator_next(generator, &token, &error), &error);
  generator->text.size = generator->held = 0; /* as if nothing had been written */
  for (size_t i = 0; i < moon.count; i++) {
    generator->held = generator->text.size;
    fine(afina_tokenizer_decode(r.model->tokenizer, &moon.ids[i], 1, &generator->text, &error),
         &error);
    fine(afina_generator_json(generator, 0, &json, &error), &error);
    cJSON *object = rig_parsed(&json);
    assert_string_equal(afina_json_member(object, "text")->valuestring,
                        i + 1 == moon.count ? "\xF0\x9F\x8C\x8A" : "");
    cJSON_Delete(object);
  }
  /* One that stays cut is told at the end. */
  generator->text.size = 3;
  fine(afina_generator_next(generator, &token, &error), &error);
  assert_true(token.done);
  fine(afina_generator_json(generator, 0, &json, &error), &error);
  cJSON *object = rig_parsed(&json);
  assert_string_equal(afina_json_member(object, "text")->valuestring, "\xEF\xBF\xBD");
  cJSON_Delete(object);
  afina_tokens_free(&moon);
  afina_generator_free(generator);
  close_rig(&r);
}

static void senseless_sampling_is_refused(void **state) {
  (void)state;
  rig r;
  afina_error error;
  afina_generator *generator = NULL;
  open_rig(&r);
  const afina_sampling bad[] = {{.temperature = 0, .top_p = 1},
                                {.temperature = NAN, .top_p = 1},
                                {.temperature = 1, .top_p = 0},
                                {.temperature = 1, .top_p = 1.1}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const afina_generation options = {.sampling = bad[i], .max_tokens = 1};
    assert_int_equal(
        afina_generator_create(&generator, r.runtime, r.model, "A", 1, &options, &error),
        AFINA_E_ARGUMENT);
    assert_null(generator);
  }
  close_rig(&r);
}

/* ---- a new model ---- */

static void a_model_is_made_of_a_text(void **state) {
  (void)state;
  char *text = rig_text(60), a[AFINA_SHA256_HEX], b[AFINA_SHA256_HEX];
  afina_error error;
  afina_model *model = rig_made(text, small), *again = rig_made(text, small);
  const afina_gpt_config *c = &model->gpt.config;
  assert_int_equal(c->channels, 16);
  assert_int_equal(c->context, 16);
  assert_int_equal(c->inner, 64);
  assert_int_equal(c->vocabulary, 300);
  assert_int_equal(afina_model_classes(model), 0);
  rig_sha256(model, a);
  rig_sha256(again, b);
  assert_string_equal(a, b);
  afina_model_free(again);
  again = rig_made(text, "{\"vocabulary\":300,\"width\":16,\"heads\":2,\"context\":16,\"seed\":4}");
  rig_sha256(again, b);
  assert_string_not_equal(a, b);
  /* What the text's words are made of is one token. */
  afina_tokens tokens = {0};
  fine(afina_tokenizer_encode(model->tokenizer, " está", strlen(" está"), &tokens, &error), &error);
  assert_int_equal(tokens.count, 1);
  afina_tokens_free(&tokens);
  afina_model_free(model);
  afina_model_free(again);
  free(text);
}

static void what_cannot_be_made_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *options;
    afina_status status;
    const char *says;
  } cases[] = {{"Oi.", "", AFINA_E_DATA, "needs"},
               {"", "", AFINA_E_DATA, "only 0 tokens"},
               {"Oi.", "{\"width\":6}", AFINA_E_ARGUMENT, "width"},
               {"Oi.", "{\"width\":10,\"heads\":4}", AFINA_E_ARGUMENT, "heads"},
               {"Oi.", "{\"vocabulary\":100}", AFINA_E_ARGUMENT, "vocabulary"},
               {"Oi.", "{\"widht\":16}", AFINA_E_ARGUMENT, "widht"},
               {"Oi.", "{\"documents\":\"lines\"}", AFINA_E_ARGUMENT, "paragraphs"},
               {"Oi.", "[]", AFINA_E_ARGUMENT, "object"},
               {"Oi.", "{", AFINA_E_ARGUMENT, "JSON"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    afina_error error;
    afina_model *model = NULL;
    assert_int_equal(afina_model_create(&model, cases[i].text, strlen(cases[i].text),
                                        cases[i].options, strlen(cases[i].options), &error),
                     cases[i].status);
    if (!strstr(error.message, cases[i].says)) fail_msg("%s", error.message);
    assert_null(model);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(looking_agrees_with_perplexity),
      cmocka_unit_test(looking_stops_at_a_window),
      cmocka_unit_test(candidates_are_what_is_drawn_from),
      cmocka_unit_test(characters_are_told_whole),
      cmocka_unit_test(senseless_sampling_is_refused),
      cmocka_unit_test(a_model_is_made_of_a_text),
      cmocka_unit_test(what_cannot_be_made_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
