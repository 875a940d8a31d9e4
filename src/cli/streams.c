#include "streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "documents.h"

typedef struct encoder {
  afina_tokenizer *tokenizer;
  afina_tokens tokens;
} encoder;

/* A document's tokens and the end-of-text id behind them. */
static afina_status encode_document(void *context, const char *text, size_t size,
                                    afina_error *error) {
  encoder *e = context;
  AFINA_TRY(afina_tokenizer_encode(e->tokenizer, text, size, &e->tokens, error));
  return afina_tokens_append(&e->tokens, afina_tokenizer_end_of_text(e->tokenizer), error);
}

afina_status cli_stream_open(afina_stream *stream, const char *word, afina_tokenizer *tokenizer,
                             double held_out, afina_error *error) {
  char *path = strdup(word);
  if (!path) return afina_fail_memory(error);
  const double factor = cli_cut_weight(path);
  afina_bytes text = {0};
  encoder e = {.tokenizer = tokenizer};
  afina_status status = cli_read_file(&text, path, error);
  if (status == AFINA_OK)
    status = cli_each_document(text.data, text.size, encode_document, &e, error);
  const afina_tokens tokens = e.tokens;
  uint16_t *ids = status == AFINA_OK ? afina_allocate(tokens.count, sizeof *ids) : NULL;
  if (status == AFINA_OK && !ids) status = afina_fail_memory(error);
  if (ids) {
    for (size_t i = 0; i < tokens.count; i++) ids[i] = (uint16_t)tokens.ids[i];
    const char *slash = strrchr(path, '/');
    *stream = (afina_stream){.name = strdup(slash ? slash + 1 : path),
                             .ids = ids,
                             .count = tokens.count,
                             .held_out = (size_t)((double)tokens.count * held_out),
                             .weight = (double)tokens.count * factor};
    fprintf(stderr, "%s: %zu bytes, %zu tokens, %.3f bytes a token, weight %g\n", stream->name,
            text.size, tokens.count, (double)text.size / (double)tokens.count, factor);
  }
  afina_tokens_free(&e.tokens);
  afina_bytes_free(&text);
  free(path);
  return status;
}

void cli_stream_close(afina_stream *stream) {
  free((void *)(uintptr_t)stream->name);
  free((void *)(uintptr_t)stream->ids);
}
