#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "unicode.h"

typedef struct word {
  size_t start, size; /* in the letters */
} word;

typedef struct words {
  afina_buffer letters;
  afina_buffer list; /* of word */
  size_t count;
} words;

static const word *list_of(const words *w) { return (const word *)(const void *)w->list.data; }

static bool is_article(const uint8_t *text, size_t size) {
  static const char *const articles[] = {"a",  "an", "the", "o",   "os",
                                         "as", "um", "uma", "uns", "umas"};
  for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
    if (strlen(articles[i]) == size && memcmp(articles[i], text, size) == 0) return true;
  return false;
}

/* The word of the letters from `start` on, where it is one. */
static afina_status end_word(words *w, size_t start, bool articles, afina_error *error) {
  const word found = {.start = start, .size = w->letters.size - start};
  if (found.size == 0 || (!articles && is_article(w->letters.data + start, found.size)))
    return AFINA_OK;
  AFINA_TRY(afina_buffer_append(&w->list, &found, sizeof found, error));
  w->count++;
  return AFINA_OK;
}

static afina_status read_words(words *w, const char *text, size_t size, bool articles,
                               afina_error *error) {
  size_t start = 0, length;
  w->letters.size = w->list.size = w->count = 0;
  for (size_t at = 0; at < size; at += length) {
    const afina_unicode_class class = afina_unicode_next(text + at, size - at, &length);
    if (class == AFINA_CLASS_LETTER || class == AFINA_CLASS_NUMBER) {
      AFINA_TRY(afina_buffer_append(&w->letters, text + at, length, error));
      afina_unicode_lower((char *)w->letters.data + w->letters.size - length, length);
    } else if (class == AFINA_CLASS_SPACE) {
      AFINA_TRY(end_word(w, start, articles, error));
      start = w->letters.size;
    }
  }
  AFINA_TRY(end_word(w, start, articles, error));
  if (w->count == 0 && !articles) return read_words(w, text, size, true, error);
  return AFINA_OK;
}

static bool same(const words *a, size_t i, const words *b, size_t k) {
  const word x = list_of(a)[i], y = list_of(b)[k];
  return x.size == y.size &&
         memcmp(a->letters.data + x.start, b->letters.data + y.start, x.size) == 0;
}

/* Words of `a` that find a partner in `b`, each one of its own. Answers are short: a look at every
 * pair is soon done. */
static size_t shared(const words *a, const words *b, bool *taken) {
  size_t count = 0;
  for (size_t i = 0; i < a->count; i++)
    for (size_t k = 0; k < b->count; k++)
      if (!taken[k] && same(a, i, b, k)) {
        taken[k] = true;
        count++;
        break;
      }
  return count;
}

static void compare(afina_answer_score *out, const words *a, const words *b, bool *taken) {
  const double common = (double)shared(a, b, taken);
  bool exact = a->count == b->count;
  for (size_t i = 0; exact && i < a->count; i++) exact = same(a, i, b, i);
  const bool none = a->count == 0 && b->count == 0;
  const double precision = a->count ? common / (double)a->count : none;
  const double recall = b->count ? common / (double)b->count : none;
  const double sum = precision + recall;
  *out = (afina_answer_score){.exact = exact,
                              .f1 = sum > 0 ? 2 * precision * recall / sum : 0,
                              .precision = precision,
                              .recall = recall};
}

afina_status afina_score_answer(const char *answer, size_t answer_size, const char *reference,
                                size_t reference_size, afina_answer_score *out,
                                afina_error *error) {
  words a = {0}, b = {0};
  bool *taken = NULL;
  afina_status status = read_words(&a, answer, answer_size, false, error);
  if (status == AFINA_OK) status = read_words(&b, reference, reference_size, false, error);
  if (status == AFINA_OK) {
    taken = afina_allocate(b.count, sizeof *taken);
    if (taken)
      compare(out, &a, &b, taken);
    else
      status = afina_fail_memory(error);
  }
  free(taken);
  afina_buffer_free(&a.letters);
  afina_buffer_free(&a.list);
  afina_buffer_free(&b.letters);
  afina_buffer_free(&b.list);
  return status;
}
