/* A learning curve: nested draws of labels, the same test rows, the end as without a curve. */
#include "compare_rig.h"

static void test_subsets_are_nested(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  afina_comparison *c = begin(&r, "{\"curve\":\"head\"}");
  bool chosen[2][ROWS + 9] = {{false}};
  size_t counts[2][RIG_CLASSES] = {{0}};
  for (size_t i = 0; i < 2; i++) {
    afina_error error;
    fine(afina_compare_subset(c, i ? 16 : 8, 3, &error), &error);
    size_t tests = 0;
    for (size_t row = 0; row < afina_dataset_count(c->subset); row++) {
      const afina_row kept = afina_dataset_row(c->subset, row);
      const afina_row given = afina_dataset_row(r.data, c->row_of[row]);
      assert_int_equal(kept.label, given.label);
      assert_memory_equal(kept.text, given.text, given.text_size);
      assert_int_equal(kept.part == AFINA_PART_TEST, c->place_of[c->row_of[row]] != SIZE_MAX);
      if (kept.part == AFINA_PART_TEST) {
        tests++;
      } else {
        chosen[i][c->row_of[row]] = true;
        counts[i][kept.label]++;
      }
    }
    assert_int_equal(tests, c->tests);
    for (size_t k = 0; k < RIG_CLASSES; k++) assert_int_equal(counts[i][k], i ? 16 : 8);
    afina_dataset_free(c->subset);
    c->subset = NULL;
  }
  for (size_t row = 0; row < ROWS + 9; row++) assert_true(!chosen[0][row] || chosen[1][row]);
  afina_comparison_free(c);
  rig_close(&r);
}

static void test_curve(void **state) {
  (void)state;
  rig r;
  open_rows(&r);
  cJSON *json =
      compare(&r, "{\"curve\":\"head\",\"seeds\":[1,2],\"options\":{\"epochs\":5,\"seed\":5}}");
  const cJSON *curve = afina_json_member(json, "curve"), *gain = afina_json_member(curve, "gain");
  assert_int_equal(cJSON_GetArraySize(afina_json_member(curve, "points")), 3);
  static const double rows[] = {24, 48, 78};
  int i = 0;
  for (const cJSON *point = afina_json_member(curve, "points")->child; point; point = point->next) {
    const cJSON *entry = entry_of(json, (int)rig_number(point, "entry"));
    const cJSON *baseline = entry_of(json, (int)rig_number(point, "baseline"));
    assert_string_equal(text_of(entry, "name"), "head");
    assert_string_equal(text_of(baseline, "name"), "ngrams");
    expect_close(rig_number(entry, "rows"), rows[i]);
    expect_close(rig_number(baseline, "rows"), rows[i++]);
  }
  assert_int_equal(rig_number(gain, "from"), 0); /* 48 rows are more than about half of 78 */
  assert_int_equal(rig_number(gain, "to"), 4);
  const cJSON *accuracy = afina_json_member(gain, "accuracy");
  const double from = rig_number(
      afina_json_member(entry_of(json, (int)rig_number(gain, "from")), "accuracy"), "mean");
  const double to = rig_number(afina_json_member(entry_of(json, 4), "accuracy"), "mean");
  expect_close(rig_number(accuracy, "mean"), to - from);
  const double low = rig_number(accuracy, "low"), high = rig_number(accuracy, "high");
  assert_true(low <= to - from && to - from <= high);
  assert_string_equal(text_of(gain, "verdict"), low > 0       ? "helps"
                                                : high < 0.01 ? "little"
                                                              : "unclear");
  /* all labels: as without a curve */
  cJSON *session = alone(&r, "{\"strategy\":\"head\",\"epochs\":5,\"seed\":2,\"split_seed\":5}");
  assert_string_equal(text_of(run_of(entry_of(json, 4), 1), "weights_sha256"),
                      text_of(session, "weights_sha256"));
  cJSON_Delete(session);
  cJSON_Delete(json);
  rig_close(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_subsets_are_nested),
      cmocka_unit_test(test_curve),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
