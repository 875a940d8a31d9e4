/* 16-bit floating point, by integer arithmetic on the bits: the same result on every machine.
 *
 * F16 is IEEE 754 binary16, BF16 the upper half of a float. Widening is exact; narrowing rounds to
 * nearest, ties to even, keeps subnormals, overflows to infinity, and keeps a NaN a NaN. */
#ifndef AFINA_HALF_H
#define AFINA_HALF_H

#include <stddef.h>
#include <stdint.h>

#include "real.h"

/* On the bits of the float. */
uint32_t afina_f16_widen(uint16_t half);
uint16_t afina_f16_narrow(uint32_t single);
uint32_t afina_bf16_widen(uint16_t brain);
uint16_t afina_bf16_narrow(uint32_t single);

/* The same on values. */
float afina_f16_to_float(uint16_t half);
uint16_t afina_f16_from_float(float x);
float afina_bf16_to_float(uint16_t brain);
uint16_t afina_bf16_from_float(float x);

/* out[n] = x[n] as F16, for tensors that are saved, and for kept activations. */
void afina_f16_from_reals(uint16_t *out, const afina_real *x, size_t n);
/* out[n] = the values of x[n]. */
void afina_f16_to_reals(afina_real *out, const uint16_t *x, size_t n);

#endif
