/* Asks afina_inside about a text of a tiny classifier. */
#ifndef AFINA_INSIDE_RIG_H
#define AFINA_INSIDE_RIG_H

#include "session_rig.h"

#include "model.h"

static inline void train(rig *r, const char *options) {
  rig_open(r);
  rig_fill(r->data, AFINA_PART_TRAIN, 30, 1);
  rig_start(r, options);
}

/* The document of a text, with its values. */
typedef struct told {
  cJSON *json;
  afina_bytes values;
} told;

static inline told look(rig *r, afina_model *model, const char *text, size_t label) {
  afina_error error;
  afina_bytes bytes;
  told t = {0};
  fine(afina_inside(r->runtime, model, text, strlen(text), label, &bytes, &t.values, &error),
       &error);
  fine(afina_json_parse(&t.json, bytes.data, bytes.size, "inside", &error), &error);
  afina_bytes_free(&bytes);
  return t;
}

static inline void forget(told *t) {
  cJSON_Delete(t->json);
  afina_bytes_free(&t->values);
}

static inline float value_at(const cJSON *list, size_t i) {
  return (float)cJSON_GetArrayItem(list, (int)i)->valuedouble;
}

/* Where a tensor of the layout lies; *columns: its last dimension. */
static inline const float *tensor(const told *t, const char *name, size_t *rows, size_t *columns) {
  size_t offset = 0;
  *rows = *columns = 0;
  const cJSON *shape = afina_json_member(t->json, "layout")->child;
  for (; shape; shape = shape->next) {
    const bool is_vector = cJSON_GetArraySize(shape) == 1;
    *rows = is_vector ? 1 : (size_t)shape->child->valuedouble;
    *columns = (size_t)(is_vector ? shape->child : shape->child->next)->valuedouble;
    if (strcmp(shape->string, name) == 0) break;
    offset += *rows * *columns;
  }
  if (!shape) return NULL;
  return (const float *)(const void *)t->values.data + offset;
}

#endif
