#include "widen.h"

#include <math.h>

static double rms(const afina_real *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sqrt(sum / (double)n);
}

static double mean(const afina_real *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  return sum / (double)n;
}

/* What adds to the channels, [rows, C] to [rows, 2C]: embeddings, projections, their biases. */
static void widen_written(afina_real *wide, const afina_real *narrow, size_t rows, size_t C,
                          double deviation, afina_rng *rng) {
  for (size_t row = 0; row < rows; row++, wide += 2 * C, narrow += C) {
    const double middle = mean(narrow, C);
    for (size_t c = 0; c < C; c++) {
      wide[c] = narrow[c];
      wide[C + c] = (afina_real)(middle + (deviation > 0 ? deviation * afina_rng_normal(rng) : 0));
    }
  }
}

/* What reads the channels, [C, parts x width] to [2C, parts x 2 width]: queries | keys | values, or
 * the inner units. Old units hear a new channel half as loud as one that they know. */
static void widen_reading(afina_real *wide, const afina_real *narrow, size_t C, size_t columns,
                          size_t parts, afina_rng *rng) {
  const size_t width = columns / parts;
  const double deviation = rms(narrow, C * columns);
  for (size_t row = 0; row < 2 * C; row++)
    for (size_t to = 0; to < 2 * columns; to++, wide++) {
      const size_t part = to / (2 * width), unit = to % (2 * width);
      if (row < C && unit < width)
        *wide = narrow[row * columns + part * width + unit];
      else
        *wide = (afina_real)((row < C ? 1 : 0.5) * deviation * afina_rng_normal(rng));
    }
}

/* Biases of what reads: new units have none. */
static void widen_reading_bias(afina_real *wide, const afina_real *narrow, size_t columns,
                               size_t parts) {
  const size_t width = columns / parts;
  for (size_t i = 0; i < columns; i++) wide[i / width * 2 * width + i % width] = narrow[i];
}

/* With empty new channels the variance over 2C is half that over C, so what LayerNorm divides by it
 * is larger by a root of two. */
static void widen_norm(afina_real *wide, const afina_real *narrow, size_t C) {
  const double root = sqrt(0.5), middle = mean(narrow, C);
  for (size_t c = 0; c < C; c++) {
    wide[c] = (afina_real)(root * (double)narrow[c]);
    wide[C + c] = (afina_real)(root * middle);
  }
}

static void widen_tensor(afina_gpt *wide, const afina_gpt *gpt, size_t layer, afina_tensor tensor,
                         double spread, afina_rng *rng) {
  const afina_param *from = afina_params_find(&gpt->params, layer, tensor);
  const afina_real *narrow = gpt->weights + from->offset;
  afina_real *out = wide->weights + afina_params_find(&wide->params, layer, tensor)->offset;
  const size_t C = gpt->config.channels;
  switch (tensor) {
    case AFINA_WTE:
      widen_written(out, narrow, from->rows, C, spread * rms(narrow, from->rows * C), rng);
      break;
    case AFINA_WPE:
    case AFINA_ATTN_PROJ_WEIGHT: /* the rows of new units stay zero */
    case AFINA_ATTN_PROJ_BIAS:
    case AFINA_MLP_PROJ_WEIGHT:
    case AFINA_MLP_PROJ_BIAS: widen_written(out, narrow, from->rows, C, 0, rng); break;
    case AFINA_ATTN_WEIGHT: widen_reading(out, narrow, C, from->columns, 3, rng); break;
    case AFINA_MLP_FC_WEIGHT: widen_reading(out, narrow, C, from->columns, 1, rng); break;
    case AFINA_ATTN_BIAS: widen_reading_bias(out, narrow, from->columns, 3); break;
    case AFINA_MLP_FC_BIAS: widen_reading_bias(out, narrow, from->columns, 1); break;
    case AFINA_LN_1_WEIGHT:
    case AFINA_LN_2_WEIGHT:
    case AFINA_LN_F_WEIGHT: widen_norm(out, narrow, C); break;
    default: /* LayerNorms' biases: new channels have none */ widen_reading_bias(out, narrow, C, 1);
  }
}

afina_status afina_gpt_widen(afina_gpt *wide, const afina_gpt *gpt, double spread, afina_rng *rng,
                             afina_error *error) {
  afina_gpt_config config = gpt->config;
  if (config.classes > 0 || afina_has_adapters(&config))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "only a language model without adapters can be made wider");
  config.channels *= 2;
  config.heads *= 2;
  config.inner *= 2;
  AFINA_TRY(afina_gpt_init(wide, &config, error));
  widen_tensor(wide, gpt, 0, AFINA_WTE, spread, rng);
  widen_tensor(wide, gpt, 0, AFINA_WPE, spread, rng);
  for (size_t layer = 0; layer < config.layers; layer++)
    for (int tensor = AFINA_LN_1_WEIGHT; tensor < AFINA_LN_F_WEIGHT; tensor++)
      widen_tensor(wide, gpt, layer, (afina_tensor)tensor, spread, rng);
  widen_tensor(wide, gpt, 0, AFINA_LN_F_WEIGHT, spread, rng);
  widen_tensor(wide, gpt, 0, AFINA_LN_F_BIAS, spread, rng);
  return AFINA_OK;
}
