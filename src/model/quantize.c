/* Both ways between numbers in memory and the narrower ones of a file. */
#include "quantize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "half.h"
#include "safetensors.h"

enum { LARGEST = 127 };

#define PREFIX "transformer."

/* x / scale to the nearest whole number, ties to even. The quotient of two floats is either a tie
 * exactly or further from one than double's rounding reaches, so the result is that of exact
 * arithmetic. */
static int8_t quantize(float x, float scale) {
  const double quotient = (double)x / (double)scale;
  const double lower = floor(quotient), rest = quotient - lower;
  double nearest = lower;
  if (rest > 0.5 || (rest == 0.5 && fmod(lower, 2) != 0)) nearest = lower + 1;
  if (nearest > LARGEST) nearest = LARGEST; /* a subnormal scale is coarse */
  if (nearest < -LARGEST) nearest = -LARGEST;
  return (int8_t)nearest;
}

afina_status afina_quantize_rows(int8_t *q, float *scale, const afina_real *x, size_t rows,
                                 size_t cols, afina_error *error) {
  for (size_t r = 0; r < rows; r++, x += cols, q += cols) {
    float largest = 0;
    for (size_t c = 0; c < cols; c++) {
      const float magnitude = fabsf((float)x[c]);
      if (!isfinite(magnitude))
        return afina_fail(error, AFINA_E_ARGUMENT,
                          "row %zu, column %zu: not a finite number, cannot be quantised", r, c);
      if (magnitude > largest) largest = magnitude;
    }
    scale[r] = largest / LARGEST;
    for (size_t c = 0; c < cols; c++) q[c] = scale[r] > 0 ? quantize((float)x[c], scale[r]) : 0;
  }
  return AFINA_OK;
}

static uint16_t load_16(const uint8_t *bytes) { return (uint16_t)(bytes[0] | bytes[1] << 8); }

static float load_float(const uint8_t *bytes) {
  const uint32_t bits = (uint32_t)load_16(bytes) | (uint32_t)load_16(bytes + 2) << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* With its name as it is, then with the prefix taken away or added. */
static const afina_tensor_view *find(const afina_safetensors *file, const char *name) {
  const afina_tensor_view *view = afina_safetensors_find(file, name);
  if (view) return view;
  const size_t prefix = strlen(PREFIX);
  if (strncmp(name, PREFIX, prefix) == 0) return afina_safetensors_find(file, name + prefix);
  char longer[256];
  const int length = snprintf(longer, sizeof longer, PREFIX "%s", name);
  return length > 0 && (size_t)length < sizeof longer ? afina_safetensors_find(file, longer) : NULL;
}

/* "[2, 3]"; what does not fit is left out. */
static void print_shape(char *text, size_t size, const afina_tensor_view *view) {
  size_t used = (size_t)snprintf(text, size, "[");
  for (size_t i = 0; i < view->rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, i ? ", %zu" : "%zu", view->shape[i]);
  if (used < size) snprintf(text + used, size - used, "]");
}

static afina_status check_shape(const afina_tensor_view *view, size_t rows, size_t cols,
                                afina_error *error) {
  const bool vector = view->rank == 1 && rows == 1 && view->shape[0] == cols;
  const bool matrix = view->rank == 2 && view->shape[0] == rows && view->shape[1] == cols;
  if (vector || matrix) return AFINA_OK;
  char found[96];
  print_shape(found, sizeof found, view);
  if (rows == 1)
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' has shape %s, expected [%zu]",
                      view->name, found, cols);
  return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' has shape %s, expected [%zu, %zu]",
                    view->name, found, rows, cols);
}

/* The scales of an I8 tensor, F32 [rows]. */
static afina_status find_scale(const afina_safetensors *file, const afina_tensor_view *view,
                               size_t rows, const uint8_t **out, afina_error *error) {
  if (view->rank != 2)
    return afina_fail(error, AFINA_E_UNSUPPORTED, "tensor '%.200s': a vector cannot be I8",
                      view->name);
  char name[320];
  const int length = snprintf(name, sizeof name, "%s.scale", view->name);
  const afina_tensor_view *scale =
      length > 0 && (size_t)length < sizeof name ? afina_safetensors_find(file, name) : NULL;
  if (!scale)
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' is I8 but '%.200s.scale' is missing",
                      view->name, view->name);
  if (scale->dtype != AFINA_F32 || scale->rank != 1 || scale->shape[0] != rows)
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' must be F32 of shape [%zu]",
                      scale->name, rows);
  *out = scale->data;
  return AFINA_OK;
}

/* Element i of the view; scale is NULL but for I8. */
static float element(const afina_tensor_view *view, size_t i, const uint8_t *scale, size_t cols) {
  switch (view->dtype) {
    case AFINA_F32: return load_float(view->data + 4 * i);
    case AFINA_F16: return afina_f16_to_float(load_16(view->data + 2 * i));
    case AFINA_BF16: return afina_bf16_to_float(load_16(view->data + 2 * i));
    default: break;
  }
  const int byte = view->data[i];
  return load_float(scale + 4 * (i / cols)) * (float)(byte < 128 ? byte : byte - 256);
}

afina_status afina_tensor_to_real(const afina_safetensors *file, const char *name, afina_real *out,
                                  size_t rows, size_t cols, afina_error *error) {
  const afina_tensor_view *view = find(file, name);
  if (!view) return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' is missing", name);
  AFINA_TRY(check_shape(view, rows, cols, error));
  const uint8_t *scale = NULL;
  if (view->dtype == AFINA_I8)
    AFINA_TRY(find_scale(file, view, rows, &scale, error));
  else if (view->dtype != AFINA_F32 && view->dtype != AFINA_F16 && view->dtype != AFINA_BF16)
    return afina_fail(error, AFINA_E_UNSUPPORTED,
                      "tensor '%.200s' is %s; weights must be F32, F16, BF16 or I8", view->name,
                      afina_dtype_name(view->dtype));
  const size_t count = view->size / afina_dtype_size(view->dtype);
  for (size_t i = 0; i < count; i++) {
    const float x = element(view, i, scale, cols);
    if (!isfinite(x))
      return afina_fail(error, AFINA_E_FORMAT,
                        "tensor '%.200s': element %zu is not a finite number", view->name, i);
    out[i] = (afina_real)x;
  }
  return AFINA_OK;
}
