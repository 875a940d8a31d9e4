/* What the tests of the comparison share: rows, and a comparison run to its end. */
#ifndef AFINA_COMPARE_RIG_H
#define AFINA_COMPARE_RIG_H

#include "compare.h"
#include "session_rig.h"

enum { ROWS = 90 };

static inline void open_rows(rig *r) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_ANY, ROWS, 1);
  for (size_t i = 0; i < 9; i++) { /* harder: words of one class, the label of another */
    char text[64];
    snprintf(text, sizeof text, "%s %s %zu?", rig_words[i % 3][i % 4], rig_words[1][i % 3], i);
    rig_add(r->data, AFINA_PART_ANY, text, rig_labels[(i + 1) % 3]);
  }
}

static inline afina_comparison *begin(const rig *r, const char *plan) {
  afina_error error;
  afina_comparison *c = NULL;
  fine(afina_comparison_create(&c, r->runtime, r->model, r->data, plan, strlen(plan), &error),
       &error);
  return c;
}

static inline cJSON *report_of(const afina_comparison *c) {
  afina_error error;
  afina_bytes bytes;
  cJSON *json = NULL;
  fine(afina_comparison_report(c, &bytes, &error), &error);
  fine(afina_json_parse(&json, bytes.data, bytes.size, "comparison", &error), &error);
  afina_bytes_free(&bytes);
  return json;
}

static inline void finish(afina_comparison *c) {
  afina_error error;
  afina_comparison_progress progress = {0};
  double last = 0, now = 0;
  for (int i = 0; i < 200000 && !progress.done; i++) {
    fine(afina_comparison_step(c, now += 0.25, &progress, &error), &error);
    assert_true(progress.fraction >= last - 1e-9 && progress.fraction <= 1);
    last = progress.fraction;
  }
  assert_true(progress.done);
}

static inline cJSON *compare(const rig *r, const char *plan) {
  afina_comparison *c = begin(r, plan);
  finish(c);
  cJSON *json = report_of(c);
  afina_comparison_free(c);
  return json;
}

static inline const cJSON *entry_of(const cJSON *report, int i) {
  const cJSON *entry = cJSON_GetArrayItem(afina_json_member(report, "entries"), i);
  assert_non_null(entry);
  return entry;
}

static inline const cJSON *run_of(const cJSON *entry, int i) {
  const cJSON *run = cJSON_GetArrayItem(afina_json_member(entry, "runs"), i);
  assert_non_null(run);
  return run;
}

static inline const char *text_of(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  assert_true(cJSON_IsString(item));
  return item->valuestring;
}

static inline void expect_close(double a, double b) {
  if (!(fabs(a - b) < 1e-12)) fail_msg("%.17g and %.17g", a, b);
}

/* What a session alone reports. */
static inline cJSON *alone(rig *r, const char *options) {
  r->progress = (afina_progress){0};
  rig_start(r, options);
  rig_finish(r);
  cJSON *json = rig_report(r);
  afina_session_free(r->session);
  r->session = NULL;
  return json;
}

#endif
