#include "corpus.h"

#include <stdbool.h>
#include <string.h>

static const char separator[] = "<|endoftext|>";

static afina_status emit(const char *text, const char *end, afina_document *each, void *context,
                         afina_error *error) {
  while (end > text && end[-1] == '\n') end -= end - text > 1 && end[-2] == '\r' ? 2 : 1;
  return end > text ? each(context, text, (size_t)(end - text), error) : AFINA_OK;
}

static bool ends_document(const char *line, size_t size, afina_documents documents) {
  const size_t mark = sizeof separator - 1;
  if (documents == AFINA_DOCUMENTS_WHOLE) return false;
  if (size && line[size - 1] == '\r') size--;
  if (size == mark && memcmp(line, separator, mark) == 0) return true;
  if (documents == AFINA_DOCUMENTS_MARKED) return false;
  while (size && (*line == ' ' || *line == '\t')) line++, size--;
  return size == 0;
}

afina_status afina_each_document(const void *text, size_t size, afina_documents documents,
                                 afina_document *each, void *context, afina_error *error) {
  const char *document = text, *end = document + size;
  for (const char *line = document; line < end;) {
    const char *line_end = memchr(line, '\n', (size_t)(end - line));
    if (!line_end) line_end = end;
    const char *next = line_end < end ? line_end + 1 : end;
    if (ends_document(line, (size_t)(line_end - line), documents)) {
      AFINA_TRY(emit(document, line, each, context, error));
      document = next;
    }
    line = next;
  }
  return emit(document, end, each, context, error);
}

typedef struct encoder {
  afina_tokenizer *tokenizer;
  afina_tokens *tokens;
} encoder;

static afina_status encode(void *context, const char *text, size_t size, afina_error *error) {
  const encoder *e = context;
  AFINA_TRY(afina_tokenizer_encode(e->tokenizer, text, size, e->tokens, error));
  return afina_tokens_append(e->tokens, afina_tokenizer_end_of_text(e->tokenizer), error);
}

afina_status afina_encode_documents(afina_tokenizer *tokenizer, const void *text, size_t size,
                                    afina_documents documents, afina_tokens *out,
                                    afina_error *error) {
  encoder e = {.tokenizer = tokenizer, .tokens = out};
  return afina_each_document(text, size, documents, encode, &e, error);
}
