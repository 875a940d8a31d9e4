#include "params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum {
  FIRST_OF_BLOCK = AFINA_LN_1_WEIGHT,
  BLOCK_TENSORS = AFINA_LN_F_WEIGHT - AFINA_LN_1_WEIGHT,
  ADAPTERS = AFINA_SCORE - AFINA_PROMPT
};

/* A dimension of the model, by which the table below states its shapes. */
typedef enum dimension { ONE, V, T, C, C2, C3, F, K, W, PROMPT, PREFIX, R } dimension;

static const struct {
  const char *name; /* %zu: the block */
  dimension rows, columns;
} table[] = {
    [AFINA_WTE] = {"transformer.wte.weight", V, C},
    [AFINA_WPE] = {"transformer.wpe.weight", T, C},
    [AFINA_LN_1_WEIGHT] = {"transformer.h.%zu.ln_1.weight", ONE, C},
    [AFINA_LN_1_BIAS] = {"transformer.h.%zu.ln_1.bias", ONE, C},
    [AFINA_ATTN_WEIGHT] = {"transformer.h.%zu.attn.c_attn.weight", C, C3},
    [AFINA_ATTN_BIAS] = {"transformer.h.%zu.attn.c_attn.bias", ONE, C3},
    [AFINA_ATTN_PROJ_WEIGHT] = {"transformer.h.%zu.attn.c_proj.weight", C, C},
    [AFINA_ATTN_PROJ_BIAS] = {"transformer.h.%zu.attn.c_proj.bias", ONE, C},
    [AFINA_LN_2_WEIGHT] = {"transformer.h.%zu.ln_2.weight", ONE, C},
    [AFINA_LN_2_BIAS] = {"transformer.h.%zu.ln_2.bias", ONE, C},
    [AFINA_MLP_FC_WEIGHT] = {"transformer.h.%zu.mlp.c_fc.weight", C, F},
    [AFINA_MLP_FC_BIAS] = {"transformer.h.%zu.mlp.c_fc.bias", ONE, F},
    [AFINA_MLP_PROJ_WEIGHT] = {"transformer.h.%zu.mlp.c_proj.weight", F, C},
    [AFINA_MLP_PROJ_BIAS] = {"transformer.h.%zu.mlp.c_proj.bias", ONE, C},
    [AFINA_LN_F_WEIGHT] = {"transformer.ln_f.weight", ONE, C},
    [AFINA_LN_F_BIAS] = {"transformer.ln_f.bias", ONE, C},
    [AFINA_PROMPT] = {"afina.prompt", PROMPT, C},
    [AFINA_PREFIX] = {"transformer.h.%zu.attn.prefix", PREFIX, C2},
    [AFINA_LORA_ATTN_A] = {"transformer.h.%zu.attn.c_attn.lora_a", C, R},
    [AFINA_LORA_ATTN_B] = {"transformer.h.%zu.attn.c_attn.lora_b", R, C3},
    [AFINA_LORA_ATTN_PROJ_A] = {"transformer.h.%zu.attn.c_proj.lora_a", C, R},
    [AFINA_LORA_ATTN_PROJ_B] = {"transformer.h.%zu.attn.c_proj.lora_b", R, C},
    [AFINA_LORA_MLP_FC_A] = {"transformer.h.%zu.mlp.c_fc.lora_a", C, R},
    [AFINA_LORA_MLP_FC_B] = {"transformer.h.%zu.mlp.c_fc.lora_b", R, F},
    [AFINA_LORA_MLP_PROJ_A] = {"transformer.h.%zu.mlp.c_proj.lora_a", F, R},
    [AFINA_LORA_MLP_PROJ_B] = {"transformer.h.%zu.mlp.c_proj.lora_b", R, C},
    [AFINA_SCORE] = {"score.weight", K, W},
};

static size_t extent(const afina_gpt_config *config, dimension d) {
  switch (d) {
    case V: return config->vocabulary;
    case T: return config->context;
    case C: return config->channels;
    case C2: return 2 * config->channels;
    case C3: return 3 * config->channels;
    case F: return config->inner;
    case K: return config->classes;
    case W: return afina_readout_width(config);
    case PROMPT: return config->adapters.prompt;
    case PREFIX: return config->adapters.prefix;
    case R: return config->adapters.rank;
    case ONE: break;
  }
  return 1;
}

/* Index in the table's entries of what is no adapter and not the head, which come behind. */
static size_t entry_index(size_t layers, size_t layer, afina_tensor tensor) {
  if (tensor < AFINA_LN_1_WEIGHT) return tensor;
  if (tensor < AFINA_LN_F_WEIGHT) return layer * BLOCK_TENSORS + tensor;
  return (layers - 1) * BLOCK_TENSORS + tensor; /* the table has one block already */
}

static bool is_adapter(afina_tensor tensor) {
  return tensor >= AFINA_PROMPT && tensor < AFINA_SCORE;
}

static bool has_adapter(const afina_adapters *adapters, size_t layer, afina_tensor tensor) {
  if (tensor == AFINA_PROMPT) return layer == 0 && adapters->prompt > 0;
  if (tensor == AFINA_PREFIX) return adapters->prefix > 0;
  const unsigned matrix = 1U << (unsigned)(tensor - AFINA_LORA_ATTN_A) / 2;
  return adapters->rank > 0 && layer >= adapters->first && (adapters->targets & matrix);
}

static bool add(afina_params *params, const afina_gpt_config *config, size_t layer,
                afina_tensor tensor) {
  afina_param *param = &params->entries[params->count++];
  /* The formats are the literals of the table above, with at most one %zu. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  snprintf(param->name, sizeof param->name, table[tensor].name, layer);
#pragma GCC diagnostic pop
  param->rows = extent(config, table[tensor].rows);
  param->columns = extent(config, table[tensor].columns);
  param->vector = table[tensor].rows == ONE;
  param->decays = !param->vector && tensor != AFINA_PROMPT && tensor != AFINA_PREFIX;
  param->offset = params->total;
  size_t elements;
  return afina_multiply(param->rows, param->columns, &elements) &&
         afina_add(params->total, elements, &params->total);
}

afina_status afina_params_init(afina_params *params, const afina_gpt_config *config,
                               afina_error *error) {
  const bool adapted = afina_has_adapters(config);
  const size_t extra = adapted ? config->layers * ADAPTERS : 0;
  afina_params made = {.layers = config->layers};
  made.entries = afina_allocate(entry_index(config->layers, 0, AFINA_LN_F_BIAS) + 2 + extra,
                                sizeof *made.entries);
  made.extra = adapted ? afina_allocate(extra, sizeof *made.extra) : NULL;
  if (!made.entries || (adapted && !made.extra)) {
    afina_params_free(&made);
    return afina_fail_memory(error);
  }
  bool fits = add(&made, config, 0, AFINA_WTE) && add(&made, config, 0, AFINA_WPE);
  for (size_t layer = 0; layer < config->layers; layer++)
    for (int tensor = FIRST_OF_BLOCK; tensor < AFINA_LN_F_WEIGHT; tensor++)
      fits = fits && add(&made, config, layer, (afina_tensor)tensor);
  fits = fits && add(&made, config, 0, AFINA_LN_F_WEIGHT) && add(&made, config, 0, AFINA_LN_F_BIAS);
  for (size_t i = 0; fits && i < extra; i++) {
    const afina_tensor tensor = (afina_tensor)(AFINA_PROMPT + i % ADAPTERS);
    if (!has_adapter(&config->adapters, i / ADAPTERS, tensor)) continue;
    made.extra[i] = made.count;
    fits = add(&made, config, i / ADAPTERS, tensor);
  }
  made.head = made.total;
  if (config->classes > 0) fits = fits && add(&made, config, 0, AFINA_SCORE);
  size_t bytes;
  if (!fits || !afina_multiply(made.total, sizeof(afina_real), &bytes)) {
    afina_params_free(&made);
    return afina_fail(error, AFINA_E_LIMIT, "the model has more parameters than fit in memory");
  }
  *params = made;
  return AFINA_OK;
}

void afina_params_free(afina_params *params) {
  if (!params) return;
  free(params->entries);
  free(params->extra);
  *params = (afina_params){0};
}

const afina_param *afina_params_find(const afina_params *params, size_t layer,
                                     afina_tensor tensor) {
  if (tensor == AFINA_SCORE) return &params->entries[params->count - 1];
  if (!is_adapter(tensor)) return &params->entries[entry_index(params->layers, layer, tensor)];
  const size_t at =
      params->extra ? params->extra[layer * ADAPTERS + (size_t)(tensor - AFINA_PROMPT)] : 0;
  return at ? &params->entries[at] : NULL;
}

size_t afina_params_block(const afina_params *params, size_t layer) {
  const afina_tensor first = layer < params->layers ? AFINA_LN_1_WEIGHT : AFINA_LN_F_WEIGHT;
  return afina_params_find(params, layer, first)->offset;
}

size_t afina_params_adapters(const afina_params *params) {
  const afina_param *last = afina_params_find(params, 0, AFINA_LN_F_BIAS);
  return last->offset + last->columns;
}

size_t afina_params_head(const afina_params *params) { return params->head; }

static bool ends_with(const char *text, const char *end) {
  const size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

void afina_params_random(const afina_params *params, afina_real *buffer, size_t begin,
                         afina_rng *rng) {
  const size_t adapters = afina_params_adapters(params);
  for (size_t i = 0; i < params->count; i++) {
    const afina_param *p = &params->entries[i];
    if (p->offset < begin || (p->offset >= adapters && p->offset < params->head)) continue;
    double deviation = 0.02;
    if (ends_with(p->name, "c_proj.weight")) deviation /= sqrt(2.0 * (double)params->layers);
    if (ends_with(p->name, "wpe.weight")) deviation = 0.01;
    const afina_real constant = p->vector && ends_with(p->name, ".weight") ? 1 : 0;
    for (size_t j = 0; j < p->rows * p->columns; j++)
      buffer[p->offset + j] =
          p->vector ? constant : (afina_real)(deviation * afina_rng_normal(rng));
  }
}

void afina_params_begin(const afina_params *params, afina_real *buffer, afina_rng *rng) {
  static const afina_tensor last[] = {AFINA_ATTN_PROJ_WEIGHT, AFINA_MLP_PROJ_WEIGHT};
  afina_params_random(params, buffer, 0, rng);
  for (size_t l = 0; l < params->layers; l++)
    for (size_t i = 0; i < 2; i++) {
      const afina_param *param = afina_params_find(params, l, last[i]);
      memset(buffer + param->offset, 0, param->rows * param->columns * sizeof *buffer);
    }
}
