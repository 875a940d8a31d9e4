#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* Two short texts of everyday language, Portuguese and English: how well the model still predicts
 * them shows what training took from it. */
static const char everyday[] =
    "Na segunda-feira choveu a tarde inteira, e a feira da praça ficou quase vazia. Dona Lúcia "
    "vendeu poucas laranjas, mas não desanimou: guardou as caixas, tomou um café com o vizinho e "
    "prometeu voltar mais cedo no sábado. Quando o sol apareceu, as crianças correram para a rua, "
    "e logo havia um jogo de bola em frente à padaria.\n\n"
    "The bus was late again, so we decided to walk along the river. It took us almost an hour, "
    "but nobody complained, because the evening was warm and there was a market on the other "
    "side of the bridge. My sister bought bread and a jar of honey, and on the way back we "
    "talked about the house in which our grandparents had lived.\n";

static const char *const plan_keys[] = {"strategies", "seeds", "options",
                                        "random",     "curve", "text"};
/* Of an entry: the rows that it is tested on are those of all others. */
static const char *const shared_keys[] = {"seed", "split_seed", "test_share", "valid_share"};

static bool is_among(const char *key, const char *const *keys, size_t count) {
  while (count-- > 0)
    if (strcmp(key, keys[count]) == 0) return true;
  return false;
}

static afina_status read_seeds(afina_comparison *c, const cJSON *list, afina_error *error) {
  const int count = list && !cJSON_IsNull(list) ? cJSON_GetArraySize(list) : 1;
  if (count < 1 || count > 100 || (count > 1 && !cJSON_IsArray(list)))
    return afina_fail(error, AFINA_E_ARGUMENT, "'seeds': a list of 1 to 100 whole numbers");
  c->seeds = afina_allocate((size_t)count, sizeof *c->seeds);
  if (!c->seeds) return afina_fail_memory(error);
  if (!cJSON_IsArray(list)) c->seeds[c->seed_count++] = c->options.seed;
  for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item; item = item->next) {
    const double seed = item->valuedouble;
    if (!cJSON_IsNumber(item) || !(seed >= 0 && seed <= UINT32_MAX) ||
        (double)(uint32_t)seed < seed)
      return afina_fail(error, AFINA_E_ARGUMENT, "'seeds': whole numbers from 0 to 4294967295");
    for (size_t i = 0; i < c->seed_count; i++)
      if (c->seeds[i] == (uint64_t)seed)
        return afina_fail(error, AFINA_E_ARGUMENT, "'seeds': %.0f stands there twice", seed);
    c->seeds[c->seed_count++] = (uint64_t)seed;
  }
  return AFINA_OK;
}

/* ---- entries ---- */

static afina_status grow(afina_comparison *c, afina_compared_entry **out, afina_error *error) {
  size_t size;
  if (!afina_multiply(c->entry_count + 1, sizeof *c->entries, &size))
    return afina_fail_memory(error);
  afina_compared_entry *moved = realloc(c->entries, size);
  if (!moved) return afina_fail_memory(error);
  c->entries = moved;
  afina_compared_run *runs = afina_allocate(c->seed_count, sizeof *runs);
  if (!runs) return afina_fail_memory(error);
  for (size_t i = 0; i < c->seed_count; i++) runs[i].seed = c->seeds[i];
  *out = &c->entries[c->entry_count++];
  **out = (afina_compared_entry){.runs = runs};
  return AFINA_OK;
}

static afina_status add_baseline(afina_comparison *c, afina_compared kind, size_t labels,
                                 afina_error *error) {
  afina_compared_entry *entry = NULL;
  AFINA_TRY(grow(c, &entry, error));
  entry->kind = kind;
  entry->name = kind == AFINA_COMPARED_NGRAMS ? "ngrams" : "majority";
  entry->labels = labels;
  return AFINA_OK;
}

/* Sets a member, whatever it was. */
static bool set(cJSON *object, const char *key, cJSON *value) {
  cJSON_DeleteItemFromObjectCaseSensitive(object, key);
  if (value && cJSON_AddItemToObject(object, key, value)) return true;
  cJSON_Delete(value);
  return false;
}

/* `own`: a strategy's name, or an object of options with it; "random" is not an option but says
 * what to start from. */
static afina_status add_network(afina_comparison *c, const cJSON *own, bool random, size_t labels,
                                afina_error *error) {
  const char *name = cJSON_IsString(own) ? own->valuestring : NULL;
  if (!name && cJSON_IsObject(own)) {
    AFINA_TRY(afina_json_string(own, "strategy", NULL, &name, error));
    if (!random) AFINA_TRY(afina_json_bool(own, "random", false, &random, error));
  }
  if (!name || !*name)
    return afina_fail(error, AFINA_E_ARGUMENT, "'strategies': each is a name, or has a 'strategy'");
  afina_compared_entry *entry = NULL;
  AFINA_TRY(grow(c, &entry, error));
  entry->random = random;
  entry->labels = labels;
  entry->options = cJSON_Duplicate(c->common, true);
  bool fine = entry->options && set(entry->options, "strategy", cJSON_CreateString(name));
  for (const cJSON *item = cJSON_IsObject(own) ? own->child : NULL; item; item = item->next) {
    if (strcmp(item->string, "strategy") == 0 || strcmp(item->string, "random") == 0) continue;
    if (is_among(item->string, shared_keys, sizeof shared_keys / sizeof *shared_keys))
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "'%s' of strategy '%s': it belongs to the options that all share, so that "
                        "all are tested on the same rows",
                        item->string, name);
    fine = fine && set(entry->options, item->string, cJSON_Duplicate(item, true));
  }
  if (!fine) return afina_fail_memory(error);
  entry->name = afina_json_member(entry->options, "strategy")->valuestring;
  afina_finetune_options parsed;
  const afina_status status = afina_finetune_options_parse(
      &parsed, entry->options, &c->model->gpt.config, afina_dataset_trainable(c->data),
      afina_dataset_classes(c->data), error);
  return status;
}

static afina_status add_strategies(afina_comparison *c, const cJSON *plan, afina_error *error) {
  static const char *const usual[] = {"head", "last:1", "full"};
  const cJSON *list = afina_json_member(plan, "strategies"), *first = NULL;
  cJSON *names = NULL;
  if (!list || cJSON_IsNull(list)) {
    names = cJSON_CreateStringArray(usual, 3);
    if (!names) return afina_fail_memory(error);
    list = names;
  }
  afina_status status = AFINA_OK;
  if (!cJSON_IsArray(list) || !list->child || cJSON_GetArraySize(list) > 100)
    status = afina_fail(error, AFINA_E_ARGUMENT, "'strategies': a list of 1 to 100");
  first = status == AFINA_OK ? list->child : NULL;
  for (const cJSON *item = first; item && status == AFINA_OK; item = item->next)
    status = add_network(c, item, false, 0, error);
  const cJSON *random = afina_json_member(plan, "random");
  if (status == AFINA_OK && !cJSON_IsFalse(random))
    status = add_network(c, random && !cJSON_IsNull(random) ? random : first, true, 0, error);
  cJSON_Delete(names);
  AFINA_TRY(status);
  AFINA_TRY(add_baseline(c, AFINA_COMPARED_NGRAMS, 0, error));
  return add_baseline(c, AFINA_COMPARED_MAJORITY, 0, error);
}

enum { FEWEST_LABELS = 8 };

afina_status afina_compare_plan_curve(afina_comparison *c, const cJSON *own, afina_error *error) {
  const size_t most = afina_compare_largest_class(c);
  if (most <= FEWEST_LABELS)
    return afina_fail(error, AFINA_E_DATA,
                      "a learning curve begins with %d labels of a class, and no class has more "
                      "than %zu to train on",
                      (int)FEWEST_LABELS, most);
  for (size_t labels = FEWEST_LABELS; labels; labels = labels * 2 < most ? labels * 2 : 0) {
    AFINA_TRY(add_network(c, own, false, labels, error));
    AFINA_TRY(add_baseline(c, AFINA_COMPARED_NGRAMS, labels, error));
  }
  AFINA_TRY(add_network(c, own, false, 0, error));
  AFINA_TRY(add_baseline(c, AFINA_COMPARED_NGRAMS, 0, error));
  return add_baseline(c, AFINA_COMPARED_MAJORITY, 0, error);
}

/* ---- the plan ---- */

static afina_status read_text(afina_comparison *c, const cJSON *plan, afina_error *error) {
  const char *text;
  AFINA_TRY(afina_json_string(plan, "text", NULL, &text, error));
  c->text_given = text && *text;
  if (!c->text_given) text = everyday;
  c->text_size = strlen(text);
  c->text = afina_allocate(c->text_size, 1);
  if (!c->text) return afina_fail_memory(error);
  memcpy(c->text, text, c->text_size);
  return AFINA_OK;
}

static afina_status read_common(afina_comparison *c, const cJSON *plan, afina_error *error) {
  const cJSON *common = afina_json_member(plan, "options");
  if (common && !cJSON_IsNull(common) && !cJSON_IsObject(common))
    return afina_fail(error, AFINA_E_ARGUMENT, "'options' must be an object");
  c->common = cJSON_IsObject(common) ? cJSON_Duplicate(common, true) : cJSON_CreateObject();
  if (!c->common) return afina_fail_memory(error);
  AFINA_TRY(afina_finetune_options_parse(&c->options, c->common, &c->model->gpt.config,
                                         afina_dataset_trainable(c->data),
                                         afina_dataset_classes(c->data), error));
  c->split_seed = c->options.split_seed;
  return set(c->common, "split_seed", cJSON_CreateNumber((double)c->split_seed))
             ? AFINA_OK
             : afina_fail_memory(error);
}

/* The rows that all are tested on. */
static afina_status split(afina_comparison *c, afina_error *error) {
  const afina_split_options options = {.test_share = c->options.test_share,
                                       .valid_share = c->options.valid_share,
                                       .seed = c->split_seed};
  const size_t rows = afina_dataset_count(c->data);
  AFINA_TRY(afina_split_make(&c->split, c->data, &options, error));
  c->tests = c->split.test.count;
  c->classes = afina_dataset_classes(c->data);
  if (!c->tests)
    return afina_fail(error, AFINA_E_DATA, "a comparison needs rows to test on: there are none");
  c->truth = afina_allocate(c->tests, sizeof *c->truth);
  c->place_of = afina_allocate(rows, sizeof *c->place_of);
  if (!c->truth || !c->place_of) return afina_fail_memory(error);
  for (size_t i = 0; i < rows; i++) c->place_of[i] = SIZE_MAX;
  for (size_t i = 0; i < c->tests; i++) {
    c->place_of[c->split.test.rows[i]] = i;
    c->truth[i] = afina_dataset_row(c->data, c->split.test.rows[i]).label;
  }
  return AFINA_OK;
}

static afina_status read_plan(afina_comparison *c, const cJSON *plan, afina_error *error) {
  if (plan && !cJSON_IsObject(plan))
    return afina_fail(error, AFINA_E_ARGUMENT, "the plan of a comparison must be an object");
  for (const cJSON *item = plan ? plan->child : NULL; item; item = item->next)
    if (!is_among(item->string, plan_keys, sizeof plan_keys / sizeof *plan_keys))
      return afina_fail(error, AFINA_E_ARGUMENT, "a comparison has no '%s'", item->string);
  AFINA_TRY(read_common(c, plan, error));
  AFINA_TRY(read_seeds(c, afina_json_member(plan, "seeds"), error));
  AFINA_TRY(read_text(c, plan, error));
  AFINA_TRY(split(c, error));
  const cJSON *curve = afina_json_member(plan, "curve");
  c->is_curve = curve && !cJSON_IsNull(curve) && !cJSON_IsFalse(curve);
  return c->is_curve ? afina_compare_plan_curve(c, curve, error) : add_strategies(c, plan, error);
}

afina_status afina_compare_plan(afina_comparison *c, const char *plan, size_t size,
                                afina_error *error) {
  cJSON *json = NULL;
  if (size) AFINA_TRY(afina_json_parse(&json, plan, size, "plan", error));
  const afina_status status = read_plan(c, json, error);
  cJSON_Delete(json);
  return status;
}
