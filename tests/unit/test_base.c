/* base: our own exp, log and cos, the generator, SHA-256, the pool of threads, memory. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "pool.h"
#include "real.h"
#include "rng.h"
#include "sha256.h"
#include "status.h"

/* The distance of y from `right`, in units of the last place of a float as large as `right`. */
static double float_ulps(float y, double right) {
  int exponent;
  frexp(right, &exponent);
  return fabs((double)y - right) / ldexp(1.0, exponent - FLT_MANT_DIG);
}

/* Measured at steps of 1e-5: 1.22 ulp at most. */
static void test_exp_float(void **state) {
  (void)state;
  double worst = 0;
  for (int i = 0; i <= 1752000; i++) {
    const float x = -87.2f + (float)i * 1e-4f;
    const double ulps = float_ulps(afina_exp_float(x), exp((double)x));
    worst = ulps > worst ? ulps : worst;
  }
  if (!(worst < 1.25)) fail_msg("exp is off by %.3f ulp", worst);
  assert_true(afina_exp_float(0) == 1 && afina_exp_float(-0.0f) == 1);
  assert_true(afina_exp_float(-87.4f) == 0 && afina_exp_float(-INFINITY) == 0);
  assert_true(afina_exp_float(1e30f) == afina_exp_float(88) && isfinite(afina_exp_float(INFINITY)));
  assert_true(isnan(afina_exp_float(NAN)));
}

/* Measured: 3.8e-16 relative or less for log and exp, 2.3e-16 absolute for cos; the bounds
 * leave room for another C library. */
static void test_double_functions(void **state) {
  (void)state;
  for (int i = -3000; i <= 3000; i++) {
    const double x = exp((double)i * 0.2301), right = log(x);
    assert_true(fabs(afina_log_double(x) - right) <= 8e-16 * fabs(right));
    const double y = (double)i * 0.2301;
    assert_true(fabs(afina_exp_double(y) - exp(y)) <= 8e-16 * exp(y));
  }
  for (int i = -1000; i <= 1000; i++) { /* 0.59 to 1.41: around 1, where it is near 0 */
    const double x = 1 + (double)i * 4.1e-4, right = log(x);
    assert_true(fabs(afina_log_double(x) - right) <= 8e-16 * fabs(right));
  }
  for (int i = 0; i <= 10000; i++) {
    const double x = 3.14159265358979323846 * (double)i / 10000;
    assert_true(fabs(afina_cos_double(x) - cos(x)) <= 8e-16);
  }
  assert_true(afina_log_double(1) == 0 && afina_exp_double(0) == 1);
  assert_true(afina_log_double(5e-324) == log(5e-324)); /* the smallest number */
  assert_true(afina_exp_double(-701) == 0 && isfinite(afina_exp_double(1e9)));
}

/* SplitMix64 seeds with 0xe220a8397b1dcdaf for seed 0 (its published first output); from that state
 * xoshiro256**'s first output is rotl(5 s1, 7) * 9. */
static void test_rng_sequence(void **state) {
  (void)state;
  afina_rng rng, again;
  afina_rng_seed(&rng, 0);
  assert_true(rng.state[0] == 0xe220a8397b1dcdafu);
  assert_true(rng.state[1] == 0x6e789e6aa1b965f4u);
  assert_true(rng.state[2] == 0x06c45d188009454fu);
  assert_true(rng.state[3] == 0xf88bb8a8724c81ecu);
  const uint64_t x = rng.state[1] * 5, first = (x << 7 | x >> 57) * 9;
  assert_true(afina_rng_next(&rng) == first);
  afina_rng_seed(&again, 0);
  afina_rng_next(&again);
  for (int i = 0; i < 100; i++) assert_true(afina_rng_next(&rng) == afina_rng_next(&again));
  afina_rng_seed(&again, 1);
  assert_true(afina_rng_next(&again) != first);
}

/* Known states by hand: from {1, 2, 3, 4} the first outputs of xoshiro256** are 11520, 0,
 * 1509978240. */
static void test_rng_known_outputs(void **state) {
  (void)state;
  afina_rng rng = {.state = {1, 2, 3, 4}};
  assert_true(afina_rng_next(&rng) == 11520);
  assert_true(afina_rng_next(&rng) == 0);
  assert_true(afina_rng_next(&rng) == 1509978240);
}

/* n draws from a fair source fall into each of k cells n / k times, give or take 6 standard
 * deviations. */
static void test_rng_distributions(void **state) {
  (void)state;
  enum { CELLS = 7, DRAWS = 70000 };
  afina_rng rng;
  afina_rng_seed(&rng, 42);
  size_t count[CELLS] = {0};
  for (int i = 0; i < DRAWS; i++) {
    const size_t x = afina_rng_below(&rng, CELLS);
    assert_true(x < CELLS);
    count[x]++;
  }
  for (int i = 0; i < CELLS; i++) assert_true(fabs((double)count[i] - 10000) < 6 * sqrt(10000.0));
  double sum = 0, squares = 0, uniform = 0;
  for (int i = 0; i < DRAWS; i++) {
    const double x = afina_rng_normal(&rng), u = afina_rng_uniform(&rng);
    assert_true(u >= 0 && u < 1);
    sum += x, squares += x * x, uniform += u;
  }
  assert_true(fabs(sum / DRAWS) < 6 / sqrt(DRAWS));
  assert_true(fabs(squares / DRAWS - 1) < 6 * sqrt(2.0 / DRAWS));
  assert_true(fabs(uniform / DRAWS - 0.5) < 6 * sqrt(1.0 / 12 / DRAWS));
  for (int i = 0; i < 100; i++) assert_true(afina_rng_below(&rng, 1) == 0);
}

static void test_rng_shuffle(void **state) {
  (void)state;
  enum { N = 50 };
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  size_t values[N], seen[N] = {0}, moved = 0;
  for (size_t i = 0; i < N; i++) values[i] = i;
  afina_rng_shuffle(&rng, values, N);
  for (size_t i = 0; i < N; i++) {
    assert_true(values[i] < N);
    seen[values[i]]++;
    moved += values[i] != i;
  }
  for (size_t i = 0; i < N; i++) assert_true(seen[i] == 1);
  assert_true(moved > N / 2);
  afina_rng_shuffle(&rng, values, 0);
  afina_rng_shuffle(&rng, values, 1);
}

/* The digest of `size` bytes, fed in pieces of `piece`. */
static void assert_digest(const char *data, size_t size, size_t piece, const char *expected) {
  afina_sha256 sha;
  char hex[AFINA_SHA256_HEX];
  afina_sha256_init(&sha);
  for (size_t i = 0; i < size; i += piece)
    afina_sha256_update(&sha, data + i, size - i < piece ? size - i : piece);
  afina_sha256_finish(&sha, hex);
  assert_string_equal(hex, expected);
}

/* The examples of FIPS 180-4: one block, two blocks, a million letters. */
static void test_sha256(void **state) {
  (void)state;
  static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  char *million = malloc(1000000);
  assert_non_null(million);
  memset(million, 'a', 1000000);
  assert_digest("", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (size_t piece = 1; piece <= 65; piece += 8) {
    assert_digest("abc", 3, piece,
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_digest(two, sizeof two - 1, piece,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  }
  for (size_t piece = 63; piece <= 1000000; piece *= 25)
    assert_digest(million, 1000000, piece,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  free(million);
}

/* What each item of a job received, and the part that starts there. */
typedef struct marks {
  int visits[1000];
  size_t thread_of[1000], end_of[1000];
} marks;

static void mark(void *context, size_t begin, size_t end, size_t thread) {
  marks *m = context;
  m->end_of[begin] = end;
  for (size_t i = begin; i < end; i++) {
    m->visits[i]++;
    m->thread_of[i] = thread;
  }
}

/* Each item is visited once, in parts that start at multiples of the grain and follow one another
 * without gaps; threads have numbers below the pool's size. */
static void check_pool(size_t threads, size_t n, size_t grain) {
  afina_pool *pool = NULL;
  afina_error error;
  assert_int_equal(afina_pool_create(&pool, threads, &error), AFINA_OK);
  const size_t size = afina_pool_size(pool);
  assert_true(size >= 1 && (threads == 0 || size <= threads));
  for (int repeat = 0; repeat < 20; repeat++) {
    marks m = {0};
    afina_pool_run(pool, n, grain, mark, &m);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(m.visits[i], i < n);
    for (size_t i = 0; i < n; i++) assert_true(m.thread_of[i] < size);
    size_t parts = 0;
    for (size_t begin = 0; begin < n; begin = m.end_of[begin], parts++)
      assert_true(begin % grain == 0 && m.end_of[begin] > begin && m.end_of[begin] <= n);
    assert_true(parts <= 4 * size && (n <= grain || size == 1 || parts > 1));
  }
  afina_pool_free(pool);
}

static void test_pool(void **state) {
  (void)state;
  static const size_t threads[] = {0, 1, 2, 3, 5, 8, 64}, grains[] = {1, 4, 7, 1000};
  static const size_t lengths[] = {0, 1, 2, 3, 7, 63, 64, 65, 1000};
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
    for (size_t g = 0; g < sizeof grains / sizeof *grains; g++)
      for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++)
        check_pool(threads[t], lengths[n], grains[g]);
}

/* Ten thousand short jobs one after the other: the parts of each see what the one before wrote. */
static void increment(void *context, size_t begin, size_t end, size_t thread) {
  (void)thread;
  size_t *values = context;
  for (size_t i = begin; i < end; i++) values[i]++;
}

static void test_pool_many_jobs(void **state) {
  (void)state;
  enum { JOBS = 10000, ITEMS = 10 };
  afina_pool *pool = NULL;
  assert_int_equal(afina_pool_create(&pool, 3, NULL), AFINA_OK);
  size_t values[ITEMS] = {0};
  for (int i = 0; i < JOBS; i++) afina_pool_run(pool, ITEMS, 1, increment, values);
  for (int i = 0; i < ITEMS; i++) assert_int_equal(values[i], JOBS);
  afina_pool_free(pool);
  assert_int_equal(afina_pool_size(NULL), 1);
  afina_pool_run(NULL, ITEMS, 1, increment, values);
  for (int i = 0; i < ITEMS; i++) assert_int_equal(values[i], JOBS + 1);
  afina_pool_free(NULL);
}

static void test_checked_sizes(void **state) {
  (void)state;
  size_t out = 7;
  assert_true(afina_multiply(3, 5, &out) && out == 15);
  assert_true(afina_multiply(0, SIZE_MAX, &out) && out == 0);
  assert_true(afina_multiply(SIZE_MAX, 1, &out) && out == SIZE_MAX);
  assert_false(afina_multiply(SIZE_MAX / 2 + 1, 2, &out));
  assert_true(afina_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
  assert_false(afina_add(SIZE_MAX, 1, &out));
  assert_true(out == SIZE_MAX); /* a refused operation writes nothing */
  assert_null(afina_allocate(SIZE_MAX / 4, 8));
  uint8_t *zeros = afina_allocate(3, 5);
  assert_non_null(zeros);
  for (int i = 0; i < 15; i++) assert_int_equal(zeros[i], 0);
  free(zeros);
}

static void test_buffer(void **state) {
  (void)state;
  afina_buffer buffer = {0};
  afina_error error;
  for (uint32_t i = 0; i < 1000; i++)
    assert_int_equal(afina_buffer_append(&buffer, &i, sizeof i, &error), AFINA_OK);
  assert_int_equal(afina_buffer_append(&buffer, NULL, 0, &error), AFINA_OK);
  assert_int_equal(buffer.size, 4000);
  assert_int_equal(afina_buffer_reserve(&buffer, SIZE_MAX - 10, &error), AFINA_E_MEMORY);
  assert_int_equal(buffer.size, 4000); /* still whole after a failure */
  afina_bytes bytes = {0};
  afina_buffer_take(&buffer, &bytes);
  assert_true(buffer.data == NULL && bytes.size == 4000);
  for (uint32_t i = 0; i < 1000; i++) assert_memory_equal(bytes.data + 4 * i, &i, sizeof i);
  afina_bytes_free(&bytes);
  assert_null(bytes.data);
  afina_bytes_free(NULL);
  afina_buffer_free(NULL);
  afina_buffer_free(&buffer);
}

static void test_arena(void **state) {
  (void)state;
  afina_arena arena = {0};
  afina_error error;
  assert_int_equal(afina_arena_init(&arena, SIZE_MAX, &error), AFINA_E_MEMORY);
  assert_int_equal(afina_arena_init(&arena, 200, &error), AFINA_OK); /* rounded up to 256 */
  uint8_t *first = afina_arena_allocate(&arena, 1, 1), *second = afina_arena_allocate(&arena, 3, 8);
  assert_true(first && second == first + AFINA_ALIGNMENT);
  assert_int_equal((uintptr_t)first % AFINA_ALIGNMENT, 0);
  assert_null(afina_arena_allocate(&arena, 129, 1));
  assert_null(afina_arena_allocate(&arena, SIZE_MAX, 2));
  assert_non_null(afina_arena_allocate(&arena, 128, 1));
  assert_null(afina_arena_allocate(&arena, 1, 1));
  afina_arena_reset(&arena);
  assert_true(afina_arena_allocate(&arena, 256, 1) == first);
  afina_arena_free(&arena);
  assert_null(arena.data);
  afina_arena_free(NULL);
}

static void test_status(void **state) {
  (void)state;
  afina_error error;
  assert_int_equal(afina_fail(&error, AFINA_E_LIMIT, "row %d", 7), AFINA_E_LIMIT);
  assert_int_equal(error.status, AFINA_E_LIMIT);
  assert_string_equal(error.message, "row 7");
  assert_int_equal(afina_fail(NULL, AFINA_E_DATA, "nobody listens"), AFINA_E_DATA);
  char longer[2 * AFINA_MESSAGE_SIZE];
  memset(longer, 'x', sizeof longer);
  longer[sizeof longer - 1] = '\0';
  afina_fail(&error, AFINA_E_DATA, "%s", longer);
  assert_int_equal(strlen(error.message), AFINA_MESSAGE_SIZE - 1);
  assert_string_equal(afina_status_name(AFINA_E_FORMAT), "AFINA_E_FORMAT");
  assert_int_equal(AFINA_E_DIVERGED, 8); /* frozen: pages rely on the numbers */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exp_float),
      cmocka_unit_test(test_double_functions),
      cmocka_unit_test(test_rng_sequence),
      cmocka_unit_test(test_rng_known_outputs),
      cmocka_unit_test(test_rng_distributions),
      cmocka_unit_test(test_rng_shuffle),
      cmocka_unit_test(test_sha256),
      cmocka_unit_test(test_pool),
      cmocka_unit_test(test_pool_many_jobs),
      cmocka_unit_test(test_checked_sizes),
      cmocka_unit_test(test_buffer),
      cmocka_unit_test(test_arena),
      cmocka_unit_test(test_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
