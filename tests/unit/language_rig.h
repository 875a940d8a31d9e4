/* A text that can be learned, and a small model made of it. */
#ifndef AFINA_LANGUAGE_RIG_H
#define AFINA_LANGUAGE_RIG_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "afina.h"
#include "json.h"
#include "model.h"
#include "weights.h"

static const char small[] =
    "{\"vocabulary\":300,\"width\":16,\"layers\":2,\"heads\":2,\"context\":16,\"seed\":3}";

static inline void fine(afina_status status, const afina_error *error) {
  if (status != AFINA_OK) fail_msg("%s: %s", afina_status_name(status), error->message);
}

/* Paragraphs of a few sentences, with characters of two and four bytes. */
static inline char *rig_text(size_t paragraphs) {
  static const char *const parts[] = {"A rua dorme. ", "O pão está quente! ", "Chove de novo. ",
                                      "Lua cheia 🌕 na rua. "};
  afina_rng rng;
  afina_buffer text = {0};
  afina_error error;
  afina_rng_seed(&rng, 8);
  for (size_t p = 0; p < paragraphs; p++) {
    for (int i = 0; i < 4; i++) {
      const char *part = parts[afina_rng_below(&rng, 4)];
      fine(afina_buffer_append(&text, part, strlen(part), &error), &error);
    }
    fine(afina_buffer_append(&text, "\n\n", 2, &error), &error);
  }
  fine(afina_buffer_append(&text, "", 1, &error), &error);
  return (char *)text.data;
}

static inline afina_runtime *rig_runtime(size_t threads) {
  afina_error error;
  afina_runtime *runtime = NULL;
  fine(afina_runtime_create(&runtime, threads, &error), &error);
  return runtime;
}

static inline afina_model *rig_made(const char *text, const char *options) {
  afina_error error;
  afina_model *model = NULL;
  fine(afina_model_create(&model, text, strlen(text), options, strlen(options), &error), &error);
  return model;
}

/* The document, whose bytes are freed. */
static inline cJSON *rig_parsed(afina_bytes *json) {
  afina_error error;
  cJSON *object = NULL;
  fine(afina_json_parse(&object, json->data, json->size, "reply", &error), &error);
  afina_bytes_free(json);
  return object;
}

static inline double rig_number(const cJSON *json, const char *key) {
  const cJSON *item = afina_json_member(json, key);
  assert_true(cJSON_IsNumber(item));
  return item->valuedouble;
}

static inline void rig_sha256(const afina_model *model, char hex[AFINA_SHA256_HEX]) {
  afina_error error;
  fine(afina_weights_sha256(&model->gpt, NULL, hex, &error), &error);
}

#endif
