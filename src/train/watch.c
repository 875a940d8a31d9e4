#include "watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "finetune_pass.h"

enum { WEIGHTS, GRADIENT, UPDATE, KINDS };

/* Parts, from the bottom: embeddings, L blocks, final LayerNorm, adapters, head. */
static size_t part_count(const afina_finetune *run) { return run->gpt.config.layers + 4; }

/* Where a part of the parameters begins; the last one's end is that of all. */
static size_t part_begin(const afina_finetune *run, size_t part) {
  const afina_params *params = &run->gpt.params;
  const size_t L = run->gpt.config.layers;
  if (part == 0) return 0;
  if (part <= L + 1) return afina_params_block(params, part - 1);
  if (part == L + 2) return afina_params_adapters(params);
  return part == L + 3 ? afina_params_head(params) : params->total;
}

afina_status afina_watch_create(afina_watch **out, const afina_finetune *run, afina_error *error) {
  const size_t K = run->gpt.config.classes, rows = afina_dataset_count(run->data);
  const size_t room = run->options.batch < rows ? run->options.batch : rows;
  afina_watch *watch = afina_allocate(1, sizeof *watch);
  if (!watch) return afina_fail_memory(error);
  *watch = (afina_watch){.weights = afina_allocate(run->trainable, sizeof *watch->weights),
                         .rows = afina_allocate(room, sizeof *watch->rows),
                         .labels = afina_allocate(room, sizeof *watch->labels),
                         .losses = afina_allocate(room, 2 * sizeof *watch->losses),
                         .shares = afina_allocate(room, 2 * K * sizeof *watch->shares),
                         .lengths = afina_allocate(part_count(run), KINDS * sizeof(double)),
                         .room = room};
  if (!watch->weights || !watch->rows || !watch->labels || !watch->losses || !watch->shares ||
      !watch->lengths) {
    afina_watch_free(watch);
    return afina_fail_memory(error);
  }
  *out = watch;
  return AFINA_OK;
}

void afina_watch_free(afina_watch *watch) {
  if (!watch) return;
  free(watch->weights);
  free(watch->rows);
  free(watch->labels);
  free(watch->losses);
  free(watch->shares);
  free(watch->lengths);
  free(watch);
}

/* Texts of a part, whose first is text `first` of the batch. */
static void note(afina_finetune *run, const afina_batch *part, const afina_real *shares,
                 size_t first, bool after) {
  afina_watch *w = run->watch;
  const size_t K = run->gpt.config.classes;
  const size_t at = first + (after ? w->room : 0);
  for (size_t i = 0; i < part->count; i++) w->losses[at + i] = (double)run->losses[i];
  memcpy(w->shares + at * K, shares, part->count * K * sizeof *shares);
}

void afina_watch_part(afina_finetune *run, const afina_batch *part, const afina_real *shares) {
  afina_watch *w = run->watch;
  const size_t first = run->part - part->count; /* run->part: the next one's */
  note(run, part, shares, first, false);
  memcpy(w->rows + first, part->rows, part->count * sizeof *part->rows);
  memcpy(w->labels + first, run->targets, part->count * sizeof *run->targets);
}

static double length_of(const afina_real *x, const afina_real *minus, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const double value = (double)x[i] - (minus ? (double)minus[i] : 0);
    sum += value * value;
  }
  return sqrt(sum);
}

void afina_watch_before(afina_finetune *run) {
  afina_watch *w = run->watch;
  const afina_gradients *g = &run->optimizer.gradients;
  memcpy(w->weights, run->gpt.weights + run->begin, run->trainable * sizeof *w->weights);
  for (size_t p = 0; p < part_count(run); p++) {
    const size_t begin = part_begin(run, p), end = part_begin(run, p + 1);
    w->lengths[p * KINDS + GRADIENT] =
        begin < g->begin ? (double)NAN
                         : length_of(g->data + afina_gradients_at(g, begin), NULL,
                                     afina_gradients_at(g, end) - afina_gradients_at(g, begin));
  }
}

/* The batch once more, with the weights that it has led to. */
static afina_status read_again(afina_finetune *run, afina_error *error) {
  run->part = 0;
  while (run->part < run->batch->count) {
    const size_t first = run->part;
    afina_batch part;
    const afina_real *pooled;
    afina_real *logits;
    afina_finetune_next_part(run, &part);
    AFINA_TRY(afina_finetune_logits(run, &part, false, &pooled, &logits, error));
    afina_finetune_losses(run, &part, true, logits);
    note(run, &part, logits, first, true);
  }
  return AFINA_OK;
}

afina_status afina_watch_after(afina_finetune *run, double rate, double norm, afina_error *error) {
  afina_watch *w = run->watch;
  for (size_t p = 0; p < part_count(run); p++) {
    const size_t begin = part_begin(run, p), end = part_begin(run, p + 1);
    const afina_real *now = run->gpt.weights + begin;
    const bool trains = begin >= run->optimizer.begin;
    w->lengths[p * KINDS + WEIGHTS] = length_of(now, NULL, end - begin);
    w->lengths[p * KINDS + UPDATE] =
        trains ? length_of(now, w->weights + (begin - run->begin), end - begin) : (double)NAN;
  }
  AFINA_TRY(read_again(run, error));
  w->count = run->batch->count;
  w->update = run->all_updates;
  w->epoch = run->epoch;
  w->block = run->block;
  w->rate = rate;
  w->norm = norm;
  w->complete = true;
  return AFINA_OK;
}

/* ---- the document ---- */

static bool add_number(cJSON *json, const char *key, double value) {
  return isnan(value) ? cJSON_AddNullToObject(json, key) != NULL
                      : cJSON_AddNumberToObject(json, key, value) != NULL;
}

/* "key": {"loss","probabilities"} of text i, before or after. */
static bool add_answer(cJSON *row, const char *key, const afina_watch *w, size_t at, size_t K) {
  cJSON *answer = cJSON_AddObjectToObject(row, key);
  cJSON *shares = answer ? cJSON_AddArrayToObject(answer, "probabilities") : NULL;
  bool fine = shares && add_number(answer, "loss", w->losses[at]);
  for (size_t k = 0; k < K && fine; k++)
    fine = cJSON_AddItemToArray(shares, cJSON_CreateNumber((double)w->shares[at * K + k]));
  return fine;
}

static bool add_rows(cJSON *json, const afina_finetune *run) {
  const afina_watch *w = run->watch;
  const size_t K = run->gpt.config.classes;
  cJSON *rows = cJSON_AddArrayToObject(json, "rows");
  bool fine = rows != NULL;
  for (size_t i = 0; i < w->count && fine; i++) {
    cJSON *row = cJSON_CreateObject();
    fine = cJSON_AddItemToArray(rows, row) && add_number(row, "index", (double)w->rows[i]) &&
           add_number(row, "label", (double)w->labels[i]) && add_answer(row, "before", w, i, K) &&
           add_answer(row, "after", w, w->room + i, K);
  }
  return fine;
}

static bool add_parts(cJSON *json, const afina_finetune *run) {
  const size_t L = run->gpt.config.layers;
  cJSON *parts = cJSON_AddArrayToObject(json, "parts");
  bool fine = parts != NULL;
  for (size_t p = 0; p < part_count(run) && fine; p++) {
    const double *lengths = run->watch->lengths + p * KINDS;
    const size_t parameters = part_begin(run, p + 1) - part_begin(run, p);
    const bool is_block = p > 0 && p <= L;
    const char *name = p == 0       ? "embeddings"
                       : is_block   ? "block"
                       : p == L + 1 ? "final_norm"
                       : p == L + 2 ? "adapters"
                                    : "head";
    if (!parameters) continue;
    cJSON *part = cJSON_CreateObject();
    fine = cJSON_AddItemToArray(parts, part) && cJSON_AddStringToObject(part, "name", name) &&
           add_number(part, "layer", is_block ? (double)(p - 1) : (double)NAN) &&
           add_number(part, "parameters", (double)parameters) &&
           add_number(part, "weights", lengths[WEIGHTS]) &&
           add_number(part, "gradient", lengths[GRADIENT]) &&
           add_number(part, "update", lengths[UPDATE]);
  }
  return fine;
}

afina_status afina_watch_json(const afina_finetune *run, cJSON **out, afina_error *error) {
  const afina_watch *w = run->watch;
  if (!w || !w->complete)
    return afina_fail(error, AFINA_E_STATE, "no update of this training has been watched yet");
  const double clip = run->optimizer.options.clip;
  cJSON *json = cJSON_CreateObject();
  const bool fine = json && add_number(json, "update", (double)w->update) &&
                    add_number(json, "epoch", (double)w->epoch) &&
                    add_number(json, "learning_rate", w->rate) &&
                    add_number(json, "gradient_norm", w->norm) &&
                    add_number(json, "clipped", clip > 0 && w->norm > clip ? clip / w->norm : 1) &&
                    add_number(json, "first_block", (double)w->block) && add_rows(json, run) &&
                    add_parts(json, run);
  if (!fine) {
    cJSON_Delete(json);
    return afina_fail_memory(error);
  }
  *out = json;
  return AFINA_OK;
}
