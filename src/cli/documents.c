#include "documents.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char separator[] = "<|endoftext|>";

double cli_cut_weight(char *path) {
  char *at = strrchr(path, '@'), *end;
  if (!at) return 1;
  const double weight = strtod(at + 1, &end);
  if (end == at + 1 || *end || !(weight > 0) || !isfinite(weight)) return 1;
  *at = '\0';
  return weight;
}

static afina_status emit(const char *text, const char *end, cli_document *each, void *context,
                         afina_error *error) {
  while (end > text && end[-1] == '\n') end--;
  return end > text ? each(context, text, (size_t)(end - text), error) : AFINA_OK;
}

afina_status cli_each_document(const void *data, size_t size, cli_document *each, void *context,
                               afina_error *error) {
  const size_t mark = sizeof separator - 1;
  const char *document = data, *end = document + size;
  for (const char *line = document; line < end;) {
    const char *line_end = memchr(line, '\n', (size_t)(end - line));
    if (!line_end) line_end = end;
    const char *next = line_end < end ? line_end + 1 : end;
    if ((size_t)(line_end - line) == mark && memcmp(line, separator, mark) == 0) {
      AFINA_TRY(emit(document, line, each, context, error));
      document = next;
    }
    line = next;
  }
  return emit(document, end, each, context, error);
}
