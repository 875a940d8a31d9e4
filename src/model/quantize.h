/* Weights in 8 bits: value = scale[row] * q, q from -127 to 127, one float scale a row.
 *
 * In a file a quantised matrix is the tensor NAME (I8, [rows, cols]) with NAME.scale (F32, [rows]).
 * Vectors are not quantised: they are few, and LayerNorm's are sensitive. */
#ifndef AFINA_QUANTIZE_H
#define AFINA_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

#include "real.h"
#include "status.h"

/* scale[rows] = max |x| of the row / 127 (0 for a row of zeros); q[rows, cols] = x / scale, rounded
 * to nearest, ties to even. AFINA_E_ARGUMENT for a value that is not finite. */
afina_status afina_quantize_rows(int8_t *q, float *scale, const afina_real *x, size_t rows,
                                 size_t cols, afina_error *error);

#endif
