/* k-fold cross-validation: a session for each fold, one after the other, on the same rows, of which
 * those of the fold are the test part. */
#include <stdlib.h>
#include <string.h>

#include "afina.h"
#include "folds.h"
#include "memory.h"

struct afina_folds {
  afina_runtime *runtime;
  const afina_model *model;
  const afina_dataset *data; /* borrowed */
  char *options;
  size_t options_size;
  uint8_t *fold_of; /* [rows of data] */
  size_t k, fold, K;
  afina_dataset *held; /* the rows with this fold's as the test part */
  size_t *row_of;      /* [rows of held] their indices in data */
  afina_session *session;
  float *probabilities; /* [rows of data, K] while folds run; then [count, K] */
  size_t *rows;         /* [count] */
  size_t count;
  bool done;
};

afina_status afina_folds_create(afina_folds **out, afina_runtime *runtime, const afina_model *model,
                                const afina_dataset *data, size_t k, uint64_t seed,
                                const char *options, size_t options_size, afina_error *error) {
  const size_t count = afina_dataset_count(data), K = afina_dataset_classes(data);
  AFINA_TRY(afina_dataset_check(data, error));
  afina_folds *folds = afina_allocate(1, sizeof *folds);
  if (!folds) return afina_fail_memory(error);
  *folds = (afina_folds){.runtime = runtime,
                         .model = model,
                         .data = data,
                         .k = k,
                         .K = K,
                         .options_size = options_size};
  folds->options = afina_allocate(options_size + 1, 1);
  folds->fold_of = afina_allocate(count, 1);
  folds->row_of = afina_allocate(count, sizeof *folds->row_of);
  folds->rows = afina_allocate(count, sizeof *folds->rows);
  folds->probabilities = afina_allocate(count, K * sizeof *folds->probabilities);
  afina_status status = AFINA_OK;
  if (!folds->options || !folds->fold_of || !folds->row_of || !folds->rows || !folds->probabilities)
    status = afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_folds_assign(folds->fold_of, data, k, seed, error);
  if (status != AFINA_OK) {
    afina_folds_free(folds);
    return status;
  }
  if (options_size) memcpy(folds->options, options, options_size);
  *out = folds;
  return AFINA_OK;
}

static void end_session(afina_folds *folds) {
  afina_session_free(folds->session);
  afina_dataset_free(folds->held);
  folds->session = NULL;
  folds->held = NULL;
}

void afina_folds_free(afina_folds *folds) {
  if (!folds) return;
  end_session(folds);
  free(folds->options);
  free(folds->fold_of);
  free(folds->row_of);
  free(folds->rows);
  free(folds->probabilities);
  free(folds);
}

static bool has_rows(const afina_folds *folds, size_t fold) {
  const size_t count = afina_dataset_count(folds->data);
  return memchr(folds->fold_of, (int)fold, count) != NULL;
}

static afina_status start_session(afina_folds *folds, afina_error *error) {
  AFINA_TRY(afina_dataset_create(&folds->held, error));
  const char *const *labels = afina_dataset_labels(folds->data);
  size_t at = 0;
  for (size_t i = 0; i < afina_dataset_count(folds->data); i++) {
    const afina_row row = afina_dataset_row(folds->data, i);
    if (!row.usable) continue;
    const afina_part part = folds->fold_of[i] == folds->fold ? AFINA_PART_TEST : AFINA_PART_TRAIN;
    const char *label = labels[row.label];
    folds->row_of[at++] = i;
    AFINA_TRY(afina_dataset_add(folds->held, part, row.text, row.text_size, label, strlen(label),
                                row.number, error));
  }
  return afina_session_create(&folds->session, folds->runtime, folds->model, folds->held,
                              folds->options, folds->options_size, error);
}

static void keep(afina_folds *folds) {
  const afina_predictions tested = afina_session_predictions(folds->session);
  for (size_t i = 0; i < tested.count; i++)
    memcpy(folds->probabilities + folds->row_of[tested.rows[i]] * folds->K,
           tested.probabilities + i * folds->K, folds->K * sizeof *tested.probabilities);
}

/* Closes the gaps of rows that were never held out. */
static void finish(afina_folds *folds) {
  for (size_t i = 0; i < afina_dataset_count(folds->data); i++) {
    if (folds->fold_of[i] == AFINA_NO_FOLD) continue;
    memmove(folds->probabilities + folds->count * folds->K, folds->probabilities + i * folds->K,
            folds->K * sizeof *folds->probabilities);
    folds->rows[folds->count++] = i;
  }
  folds->done = true;
}

afina_status afina_folds_step(afina_folds *folds, double now, double *fraction, bool *done,
                              afina_error *error) {
  afina_progress progress = {.phase = AFINA_PREPARE};
  while (!folds->session && folds->fold < folds->k && !has_rows(folds, folds->fold)) folds->fold++;
  if (!folds->done && folds->fold < folds->k) {
    if (!folds->session) {
      const afina_status started = start_session(folds, error);
      if (started != AFINA_OK) end_session(folds);
      AFINA_TRY(started);
    }
    AFINA_TRY(afina_session_step(folds->session, now, &progress, error));
    if (progress.phase == AFINA_DONE) {
      keep(folds);
      end_session(folds);
      folds->fold++;
      progress.fraction = 0;
    }
  } else if (!folds->done) {
    finish(folds);
  }
  *done = folds->done;
  *fraction = folds->done ? 1 : ((double)folds->fold + progress.fraction) / (double)folds->k;
  return AFINA_OK;
}

afina_predictions afina_folds_predictions(const afina_folds *folds) {
  if (!folds->done) return (afina_predictions){0};
  return (afina_predictions){.rows = folds->rows,
                             .probabilities = folds->probabilities,
                             .count = folds->count,
                             .classes = folds->K};
}
