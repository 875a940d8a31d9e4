/* Cutting text into words, UTF-8, Unicode classes and the byte alphabet: all by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "byte_alphabet.h"
#include "pretokenize.h"
#include "unicode.h"

/* ---- pre-tokenisation ---- */

/* `words` is the text with '|' between the words that it must be cut into. */
static void assert_words(const char *words) {
  char text[256];
  size_t size = 0;
  for (const char *c = words; *c; c++)
    if (*c != '|') text[size++] = *c;
  size_t at = 0;
  for (const char *word = words; *word;) {
    const size_t length = strcspn(word, "|");
    const size_t got = afina_pretokenize_next(text + at, size - at);
    if (got != length)
      fail_msg("'%s': at byte %zu a word of %zu bytes, expected %zu", words, at, got, length);
    at += got;
    word += length + (word[length] == '|');
  }
  assert_int_equal(at, size);
  assert_int_equal(afina_pretokenize_next(text + at, 0), 0);
}

static void text_is_cut_as_gpt2_cuts_it(void **state) {
  (void)state;
  static const char *const cases[] = {
      "Hello|,| world|!",
      "it|'s| don|'t| we|'re| I|'ve| I|'m| she|'ll| he|'d",
      "IT|'|S| I|'|LL",  /* lower case only */
      "'t|is| '|tis|'",  /* after a space the apostrophe is punctuation */
      "rock|'|n|'|roll", /* 'n and 'r alone are no contraction */
      "x|'s|'s| '|s| ''|s",
      "abc|123|def| 456|,| ...| a", /* letters, numbers and the rest apart */
      "a| |\t|b| | c|\n|\n|d",      /* before a word the last white space is left over */
      "a|   | b|  |\n|c|\n \t",     /* at the end all of it is one */
      " ",
      "  | a",
      "\n|a",
      " |\n|a",
      "é|1|ção| É",
      "\xc2\xbd\xe2\x85\xa7|x| \xd9\xa3",          /* ½Ⅷ ٣ are numbers */
      "a|\xc2\xa0|b|\xe3\x80\x80|c|\xc2\x85|d",    /* no-break and ideographic spaces, next line */
      "a|\xe2\x80\xa8\xe2\x80\xa9|\xe1\x9a\x80|b", /* separators of lines and paragraphs, ogham
                                                      space */
      "a|\xe2\x80\x8b|b|\xef\xbb\xbf|c",           /* zero-width space and BOM are no white space */
      "e|\xcc\x81|x",                              /* a combining accent is no letter */
      "\xe4\xb8\xad\xe6\x96\x87| \xf0\x9f\x98\x80\xf0\x9f\x98\x80|\xf0\x9d\x92\x9c", /* 中文 😀😀 𝒜 */
      "a|\xff\xc3|b", /* bytes that are no UTF-8 */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) assert_words(cases[i]);
}

static void utf8_is_read_strictly(void **state) {
  (void)state;
  uint32_t code_point = 0;
  assert_int_equal(afina_unicode_decode("\xf4\x8f\xbf\xbf", 4, &code_point), 4);
  assert_int_equal(code_point, 0x10FFFF);
  assert_int_equal(afina_unicode_decode("\xe0\xa0\x80", 3, &code_point), 3);
  assert_int_equal(code_point, 0x800);
  static const char *const invalid[] = {
      "\x80\x80\x80\x80", "\xc0\x80",         "\xc1\xbf",         "\xc3(",
      "\xe0\x9f\xbf",     "\xed\xa0\x80",     "\xe2\x80(",        "\xf0\x8f\xbf\xbf",
      "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff\xff\xff\xff", "\xf0\x9f\x98("};
  for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
    size_t length = 9;
    assert_int_equal(afina_unicode_decode(invalid[i], strlen(invalid[i]), &code_point), 0);
    assert_int_equal(afina_unicode_next(invalid[i], strlen(invalid[i]), &length),
                     AFINA_CLASS_OTHER);
    assert_int_equal(length, 1);
  }
  assert_int_equal(afina_unicode_decode("\xf0\x9f\x98\x80", 3, &code_point), 0); /* cut off */
  assert_int_equal(afina_unicode_decode("", 0, &code_point), 0);
}

/* White_Space has 25 code points; the counts of the others are those of Unicode 14
 * (UnicodeData.txt). */
static void classes_are_those_of_unicode(void **state) {
  (void)state;
  size_t counts[4] = {0};
  for (uint32_t c = 0; c <= 0x10FFFF; c++) {
    const afina_unicode_class kind = afina_unicode_classify(c);
    counts[kind]++;
    const char ascii = (char)c;
    size_t length;
    if (c < 0x80) assert_int_equal(afina_unicode_next(&ascii, 1, &length), kind);
  }
  assert_int_equal(counts[AFINA_CLASS_SPACE], 25);
  assert_int_equal(counts[AFINA_CLASS_LETTER], 131756);
  assert_int_equal(counts[AFINA_CLASS_NUMBER], 1791);
  assert_int_equal(afina_unicode_classify(0x10FFFF), AFINA_CLASS_OTHER);
}

/* ---- the byte alphabet ---- */

static void bytes_have_gpt2s_characters(void **state) {
  (void)state;
  afina_buffer text = {0}, back = {0};
  bool valid = false;
  const uint8_t bytes[] = {' ', '\n', 0, 'A', '~', 0x7F, 0xA0, 0xA1, 0xAD, 0xFF};
  assert_int_equal(afina_byte_write(&text, bytes, sizeof bytes, NULL), AFINA_OK);
  const char expected[] = "\u0120\u010a\u0100A~\u0121\u0142\u00a1\u0143\u00ff";
  assert_int_equal(text.size, sizeof expected - 1);
  assert_memory_equal(text.data, expected, text.size);
  assert_int_equal(afina_byte_read(&back, expected, text.size, &valid, NULL), AFINA_OK);
  assert_true(valid);
  assert_int_equal(back.size, sizeof bytes);
  assert_memory_equal(back.data, bytes, sizeof bytes);
  static const char *const outside[] = {" ",    "a b",    "\u0144", "\u00ad",
                                        "\x7f", "\u4e2d", "\xff",   "ab\xc4"};
  for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
    assert_int_equal(afina_byte_read(&back, outside[i], strlen(outside[i]), &valid, NULL),
                     AFINA_OK);
    assert_false(valid);
    assert_int_equal(back.size, sizeof bytes);
  }
  uint8_t order[256];
  afina_byte_order(order);
  assert_int_equal(order[0], '!');
  assert_int_equal(order['a' - '!'], 'a');
  assert_int_equal(order[188], 0);
  assert_int_equal(order[220], ' ');
  assert_int_equal(order[255], 0xAD);
  afina_buffer_free(&text);
  afina_buffer_free(&back);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_cut_as_gpt2_cuts_it),
      cmocka_unit_test(utf8_is_read_strictly),
      cmocka_unit_test(classes_are_those_of_unicode),
      cmocka_unit_test(bytes_have_gpt2s_characters),
  };
  return cmocka_run_group_tests_name("pretokenize", tests, NULL, NULL);
}
