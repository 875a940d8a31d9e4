/* Copies of a and b in panels, for the product's tiles (simd_gemm.c). */
#include "simd.h"

/* Four lines that lie along k, transposed into to[k, 0..4). */
static void pack_four(float *to, size_t width, const float *from, size_t line_stride, size_t K) {
  const float *l0 = from, *l1 = l0 + line_stride, *l2 = l1 + line_stride, *l3 = l2 + line_stride;
  size_t k = 0;
  for (; k + LANES <= K; k += LANES, to += LANES * width) {
    v128 x0 = q_load(l0 + k), x1 = q_load(l1 + k), x2 = q_load(l2 + k), x3 = q_load(l3 + k);
    q_transpose(&x0, &x1, &x2, &x3);
    q_store(to, x0);
    q_store(to + width, x1);
    q_store(to + 2 * width, x2);
    q_store(to + 3 * width, x3);
  }
  for (; k < K; k++, to += width) {
    to[0] = l0[k];
    to[1] = l1[k];
    to[2] = l2[k];
    to[3] = l3[k];
  }
}

/* The same with WIDTH lines. */
#ifdef AFINA_WIDE
static void pack_lines(float *to, size_t width, const float *from, size_t line_stride, size_t K) {
  const float *low = from, *high = from + 4 * line_stride;
  const size_t two = 2 * line_stride, three = 3 * line_stride;
  size_t k = 0;
  for (; k + LANES <= K; k += LANES, to += LANES * width, low += LANES, high += LANES) {
    vec x0 = v_load_halves(low, high);
    vec x1 = v_load_halves(low + line_stride, high + line_stride);
    vec x2 = v_load_halves(low + two, high + two), x3 = v_load_halves(low + three, high + three);
    v_transpose_halves(&x0, &x1, &x2, &x3);
    v_store(to, x0);
    v_store(to + width, x1);
    v_store(to + 2 * width, x2);
    v_store(to + 3 * width, x3);
  }
  for (; k < K; k++, to += width)
    for (size_t line = 0; line < WIDTH; line++) to[line] = from[line * line_stride + k];
}
#else
#define pack_lines pack_four
#endif

/* A panel: to[k * width + line] = from[line * line_stride + k * k_stride], with zeros from `lines`
 * to `width`. A line is a row of a or a column of b. Of lines along k the last few may overlap
 * those before. */
static AFINA_NOINLINE void pack(float *to, size_t width, const float *from, size_t line_stride,
                                size_t k_stride, size_t lines, size_t K) {
  size_t line = 0;
  if (k_stride == 1) {
    for (; line + WIDTH <= lines; line += WIDTH)
      pack_lines(to + line, width, from + line * line_stride, line_stride, K);
    for (; line < lines && lines >= LANES; line += LANES) {
      if (line + LANES > lines) line = lines - LANES;
      pack_four(to + line, width, from + line * line_stride, line_stride, K);
    }
  }
  for (; line < lines; line++)
    for (size_t k = 0; k < K; k++) to[k * width + line] = from[line * line_stride + k * k_stride];
  for (; line < width; line++)
    for (size_t k = 0; k < K; k++) to[k * width + line] = 0;
}

/* The panels of a, [K, rows] for each tile, where the rows of a are the columns of a matrix: read
 * as it lies in memory, across the tiles. */
static AFINA_NOINLINE void pack_across(float *to, const float *a, size_t a_col, size_t M,
                                       size_t K) {
  const share s = share_rows(M);
  for (size_t k = 0; k < K; k++, a += a_col) {
    const float *from = a;
    float *panel = to;
    for (size_t i = 0; i < s.tiles; i++) {
      const size_t rows = rows_of(s, i);
      float *line = panel + k * rows;
      if (rows >= LANES) {
        q_store(line, q_load(from));
        q_store(line + rows - LANES, q_load(from + rows - LANES));
      } else {
        for (size_t row = 0; row < rows; row++) line[row] = from[row];
      }
      from += rows;
      panel += rows * K;
    }
  }
}

void AFINA_LOCAL(pack_a)(float *to, const float *a, size_t a_row, size_t a_col, size_t M,
                         size_t K) {
  if (a_row == 1) {
    pack_across(to, a, a_col, M, K);
    return;
  }
  const share s = share_rows(M);
  for (size_t i = 0; i < s.tiles; i++) {
    const size_t rows = rows_of(s, i);
    pack(to, rows, a, a_row, a_col, rows, K);
    to += rows * K;
    a += rows * a_row;
  }
}

/* The panels of b, whose rows are contiguous; read row by row, as it lies in memory. */
static AFINA_NOINLINE void pack_rows(float *to, const float *from, size_t k_stride, size_t N,
                                     size_t K) {
  for (size_t k = 0; k < K; k++, to += TILE_N, from += k_stride)
    for (size_t n = 0; n + TILE_N <= N; n += TILE_N) {
      v_store(to + n * K, v_load(from + n));
      v_store(to + n * K + WIDTH, v_load(from + n + WIDTH));
    }
}

void AFINA_LOCAL(pack_b)(float *to, const float *b, size_t b_row, size_t b_col, size_t N,
                         size_t K) {
  size_t n = 0;
  if (b_col == 1) {
    pack_rows(to, b, b_row, N, K);
    n = N / TILE_N * TILE_N;
  }
  for (; n < N; n += TILE_N)
    pack(to + n * K, TILE_N, b + n * b_col, b_col, b_row, N - n < TILE_N ? N - n : TILE_N, K);
}
