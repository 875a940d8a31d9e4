#include "recipe.h"

#include <string.h>

static const char *const known[] = {"class_weights", "sampling",       "label_smoothing", "dropout",
                                    "layer_decay",   "gradual_epochs", "optimizer",       "ridge"};

bool afina_recipe_knows(const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(name, known[i]) == 0) return true;
  return false;
}

void afina_recipe_defaults(afina_recipe *recipe) {
  *recipe = (afina_recipe){.layer_decay = 1, .ridge = 2};
}

/* One of two words; *out says whether it is the second. */
static afina_status parse_word(bool *out, const cJSON *json, const char *key, const char *first,
                               const char *second, afina_error *error) {
  const char *word;
  AFINA_TRY(afina_json_string(json, key, NULL, &word, error));
  if (!word || !*word) return AFINA_OK;
  if (strcmp(word, first) != 0 && strcmp(word, second) != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "option '%s' is '%s' or '%s', not '%s'", key, first,
                      second, word);
  *out = strcmp(word, second) == 0;
  return AFINA_OK;
}

afina_status afina_recipe_parse(afina_recipe *recipe, const cJSON *json, afina_error *error) {
  afina_recipe r = *recipe;
  AFINA_TRY(parse_word(&r.weighs, json, "class_weights", "none", "balanced", error));
  AFINA_TRY(parse_word(&r.draws, json, "sampling", "shuffle", "balanced", error));
  if (r.weighs && r.draws)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "options 'class_weights' and 'sampling' are both 'balanced': small classes "
                      "would count twice; choose one");
  AFINA_TRY(afina_json_number(json, "label_smoothing", 0, 0.9, r.label_smoothing,
                              &r.label_smoothing, error));
  AFINA_TRY(afina_json_number(json, "dropout", 0, 0.9, r.dropout, &r.dropout, error));
  AFINA_TRY(afina_json_number(json, "layer_decay", 0, 1, r.layer_decay, &r.layer_decay, error));
  AFINA_TRY(afina_json_size(json, "gradual_epochs", 0, 10000, r.gradual_epochs, &r.gradual_epochs,
                            error));
  AFINA_TRY(parse_word(&r.lbfgs, json, "optimizer", "adamw", "lbfgs", error));
  AFINA_TRY(afina_json_number(json, "ridge", 0, 1e9, r.ridge, &r.ridge, error));
  *recipe = r;
  return AFINA_OK;
}

bool afina_recipe_print(const afina_recipe *r, cJSON *json) {
  return cJSON_AddStringToObject(json, "class_weights", r->weighs ? "balanced" : "none") &&
         cJSON_AddStringToObject(json, "sampling", r->draws ? "balanced" : "shuffle") &&
         cJSON_AddNumberToObject(json, "label_smoothing", r->label_smoothing) &&
         cJSON_AddNumberToObject(json, "dropout", r->dropout) &&
         cJSON_AddNumberToObject(json, "layer_decay", r->layer_decay) &&
         cJSON_AddStringToObject(json, "optimizer", r->lbfgs ? "lbfgs" : "adamw") &&
         (!r->lbfgs || cJSON_AddNumberToObject(json, "ridge", r->ridge)) &&
         (!r->gradual_epochs ||
          cJSON_AddNumberToObject(json, "gradual_epochs", (double)r->gradual_epochs));
}
