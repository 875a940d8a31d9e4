#include "adapters_config.h"

#include <string.h>

#include "kernels.h"

static const struct {
  const char *name;
  unsigned targets;
} sets[] = {{"attn", AFINA_LORA_ATTENTION}, {"mlp", AFINA_LORA_MLP}, {"all", AFINA_LORA_ALL}};

enum { SETS = sizeof sets / sizeof *sets, LARGEST_ALPHA = 1000000 };

const char *afina_lora_targets_name(unsigned targets) {
  for (size_t i = 0; i < SETS; i++)
    if (sets[i].targets == targets) return sets[i].name;
  return "none";
}

afina_status afina_lora_targets_parse(unsigned *out, const char *name, afina_error *error) {
  for (size_t i = 0; i < SETS; i++)
    if (strcmp(name, sets[i].name) == 0) {
      *out = sets[i].targets;
      return AFINA_OK;
    }
  return afina_fail(error, AFINA_E_ARGUMENT, "LoRA's targets are attn, mlp or all, not '%.40s'",
                    name);
}

static afina_status check_lora(const afina_gpt_config *config, afina_error *error) {
  const afina_adapters *a = &config->adapters;
  if (a->rank > config->channels)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "a LoRA rank of %zu: it is from 1 to the model's width, %zu", a->rank,
                      config->channels);
  if (a->first >= config->layers)
    return afina_fail(error, AFINA_E_ARGUMENT, "LoRA from block %zu on: the model has %zu",
                      a->first, config->layers);
  if (!(a->alpha > 0 && a->alpha <= LARGEST_ALPHA))
    return afina_fail(error, AFINA_E_ARGUMENT, "a LoRA alpha of %g: it is above 0, at most %d",
                      a->alpha, LARGEST_ALPHA);
  if (a->targets == 0 || a->targets > AFINA_LORA_ALL)
    return afina_fail(error, AFINA_E_ARGUMENT, "LoRA beside no matrix");
  return AFINA_OK;
}

afina_status afina_adapters_check(const afina_gpt_config *config, afina_error *error) {
  const afina_adapters *a = &config->adapters;
  if ((a->rank > 0) + (a->prefix > 0) + (a->prompt > 0) > 1)
    return afina_fail(error, AFINA_E_ARGUMENT, "LoRA, prefix and prompt: one at a time");
  if (a->rank) AFINA_TRY(check_lora(config, error));
  if (a->prompt >= config->context)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "a prompt of %zu vectors leaves no place for a text: the context is %zu",
                      a->prompt, config->context);
  if (a->prefix > config->context || a->prefix > AFINA_MAX_CONTEXT - config->context)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "a prefix of %zu: it is at most as long as the context, %zu, and both "
                      "together at most %d",
                      a->prefix, config->context, AFINA_MAX_CONTEXT);
  return AFINA_OK;
}

static afina_status parse_lora(afina_adapters *a, const cJSON *lora, afina_error *error) {
  const char *targets;
  if (!lora) return AFINA_OK;
  AFINA_TRY(afina_json_size(lora, "rank", 1, AFINA_MAX_CHANNELS, SIZE_MAX, &a->rank, error));
  AFINA_TRY(afina_json_number(lora, "alpha", 0, LARGEST_ALPHA, (double)a->rank, &a->alpha, error));
  AFINA_TRY(afina_json_string(lora, "targets", "all", &targets, error));
  AFINA_TRY(afina_lora_targets_parse(&a->targets, targets, error));
  return afina_json_size(lora, "first_block", 0, AFINA_MAX_LAYERS, 0, &a->first, error);
}

afina_status afina_adapters_parse(afina_gpt_config *config, const cJSON *own, afina_error *error) {
  afina_adapters a = {0};
  AFINA_TRY(parse_lora(&a, afina_json_member(own, "lora"), error));
  AFINA_TRY(afina_json_size(own, "prefix", 0, AFINA_MAX_CONTEXT, 0, &a.prefix, error));
  AFINA_TRY(afina_json_size(own, "prompt", 0, AFINA_MAX_CONTEXT, 0, &a.prompt, error));
  config->adapters = a;
  return AFINA_OK;
}

static bool add(cJSON *json, const char *key, size_t value) {
  return value == 0 || cJSON_AddNumberToObject(json, key, (double)value);
}

static bool print_lora(const afina_adapters *a, cJSON *own) {
  if (!a->rank) return true;
  cJSON *lora = cJSON_AddObjectToObject(own, "lora");
  return lora && add(lora, "rank", a->rank) && cJSON_AddNumberToObject(lora, "alpha", a->alpha) &&
         cJSON_AddStringToObject(lora, "targets", afina_lora_targets_name(a->targets)) &&
         add(lora, "first_block", a->first);
}

bool afina_adapters_print(const afina_adapters *a, cJSON *own) {
  return print_lora(a, own) && add(own, "prefix", a->prefix) && add(own, "prompt", a->prompt);
}
