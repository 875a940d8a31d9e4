#include "gradual.h"

size_t afina_gradual_default(size_t epochs, size_t layers) {
  const size_t each = epochs / (2 * layers);
  return each ? each : 1;
}

size_t afina_gradual_block(const afina_finetune_options *o, size_t layers, size_t epoch) {
  if (o->strategy.kind != AFINA_STRATEGY_GRADUAL) return afina_strategy_block(&o->strategy, layers);
  const size_t given = o->recipe.gradual_epochs;
  const size_t each = given ? given : afina_gradual_default(o->epochs, layers);
  const size_t openings = (epoch - 1) / each;
  return openings < layers ? layers - openings : 0;
}

size_t afina_gradual_begin(const afina_finetune_options *o, const afina_gpt *gpt, size_t epoch) {
  if (o->strategy.kind != AFINA_STRATEGY_GRADUAL) return afina_strategy_begin(&o->strategy, gpt);
  const size_t L = gpt->config.layers, block = afina_gradual_block(o, L, epoch);
  return block == L ? afina_params_head(&gpt->params) : afina_params_block(&gpt->params, block);
}

size_t afina_gradual_epochs(const afina_finetune_options *o, size_t layers, size_t epoch) {
  const size_t block = afina_gradual_block(o, layers, epoch);
  size_t end = epoch + 1;
  while (end <= o->epochs && afina_gradual_block(o, layers, end) == block) end++;
  return end - epoch;
}
