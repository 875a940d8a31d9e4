/* An update that is watched is the update that would have been, what is told of it is what
 * snapshots show, and operations are those that kernels are asked for. */
#include "inside_rig.h"

/* ---- an update ---- */

static cJSON *watched(const rig *r) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_session_watched(r->session, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "watched", &error), &error);
  afina_bytes_free(&bytes);
  return json;
}

static const cJSON *part(const cJSON *json, const char *name, int layer) {
  const cJSON *p = afina_json_member(json, "parts")->child;
  for (; p; p = p->next) {
    const cJSON *l = afina_json_member(p, "layer");
    if (strcmp(afina_json_member(p, "name")->valuestring, name) == 0 &&
        (layer < 0 ? cJSON_IsNull(l) : l->valueint == layer))
      return p;
  }
  fail_msg("there is no part %s %d", name, layer);
  return NULL;
}

static afina_model *snapshot(const rig *r) {
  afina_error error;
  afina_model *model = NULL;
  fine(afina_session_snapshot(r->session, &model, &error), &error);
  return model;
}

static double moved(const afina_model *a, const afina_model *b, size_t begin, size_t end) {
  double sum = 0;
  for (size_t i = begin; i < end; i++) {
    const double d = (double)a->gpt.weights[i] - (double)b->gpt.weights[i];
    sum += d * d;
  }
  return sqrt(sum);
}

/* The weights of a run that is watched, and not from its beginning, are those of one that is not.
 */
static void watching_changes_nothing(void **state) {
  rig quiet, loud;
  afina_error error;
  train(&quiet, *state);
  rig_finish(&quiet);
  rig_take_model(&quiet);
  train(&loud, *state);
  rig_run_to(&loud, AFINA_TRAIN, 1, 1);
  fine(afina_session_watch(loud.session, true, &error), &error);
  fine(afina_session_watch(loud.session, true, &error), &error);
  rig_run_to(&loud, AFINA_TRAIN, 2, 1);
  cJSON_Delete(watched(&loud));
  fine(afina_session_watch(loud.session, false, &error), &error);
  rig_finish(&loud);
  rig_take_model(&loud);
  const afina_gpt *a = &quiet.tuned->gpt, *b = &loud.tuned->gpt;
  assert_int_equal(a->params.total, b->params.total);
  assert_memory_equal(a->weights, b->weights, a->params.total * sizeof *a->weights);
  rig_close(&quiet);
  rig_close(&loud);
}

/* Of each row what afina_inside tells with the weights before and after, and the mean of their
 * gradients in the head. */
static void tells_its_rows(rig *r, const cJSON *json, afina_model *before, afina_model *after) {
  double head_gradient[RIG_CLASSES * 16] = {0}, length = 0;
  for (const cJSON *row = afina_json_member(json, "rows")->child; row; row = row->next) {
    const afina_row own = afina_dataset_row(r->data, (size_t)rig_number(row, "index"));
    const size_t label = (size_t)rig_number(row, "label");
    char text[64] = {0};
    memcpy(text, own.text, own.text_size);
    assert_int_equal(label, own.label);
    afina_model *const models[] = {before, after};
    for (int side = 0; side < 2; side++) {
      const cJSON *answer = afina_json_member(row, side ? "after" : "before");
      told t = look(r, models[side], text, label);
      assert_true(fabs(rig_number(answer, "loss") - rig_number(t.json, "loss")) < 1e-6);
      const cJSON *given = afina_json_member(answer, "probabilities");
      for (size_t k = 0; k < RIG_CLASSES; k++)
        assert_true(value_at(given, k) ==
                    value_at(afina_json_member(t.json, "network_probabilities"), k));
      size_t rows, W;
      const float *read = tensor(&t, "read", &rows, &W);
      for (size_t k = 0; k < RIG_CLASSES && !side; k++)
        for (size_t w = 0; w < 16; w++)
          head_gradient[k * 16 + w] +=
              (double)value_at(afina_json_member(t.json, "gradient"), k) * (double)read[w] / 8;
      forget(&t);
    }
  }
  for (size_t i = 0; i < RIG_CLASSES * 16; i++) length += head_gradient[i] * head_gradient[i];
  assert_true(fabs(rig_number(part(json, "head", -1), "gradient") - sqrt(length)) < 1e-5);
}

/* What is told of an update, against snapshots before and after it. */
static void tells_an_update(void **state) {
  (void)state;
  rig r;
  afina_error error;
  train(&r, "{\"strategy\":\"last:1\",\"epochs\":2,\"batch\":8,\"lr\":0.01,\"ngrams\":false}");
  fine(afina_session_watch(r.session, true, &error), &error);
  rig_run_to(&r, AFINA_TRAIN, 1, 1);
  afina_model *before = snapshot(&r);
  rig_run_to(&r, AFINA_TRAIN, 1, 2);
  afina_model *after = snapshot(&r);
  cJSON *json = watched(&r);
  const afina_params *params = &after->gpt.params;
  assert_int_equal(rig_number(json, "update"), 2);
  assert_int_equal(rig_number(json, "first_block"), 1);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(json, "parts")), 5);
  assert_true(cJSON_IsNull(afina_json_member(part(json, "block", 0), "update")));
  assert_true(moved(before, after, 0, afina_params_block(params, 1)) <= 0);
  const double updates[] = {
      moved(before, after, afina_params_block(params, 1), afina_params_block(params, 2)),
      moved(before, after, afina_params_head(params), params->total)};
  assert_true(updates[0] > 0 && updates[1] > 0);
  assert_true(fabs(rig_number(part(json, "block", 1), "update") - updates[0]) < 1e-12);
  assert_true(fabs(rig_number(part(json, "head", -1), "update") - updates[1]) < 1e-12);
  double square = 0;
  for (const cJSON *p = afina_json_member(json, "parts")->child; p; p = p->next)
    if (!cJSON_IsNull(afina_json_member(p, "gradient")))
      square += rig_number(p, "gradient") * rig_number(p, "gradient");
  const double norm = rig_number(json, "gradient_norm");
  assert_true(fabs(sqrt(square) - norm) < 1e-6 * norm); /* sums in another order */
  const double clipped = rig_number(json, "clipped");
  assert_true(fabs(clipped - (norm > 1 ? 1 / norm : 1)) < 1e-12);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(json, "rows")), 8);
  tells_its_rows(&r, json, before, after);
  cJSON_Delete(json);
  afina_model_free(before);
  afina_model_free(after);
  rig_close(&r);
}

/* ---- operations ---- */

static double asked; /* of the kernels below: multiplications and additions */

static void count_gemm(afina_real *c, size_t c_row, const afina_real *start, const afina_real *a,
                       size_t a_row, size_t a_col, const afina_real *b, size_t b_row, size_t b_col,
                       size_t M, size_t N, size_t K, afina_real *scratch) {
  asked += 2 * (double)(M * N * K);
  afina_kernels_reference.gemm(c, c_row, start, a, a_row, a_col, b, b_row, b_col, M, N, K, scratch);
}

static double seen(const afina_attention_shape *shape) {
  double pairs = 0;
  for (size_t i = 0; i < shape->Q; i++)
    pairs += (double)(shape->position ? shape->position[i] : i) + 1;
  return pairs;
}

static void count_attention(afina_real *out, afina_real *lse, const afina_real *q,
                            const afina_real *k, const afina_real *v,
                            const afina_attention_shape *shape, afina_real *scratch) {
  asked += 2 * 2 * seen(shape) * (double)shape->D;
  afina_kernels_reference.attention_forward(out, lse, q, k, v, shape, scratch);
}

static void count_attention_back(afina_real *dq, afina_real *dk, afina_real *dv,
                                 const afina_real *dout, const afina_real *q, const afina_real *k,
                                 const afina_real *v, const afina_real *out, const afina_real *lse,
                                 const afina_attention_shape *shape, afina_real *scratch) {
  asked += 2 * 5 * seen(shape) * (double)shape->D;
  afina_kernels_reference.attention_backward(dq, dk, dv, dout, q, k, v, out, lse, shape, scratch);
}

/* Parameters and memory, as a session and afina_session_memory have them. */
static void agrees_with_the_session(const rig *r, const cJSON *choice, const char *options,
                                    size_t length) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_session_describe(r->session, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "session", &error), &error);
  assert_true(rig_number(json, "trained_parameters") == rig_number(choice, "trained_parameters"));
  afina_bytes_free(&bytes);
  cJSON_Delete(json);
  fine(afina_session_memory(r->runtime, r->model, r->data, length, 2 * length, options,
                            strlen(options), &bytes, &error),
       &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "memory", &error), &error);
  assert_true(rig_number(json, "total") ==
              rig_number(afina_json_member(choice, "memory"), "total"));
  afina_bytes_free(&bytes);
  cJSON_Delete(json);
}

/* What a text of 5 tokens takes, for each strategy and readout, by a run of one row: what the cache
 * is filled with, then one update. */
static void operations_are_those_asked_for(void **state) {
  const char *readout = *state;
  const char *const strategies[] = {"head", "last:1", "last:2", "full"};
  afina_kernels counting = afina_kernels_reference;
  counting.gemm = count_gemm;
  counting.attention_forward = count_attention;
  counting.attention_backward = count_attention_back;
  for (size_t s = 0; s < 4; s++) {
    rig r;
    char options[160];
    afina_error error;
    afina_bytes bytes;
    cJSON *json = NULL;
    rig_open(&r);
    afina_runtime_free(r.runtime);
    fine(afina_runtime_create(&r.runtime, 1, &error), &error);
    r.runtime->kernels = &counting;
    for (size_t k = 0; k < 2; k++) rig_add(r.data, AFINA_PART_TRAIN, "12345", rig_labels[k]);
    snprintf(options, sizeof options,
             "{\"strategy\":\"%s\",\"readout\":\"%s\",\"epochs\":1,\"batch\":2,\"ngrams\":false,"
             "\"valid_share\":0,\"test_share\":0}",
             strategies[s], readout);
    const size_t length = 5 + (strcmp(readout, "special") == 0);
    fine(afina_session_costs(r.runtime, r.model, r.data, length, 2 * length, length, options,
                             strlen(options), &bytes, &error),
         &error);
    fine(afina_json_parse(&json, bytes.data, bytes.size, "costs", &error), &error);
    afina_bytes_free(&bytes);
    const cJSON *choice = cJSON_GetArrayItem(afina_json_member(json, "choices"), (int)s);
    assert_string_equal(afina_json_member(choice, "strategy")->valuestring, strategies[s]);
    rig_start(&r, options);
    asked = 0;
    rig_run_to(&r, AFINA_TRAIN, 1, 0);
    assert_true(asked == 2 * rig_number(choice, "once")); /* two rows */
    asked = 0;
    rig_finish(&r);
    assert_true(asked == 2 * (rig_number(choice, "forward") + rig_number(choice, "backward")));
    agrees_with_the_session(&r, choice, options, length);
    cJSON_Delete(json);
    rig_close(&r);
  }
}

/* The parts of the stack are all there is, and add up to training everything. */
static void parts_add_up(void **state) {
  (void)state;
  rig r;
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  rig_open(&r);
  rig_fill(r.data, AFINA_PART_TRAIN, 6, 1);
  fine(afina_session_costs(r.runtime, r.model, r.data, 5, 30, 4, NULL, 0, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "costs", &error), &error);
  double parameters = 0, forward = 0, backward = 0;
  for (const cJSON *p = afina_json_member(json, "parts")->child; p; p = p->next) {
    parameters += rig_number(p, "parameters");
    forward += rig_number(p, "forward");
    backward += rig_number(p, "backward");
  }
  const cJSON *full = afina_json_member(json, "choices")->child->prev; /* cJSON: the last one */
  assert_true(parameters == rig_number(full, "trained_parameters"));
  assert_true(forward == rig_number(full, "forward"));
  assert_true(backward == rig_number(full, "backward"));
  afina_bytes_free(&bytes);
  cJSON_Delete(json);
  rig_close(&r);
}

#define WITH(test, options) cmocka_unit_test_prestate(test, (void *)(uintptr_t)(options))

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH(watching_changes_nothing, "{\"strategy\":\"full\",\"epochs\":3,\"batch\":8}"),
      WITH(watching_changes_nothing,
           "{\"strategy\":\"head\",\"epochs\":3,\"batch\":7,\"class_weights\":\"balanced\"}"),
      WITH(watching_changes_nothing,
           "{\"strategy\":\"gradual\",\"epochs\":5,\"batch\":8,\"dropout\":0.1}"),
      WITH(watching_changes_nothing, "{\"strategy\":\"lora:2\",\"epochs\":3,\"batch\":8}"),
      cmocka_unit_test(tells_an_update),
      WITH(operations_are_those_asked_for, "last"),
      WITH(operations_are_those_asked_for, "special"),
      WITH(operations_are_those_asked_for, "mean"),
      WITH(operations_are_those_asked_for, "words"),
      cmocka_unit_test(parts_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
