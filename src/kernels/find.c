/* Which of the sets of one name this machine runs fastest. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

static const afina_kernels *find_plain(void) {
#ifdef AFINA_WIDE_KERNELS
  if (__builtin_cpu_supports("avx2")) return &afina_kernels_plain_wide;
#endif
  return &afina_kernels_plain;
}

static const afina_kernels *find_fused(void) {
#if defined AFINA_WIDE_KERNELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return &afina_kernels_fused_wide;
#elif defined __aarch64__ || defined __EMSCRIPTEN__
  return &afina_kernels_fused;
#endif
  return NULL; /* fmaf in software is right, but a hundred times slower than plain */
}

const afina_kernels *afina_kernels_find(const char *name) {
  if (strcmp(name, "plain") == 0) return find_plain();
  if (strcmp(name, "fused") != 0) return NULL;
  const afina_kernels *fused = find_fused();
  return fused && afina_kernels_fuse(fused) ? fused : NULL;
}

enum { M = 13, N = 37 };

/* An odd number of steps of 2^-12 above 1. The product of two of these has a last bit at 2^-24 that
 * no float between 1 and 2 holds; without the 1 it fits. */
static float above_one(size_t i) { return 1 + (float)(2 * i + 1) / 4096; }

/* Is every element of c[M,N], -1 before the product, the product without the 1? */
static bool holds(const float *c, size_t rows) {
  for (size_t m = 0; m < rows; m++)
    for (size_t n = 0; n < N; n++) {
      const double exact = (double)above_one(m) * (double)above_one(n) - 1;
      if ((double)c[m * N + n] != exact) return false;
    }
  return true;
}

bool afina_kernels_fuse(const afina_kernels *kernels) {
  float a[M], b[N], c[M * N];
  float *scratch = aligned_alloc(64, AFINA_GEMM_SCRATCH * sizeof *scratch);
  if (!scratch) return false;
  for (size_t m = 0; m < M; m++) a[m] = above_one(m);
  for (size_t n = 0; n < N; n++) b[n] = above_one(n);
  bool fused = true;
  for (size_t rows = 1; rows <= M && fused; rows++) { /* each way of gemm through its tiles */
    for (size_t i = 0; i < rows * N; i++) c[i] = -1;
    kernels->gemm(c, N, c, a, 1, 1, b, N, 1, rows, N, 1, scratch);
    fused = holds(c, rows);
    for (size_t i = 0; i < rows * N; i++) c[i] = -1;
    kernels->gemm(c, N, c, a, 1, 1, b, 1, 1, rows, N, 1, scratch);
    fused = fused && holds(c, rows);
  }
  free(scratch);
  return fused;
}
