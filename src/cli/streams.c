#include "streams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "corpus.h"

double cli_cut_weight(char *path) {
  char *at = strrchr(path, '@'), *end;
  if (!at) return 1;
  const double weight = strtod(at + 1, &end);
  if (end == at + 1 || *end || !(weight > 0) || !isfinite(weight)) return 1;
  *at = '\0';
  return weight;
}

afina_status cli_stream_open(afina_stream *stream, const char *word, afina_tokenizer *tokenizer,
                             double held_out, afina_error *error) {
  char *path = strdup(word);
  if (!path) return afina_fail_memory(error);
  const double factor = cli_cut_weight(path);
  afina_bytes text = {0};
  afina_tokens tokens = {0};
  afina_status status = cli_read_file(&text, path, error);
  if (status == AFINA_OK)
    status = afina_encode_documents(tokenizer, text.data, text.size, AFINA_DOCUMENTS_MARKED,
                                    &tokens, error);
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
  afina_tokens_free(&tokens);
  afina_bytes_free(&text);
  free(path);
  return status;
}

void cli_stream_close(afina_stream *stream) {
  free((void *)(uintptr_t)stream->name);
  free((void *)(uintptr_t)stream->ids);
}
