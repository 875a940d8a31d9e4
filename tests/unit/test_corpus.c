/* Texts of many documents: what ends one, whatever ends a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bpe_train.h"
#include "corpus.h"

/* The documents, each behind a bar. */
static afina_status note(void *context, const char *text, size_t size, afina_error *error) {
  if (afina_buffer_append(context, "|", 1, error) != AFINA_OK) return AFINA_E_MEMORY;
  return afina_buffer_append(context, text, size, error);
}

static void check(const char *text, afina_documents documents, const char *expected) {
  afina_buffer found = {0};
  assert_int_equal(afina_each_document(text, strlen(text), documents, note, &found, NULL),
                   AFINA_OK);
  assert_int_equal(found.size, strlen(expected));
  if (found.size) assert_memory_equal(found.data, expected, found.size);
  afina_buffer_free(&found);
}

static void documents_end(void **state) {
  (void)state;
  static const char marked[] = "a\nb\n<|endoftext|>\n\nc\n\n",
                    crlf[] = "a\r\n \t\r\n\r\nb\r\nc\r\n";
  check(marked, AFINA_DOCUMENTS_MARKED, "|a\nb|\nc");
  check(marked, AFINA_DOCUMENTS_PARAGRAPHS, "|a\nb|c");
  check(marked, AFINA_DOCUMENTS_WHOLE, "|a\nb\n<|endoftext|>\n\nc");
  check(crlf, AFINA_DOCUMENTS_PARAGRAPHS, "|a|b\r\nc");
  check(crlf, AFINA_DOCUMENTS_MARKED, "|a\r\n \t\r\n\r\nb\r\nc");
  check("a\r\n<|endoftext|>\r\nb", AFINA_DOCUMENTS_MARKED, "|a|b");
  check("a <|endoftext|>\nb", AFINA_DOCUMENTS_PARAGRAPHS, "|a <|endoftext|>\nb");
  check("", AFINA_DOCUMENTS_WHOLE, "");
  check("\n\n\r\n", AFINA_DOCUMENTS_WHOLE, "");
  check("\n \n", AFINA_DOCUMENTS_PARAGRAPHS, "");
}

static void each_ends_with_its_token(void **state) {
  (void)state;
  afina_bpe_trainer *trainer = NULL;
  afina_tokenizer *tokenizer = NULL;
  afina_tokens tokens = {0};
  assert_int_equal(afina_bpe_trainer_create(&trainer, NULL), AFINA_OK);
  assert_int_equal(afina_bpe_trainer_finish(trainer, AFINA_BPE_SMALLEST, &tokenizer, NULL),
                   AFINA_OK);
  const uint32_t end = afina_tokenizer_end_of_text(tokenizer);
  assert_int_equal(
      afina_encode_documents(tokenizer, "ab\n\nc", 5, AFINA_DOCUMENTS_PARAGRAPHS, &tokens, NULL),
      AFINA_OK);
  assert_int_equal(tokens.count, 5);
  for (size_t i = 0; i < 5; i++) assert_int_equal(tokens.ids[i] == end, i == 2 || i == 4);
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_end),
      cmocka_unit_test(each_ends_with_its_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
