#include "label_errors.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

static afina_status check(const float *probabilities, const uint32_t *labels, size_t n, size_t K,
                          afina_error *error) {
  if (n == 0 || K == 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "%zu rows of %zu classes: there is nothing to check",
                      n, K);
  for (size_t i = 0; i < n; i++) {
    if (labels[i] >= K)
      return afina_fail(error, AFINA_E_ARGUMENT, "row %zu has label %u of %zu classes", i,
                        labels[i], K);
    for (size_t k = 0; k < K; k++) {
      const float p = probabilities[i * K + k];
      if (!(p >= 0 && p <= 1.001f))
        return afina_fail(error, AFINA_E_DIVERGED, "row %zu: the probability of class %zu is %g", i,
                          k, (double)p);
    }
  }
  return AFINA_OK;
}

static size_t best_class(const float *p, size_t K) {
  size_t best = 0;
  for (size_t k = 1; k < K; k++) best = p[k] > p[best] ? k : best;
  return best;
}

/* The mean confidence in each label, of the rows that have it. */
static afina_status find_thresholds(afina_label_errors *e, const float *p, const uint32_t *labels,
                                    size_t n, size_t *support, afina_error *error) {
  const size_t K = e->classes;
  e->thresholds = afina_allocate(K, sizeof *e->thresholds);
  if (!e->thresholds) return afina_fail_memory(error);
  for (size_t i = 0; i < n; i++) {
    e->thresholds[labels[i]] += (double)p[i * K + labels[i]];
    support[labels[i]]++;
  }
  for (size_t k = 0; k < K; k++)
    if (support[k]) e->thresholds[k] /= (double)support[k];
  return AFINA_OK;
}

/* A class without rows has no threshold, and no row is confidently of it. */
static void count_joint(afina_label_errors *e, const float *probabilities, const uint32_t *labels,
                        size_t n, const size_t *support) {
  const size_t K = e->classes;
  for (size_t i = 0; i < n; i++) {
    const float *p = probabilities + i * K;
    size_t best = K;
    for (size_t k = 0; k < K; k++)
      if (support[k] && (double)p[k] >= e->thresholds[k] && (best == K || p[k] > p[best])) best = k;
    if (best < K) e->joint[labels[i] * K + best]++;
  }
}

/* How many rows labeled `from` are truly of class `to`; sum: of the joint's row. */
static size_t expected(const afina_label_errors *e, size_t support, size_t sum, size_t from,
                       size_t to) {
  if (sum == 0 || from == to) return 0;
  const double share = (double)e->joint[from * e->classes + to] / (double)sum;
  return (size_t)(share * (double)support + 0.5);
}

typedef struct suspect {
  size_t row;
  double margin;
} suspect;

static int compare_suspects(const void *a, const void *b) {
  const suspect *x = a, *y = b;
  if (x->margin != y->margin) return x->margin > y->margin ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

/* What finding works with. */
typedef struct scratch {
  size_t *support; /* [K] rows of each label */
  size_t *order;   /* [n] rows, label by label */
  bool *likely;    /* [n] */
  suspect *work;   /* [n] */
} scratch;

/* Marks the rows of one label that it has too many of. */
static void prune_label(const afina_label_errors *e, const float *p, const size_t *rows,
                        size_t count, size_t from, const scratch *s) {
  const size_t K = e->classes;
  size_t sum = 0;
  for (size_t k = 0; k < K; k++) sum += e->joint[from * K + k];
  for (size_t to = 0; to < K; to++) {
    const size_t most = expected(e, count, sum, from, to);
    size_t found = 0;
    for (size_t i = 0; most && i < count; i++) {
      const float *row = p + rows[i] * K;
      const double margin = (double)row[to] - (double)row[from];
      if (margin > 0) s->work[found++] = (suspect){.row = rows[i], .margin = margin};
    }
    if (found > most) qsort(s->work, found, sizeof *s->work, compare_suspects);
    for (size_t i = 0; i < found && i < most; i++) s->likely[s->work[i].row] = true;
  }
}

static void prune(const afina_label_errors *e, const float *p, const uint32_t *labels, size_t n,
                  const scratch *s, size_t *places) {
  const size_t K = e->classes;
  for (size_t k = 1; k < K; k++) places[k] = places[k - 1] + s->support[k - 1];
  for (size_t i = 0; i < n; i++) s->order[places[labels[i]]++] = i;
  for (size_t k = 0; k < K; k++)
    prune_label(e, p, s->order + places[k] - s->support[k], s->support[k], k, s);
}

static int compare_errors(const void *a, const void *b) {
  const afina_label_error *x = a, *y = b;
  if (x->score != y->score) return x->score > y->score ? -1 : 1;
  return (x->row > y->row) - (x->row < y->row);
}

static afina_status rank(afina_label_errors *e, const float *probabilities, const uint32_t *labels,
                         size_t n, const bool *likely, afina_error *error) {
  const size_t K = e->classes;
  e->items = afina_allocate(n, sizeof *e->items);
  if (!e->items) return afina_fail_memory(error);
  for (size_t i = 0; i < n; i++) {
    const float *p = probabilities + i * K;
    const size_t best = best_class(p, K);
    if (!(p[best] > p[labels[i]])) continue;
    e->likely += likely[i];
    e->doubted[labels[i]] += likely[i];
    e->items[e->count++] = (afina_label_error){
        .row = i,
        .label = labels[i],
        .suggested = (uint32_t)best,
        .p_label = (double)p[labels[i]],
        .p_suggested = (double)p[best],
        .score = (double)p[best] - (double)p[labels[i]],
        .likely = likely[i],
    };
  }
  qsort(e->items, e->count, sizeof *e->items, compare_errors);
  return AFINA_OK;
}

static afina_status find(afina_label_errors *e, const float *p, const uint32_t *labels, size_t n,
                         const scratch *s, afina_error *error) {
  const size_t K = e->classes;
  AFINA_TRY(find_thresholds(e, p, labels, n, s->support, error));
  e->joint = afina_allocate(K, K * sizeof *e->joint);
  e->doubted = afina_allocate(K, sizeof *e->doubted);
  size_t *places = afina_allocate(K, sizeof *places);
  if (!e->joint || !e->doubted || !places) {
    free(places);
    return afina_fail_memory(error);
  }
  count_joint(e, p, labels, n, s->support);
  prune(e, p, labels, n, s, places);
  free(places);
  return rank(e, p, labels, n, s->likely, error);
}

afina_status afina_label_errors_find(afina_label_errors *out, const float *probabilities,
                                     const uint32_t *labels, size_t n, size_t K,
                                     afina_error *error) {
  AFINA_TRY(check(probabilities, labels, n, K, error));
  afina_label_errors found = {.classes = K};
  const scratch s = {.support = afina_allocate(K, sizeof *s.support),
                     .order = afina_allocate(n, sizeof *s.order),
                     .likely = afina_allocate(n, sizeof *s.likely),
                     .work = afina_allocate(n, sizeof *s.work)};
  const bool fine = s.support && s.order && s.likely && s.work;
  const afina_status status =
      fine ? find(&found, probabilities, labels, n, &s, error) : afina_fail_memory(error);
  free(s.support);
  free(s.order);
  free(s.likely);
  free(s.work);
  if (status == AFINA_OK)
    *out = found;
  else
    afina_label_errors_free(&found);
  return status;
}

void afina_label_errors_free(afina_label_errors *errors) {
  if (!errors) return;
  free(errors->items);
  free(errors->thresholds);
  free(errors->joint);
  free(errors->doubted);
  *errors = (afina_label_errors){0};
}
