/* Checked access to JSON: damage, depth, types, ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"

/* Parses a copy without a terminator, in an allocation of its own, so that reading beyond it is
 * seen. */
static afina_status parse(cJSON **out, const char *text, afina_error *error) {
  const size_t size = strlen(text);
  char *copy = malloc(size ? size : 1);
  assert_non_null(copy);
  memcpy(copy, text, size);
  const afina_status status = afina_json_parse(out, copy, size, "test.json", error);
  free(copy);
  return status;
}

static void assert_not_json(const char *text) {
  cJSON *json = NULL;
  afina_error error;
  assert_int_equal(parse(&json, text, &error), AFINA_E_FORMAT);
  assert_null(json); /* out is written only on success */
  assert_non_null(strstr(error.message, "test.json"));
}

static void test_json_damage(void **state) {
  (void)state;
  static const char *const broken[] = {"",      "{",     "[1,",    "{\"a\":}", "nul",
                                       "{} {}", "[1] x", "\"open", "{\"a",     "[1]\"",
                                       "\\",    "]",     "{]",     "\"\\"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) assert_not_json(broken[i]);
  cJSON *json = NULL;
  assert_int_equal(afina_json_parse(&json, "[1]", 4, "test.json", NULL),
                   AFINA_E_FORMAT); /* a NUL behind */
}

/* 32 levels are read and 33 are not; brackets in strings do not count. */
static void test_json_depth(void **state) {
  (void)state;
  for (size_t depth = 31; depth <= 34; depth++) {
    char text[128] = {0};
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    cJSON *json = NULL;
    afina_error error;
    const afina_status status = parse(&json, text, &error);
    assert_int_equal(status, depth <= 32 ? AFINA_OK : AFINA_E_FORMAT);
    cJSON_Delete(json);
  }
  char *deep = malloc(1000001);
  assert_non_null(deep);
  memset(deep, '{', 1000000);
  deep[1000000] = '\0';
  assert_not_json(deep);
  free(deep);
  cJSON *json = NULL;
  assert_int_equal(parse(&json, "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ \\\" [[[[[\" \n", NULL),
                   AFINA_OK);
  cJSON_Delete(json);
}

static void test_json_members(void **state) {
  (void)state;
  cJSON *json = NULL;
  afina_error error;
  const char *text =
      "{\"n\":12,\"half\":0.5,\"text\":\"oi\",\"no\":null,\"N\":1,\"huge\":1e300,\"minus\":-1}";
  assert_int_equal(parse(&json, text, &error), AFINA_OK);
  size_t size = 99;
  double number = 99;
  const char *string = "kept";
  assert_int_equal(afina_json_size(json, "n", 1, 20, 0, &size, &error), AFINA_OK);
  assert_int_equal(size, 12);
  assert_int_equal(afina_json_size(json, "absent", 1, 20, 5, &size, &error), AFINA_OK);
  assert_int_equal(size, 5);
  assert_int_equal(afina_json_size(json, "no", 1, 20, 6, &size, &error), AFINA_OK);
  assert_int_equal(size, 6);
  static const char *const wrong[] = {"half", "text", "huge", "minus", "absent", "no"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(afina_json_size(json, wrong[i], 0, 1000, 2000, &size, &error), AFINA_E_FORMAT);
    assert_non_null(strstr(error.message, wrong[i]));
    assert_int_equal(size, 6);
  }
  assert_int_equal(afina_json_size(json, "n", 0, 11, 2000, &size, &error), AFINA_E_FORMAT);
  assert_int_equal(afina_json_number(json, "half", 0, 1, 0, &number, &error), AFINA_OK);
  assert_true(number == 0.5);
  assert_int_equal(afina_json_number(json, "text", 0, 1, 0, &number, &error), AFINA_E_FORMAT);
  assert_int_equal(afina_json_string(json, "text", NULL, &string, &error), AFINA_OK);
  assert_string_equal(string, "oi");
  assert_int_equal(afina_json_string(json, "n", NULL, &string, &error), AFINA_E_FORMAT);
  assert_int_equal(afina_json_string(json, "Text", "other", &string, &error), AFINA_OK);
  assert_string_equal(string, "other"); /* keys are matched exactly */
  assert_null(afina_json_member(cJSON_GetObjectItemCaseSensitive(json, "n"), "n"));
  afina_bytes bytes = {0};
  assert_int_equal(afina_json_print(json, false, &bytes, &error), AFINA_OK);
  cJSON *again = NULL;
  assert_int_equal(afina_json_parse(&again, bytes.data, bytes.size, "again", &error), AFINA_OK);
  assert_true(cJSON_Compare(json, again, true));
  afina_bytes_free(&bytes);
  cJSON_Delete(again);
  cJSON_Delete(json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json_damage),
      cmocka_unit_test(test_json_depth),
      cmocka_unit_test(test_json_members),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
