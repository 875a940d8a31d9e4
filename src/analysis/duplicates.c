#include "duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "rng.h"
#include "shingles.h"

enum {
  BANDS = 24,
  VALUES = 5, /* of a band */
  SIGNATURE = BANDS * VALUES,
  LOOK_BACK = 64,     /* in a bucket, at most so many earlier texts */
  CHECKS_A_TEXT = 10, /* exact comparisons, on average ... */
  CHECKS_AT_LEAST = 10000
};

#define NONE UINT32_MAX

/* Signatures of 120 values agree in a share that scatters by 0.04 around the likeness of two texts
 * that are alike by 0.8: below 0.6, five times that away, the texts need not be compared. */
enum { ALIKE_AT_LEAST = SIGNATURE * 6 / 10 };

static const uint64_t seed = 0x5EEDu;

typedef struct key {
  uint64_t hash;
  uint32_t text;
} key;

typedef struct search {
  const afina_dataset *data;
  size_t rows;
  uint32_t *text_of;      /* [rows] which of the different texts a row has; NONE where not usable */
  size_t texts, compared; /* of the different texts, the first so many are compared */
  uint32_t *row_of;       /* [texts] the first row that has it */
  uint32_t *parent;       /* [texts] the sets that are joined */
  double *least;          /* [texts] of a set's root: the likeness of its least alike pair */
  uint32_t *values;       /* [compared, SIGNATURE] */
  key *keys;              /* [rows] */
  uint32_t factors[SIGNATURE], offsets[SIGNATURE];
  size_t checks; /* exact comparisons that are left */
  bool complete;
  afina_shingles a, b;
  size_t in_a; /* the text whose shingles are in a; SIZE_MAX: none */
} search;

static int compare_keys(const void *a, const void *b) {
  const key *x = a, *y = b;
  if (x->hash != y->hash) return x->hash > y->hash ? 1 : -1;
  return (x->text > y->text) - (x->text < y->text);
}

/* ---- texts that are equal when folded ---- */

static afina_status fold_row(const search *s, afina_shingles *into, size_t row,
                             afina_error *error) {
  const afina_row r = afina_dataset_row(s->data, row);
  return afina_shingles_fold(into, r.text, r.text_size, error);
}

/* Rows with the hash of the folded text; sorted, equal ones stand together. */
static afina_status hash_rows(search *s, size_t *count, afina_error *error) {
  for (size_t row = 0; row < s->rows; row++) {
    s->text_of[row] = NONE;
    if (!afina_dataset_row(s->data, row).usable) continue;
    AFINA_TRY(fold_row(s, &s->a, row, error));
    const uint64_t hash = afina_hash_bytes(s->a.folded.data, s->a.folded.size);
    s->keys[(*count)++] = (key){.hash = hash, .text = (uint32_t)row};
  }
  qsort(s->keys, *count, sizeof *s->keys, compare_keys);
  return AFINA_OK;
}

/* The first row with the text of keys[i], for now. One that only shares a hash with the row before
 * it is a text of its own. */
static afina_status join_equal(search *s, size_t count, afina_error *error) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t row = s->keys[i].text;
    s->text_of[row] = row;
    if (i == 0 || s->keys[i].hash != s->keys[i - 1].hash) continue;
    const uint32_t before = s->text_of[s->keys[i - 1].text];
    AFINA_TRY(fold_row(s, &s->a, before, error));
    AFINA_TRY(fold_row(s, &s->b, row, error));
    if (s->a.folded.size == s->b.folded.size &&
        memcmp(s->a.folded.data, s->b.folded.data, s->a.folded.size) == 0)
      s->text_of[row] = before;
  }
  return AFINA_OK;
}

/* Texts are numbered in the order of their first rows. */
static afina_status number_texts(search *s, afina_error *error) {
  for (size_t row = 0; row < s->rows; row++) s->texts += s->text_of[row] == row;
  s->row_of = afina_allocate(s->texts, sizeof *s->row_of);
  s->parent = afina_allocate(s->texts, sizeof *s->parent);
  s->least = afina_allocate(s->texts, sizeof *s->least);
  if (!s->row_of || !s->parent || !s->least) return afina_fail_memory(error);
  size_t next = 0;
  for (size_t row = 0; row < s->rows; row++) {
    if (s->text_of[row] == NONE) continue;
    if (s->text_of[row] == row) {
      s->row_of[next] = (uint32_t)row;
      s->parent[next] = (uint32_t)next;
      s->least[next] = 1;
      s->text_of[row] = (uint32_t)next++;
    } else {
      s->text_of[row] = s->text_of[s->text_of[row]]; /* an earlier row, numbered already */
    }
  }
  return AFINA_OK;
}

/* ---- texts that are nearly equal ---- */

static afina_status read_text(const search *s, afina_shingles *into, size_t t, afina_error *error) {
  const afina_row r = afina_dataset_row(s->data, s->row_of[t]);
  return afina_shingles_read(into, r.text, r.text_size, error);
}

/* The smallest hash of each of many random functions over the text's shingles: two texts agree in
 * one with the probability that is their likeness. */
static void sign(const search *s, uint32_t *values) {
  for (size_t i = 0; i < SIGNATURE; i++) values[i] = UINT32_MAX;
  for (size_t n = 0; n < s->a.count; n++) {
    const uint32_t x = (uint32_t)(s->a.hashes[n] >> 16);
    for (size_t i = 0; i < SIGNATURE; i++) {
      const uint32_t value = x * s->factors[i] + s->offsets[i];
      values[i] = value < values[i] ? value : values[i];
    }
  }
}

static afina_status sign_all(search *s, afina_error *error) {
  s->compared = s->texts < AFINA_DUPLICATE_TEXTS ? s->texts : AFINA_DUPLICATE_TEXTS;
  s->complete = s->compared == s->texts;
  s->values = afina_allocate(s->compared, SIGNATURE * sizeof *s->values);
  if (!s->values) return afina_fail_memory(error);
  afina_rng rng;
  afina_rng_seed(&rng, seed);
  for (size_t i = 0; i < SIGNATURE; i++) {
    s->factors[i] = (uint32_t)afina_rng_next(&rng) | 1;
    s->offsets[i] = (uint32_t)afina_rng_next(&rng);
  }
  for (size_t t = 0; t < s->compared; t++) {
    AFINA_TRY(read_text(s, &s->a, t, error));
    sign(s, s->values + t * SIGNATURE);
  }
  return AFINA_OK;
}

static size_t root(search *s, size_t t) {
  while (s->parent[t] != t) t = s->parent[t] = s->parent[s->parent[t]];
  return t;
}

/* Whether the signatures agree so far that the texts must be compared, unless an earlier band has
 * brought them together already. */
static bool worth_checking(const search *s, size_t t, size_t u, size_t band) {
  const uint32_t *x = s->values + t * SIGNATURE, *y = s->values + u * SIGNATURE;
  size_t alike = 0;
  for (size_t b = 0; b < BANDS; b++) {
    size_t here = 0;
    for (size_t i = b * VALUES; i < (b + 1) * VALUES; i++) here += x[i] == y[i];
    if (here == VALUES && b < band) return false;
    alike += here;
  }
  return alike >= ALIKE_AT_LEAST;
}

static afina_status check(search *s, size_t t, size_t u, afina_error *error) {
  if (s->checks == 0) {
    s->complete = false;
    return AFINA_OK;
  }
  s->checks--;
  if (s->in_a != t) AFINA_TRY(read_text(s, &s->a, t, error));
  s->in_a = t;
  AFINA_TRY(read_text(s, &s->b, u, error));
  const double likeness = afina_shingles_jaccard(&s->a, &s->b);
  if (likeness < AFINA_DUPLICATE_SIMILARITY) return AFINA_OK;
  const size_t x = root(s, t), y = root(s, u), low = x < y ? x : y, high = x < y ? y : x;
  double least = s->least[low] < s->least[high] ? s->least[low] : s->least[high];
  if (likeness < least) least = likeness;
  s->parent[high] = (uint32_t)low;
  s->least[low] = least;
  return AFINA_OK;
}

/* Texts of one bucket: each with those before it. */
static afina_status check_bucket(search *s, size_t begin, size_t end, size_t band,
                                 afina_error *error) {
  for (size_t i = begin + 1; i < end; i++) {
    const size_t t = s->keys[i].text, back = i - begin < LOOK_BACK ? i - begin : LOOK_BACK;
    bool joined = false;
    for (size_t j = i; j-- > i - back;) {
      const size_t u = s->keys[j].text;
      if (root(s, t) != root(s, u) && worth_checking(s, t, u, band))
        AFINA_TRY(check(s, t, u, error));
      joined = joined || root(s, t) == root(s, u);
    }
    if (!joined && back < i - begin) s->complete = false;
  }
  return AFINA_OK;
}

static afina_status check_band(search *s, size_t band, afina_error *error) {
  for (size_t t = 0; t < s->compared; t++) {
    const uint32_t *values = s->values + t * SIGNATURE + band * VALUES;
    s->keys[t] =
        (key){.hash = afina_hash_bytes(values, VALUES * sizeof *values), .text = (uint32_t)t};
  }
  qsort(s->keys, s->compared, sizeof *s->keys, compare_keys);
  for (size_t begin = 0, end; begin < s->compared; begin = end) {
    for (end = begin + 1; end < s->compared && s->keys[end].hash == s->keys[begin].hash;) end++;
    AFINA_TRY(check_bucket(s, begin, end, band, error));
  }
  return AFINA_OK;
}

/* ---- the groups ---- */

/* Every row in a set of more than one, behind the first row of its set. */
static void list_members(search *s, size_t *count) {
  *count = 0;
  for (size_t row = 0; row < s->rows; row++) {
    if (s->text_of[row] == NONE) continue;
    const size_t first = s->row_of[root(s, s->text_of[row])];
    s->keys[(*count)++] = (key){.hash = first, .text = (uint32_t)row};
  }
  qsort(s->keys, *count, sizeof *s->keys, compare_keys);
  size_t kept = 0;
  for (size_t begin = 0, end; begin < *count; begin = end) {
    for (end = begin + 1; end < *count && s->keys[end].hash == s->keys[begin].hash;) end++;
    for (size_t i = begin; end - begin > 1 && i < end; i++) s->keys[kept++] = s->keys[i];
  }
  *count = kept;
}

static void judge(afina_duplicate_group *group, const afina_dataset *data) {
  bool tests = false, others = false;
  const uint32_t label = afina_dataset_row(data, group->rows[0]).label;
  for (size_t i = 0; i < group->count; i++) {
    const afina_row row = afina_dataset_row(data, group->rows[i]);
    tests = tests || row.part == AFINA_PART_TEST;
    others = others || row.part != AFINA_PART_TEST;
    group->labels_differ = group->labels_differ || row.label != label;
  }
  group->action = tests && others        ? AFINA_DUPLICATE_MOVE
                  : group->labels_differ ? AFINA_DUPLICATE_RELABEL
                                         : AFINA_DUPLICATE_REMOVE;
}

static int compare_groups(const void *a, const void *b) {
  const afina_duplicate_group *x = a, *y = b;
  if (x->action != y->action) return x->action > y->action ? 1 : -1;
  return (x->rows[0] > y->rows[0]) - (x->rows[0] < y->rows[0]);
}

static afina_status make_groups(search *s, afina_duplicates *out, afina_error *error) {
  list_members(s, &out->rows);
  out->complete = s->complete;
  out->members = afina_allocate(out->rows, sizeof *out->members);
  out->groups = afina_allocate(out->rows / 2, sizeof *out->groups);
  if (!out->members || !out->groups) return afina_fail_memory(error);
  for (size_t begin = 0, end; begin < out->rows; begin = end) {
    for (end = begin; end < out->rows && s->keys[end].hash == s->keys[begin].hash; end++)
      out->members[end] = s->keys[end].text;
    afina_duplicate_group *group = &out->groups[out->count++];
    *group = (afina_duplicate_group){
        .rows = out->members + begin,
        .count = end - begin,
        .similarity = s->least[root(s, s->text_of[out->members[begin]])],
    };
    judge(group, s->data);
  }
  qsort(out->groups, out->count, sizeof *out->groups, compare_groups);
  return AFINA_OK;
}

static afina_status find(search *s, afina_duplicates *out, afina_error *error) {
  size_t usable = 0;
  s->text_of = afina_allocate(s->rows, sizeof *s->text_of);
  s->keys = afina_allocate(s->rows, sizeof *s->keys);
  if (!s->text_of || !s->keys) return afina_fail_memory(error);
  AFINA_TRY(hash_rows(s, &usable, error));
  AFINA_TRY(join_equal(s, usable, error));
  AFINA_TRY(number_texts(s, error));
  AFINA_TRY(sign_all(s, error));
  s->checks = CHECKS_AT_LEAST + CHECKS_A_TEXT * s->compared;
  for (size_t band = 0; band < BANDS; band++) AFINA_TRY(check_band(s, band, error));
  return make_groups(s, out, error);
}

afina_status afina_duplicates_find(afina_duplicates *out, const afina_dataset *data,
                                   afina_error *error) {
  search s = {.data = data, .rows = afina_dataset_count(data), .in_a = SIZE_MAX};
  afina_duplicates found = {0};
  const afina_status status = find(&s, &found, error);
  free(s.text_of);
  free(s.row_of);
  free(s.parent);
  free(s.least);
  free(s.values);
  free(s.keys);
  afina_shingles_free(&s.a);
  afina_shingles_free(&s.b);
  if (status == AFINA_OK)
    *out = found;
  else
    afina_duplicates_free(&found);
  return status;
}

void afina_duplicates_free(afina_duplicates *duplicates) {
  if (!duplicates) return;
  free(duplicates->groups);
  free(duplicates->members);
  *duplicates = (afina_duplicates){0};
}
