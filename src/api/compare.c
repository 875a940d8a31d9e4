#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "metrics.h"

static void end_run(afina_comparison *c) {
  afina_session_free(c->session);
  afina_finetune_bag_clear(&c->bag);
  afina_split_free(&c->bag_split);
  afina_dataset_free(c->subset);
  c->session = NULL;
  c->subset = NULL;
  c->progress = (afina_progress){0};
}

static void clear_run(afina_compared_run *run) {
  free(run->predicted);
  cJSON_Delete(run->json);
  run->predicted = NULL;
  run->json = NULL;
}

void afina_comparison_free(afina_comparison *c) {
  if (!c) return;
  end_run(c);
  for (size_t i = 0; i < c->entry_count; i++) {
    for (size_t r = 0; r < c->seed_count; r++) clear_run(&c->entries[i].runs[r]);
    free(c->entries[i].runs);
    cJSON_Delete(c->entries[i].options);
  }
  free(c->entries);
  free(c->seeds);
  free(c->text);
  free(c->truth);
  free(c->place_of);
  free(c->row_of);
  afina_split_free(&c->split);
  cJSON_Delete(c->common);
  cJSON_Delete(c->model_json);
  free(c);
}

afina_status afina_comparison_create(afina_comparison **out, afina_runtime *runtime,
                                     const afina_model *model, const afina_dataset *data,
                                     const char *plan, size_t plan_size, afina_error *error) {
  AFINA_TRY(afina_dataset_check(data, error));
  afina_comparison *c = afina_allocate(1, sizeof *c);
  if (!c) return afina_fail_memory(error);
  *c = (afina_comparison){.runtime = runtime, .model = model, .data = data};
  afina_status status = afina_model_json(model, &c->model_json, error);
  if (status == AFINA_OK) status = afina_compare_plan(c, plan, plan_size, error);
  if (status != AFINA_OK) {
    afina_comparison_free(c);
    return status;
  }
  *out = c;
  return AFINA_OK;
}

size_t afina_compare_answers(const afina_comparison *c, const afina_compared_entry *entry,
                             const uint32_t **list) {
  size_t count = 0;
  for (size_t r = 0; r < c->seed_count; r++)
    if (afina_compared_ran(&entry->runs[r])) list[count++] = entry->runs[r].predicted;
  return count;
}

/* ---- a session ---- */

/* The same model before it has read anything. */
static afina_status random_model(const afina_model *model, uint64_t seed, afina_model **out,
                                 afina_error *error) {
  afina_model *made = afina_allocate(1, sizeof *made);
  if (!made) return afina_fail_memory(error);
  afina_status status = afina_gpt_init(&made->gpt, &model->gpt.config, error);
  if (status == AFINA_OK) status = afina_tokenizer_copy(model->tokenizer, &made->tokenizer, error);
  if (status != AFINA_OK) {
    afina_model_free(made);
    return status;
  }
  afina_model_randomize(made, seed);
  *out = made;
  return AFINA_OK;
}

static afina_status start_session(afina_comparison *c, const afina_compared_entry *entry,
                                  uint64_t seed, afina_error *error) {
  afina_model *random = NULL;
  cJSON *options = cJSON_Duplicate(entry->options, true);
  if (options) cJSON_DeleteItemFromObjectCaseSensitive(options, "seed");
  char *text = options && cJSON_AddNumberToObject(options, "seed", (double)seed)
                   ? cJSON_PrintUnformatted(options)
                   : NULL;
  cJSON_Delete(options);
  if (!text) return afina_fail_memory(error);
  afina_status status = AFINA_OK;
  if (entry->random) status = random_model(c->model, seed, &random, error);
  if (status == AFINA_OK)
    status = afina_session_create(&c->session, c->runtime, random ? random : c->model,
                                  c->subset ? c->subset : c->data, text, strlen(text), error);
  free(text);
  afina_model_free(random);
  return status;
}

/* Of a report, what the comparison keeps of each run. */
static const char *const kept[] = {"cache", "options",        "epochs", "best_epoch",
                                   "test",  "weights_sha256", "ngrams"};

static afina_status keep_report(const afina_session *session, afina_compared_run *run,
                                afina_error *error) {
  afina_bytes bytes;
  cJSON *report = NULL;
  AFINA_TRY(afina_session_report(session, &bytes, error));
  afina_status status = afina_json_parse(&report, bytes.data, bytes.size, "report", error);
  afina_bytes_free(&bytes);
  AFINA_TRY(status);
  run->json = cJSON_CreateObject();
  for (size_t i = 0; run->json && status == AFINA_OK && i < sizeof kept / sizeof *kept; i++) {
    cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(report, kept[i]);
    if (item && !cJSON_AddItemToObject(run->json, kept[i], item)) {
      cJSON_Delete(item);
      status = afina_fail_memory(error);
    }
  }
  if (!run->json) status = afina_fail_memory(error);
  double trained = 0, features = 0, train = 0, valid = 0;
  const cJSON *test = afina_json_member(run->json, "test");
  const cJSON *rows = afina_json_member(afina_json_member(report, "data"), "split");
  const cJSON *ngrams = afina_json_member(run->json, "ngrams");
  const double most = 1e15;
  if (status == AFINA_OK)
    status = afina_json_number(report, "trained_parameters", 0, most, -1, &trained, error);
  if (status == AFINA_OK)
    status = afina_json_number(test, "accuracy", 0, 1, -1, &run->accuracy, error);
  if (status == AFINA_OK)
    status = afina_json_number(test, "macro_f1", 0, 1, -1, &run->macro_f1, error);
  if (status == AFINA_OK) status = afina_json_number(rows, "train", 0, most, 0, &train, error);
  if (status == AFINA_OK) status = afina_json_number(rows, "valid", 0, most, 0, &valid, error);
  if (status == AFINA_OK && cJSON_IsObject(ngrams))
    status = afina_json_number(ngrams, "features", 0, most, 0, &features, error);
  const double classes = cJSON_GetArraySize(afina_json_member(test, "per_class"));
  const double weights = features > 0 ? (features + 1) * classes : 0;
  run->trained_parameters = (size_t)(trained + weights);
  run->saved_bytes = (size_t)(4 * (trained + weights) + 12 * features);
  run->rows = (size_t)(train + valid);
  cJSON_Delete(report);
  return status;
}

/* What a user would keep of it; of a base that nobody else has, what trained. */
static afina_status measure_saved(const afina_comparison *c, const afina_compared_entry *entry,
                                  afina_compared_run *run, afina_error *error) {
  afina_bytes delta;
  if (entry->random) return AFINA_OK;
  AFINA_TRY(afina_session_delta(c->session, &delta, error));
  run->saved_bytes = delta.size;
  run->as_delta = true;
  afina_bytes_free(&delta);
  return AFINA_OK;
}

static afina_status keep_predictions(afina_comparison *c, afina_compared_run *run,
                                     afina_error *error) {
  const afina_predictions tested = afina_session_predictions(c->session);
  run->predicted = afina_allocate(c->tests, sizeof *run->predicted);
  if (!run->predicted) return afina_fail_memory(error);
  size_t found = 0;
  for (size_t i = 0; i < tested.count; i++) {
    const size_t row = c->subset ? c->row_of[tested.rows[i]] : tested.rows[i];
    const size_t place = c->place_of[row];
    if (place == SIZE_MAX) break;
    run->predicted[place] =
        (uint32_t)afina_metrics_argmax(tested.probabilities + i * tested.classes, tested.classes);
    found++;
  }
  if (found == c->tests && tested.count == c->tests) return AFINA_OK;
  return afina_fail(error, AFINA_E_STATE, "a run was not tested on the rows of the others");
}

/* ---- forgetting ---- */

static afina_status forgetting(afina_comparison *c, afina_compared_entry *entry,
                               afina_error *error) {
  if (strcmp(entry->name, "head") == 0) { /* nothing but the head has changed */
    entry->language = c->before;
    entry->has_language = true;
    return AFINA_OK;
  }
  afina_model *tuned = NULL;
  AFINA_TRY(afina_session_model(c->session, &tuned, error));
  const afina_status status =
      afina_perplexity(c->runtime, tuned, c->text, c->text_size, &entry->language, error);
  afina_model_free(tuned);
  entry->has_language = status == AFINA_OK;
  return status;
}

/* ---- steps ---- */

static afina_compared_entry *entry_at_work(afina_comparison *c) { return &c->entries[c->entry]; }
static afina_compared_run *run_at_work(afina_comparison *c) {
  return &entry_at_work(c)->runs[c->run];
}

/* The next run; behind an entry's last one its intervals come. The majority needs but one. */
static void next_run(afina_comparison *c) {
  end_run(c);
  c->run++;
  c->phase = AFINA_COMPARE_START;
  if (c->run < c->seed_count) return;
  c->phase = AFINA_COMPARE_INTERVALS;
}

static void finish_run(afina_comparison *c, double now) {
  run_at_work(c)->seconds = now - c->started;
  run_at_work(c)->done = true;
  next_run(c);
}

/* A run that fails is told of in its place; the others go on. */
static void fail_run(afina_comparison *c, const afina_error *failure, double now) {
  clear_run(run_at_work(c));
  run_at_work(c)->failure = *failure;
  finish_run(c, now);
}

/* What no seed changes is not done again for another one. */
static bool repeats(const afina_comparison *c) {
  const afina_compared_entry *entry = &c->entries[c->entry];
  return c->run > 0 && entry->kind != AFINA_COMPARED_NETWORK && !entry->labels;
}

static afina_status start(afina_comparison *c, double now, afina_error *error) {
  const afina_compared_entry *entry = entry_at_work(c);
  if (repeats(c)) {
    next_run(c);
    return AFINA_OK;
  }
  c->started = now;
  if (entry->labels) AFINA_TRY(afina_compare_subset(c, entry->labels, run_at_work(c)->seed, error));
  switch (entry->kind) {
    case AFINA_COMPARED_NETWORK:
      AFINA_TRY(start_session(c, entry, run_at_work(c)->seed, error));
      c->phase = AFINA_COMPARE_SESSION;
      break;
    case AFINA_COMPARED_NGRAMS:
      AFINA_TRY(afina_compare_start_ngrams(c, error));
      c->phase = AFINA_COMPARE_NGRAMS;
      break;
    case AFINA_COMPARED_MAJORITY: AFINA_TRY(afina_compare_majority(c, error)); finish_run(c, now);
  }
  return AFINA_OK;
}

static afina_status step_session(afina_comparison *c, double now, afina_error *error) {
  AFINA_TRY(afina_session_step(c->session, now, &c->progress, error));
  if (c->progress.phase != AFINA_DONE) return AFINA_OK;
  const afina_compared_entry *entry = entry_at_work(c);
  AFINA_TRY(keep_report(c->session, run_at_work(c), error));
  AFINA_TRY(keep_predictions(c, run_at_work(c), error));
  AFINA_TRY(measure_saved(c, entry, run_at_work(c), error));
  if (c->run == 0 && !entry->random && !c->is_curve) {
    run_at_work(c)->seconds = now - c->started;
    c->phase = AFINA_COMPARE_FORGETTING;
  } else {
    finish_run(c, now);
  }
  return AFINA_OK;
}

static afina_status step_forgetting(afina_comparison *c, afina_error *error) {
  AFINA_TRY(forgetting(c, entry_at_work(c), error));
  run_at_work(c)->done = true;
  next_run(c);
  return AFINA_OK;
}

static afina_status step_ngrams(afina_comparison *c, double now, afina_error *error) {
  bool done = false;
  AFINA_TRY(afina_compare_work_on_ngrams(c, &done, error));
  if (done) finish_run(c, now);
  return AFINA_OK;
}

static afina_status intervals(afina_comparison *c, afina_error *error) {
  afina_compared_entry *entry = entry_at_work(c);
  const uint32_t **list = afina_allocate(c->seed_count, sizeof *list);
  if (!list) return afina_fail_memory(error);
  const afina_answers answers = {.truth = c->truth,
                                 .predicted = list,
                                 .runs = afina_compare_answers(c, entry, list),
                                 .rows = c->tests,
                                 .classes = c->classes};
  afina_status status = AFINA_OK;
  if (answers.runs) {
    status = afina_bootstrap(&entry->intervals, &answers, c->split_seed, error);
    entry->has_intervals = status == AFINA_OK;
  }
  free(list);
  AFINA_TRY(status);
  c->run = 0;
  c->phase = ++c->entry < c->entry_count ? AFINA_COMPARE_START : AFINA_COMPARE_DONE;
  return AFINA_OK;
}

/* Of a run: what fails there fails that run alone. */
static afina_status step_run(afina_comparison *c, double now, afina_error *error) {
  switch (c->phase) {
    case AFINA_COMPARE_START: return start(c, now, error);
    case AFINA_COMPARE_SESSION: return step_session(c, now, error);
    case AFINA_COMPARE_NGRAMS: return step_ngrams(c, now, error);
    default: return step_forgetting(c, error);
  }
}

static double fraction(const afina_comparison *c) {
  const double within = c->phase == AFINA_COMPARE_FORGETTING ? 1 : c->progress.fraction;
  if (c->phase == AFINA_COMPARE_DONE) return 1;
  return ((double)(c->entry * c->seed_count + c->run) + within) /
         (double)(c->entry_count * c->seed_count);
}

afina_status afina_comparison_step(afina_comparison *c, double now,
                                   afina_comparison_progress *progress, afina_error *error) {
  afina_error failure;
  if (c->phase == AFINA_COMPARE_LANGUAGE) {
    AFINA_TRY(afina_perplexity(c->runtime, c->model, c->text, c->text_size, &c->before, error));
    c->phase = AFINA_COMPARE_START;
  } else if (c->phase == AFINA_COMPARE_INTERVALS) {
    AFINA_TRY(intervals(c, error));
  } else if (c->phase != AFINA_COMPARE_DONE && step_run(c, now, &failure) != AFINA_OK) {
    fail_run(c, &failure, now);
  }
  *progress = (afina_comparison_progress){.entry = c->entry,
                                          .entries = c->entry_count,
                                          .run = c->run,
                                          .runs = c->seed_count,
                                          .fraction = fraction(c),
                                          .done = c->phase == AFINA_COMPARE_DONE,
                                          .session = c->progress};
  return AFINA_OK;
}
