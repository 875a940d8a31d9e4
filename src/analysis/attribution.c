#include "attribution.h"

#include <stdlib.h>
#include <string.h>

#include "ngrams.h"

double afina_attribution_score(const afina_real *logits, size_t K, size_t class) {
  double sum = 0;
  for (size_t k = 0; k < K; k++) sum += (double)logits[k];
  return (double)logits[class] - sum / (double)K;
}

/* ---- the network ---- */

static void multiply(const afina_gpt *gpt, const afina_real *gradients, const uint32_t *ids,
                     size_t N, double *out) {
  const size_t C = gpt->config.channels;
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  for (size_t n = 0; n < N; n++) {
    const afina_real *g = gradients + n * C, *x = wte + (size_t)ids[n] * C;
    double sum = 0;
    for (size_t c = 0; c < C; c++) sum += (double)g[c] * (double)x[c];
    out[n] = sum;
  }
}

afina_status afina_attribute_tokens(const afina_gpt *gpt, const afina_exec *exec,
                                    const uint32_t *ids, size_t N, size_t class, double *out,
                                    afina_error *error) {
  const size_t K = gpt->config.classes, starts[] = {0, N};
  const afina_gpt_batch batch = {.rows = {.starts = starts, .B = 1, .N = N},
                                 .ids = ids,
                                 .end_block = gpt->config.layers,
                                 .reads = afina_readout_reads(gpt->config.readout),
                                 .keep = true};
  afina_gpt_pass pass;
  afina_real *dlogits = afina_allocate(K, sizeof *dlogits);
  if (!dlogits) return afina_fail_memory(error);
  for (size_t k = 0; k < K; k++) dlogits[k] = (k == class ? (afina_real)1 : 0) - 1 / (afina_real)K;
  afina_status status = afina_gpt_pass_init(&pass, gpt, error);
  if (status == AFINA_OK) {
    status = afina_gpt_forward(gpt, exec, &pass, &batch, error);
    if (status == AFINA_OK) {
      afina_classify_forward(gpt, exec, &pass);
      multiply(gpt, afina_gpt_inputs_backward(gpt, exec, &pass, dlogits), ids, N, out);
    }
    afina_gpt_pass_free(&pass);
  }
  free(dlogits);
  return status;
}

/* ---- the n-grams ---- */

/* The place of a key among `count` ascending ones; count where it is not there. */
static size_t find(const uint64_t *keys, size_t count, uint64_t key) {
  size_t low = 0, high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && keys[low] == key ? low : count;
}

static void spread(double *bytes, size_t start, size_t end, double each) {
  for (size_t i = start; i < end; i++) bytes[i] += each;
}

/* shares [grams->count]: what one place of each n-gram adds. */
static void find_shares(const afina_bag *bag, const afina_ngrams *grams, const afina_bag_row *row,
                        size_t class, double *shares) {
  for (size_t i = 0; i < row->count; i++) {
    const size_t f = row->features[i], at = find(grams->keys, grams->count, bag->keys[f]);
    const double weight = afina_attribution_score(bag->weights + f * bag->K, bag->K, class);
    shares[at] = (double)row->values[i] * weight / (double)grams->counts[at];
  }
}

static void spread_all(const afina_ngrams *grams, const double *shares, double *bytes) {
  const afina_ngram_place *places = (const afina_ngram_place *)(const void *)grams->found.data;
  const size_t count = grams->found.size / sizeof *places;
  for (size_t i = 0; i < count; i++) {
    const afina_ngram_place *p = &places[i];
    const size_t covered = p->end - p->start + p->end_2 - p->start_2;
    const double share = shares[find(grams->keys, grams->count, p->key)];
    if (share == 0 || covered == 0) continue;
    spread(bytes, p->start, p->end, share / (double)covered);
    spread(bytes, p->start_2, p->end_2, share / (double)covered);
  }
}

afina_status afina_attribute_ngrams(const afina_bag *bag, const char *text, size_t size,
                                    size_t class, double *bytes, double *bias, afina_error *error) {
  for (size_t i = 0; i < size; i++) bytes[i] = 0;
  *bias = bag->F ? afina_attribution_score(bag->bias, bag->K, class) : 0;
  if (bag->F == 0 || size == 0) return AFINA_OK;
  afina_ngrams grams = {.keeps_found = true};
  afina_bag_row row = {0};
  double *shares = NULL;
  afina_status status = afina_ngrams_read(&grams, text, size, error);
  if (status == AFINA_OK) {
    row.features = afina_allocate(grams.count, sizeof *row.features);
    row.values = afina_allocate(grams.count, sizeof *row.values);
    shares = afina_allocate(grams.count, sizeof *shares);
    if (!row.features || !row.values || !shares) status = afina_fail_memory(error);
  }
  if (status == AFINA_OK) {
    afina_bag_read(bag, &row, grams.keys, grams.counts, grams.count);
    find_shares(bag, &grams, &row, class, shares);
    spread_all(&grams, shares, bytes);
  }
  free(row.features);
  free(row.values);
  free(shares);
  afina_ngrams_free(&grams);
  return status;
}
