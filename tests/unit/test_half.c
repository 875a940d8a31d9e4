/* F16, BF16 and the 8-bit rows: against an oracle that goes by values, not by bits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "half.h"
#include "quantize.h"
#include "rng.h"

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The value of a finite F16, by the definition of the format. */
static double f16_value(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const double magnitude = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
  return half & 0x8000 ? -magnitude : magnitude;
}

static bool f16_is_finite(uint16_t half) { return (half >> 10 & 31) != 31; }

static void every_half_round_trips(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 65536; i++) {
    const uint16_t half = (uint16_t)i;
    assert_int_equal(afina_f16_narrow(afina_f16_widen(half)), half);
    assert_int_equal(afina_bf16_narrow(afina_bf16_widen(half)), half);
    const float wide = afina_f16_to_float(half);
    if (f16_is_finite(half)) {
      assert_true((double)wide == f16_value(half));
      assert_int_equal(signbit(wide) != 0, half >> 15);
    } else if (half & 1023) {
      assert_true(isnan(wide));
    } else {
      assert_true(isinf(wide) && (wide < 0) == (half >> 15));
    }
  }
}

/* Between every two neighbours: the middle goes to the even one, and a hair off it to the nearer.
 */
static void narrowing_rounds_to_nearest_even(void **state) {
  (void)state;
  for (uint16_t low = 0; low < 0x7bff; low++) {
    const uint16_t high = (uint16_t)(low + 1);
    const float middle = (float)((f16_value(low) + f16_value(high)) / 2);
    const uint16_t even = low % 2 ? high : low;
    assert_int_equal(afina_f16_from_float(middle), even);
    assert_int_equal(afina_f16_from_float(-middle), even | 0x8000);
    assert_int_equal(afina_f16_narrow(bits_of(middle) + 1), high);
    assert_int_equal(afina_f16_narrow(bits_of(middle) - 1), low);
  }
  for (uint32_t low = 0; low < 0x7f7f; low++) {
    const uint32_t middle = low << 16 | 0x8000;
    assert_int_equal(afina_bf16_narrow(middle), low + low % 2);
    assert_int_equal(afina_bf16_narrow(middle + 1), low + 1);
    assert_int_equal(afina_bf16_narrow(middle - 1), low);
  }
}

static void narrowing_at_the_edges(void **state) {
  (void)state;
  assert_int_equal(afina_f16_from_float(65504.0f), 0x7bff);
  assert_int_equal(afina_f16_from_float(65519.99f), 0x7bff);
  assert_int_equal(afina_f16_from_float(65520.0f), 0x7c00); /* a tie, and infinity is even */
  assert_int_equal(afina_f16_from_float(3e38f), 0x7c00);
  assert_int_equal(afina_f16_from_float(-INFINITY), 0xfc00);
  assert_int_equal(afina_f16_from_float(0x1p-25f), 0); /* a tie with zero */
  assert_int_equal(afina_f16_from_float(0x1.000002p-25f), 1);
  assert_int_equal(afina_f16_from_float(-0x1p-26f), 0x8000);
  assert_int_equal(afina_f16_narrow(1), 0); /* the smallest subnormal float */
  assert_int_equal(afina_f16_narrow(0x80000000u), 0x8000);
  assert_int_equal(afina_bf16_narrow(0x7f7fffffu), 0x7f80); /* the largest float */
  assert_int_equal(afina_bf16_from_float(-INFINITY), 0xff80);
  /* A NaN whose payload lies wholly in the bits that go must not become infinity. */
  assert_true(isnan(afina_f16_to_float(afina_f16_narrow(0x7f800001u))));
  assert_true(isnan(afina_f16_to_float(afina_f16_narrow(0xff801fffu))));
  assert_true(isnan(afina_bf16_to_float(afina_bf16_narrow(0x7f800001u))));
}

/* Any float: no F16 lies nearer than the one chosen. */
static void random_floats_find_the_nearest(void **state) {
  (void)state;
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  for (int i = 0; i < 200000; i++) {
    const uint32_t exponent = 100 + (uint32_t)afina_rng_below(&rng, 42);
    const uint32_t bits = (uint32_t)afina_rng_next(&rng) & 0x807fffffu;
    const double x = (double)float_of(bits | exponent << 23);
    const uint16_t half = afina_f16_narrow(bits | exponent << 23);
    assert_true(f16_is_finite(half));
    const double distance = fabs(f16_value(half) - x);
    if (half & 0x7fff) assert_true(distance <= fabs(f16_value((uint16_t)(half - 1)) - x));
    if ((half & 0x7fff) < 0x7bff)
      assert_true(distance <= fabs(f16_value((uint16_t)(half + 1)) - x));
  }
}

static void arrays_convert(void **state) {
  (void)state;
  const afina_real x[3] = {1, (afina_real)-0.25, (afina_real)1e-7};
  uint16_t half[3];
  afina_real back[3];
  afina_f16_from_reals(half, x, 3);
  afina_f16_to_reals(back, half, 3);
  assert_int_equal(half[0], 0x3c00);
  assert_true(back[0] == 1 && back[1] == (afina_real)-0.25);
  assert_true(fabs((double)back[2] - 1e-7) < 0x1p-25);
}

static void rows_quantise(void **state) {
  (void)state;
  /* scale 1: ties at .5 go to the even number. */
  const afina_real x[12] = {127, 0.5, 1.5, -2.5, -127, 126.5, 0, 0, 0, 0, 0, 0};
  int8_t q[12];
  float scale[2];
  assert_int_equal(afina_quantize_rows(q, scale, x, 2, 6, NULL), AFINA_OK);
  const int8_t expected[12] = {127, 0, 2, -2, -127, 126};
  assert_memory_equal(q, expected, sizeof q);
  assert_true(scale[0] == 1 && scale[1] == 0);
}

static void quantising_errs_by_half_a_step_at_most(void **state) {
  (void)state;
  enum { N = 1000 };
  afina_real x[N];
  int8_t q[N];
  float scale;
  afina_rng rng;
  afina_rng_seed(&rng, 2);
  for (int power = -140; power < 120; power += 10) {
    for (int i = 0; i < N; i++) x[i] = (afina_real)ldexp(afina_rng_normal(&rng), power);
    assert_int_equal(afina_quantize_rows(q, &scale, x, 1, N, NULL), AFINA_OK);
    const double slack = 1 + 1e-6; /* the scale itself is rounded */
    for (int i = 0; i < N && power > -120; i++)
      assert_true(fabs((double)scale * q[i] - (double)x[i]) <= (double)scale / 2 * slack);
  }
  x[7] = NAN;
  afina_error error;
  assert_int_equal(afina_quantize_rows(q, &scale, x, 1, N, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "column 7"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_half_round_trips),
      cmocka_unit_test(narrowing_rounds_to_nearest_even),
      cmocka_unit_test(narrowing_at_the_edges),
      cmocka_unit_test(random_floats_find_the_nearest),
      cmocka_unit_test(arrays_convert),
      cmocka_unit_test(rows_quantise),
      cmocka_unit_test(quantising_errs_by_half_a_step_at_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
