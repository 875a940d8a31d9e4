#include "split.h"

#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "memory.h"
#include "rng.h"

enum { UNDECIDED = AFINA_PART_ANY, PARTS = AFINA_PART_TEST + 1 };

/* The texts of the rows that are to be cut, and which part each was dealt. A text of several labels
 * is listed under each of them. */
typedef struct dealing {
  const afina_dataset *data;
  afina_groups texts;
  uint8_t *part_of;  /* [texts.count] UNDECIDED until dealt */
  size_t *listed;    /* [starts[classes]] texts, class by class, in the order of first sight */
  size_t *starts;    /* [classes + 1] */
  size_t *undecided; /* [texts.count] scratch: the texts of the class at hand */
  size_t classes;
  bool cut[PARTS]; /* which parts no file gives */
  const afina_split_options *options;
} dealing;

afina_split_options afina_split_defaults(uint64_t seed) {
  return (afina_split_options){.test_share = 0.2, .valid_share = 0.1, .seed = seed};
}

/* Whether a row may be moved between parts: only one to train on. */
static bool is_pool(const afina_row *row) {
  return row->usable && afina_part_file(row->part) == AFINA_PART_TRAIN;
}

/* Lists the distinct texts of each class. Texts that only files to validate or test with hold stay
 * out. A (text, label) pair is listed once: AFINA_EQUAL_ROW gives the pairs, TRAIN being one file.
 */
static afina_status list_texts(dealing *deal, afina_error *error) {
  afina_groups pairs;
  AFINA_TRY(afina_groups_make(&pairs, deal->data, AFINA_EQUAL_ROW, error));
  bool *seen = afina_allocate(pairs.count, sizeof *seen);
  size_t *end = afina_allocate(deal->classes, sizeof *end);
  deal->starts = afina_allocate(deal->classes + 1, sizeof *deal->starts);
  deal->listed = afina_allocate(pairs.count, sizeof *deal->listed);
  const bool fits = seen && end && deal->starts && deal->listed;
  for (int pass = 0; fits && pass < 2; pass++) { /* count, then place */
    for (size_t i = 0; i < afina_dataset_count(deal->data); i++) {
      const afina_row row = afina_dataset_row(deal->data, i);
      if (!is_pool(&row)) continue;
      bool *pair_seen = &seen[pairs.group_of[i]];
      if (*pair_seen == (pass == 0)) continue; /* the second pass takes the marks away again */
      *pair_seen = pass == 0;
      if (pass == 0)
        deal->starts[row.label + 1]++;
      else
        deal->listed[end[row.label]++] = deal->texts.group_of[i];
    }
    for (size_t k = 0; pass == 0 && k < deal->classes; k++) {
      deal->starts[k + 1] += deal->starts[k];
      end[k] = deal->starts[k];
    }
  }
  free(seen);
  free(end);
  afina_groups_free(&pairs);
  return fits ? AFINA_OK : afina_fail_memory(error);
}

static size_t share_of(double share, size_t n) { return (size_t)(share * (double)n + 0.5); }

/* How many of a class's n texts go to each part, as split.h says. */
static void set_targets(const dealing *deal, size_t n, size_t target[PARTS]) {
  const bool test = deal->cut[AFINA_PART_TEST], valid = deal->cut[AFINA_PART_VALID];
  size_t tests = 0, valids = 0;
  if (n == 2) {
    tests = test;
    valids = valid && !test;
  } else if (n > 2) {
    if (test) {
      const size_t most = n - 1 - valid;
      tests = share_of(deal->options->test_share, n);
      tests = tests < 1 ? 1 : tests > most ? most : tests;
    }
    if (valid) {
      const size_t most = n - 1 - tests;
      valids = share_of(deal->options->valid_share, n - tests);
      valids = valids < 1 ? 1 : valids > most ? most : valids;
    }
  }
  target[AFINA_PART_TEST] = tests;
  target[AFINA_PART_VALID] = valids;
  target[AFINA_PART_TRAIN] = n - tests - valids;
}

/* Deals the texts of one class that no rarer class has dealt yet. */
static void deal_class(dealing *deal, size_t class_index, afina_rng *rng) {
  static const afina_part order[] = {AFINA_PART_TEST, AFINA_PART_VALID};
  const size_t begin = deal->starts[class_index], n = deal->starts[class_index + 1] - begin;
  size_t target[PARTS] = {0}, dealt[PARTS] = {0}, count = 0, at = 0;
  set_targets(deal, n, target);
  for (size_t i = 0; i < n; i++) {
    const size_t text = deal->listed[begin + i];
    dealt[deal->part_of[text]]++;
    if (deal->part_of[text] == UNDECIDED) deal->undecided[count++] = text;
  }
  afina_rng_shuffle(rng, deal->undecided, count);
  if (dealt[AFINA_PART_TRAIN] == 0 && at < count)
    deal->part_of[deal->undecided[at++]] = AFINA_PART_TRAIN;
  for (size_t p = 0; p < sizeof order / sizeof *order; p++)
    for (size_t has = dealt[order[p]]; has < target[order[p]] && at < count; has++)
      deal->part_of[deal->undecided[at++]] = (uint8_t)order[p];
  while (at < count) deal->part_of[deal->undecided[at++]] = AFINA_PART_TRAIN;
}

/* A class all of whose texts rarer classes dealt away from training gets its first one back. */
static void ensure_training(dealing *deal, size_t class_index) {
  const size_t begin = deal->starts[class_index], end = deal->starts[class_index + 1];
  for (size_t i = begin; i < end; i++)
    if (deal->part_of[deal->listed[i]] == AFINA_PART_TRAIN) return;
  if (begin < end) deal->part_of[deal->listed[begin]] = AFINA_PART_TRAIN;
}

/* Rare classes first: a text of two labels then serves the class that has fewer to choose from. */
static afina_status deal_all(dealing *deal, afina_error *error) {
  bool *done = afina_allocate(deal->classes, sizeof *done);
  if (!done) return afina_fail_memory(error);
  afina_rng rng;
  afina_rng_seed(&rng, deal->options->seed);
  for (size_t turn = 0; turn < deal->classes; turn++) {
    size_t rarest = 0, fewest = SIZE_MAX;
    for (size_t k = 0; k < deal->classes; k++) {
      const size_t n = deal->starts[k + 1] - deal->starts[k];
      if (done[k] || n >= fewest) continue;
      rarest = k;
      fewest = n;
    }
    done[rarest] = true;
    deal_class(deal, rarest, &rng);
  }
  for (size_t k = 0; k < deal->classes; k++) ensure_training(deal, k);
  free(done);
  return AFINA_OK;
}

static afina_part final_part(const dealing *deal, size_t index, const afina_row *row) {
  if (!is_pool(row)) return row->part;
  return (afina_part)deal->part_of[deal->texts.group_of[index]];
}

static afina_status collect(afina_split *out, const dealing *deal, afina_error *error) {
  afina_split split = {0};
  afina_indices *lists[PARTS] = {NULL, &split.train, &split.valid, &split.test};
  for (int pass = 0; pass < 2; pass++) { /* count, then fill */
    for (size_t i = 0; i < afina_dataset_count(deal->data); i++) {
      const afina_row row = afina_dataset_row(deal->data, i);
      if (!row.usable) continue;
      afina_indices *list = lists[final_part(deal, i, &row)];
      if (pass == 1) list->rows[list->count] = i;
      list->count++;
    }
    for (int p = AFINA_PART_TRAIN; pass == 0 && p < PARTS; p++) {
      lists[p]->rows = afina_allocate(lists[p]->count, sizeof *lists[p]->rows);
      if (!lists[p]->rows) {
        afina_split_free(&split);
        return afina_fail_memory(error);
      }
      lists[p]->count = 0;
    }
  }
  *out = split;
  return AFINA_OK;
}

static afina_status prepare(dealing *deal, afina_error *error) {
  bool given[PARTS] = {false};
  for (size_t i = 0; i < afina_dataset_count(deal->data); i++) {
    const afina_row row = afina_dataset_row(deal->data, i);
    if (row.usable) given[row.part] = true;
  }
  deal->cut[AFINA_PART_TEST] = !given[AFINA_PART_TEST] && deal->options->test_share > 0;
  deal->cut[AFINA_PART_VALID] = !given[AFINA_PART_VALID] && deal->options->valid_share > 0;
  deal->classes = afina_dataset_classes(deal->data);
  AFINA_TRY(afina_groups_make(&deal->texts, deal->data, AFINA_EQUAL_TEXT, error));
  deal->part_of = afina_allocate(deal->texts.count, sizeof *deal->part_of);
  deal->undecided = afina_allocate(deal->texts.count, sizeof *deal->undecided);
  if (!deal->part_of || !deal->undecided) return afina_fail_memory(error);
  return list_texts(deal, error);
}

/* False for a NaN too. */
static bool share_is_sane(double share) { return share >= 0 && share <= 0.9; }

afina_status afina_split_make(afina_split *out, const afina_dataset *data,
                              const afina_split_options *options, afina_error *error) {
  if (!share_is_sane(options->test_share) || !share_is_sane(options->valid_share))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "the test share is %g and the validation share %g, but each must be from 0 "
                      "to 0.9",
                      options->test_share, options->valid_share);
  AFINA_TRY(afina_dataset_check(data, error));
  dealing deal = {.data = data, .options = options};
  afina_status status = prepare(&deal, error);
  if (status == AFINA_OK) status = deal_all(&deal, error);
  if (status == AFINA_OK) status = collect(out, &deal, error);
  afina_groups_free(&deal.texts);
  free(deal.part_of);
  free(deal.undecided);
  free(deal.listed);
  free(deal.starts);
  return status;
}

void afina_split_free(afina_split *split) {
  if (!split) return;
  free(split->train.rows);
  free(split->valid.rows);
  free(split->test.rows);
  *split = (afina_split){0};
}
