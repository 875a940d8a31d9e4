#include "half.h"

#include <string.h>

/* Field widths: a float is 1 + 8 + 23 bits, an F16 1 + 5 + 10. */
enum { SHIFT = 23 - 10, REBIAS = 127 - 15, HALF_INFINITY = 0x7c00, BRAIN_QUIET = 0x40 };
#define FLOAT_INFINITY 0x7f800000u

uint32_t afina_f16_widen(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t exponent = half >> 10 & 0x1fu, fraction = half & 0x3ffu;
  if (exponent == 0x1f) return sign | FLOAT_INFINITY | fraction << SHIFT;
  if (exponent == 0) {
    if (fraction == 0) return sign;
    exponent = 1; /* subnormal: every one of them is a normal float */
    for (; !(fraction & 0x400u); exponent--) fraction <<= 1;
    fraction &= 0x3ffu; /* exponent may have wrapped below zero; adding the bias brings it back */
  }
  return sign | (exponent + REBIAS) << 23 | fraction << SHIFT;
}

/* value / 2^shift, rounded to nearest, ties to even; 0 < shift < 32. */
static uint32_t shift_rounded(uint32_t value, unsigned shift) {
  const uint32_t quotient = value >> shift, rest = value & ((1u << shift) - 1);
  const uint32_t half = 1u << (shift - 1);
  return quotient + (rest > half || (rest == half && (quotient & 1u)));
}

uint16_t afina_f16_narrow(uint32_t single) {
  const uint32_t sign = single >> 16 & 0x8000u;
  const uint32_t magnitude = single & 0x7fffffffu;
  uint32_t result;
  if (magnitude > FLOAT_INFINITY) {
    result = HALF_INFINITY | (magnitude >> SHIFT & 0x3ffu);
    if (result == HALF_INFINITY) result |= 0x200u; /* its payload was in the bits that went */
  } else if (magnitude >= (uint32_t)(REBIAS + 31) << 23) {
    result = HALF_INFINITY;
  } else if (magnitude >= (uint32_t)(REBIAS + 1) << 23) {
    /* A carry out of the fraction goes to the exponent, and from the largest one to infinity: as it
     * should be. */
    result = shift_rounded(magnitude - ((uint32_t)REBIAS << 23), SHIFT);
  } else {
    /* Subnormal: units of 2^-24. The float's value is fraction * 2^(exponent - 150). */
    const uint32_t exponent = magnitude >> 23;
    const uint32_t fraction = (magnitude & 0x7fffffu) | 0x800000u;
    result = exponent < 102 ? 0 : shift_rounded(fraction, 126 - exponent);
  }
  return (uint16_t)(sign | result);
}

uint32_t afina_bf16_widen(uint16_t brain) { return (uint32_t)brain << 16; }

uint16_t afina_bf16_narrow(uint32_t single) {
  if ((single & 0x7fffffffu) > FLOAT_INFINITY) {
    const uint16_t upper = (uint16_t)(single >> 16);
    return (upper & 0x7fu) ? upper : (uint16_t)(upper | BRAIN_QUIET);
  }
  return (uint16_t)shift_rounded(single, 16);
}

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

float afina_f16_to_float(uint16_t half) { return float_of(afina_f16_widen(half)); }
uint16_t afina_f16_from_float(float x) { return afina_f16_narrow(bits_of(x)); }
float afina_bf16_to_float(uint16_t brain) { return float_of(afina_bf16_widen(brain)); }
uint16_t afina_bf16_from_float(float x) { return afina_bf16_narrow(bits_of(x)); }

void afina_f16_from_reals(uint16_t *out, const afina_real *x, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = afina_f16_from_float((float)x[i]);
}

void afina_f16_to_reals(afina_real *out, const uint16_t *x, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (afina_real)afina_f16_to_float(x[i]);
}
