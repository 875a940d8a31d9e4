/* Encoding and delimiter of CSV files, and their text as UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "csv_sniff.h"
#include "rng.h"

/* Sniffs a block of exactly the size. */
static afina_csv_format sniff(const void *data, size_t size, bool complete) {
  void *block = malloc(size ? size : 1);
  assert_non_null(block);
  if (size) memcpy(block, data, size);
  const afina_csv_format format = afina_csv_sniff(block, size, complete);
  free(block);
  return format;
}

#define SNIFF(text) sniff(text, sizeof(text) - 1, true)

static void expect_encoding(afina_csv_format format, afina_csv_encoding encoding, size_t bom) {
  assert_string_equal(afina_csv_encoding_name(format.encoding), afina_csv_encoding_name(encoding));
  assert_int_equal(format.bom, bom);
}

static void finds_the_encoding(void **state) {
  (void)state;
  expect_encoding(SNIFF(""), AFINA_CSV_UTF8, 0);
  expect_encoding(SNIFF("a,b\n1,2\n"), AFINA_CSV_UTF8, 0);
  expect_encoding(SNIFF("a,ol\xC3\xA1\n"), AFINA_CSV_UTF8, 0);
  expect_encoding(SNIFF("\xEF\xBB\xBF"
                        "a,b\n"),
                  AFINA_CSV_UTF8, 3);
  expect_encoding(SNIFF("\xEF\xBB\xBF"
                        "a,\xE1\n"),
                  AFINA_CSV_UTF8, 3); /* the mark decides */
  expect_encoding(SNIFF("\xFF\xFE"
                        "a\0,\0b\0"),
                  AFINA_CSV_UTF16_LE, 2);
  expect_encoding(SNIFF("\xFE\xFF"
                        "\0a\0,\0b"),
                  AFINA_CSV_UTF16_BE, 2);
  expect_encoding(SNIFF("a,ol\xE1\n"), AFINA_CSV_WINDOWS_1252, 0);
  expect_encoding(SNIFF("\xEF\xBB"), AFINA_CSV_WINDOWS_1252, 0);
  expect_encoding(SNIFF("\xFF"), AFINA_CSV_WINDOWS_1252, 0);
  expect_encoding(SNIFF("a\0b,\n"), AFINA_CSV_UTF8, 0);
}

static void a_cut_character_is_not_invalid(void **state) {
  (void)state;
  static const char euro[] = "a,\xE2\x82\xAC";
  for (size_t size = 2; size <= 5; size++)
    expect_encoding(sniff(euro, size, false), AFINA_CSV_UTF8, 0);
  expect_encoding(sniff(euro, 4, true), AFINA_CSV_WINDOWS_1252, 0); /* "caf\xE9" and the end */
  expect_encoding(sniff("\xE2\x82(", 3, false), AFINA_CSV_WINDOWS_1252, 0);
  /* A file larger than the sample is cut by us, in the middle of a letter. */
  const size_t size = AFINA_CSV_SAMPLE + 10;
  char *large = malloc(size);
  assert_non_null(large);
  memset(large, 'x', size);
  large[AFINA_CSV_SAMPLE - 1] = '\xC3';
  large[AFINA_CSV_SAMPLE] = '\xA9';
  large[AFINA_CSV_SAMPLE + 5] = '\xFF';
  expect_encoding(sniff(large, size, true), AFINA_CSV_UTF8, 0);
  large[AFINA_CSV_SAMPLE - 5] = '\xFF';
  expect_encoding(sniff(large, size, true), AFINA_CSV_WINDOWS_1252, 0);
  free(large);
}

static void finds_the_delimiter(void **state) {
  (void)state;
  static const struct {
    const char *text;
    char delimiter;
  } cases[] = {
      {"", ','},
      {"text\none\ntwo\n", ','},
      {"text,label\nolá; tudo,a\nbem,b\n", ','},
      {"text;label\nolá, tudo, bem;a\nsim;b\n", ';'},
      {"text;label\r\none, two;a\r\nthree, four;b\r\n",
       ';'}, /* commas come first in the list only */
      {"text\tlabel\na;b,c\tx\nd\ty\n", '\t'},
      {"a|b|c\n1|2|3\n", '|'},
      {"a;b;c\n1,5;2,5;3,5\n2,5;1;2\n", ';'}, /* decimal commas */
      {"\"a\";\"b\"\n\"x, y, z\";\"1\"\n\"p\";\"2\"\n", ';'},
      {"text,label\n\"one;\ntwo;\nthree;\",a\n\"x;\ny\",b\n", ','}, /* line breaks in cells */
      {"text,label\n\"say \"\"a;b\"\"\",x\n\"c\",y\n", ','},        /* doubled quotes */
      {"text;label\n5\" pipe, long;a\n6\" pipe;b\n", ';'},          /* a quote within a cell */
      {"id,text,label\n1,a;b,x\n2,c;d,y\n", ','}, /* consistent both, more fields */
      {"text,label\nbroken, row,a\ngood,b\ngood,a\ngood,b\n", ','}, /* one ragged row */
      {"\n\n\ntext;label\n\na;b\n\n", ';'},                         /* empty lines do not count */
      {"text;label\rone;a\rtwo;b\r", ';'},                          /* old Mac line ends */
      {"text;label\n\"never closed, a, b\nx;y\n", ';'},
      {"a;b", ';'},
      {"sim,1\nn\xE3o,2\n", ','},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const afina_csv_format format = sniff(cases[i].text, strlen(cases[i].text), true);
    if (format.delimiter != cases[i].delimiter)
      fail_msg("'%c' instead of '%c' in:\n%s", format.delimiter, cases[i].delimiter, cases[i].text);
  }
}

static void the_cut_record_does_not_count(void **state) {
  (void)state;
  static const char text[] = "a;b;c\n1;2;3\n4;5;6\n7,8";
  assert_int_equal(sniff(text, strlen(text), false).delimiter, ';');
  static const char two[] =
      "a;b,c\n1;2"; /* whole: one of two lines has a comma, both a semicolon */
  assert_int_equal(sniff(two, strlen(two), true).delimiter, ';');
  assert_int_equal(sniff("a;b", 3, false).delimiter, ';'); /* unless it is all there is */
  static const char cut[] = "x,y\n1,2\n3,4\n\"5;6;7\n8;9";
  assert_int_equal(sniff(cut, strlen(cut), false).delimiter, ',');
}

static void reads_delimiters_in_utf16(void **state) {
  (void)state;
  /* U+2C2C and U+0A3B: their bytes are those of a comma, a line feed and a semicolon, they are not.
   */
  static const uint16_t units[] = {0xFEFF, 'a',  ';',    'b', '\r', '\n', 0x2C2C, 0x2C0A, ';',
                                   'x',    '\n', 0x0A3B, ',', 'q',  ';',  '1',    '\n'};
  uint8_t bytes[2 * sizeof units / sizeof *units];
  for (int big = 0; big < 2; big++) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
      bytes[2 * i] = (uint8_t)(big ? units[i] >> 8 : units[i] & 0xFF);
      bytes[2 * i + 1] = (uint8_t)(big ? units[i] & 0xFF : units[i] >> 8);
    }
    const afina_csv_format format = sniff(bytes, sizeof bytes, true);
    expect_encoding(format, big ? AFINA_CSV_UTF16_BE : AFINA_CSV_UTF16_LE, 2);
    assert_int_equal(format.delimiter, ';');
    assert_int_equal(sniff(bytes, sizeof bytes - 1, true).delimiter,
                     ';'); /* half a unit at the end */
  }
}

static size_t to_utf16(uint8_t *out, const char *ascii, size_t mark, bool big) {
  size_t size = 0;
  for (size_t i = 0; i < mark + strlen(ascii); i++) {
    const unsigned unit = i < mark ? 0xFEFF : (unsigned char)ascii[i - mark];
    out[size++] = (uint8_t)(big ? unit >> 8 : unit & 0xFF);
    out[size++] = (uint8_t)(big ? unit & 0xFF : unit >> 8);
  }
  return size;
}

static void finds_utf16_without_a_mark(void **state) {
  (void)state;
  static const char text[] = "text;label\nsol;a\n";
  uint8_t bytes[128];
  for (int big = 0; big < 2; big++) {
    size_t size = to_utf16(bytes, text, 0, big);
    expect_encoding(sniff(bytes, size, true), big ? AFINA_CSV_UTF16_BE : AFINA_CSV_UTF16_LE, 0);
    assert_int_equal(sniff(bytes, size, true).delimiter, ';');
    expect_encoding(sniff(bytes, size - 1, false), big ? AFINA_CSV_UTF16_BE : AFINA_CSV_UTF16_LE,
                    0); /* the sample ends within a unit */
    expect_encoding(sniff(bytes, size - 1, true), AFINA_CSV_UTF8, 0); /* the file does not */
    size = to_utf16(bytes, "text", 0, big);
    expect_encoding(sniff(bytes, size, true), AFINA_CSV_UTF8, 0); /* no line */
  }
  /* Letters of other scripts, and half a pair at the end of the sample. */
  static const char thirds[] =
      "\x2E\x30\x42\x30\x44\x30;\0\x3D\xD8\x00\xDE\n\0\x3D\xD8\x00\xDE\n\0\x3D\xD8";
  expect_encoding(sniff(thirds, sizeof thirds - 1, false), AFINA_CSV_UTF16_LE, 0);
  expect_encoding(sniff(thirds, sizeof thirds - 1, true), AFINA_CSV_WINDOWS_1252, 0);
  /* Zero bytes that got into a text of UTF-8. */
  expect_encoding(SNIFF("text,label\nso\0l,a\nmar,b\nrio,a\n\0\0,b\n"), AFINA_CSV_UTF8, 0);
  expect_encoding(SNIFF("text,label\n\0sol,a\n\0mar,b\n\0rio,a\n"), AFINA_CSV_UTF8, 0);
}

static void reads_a_line_that_tells_the_delimiter(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t skip;
    char delimiter;
  } cases[] = {{"sep=;\na,b;c\n1,2;3\n", 6, ';'},
               {"sep=;\r\na,b\n1,2\n", 7, ';'},
               {"SEP=\t\ra,b\r", 6, '\t'},
               {"\"sep=|\"\na,b\n", 8, '|'},
               {"sep=,", 5, ','},
               {"sep=x\na,b\n", 0, ','},
               {"sep=;a;b\n1;2;3\n", 0, ';'},
               {"sep\na,b\nc,d\n", 0, ','},
               {"\"sep=;\na\",b\n\"c\",d\n", 0, ','},
               {"separator;x\na;b\n", 0, ';'}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *text = cases[i].text;
    const afina_csv_format format = sniff(text, strlen(text), true);
    if (format.delimiter != cases[i].delimiter || format.skip != cases[i].skip)
      fail_msg("'%c', %zu: %s", format.delimiter, format.skip, text);
    uint8_t wide[128];
    for (size_t mark = 0; mark < 2; mark++) {
      const size_t size = to_utf16(wide, text, mark, i % 2);
      const afina_csv_format same = sniff(wide, size, true);
      if (mark == 0 && same.encoding == AFINA_CSV_UTF8) continue; /* a single line */
      assert_int_equal(same.delimiter, cases[i].delimiter);
      assert_int_equal(same.skip, cases[i].skip);
    }
  }
}

static void expect_text(afina_csv_encoding encoding, const char *bytes, size_t size,
                        const char *expected) {
  afina_buffer out = {0};
  assert_int_equal(afina_buffer_append(&out, "<", 1, NULL), AFINA_OK);
  char *block = malloc(size ? size : 1);
  assert_non_null(block);
  memcpy(block, bytes, size);
  assert_int_equal(afina_csv_to_utf8(block, size, encoding, &out, NULL), AFINA_OK);
  assert_int_equal(afina_buffer_append(&out, "", 1, NULL), AFINA_OK);
  assert_string_equal((const char *)out.data + 1, expected);
  assert_int_equal(out.size, strlen(expected) + 2); /* "<" and the terminator */
  free(block);
  afina_buffer_free(&out);
}

#define TEXT(encoding, bytes, expected) expect_text(encoding, bytes, sizeof(bytes) - 1, expected)

static void converts(void **state) {
  (void)state;
  TEXT(AFINA_CSV_UTF8, "", "");
  TEXT(AFINA_CSV_UTF8, "\xEF\xBB\xBFol\xC3\xA1", "ol\xC3\xA1");
  TEXT(AFINA_CSV_UTF8, "\xEF\xBB\xBF\xEF\xBB\xBFx", "\xEF\xBB\xBFx"); /* the first mark only */
  TEXT(AFINA_CSV_UTF8, "x\xFF", "x\xFF");
  TEXT(AFINA_CSV_WINDOWS_1252, "ol\xE1 \x80 \x93", "ol\xC3\xA1 \xE2\x82\xAC \xE2\x80\x9C");
  TEXT(AFINA_CSV_UTF16_LE,
       "\xFF\xFE"
       "a\0\xE1\0\xAC\x20\x3D\xD8\x00\xDE",
       "a\xC3\xA1\xE2\x82\xAC\xF0\x9F\x98\x80");
  TEXT(AFINA_CSV_UTF16_BE,
       "\xFE\xFF"
       "\0a\0\xE1\x20\xAC\xD8\x3D\xDE\x00",
       "a\xC3\xA1\xE2\x82\xAC\xF0\x9F\x98\x80");
  TEXT(AFINA_CSV_UTF16_BE, "\0a", "a"); /* without a mark */
  TEXT(AFINA_CSV_UTF16_BE,
       "\xD8\x3D"
       "\0a\xDE\x00"
       "\0",
       "\xEF\xBF\xBD"
       "a\xEF\xBF\xBD\xEF\xBF\xBD");
  TEXT(AFINA_CSV_UTF16_BE, "\xD8\x3D", "\xEF\xBF\xBD");
  TEXT(AFINA_CSV_UTF16_BE, "\xD8\x3D\xDE", "\xEF\xBF\xBD\xEF\xBF\xBD");
  afina_buffer out = {0};
  assert_int_equal(afina_csv_to_utf8("a", 1, (afina_csv_encoding)9, &out, NULL), AFINA_E_ARGUMENT);
  assert_null(out.data);
}

/* All of Windows-1252 above ASCII, as Python's codec has it, the five gaps filled as browsers do.
 */
static void knows_windows_1252(void **state) {
  (void)state;
  char all[129] = "";
  for (int i = 0; i < 128; i++) all[i] = (char)(0x80 + i);
  expect_text(AFINA_CSV_WINDOWS_1252, all, 128,
              "\xE2\x82\xAC\xC2\x81\xE2\x80\x9A\xC6\x92\xE2\x80\x9E\xE2\x80\xA6\xE2\x80\xA0\xE2"
              "\x80\xA1\xCB\x86\xE2\x80\xB0\xC5\xA0\xE2\x80\xB9\xC5\x92\xC2\x8D\xC5\xBD\xC2\x8F"
              "\xC2\x90\xE2\x80\x98\xE2\x80\x99\xE2\x80\x9C\xE2\x80\x9D\xE2\x80\xA2\xE2\x80\x93"
              "\xE2\x80\x94\xCB\x9C\xE2\x84\xA2\xC5\xA1\xE2\x80\xBA\xC5\x93\xC2\x9D\xC5\xBE\xC5"
              "\xB8\xC2\xA0\xC2\xA1\xC2\xA2\xC2\xA3\xC2\xA4\xC2\xA5\xC2\xA6\xC2\xA7\xC2\xA8\xC2"
              "\xA9\xC2\xAA\xC2\xAB\xC2\xAC\xC2\xAD\xC2\xAE\xC2\xAF\xC2\xB0\xC2\xB1\xC2\xB2\xC2"
              "\xB3\xC2\xB4\xC2\xB5\xC2\xB6\xC2\xB7\xC2\xB8\xC2\xB9\xC2\xBA\xC2\xBB\xC2\xBC\xC2"
              "\xBD\xC2\xBE\xC2\xBF\xC3\x80\xC3\x81\xC3\x82\xC3\x83\xC3\x84\xC3\x85\xC3\x86\xC3"
              "\x87\xC3\x88\xC3\x89\xC3\x8A\xC3\x8B\xC3\x8C\xC3\x8D\xC3\x8E\xC3\x8F\xC3\x90\xC3"
              "\x91\xC3\x92\xC3\x93\xC3\x94\xC3\x95\xC3\x96\xC3\x97\xC3\x98\xC3\x99\xC3\x9A\xC3"
              "\x9B\xC3\x9C\xC3\x9D\xC3\x9E\xC3\x9F\xC3\xA0\xC3\xA1\xC3\xA2\xC3\xA3\xC3\xA4\xC3"
              "\xA5\xC3\xA6\xC3\xA7\xC3\xA8\xC3\xA9\xC3\xAA\xC3\xAB\xC3\xAC\xC3\xAD\xC3\xAE\xC3"
              "\xAF\xC3\xB0\xC3\xB1\xC3\xB2\xC3\xB3\xC3\xB4\xC3\xB5\xC3\xB6\xC3\xB7\xC3\xB8\xC3"
              "\xB9\xC3\xBA\xC3\xBB\xC3\xBC\xC3\xBD\xC3\xBE\xC3\xBF");
}

/* Any bytes: no crash, and always an answer that can be acted on. */
static void survives_anything(void **state) {
  (void)state;
  static const char alphabet[] = ",;\t|\"\"\n\r\n\0a\xC3\xA9\xFF\xFE\xEF\xBB\xBF ";
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (int round = 0; round < 3000; round++) {
    char bytes[64];
    const size_t size = afina_rng_below(&rng, sizeof bytes + 1);
    for (size_t i = 0; i < size; i++)
      bytes[i] = alphabet[afina_rng_below(&rng, sizeof alphabet - 1)];
    const afina_csv_format format = sniff(bytes, size, afina_rng_below(&rng, 2));
    assert_true(format.delimiter && strchr(",;\t|", format.delimiter));
    afina_buffer out = {0};
    assert_int_equal(afina_csv_to_utf8(bytes, size, format.encoding, &out, NULL), AFINA_OK);
    assert_true(out.size <= 3 * size && format.skip <= out.size);
    afina_buffer_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_encoding),
      cmocka_unit_test(a_cut_character_is_not_invalid),
      cmocka_unit_test(finds_the_delimiter),
      cmocka_unit_test(the_cut_record_does_not_count),
      cmocka_unit_test(reads_delimiters_in_utf16),
      cmocka_unit_test(converts),
      cmocka_unit_test(knows_windows_1252),
      cmocka_unit_test(survives_anything),
      cmocka_unit_test(finds_utf16_without_a_mark),
      cmocka_unit_test(reads_a_line_that_tells_the_delimiter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
