/* Labeled rows: what is trimmed, replaced, refused and remembered; their fingerprint; the
 * inspection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "inspect.h"
#include "labeled.h"

#define REPLACED "\xEF\xBF\xBD"
#define NBSP "\xC2\xA0"

static afina_dataset *create(void) {
  afina_dataset *data = NULL;
  assert_int_equal(afina_dataset_create(&data, NULL), AFINA_OK);
  return data;
}

/* Adds from blocks of exactly the size, so that reading beyond them is seen. */
static afina_status add_sized(afina_dataset *data, afina_part part, const char *text,
                              size_t text_size, const char *label, size_t number,
                              afina_error *error) {
  const size_t label_size = strlen(label);
  char *text_block = malloc(text_size ? text_size : 1);
  char *label_block = malloc(label_size ? label_size : 1);
  assert_non_null(text_block);
  assert_non_null(label_block);
  memcpy(text_block, text, text_size);
  memcpy(label_block, label, label_size);
  const afina_status status =
      afina_dataset_add(data, part, text_block, text_size, label_block, label_size, number, error);
  free(text_block);
  free(label_block);
  return status;
}

static void add(afina_dataset *data, afina_part part, const char *text, const char *label) {
  afina_error error = {0};
  const size_t number = afina_dataset_count(data) + 1;
  if (add_sized(data, part, text, strlen(text), label, number, &error) != AFINA_OK)
    fail_msg("%s", error.message);
}

/* Adds one text of any bytes and compares what is kept of it. */
static void expect_kept(const char *text, size_t size, const char *kept, size_t kept_size,
                        bool replaced) {
  afina_dataset *data = create();
  assert_int_equal(add_sized(data, AFINA_PART_ANY, text, size, "l", 1, NULL), AFINA_OK);
  const afina_row row = afina_dataset_row(data, 0);
  assert_int_equal(row.text_size, kept_size);
  assert_memory_equal(row.text, kept, kept_size);
  assert_int_equal(row.replaced, replaced);
  assert_int_equal(row.empty_text, kept_size == 0);
  assert_int_equal(row.usable, kept_size > 0);
  afina_dataset_free(data);
}

#define KEPT(text, kept, replaced) \
  expect_kept(text, sizeof(text) - 1, kept, sizeof(kept) - 1, replaced)

static void trims_white_space(void **state) {
  (void)state;
  KEPT("a b", "a b", false);
  KEPT(" \t\n\v\f\r a \n b \r\n", "a \n b", false);
  KEPT(NBSP " " NBSP "a" NBSP "b " NBSP, "a" NBSP "b", false);
  KEPT("", "", false);
  KEPT(" " NBSP "\t", "", false);
  KEPT("\0a\0", "\0a\0", false);       /* NUL is no white space */
  KEPT("\xC3\xA0", "\xC3\xA0", false); /* its A0 is a part of a letter */
  KEPT("\xE3\x80\x80", "\xE3\x80\x80", false);
  KEPT("\xE0" NBSP, REPLACED, true); /* U+00A0 next to a damaged byte */
}

/* The expected strings are those of TextDecoder, which the page decodes with. */
static void replaces_what_is_not_utf8(void **state) {
  (void)state;
  KEPT("a\xFFz", "a" REPLACED "z", true);
  KEPT("\x80", REPLACED, true);
  KEPT("\xC0\xAF", REPLACED REPLACED, true);              /* overlong */
  KEPT("\xE0\x80\xAF", REPLACED REPLACED REPLACED, true); /* overlong */
  KEPT("\xED\xA0\x80", REPLACED REPLACED REPLACED, true); /* a surrogate */
  KEPT("\xF4\x90\x80\x80", REPLACED REPLACED REPLACED REPLACED, true);
  KEPT("\xE2\x82(", REPLACED "(", true); /* one for the longest start */
  KEPT("\xF0\x9F\x98", REPLACED, true);  /* cut by the end */
  KEPT("\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9", "\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9", false);
  KEPT("\xF4\x8F\xBF\xBF\xED\x9F\xBF", "\xF4\x8F\xBF\xBF\xED\x9F\xBF", false);
  KEPT("lost " REPLACED, "lost " REPLACED, true); /* replaced by whoever decoded it */
}

static void sorts_labels(void **state) {
  (void)state;
  afina_dataset *data = create();
  add(data, AFINA_PART_ANY, "1", "spam");
  add(data, AFINA_PART_ANY, "2", "ham");
  add(data, AFINA_PART_ANY, "3", "spam ");
  add(data, AFINA_PART_ANY, "4", "\xC3\xA1");
  add(data, AFINA_PART_ANY, "5", "ham2");
  add(data, AFINA_PART_ANY, "6", "Z");
  static const char *const expected[] = {"Z", "ham", "ham2", "spam", "\xC3\xA1"};
  static const uint32_t labels[] = {3, 1, 3, 4, 2, 0};
  assert_int_equal(afina_dataset_classes(data), 5);
  for (size_t i = 0; i < 5; i++) {
    assert_string_equal(afina_dataset_labels(data)[i], expected[i]);
    assert_int_equal(afina_dataset_find(data, expected[i], strlen(expected[i])), i);
  }
  for (size_t i = 0; i < 6; i++) assert_int_equal(afina_dataset_row(data, i).label, labels[i]);
  assert_int_equal(afina_dataset_find(data, " ham\n", 5), 1);
  assert_int_equal(afina_dataset_find(data, "ha", 2), AFINA_NO_LABEL);
  assert_int_equal(afina_dataset_find(data, NULL, 0), AFINA_NO_LABEL);
  afina_dataset_free(data);
}

static void labels_are_c_strings(void **state) {
  (void)state;
  afina_dataset *data = create();
  assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, "t", 1, "a\0b", 3, 1, NULL), AFINA_OK);
  assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, "t", 1, "a\xFF", 2, 2, NULL), AFINA_OK);
  assert_int_equal(afina_dataset_classes(data), 2);
  assert_string_equal(afina_dataset_labels(data)[0], "a" REPLACED);
  assert_string_equal(afina_dataset_labels(data)[1], "a" REPLACED "b");
  assert_true(afina_dataset_row(data, 0).replaced);
  afina_dataset_free(data);
}

static void remembers_unusable_rows(void **state) {
  (void)state;
  afina_dataset *data = create();
  add(data, AFINA_PART_ANY, "text", "a");
  add(data, AFINA_PART_ANY, "text", NBSP);
  add(data, AFINA_PART_ANY, " ", "only of an empty text");
  assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, NULL, 0, NULL, 0, 77, NULL), AFINA_OK);
  assert_int_equal(afina_dataset_count(data), 4);
  assert_int_equal(afina_dataset_usable(data), 1);
  assert_int_equal(afina_dataset_classes(data), 1);
  assert_true(afina_dataset_row(data, 1).empty_label);
  assert_false(afina_dataset_row(data, 1).empty_text);
  assert_int_equal(afina_dataset_row(data, 1).label, AFINA_NO_LABEL);
  assert_true(afina_dataset_row(data, 2).empty_text);
  assert_int_equal(afina_dataset_row(data, 2).label, AFINA_NO_LABEL);
  assert_true(afina_dataset_row(data, 3).empty_text && afina_dataset_row(data, 3).empty_label);
  assert_int_equal(afina_dataset_row(data, 3).number, 77);
  assert_int_equal(afina_dataset_row(data, 3).text_size, 0);
  afina_dataset_free(data);
}

static void refuses_beyond_limits(void **state) {
  (void)state;
  afina_dataset *data = create();
  afina_error error = {0};
  char label[16];
  for (int i = 0; i < AFINA_MAX_LABELS; i++) {
    snprintf(label, sizeof label, "%d", (i * 7919) % AFINA_MAX_LABELS);
    add(data, AFINA_PART_ANY, "text", label);
  }
  assert_int_equal(afina_dataset_classes(data), AFINA_MAX_LABELS);
  const afina_status status = add_sized(data, AFINA_PART_ANY, "t", 1, "new", 4711, &error);
  assert_int_equal(status, AFINA_E_DATA);
  assert_non_null(strstr(error.message, "4711"));
  assert_non_null(strstr(error.message, "label column"));
  assert_int_equal(afina_dataset_count(data), AFINA_MAX_LABELS); /* as before */
  add(data, AFINA_PART_ANY, "text", "42");                       /* and goes on working */

  char *large = malloc(AFINA_MAX_TEXT + 3);
  assert_non_null(large);
  memset(large, 'x', AFINA_MAX_TEXT + 1);
  large[AFINA_MAX_TEXT + 1] = large[AFINA_MAX_TEXT + 2] = ' ';
  assert_int_equal(add_sized(data, AFINA_PART_ANY, large, AFINA_MAX_TEXT + 1, "1", 99, &error),
                   AFINA_E_LIMIT);
  assert_non_null(strstr(error.message, "row 99"));
  assert_int_equal(add_sized(data, AFINA_PART_ANY, large + 1, AFINA_MAX_TEXT + 2, "1", 99, &error),
                   AFINA_OK); /* white space does not count */
  large[AFINA_MAX_LABEL + 1] = 0;
  assert_int_equal(add_sized(data, AFINA_PART_ANY, "t", 1, large, 98, &error), AFINA_E_DATA);
  assert_non_null(strstr(error.message, "row 98"));
  assert_int_equal(afina_dataset_add(data, (afina_part)4, "t", 1, "1", 1, 1, &error),
                   AFINA_E_ARGUMENT);
  free(large);
  afina_dataset_free(data);
}

static void stops_at_the_row_limit(void **state) {
  (void)state;
  afina_dataset *data = create();
  for (size_t i = 0; i < AFINA_MAX_ROWS; i++)
    assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, "t", 1, "l", 1, i + 1, NULL),
                     AFINA_OK);
  assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, "t", 1, "l", 1, 5, NULL), AFINA_E_LIMIT);
  assert_int_equal(afina_dataset_count(data), AFINA_MAX_ROWS);
  afina_dataset_free(data);
}

static void expect_unfit(const afina_dataset *data, const char *part_of_message) {
  afina_error error = {0};
  assert_int_equal(afina_dataset_check(data, &error), AFINA_E_DATA);
  if (!strstr(error.message, part_of_message)) fail_msg("%s", error.message);
}

static void checks_what_can_train(void **state) {
  (void)state;
  afina_dataset *data = create();
  expect_unfit(data, "column");
  add(data, AFINA_PART_TEST, "t", "a");
  expect_unfit(data, "column"); /* still nothing to train on */
  add(data, AFINA_PART_TRAIN, "t", "a");
  expect_unfit(data, "'a'");
  add(data, AFINA_PART_ANY, "t", "b");
  assert_int_equal(afina_dataset_check(data, NULL), AFINA_OK);
  assert_int_equal(add_sized(data, AFINA_PART_VALID, "t", 1, "new\nlabel", 31, NULL), AFINA_OK);
  expect_unfit(data, "label 'new label' in row 31 of the validation file");
  add(data, AFINA_PART_TRAIN, "t", "new\nlabel");
  assert_int_equal(afina_dataset_check(data, NULL), AFINA_OK);
  char label[AFINA_MAX_LABEL + 1] = ""; /* a long one is cut, not within a character */
  for (int i = 0; i < 200; i++) strcat(label, "\xE2\x82\xAC");
  assert_int_equal(add_sized(data, AFINA_PART_TEST, "t", 1, label, 32, NULL), AFINA_OK);
  expect_unfit(data, "\xE2\x82\xAC' in row 32 of the test file");
  afina_dataset_free(data);
}

/* The digest was computed with Python's hashlib over the bytes that labeled.h describes. */
static void fingerprint_is_canonical(void **state) {
  (void)state;
  static const char expected[] = "7ce0e2f67fb4b630fcb7ea50e6c80054e23fec3ffab2c2054d738e620d807247";
  char hex[AFINA_SHA256_HEX];
  for (int variant = 0; variant < 2; variant++) {
    const afina_part pool = variant ? AFINA_PART_ANY : AFINA_PART_TRAIN;
    afina_dataset *data = create();
    add(data, pool, variant ? "ol\xC3\xA1" : "  ol\xC3\xA1\n", "b");
    add(data, pool, variant ? "" : "unusable", "");
    add(data, pool, "bye", "a");
    add(data, AFINA_PART_VALID, "x", "a");
    assert_int_equal(add_sized(data, AFINA_PART_TEST, "y\0z", 3, "b", 1, NULL), AFINA_OK);
    afina_dataset_sha256(data, hex);
    assert_string_equal(hex, expected);
    add(data, pool, "more", "a");
    afina_dataset_sha256(data, hex);
    assert_string_not_equal(hex, expected);
    afina_dataset_free(data);
  }
}

/* The document of a data set, without spaces. */
static char *inspect(const afina_dataset *data, const size_t *token_counts, size_t context) {
  cJSON *json = NULL;
  assert_int_equal(afina_dataset_inspect(&json, data, token_counts, context, NULL), AFINA_OK);
  char *text = cJSON_PrintUnformatted(json);
  assert_non_null(text);
  cJSON_Delete(json);
  return text;
}

static void inspection_finds_everything(void **state) {
  (void)state;
  afina_dataset *data = create();
  add(data, AFINA_PART_TRAIN, "same", "a");     /* 1: leaked */
  add(data, AFINA_PART_TRAIN, " same", "a");    /* 2: duplicate, leaked */
  add(data, AFINA_PART_TRAIN, "both", "a");     /* 3: conflict */
  add(data, AFINA_PART_ANY, "both", "b");       /* 4: conflict */
  add(data, AFINA_PART_TRAIN, "", "a");         /* 5 */
  add(data, AFINA_PART_TRAIN, "text", " ");     /* 6 */
  add(data, AFINA_PART_TRAIN, "bad \xFF", "b"); /* 7 */
  add(data, AFINA_PART_TEST, "same", "a");      /* 8: no duplicate: another file */
  add(data, AFINA_PART_TEST, "split", "a");     /* 9: conflict across files */
  add(data, AFINA_PART_VALID, "split", "b");    /* 10 */
  add(data, AFINA_PART_VALID, "split", "b");    /* 11: duplicate, conflict */
  add(data, AFINA_PART_ANY, "same", "a");       /* 12: duplicate of a TRAIN row, leaked */
  const size_t tokens[12] = {8, 9, 8, 8, 100, 100, 8, 8, 8, 8, 8, 9};
  char *text = inspect(data, tokens, 8);
  assert_string_equal(
      text,
      "{\"rows\":12,\"usable\":10,\"classes\":["
      "{\"label\":\"a\",\"count\":6,\"train\":4,\"valid\":0,\"test\":2},"
      "{\"label\":\"b\",\"count\":4,\"train\":2,\"valid\":2,\"test\":0}],"
      "\"empty_text\":{\"count\":1,\"rows\":[5],\"parts\":[\"train\"]},"
      "\"empty_label\":{\"count\":1,\"rows\":[6],\"parts\":[\"train\"]},"
      "\"duplicates\":{\"count\":3,\"rows\":[2,11,12],\"parts\":[\"train\",\"valid\",\"any\"]},"
      "\"conflicts\":{\"count\":5,\"rows\":[3,4,9,10,11],"
      "\"parts\":[\"train\",\"any\",\"test\",\"valid\",\"valid\"]},"
      "\"leaked\":{\"count\":3,\"rows\":[1,2,12],\"parts\":[\"train\",\"train\",\"any\"]},"
      "\"invalid_utf8\":{\"count\":1,\"rows\":[7],\"parts\":[\"train\"]},"
      "\"too_long\":{\"count\":2,\"rows\":[2,12],\"parts\":[\"train\",\"any\"]}}");
  free(text);
  text = inspect(data, NULL, 0);
  assert_null(strstr(text, "too_long"));
  free(text);
  afina_dataset_free(data);
}

static void inspection_of_nothing(void **state) {
  (void)state;
  afina_dataset *data = create();
  char *text = inspect(data, NULL, 0);
  assert_non_null(strstr(text,
                         "{\"rows\":0,\"usable\":0,\"classes\":[],\"empty_text\":{\"count\":0,"
                         "\"rows\":[],\"parts\":[]}"));
  free(text);
  afina_dataset_free(data);
}

/* Half of the rows equal, the others not: a quadratic search would take minutes. */
static void inspection_is_linear(void **state) {
  (void)state;
  enum { ROWS = 50000 };
  afina_dataset *data = create();
  char text[64];
  for (size_t i = 0; i < ROWS; i++) {
    const int size = snprintf(text, sizeof text, "text number %zu", i % 2 ? 1 : i);
    assert_int_equal(afina_dataset_add(data, AFINA_PART_ANY, text, (size_t)size,
                                       i % 4 < 2 ? "a" : "b", 1, i + 1, NULL),
                     AFINA_OK);
  }
  const clock_t begin = clock();
  cJSON *json = NULL;
  assert_int_equal(afina_dataset_inspect(&json, data, NULL, 0, NULL), AFINA_OK);
  const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
  print_message("%d rows inspected in %.3f s\n", ROWS, seconds);
  assert_true(seconds < 10); /* measured 0.01 to 0.1; generous, for slow machines and sanitizers */
  const cJSON *duplicates = afina_json_member(json, "duplicates");
  assert_int_equal(afina_json_member(duplicates, "count")->valueint, ROWS / 2 - 2);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(duplicates, "rows")), AFINA_INSPECT_ROWS);
  assert_int_equal(cJSON_GetArraySize(afina_json_member(duplicates, "parts")), AFINA_INSPECT_ROWS);
  assert_int_equal(afina_json_member(afina_json_member(json, "conflicts"), "count")->valueint,
                   ROWS / 2);
  cJSON_Delete(json);
  afina_dataset_free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trims_white_space),
      cmocka_unit_test(replaces_what_is_not_utf8),
      cmocka_unit_test(sorts_labels),
      cmocka_unit_test(labels_are_c_strings),
      cmocka_unit_test(remembers_unusable_rows),
      cmocka_unit_test(refuses_beyond_limits),
      cmocka_unit_test(stops_at_the_row_limit),
      cmocka_unit_test(checks_what_can_train),
      cmocka_unit_test(fingerprint_is_canonical),
      cmocka_unit_test(inspection_finds_everything),
      cmocka_unit_test(inspection_of_nothing),
      cmocka_unit_test(inspection_is_linear),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
