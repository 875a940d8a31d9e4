#include "widen.h"

#include <math.h>

/* Embeddings, vectors: each part of `width` columns twice, times scale. */
static void repeat(afina_real *wide, const afina_real *narrow, size_t rows, size_t columns,
                   size_t parts, afina_real scale) {
  const size_t width = columns / parts;
  for (size_t i = 0; i < rows * parts; i++)
    for (size_t j = 0; j < width; j++) {
      const afina_real value = scale * narrow[i * width + j];
      wide[2 * i * width + j] = value;
      wide[(2 * i + 1) * width + j] = value;
    }
}

static double rms(const afina_real *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum / (double)n);
}

/* W [rows, columns] in so many parts to [2 rows, 2 columns]: W / 2 + Z above, W / 2 - Z below,
 * where Z is normal and as large as W / 2. */
static void spread(afina_real *wide, const afina_real *narrow, size_t rows, size_t columns,
                   size_t parts, afina_rng *rng) {
  const size_t width = columns / parts, below = rows * 2 * columns;
  const double deviation = rms(narrow, rows * columns) / 2;
  for (size_t row = 0; row < rows; row++)
    for (size_t to = 0; to < 2 * columns; to++) {
      const size_t from = to / (2 * width) * width + to % width;
      const double half = (double)narrow[row * columns + from] / 2;
      const double z = deviation * afina_rng_normal(rng);
      wide[row * 2 * columns + to] = (afina_real)(half + z);
      wide[below + row * 2 * columns + to] = (afina_real)(half - z);
    }
}

static void widen_tensor(afina_gpt *wide, const afina_gpt *gpt, size_t layer, afina_tensor tensor,
                         afina_rng *rng) {
  const afina_param *from = afina_params_find(&gpt->params, layer, tensor);
  const afina_real *narrow = gpt->weights + from->offset;
  afina_real *out = wide->weights + afina_params_find(&wide->params, layer, tensor)->offset;
  const bool attention = tensor == AFINA_ATTN_WEIGHT || tensor == AFINA_ATTN_BIAS;
  const size_t parts = attention ? 3 : 1; /* queries, keys and values */
  /* The output embedding sums over twice the channels: the final LayerNorm halves them. */
  const bool last = tensor == AFINA_LN_F_WEIGHT || tensor == AFINA_LN_F_BIAS;
  if (from->vector || tensor == AFINA_WTE || tensor == AFINA_WPE)
    repeat(out, narrow, from->rows, from->columns, parts, last ? (afina_real)0.5 : 1);
  else
    spread(out, narrow, from->rows, from->columns, parts, rng);
}

afina_status afina_gpt_widen(afina_gpt *wide, const afina_gpt *gpt, afina_rng *rng,
                             afina_error *error) {
  afina_gpt_config config = gpt->config;
  if (config.classes > 0 || afina_has_adapters(&config))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "only a language model without adapters can be made wider");
  config.channels *= 2;
  config.heads *= 2;
  config.inner *= 2;
  AFINA_TRY(afina_gpt_init(wide, &config, error));
  widen_tensor(wide, gpt, 0, AFINA_WTE, rng);
  widen_tensor(wide, gpt, 0, AFINA_WPE, rng);
  for (size_t layer = 0; layer < config.layers; layer++)
    for (int tensor = AFINA_LN_1_WEIGHT; tensor < AFINA_LN_F_WEIGHT; tensor++)
      widen_tensor(wide, gpt, layer, (afina_tensor)tensor, rng);
  widen_tensor(wide, gpt, 0, AFINA_LN_F_WEIGHT, rng);
  widen_tensor(wide, gpt, 0, AFINA_LN_F_BIAS, rng);
  return AFINA_OK;
}
