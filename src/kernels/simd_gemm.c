/* The matrix product. c is computed in tiles of TILE_M x TILE_N that stay in registers while k
 * runs; a and b are first copied into panels that the tile reads front to back. Whatever the path,
 * an element of c starts from itself and advances by its products in ascending k, so the bits are
 * those of reference.c and depend neither on how a caller cuts M or N nor on the vectors' width. */
#include "simd.h"

/* The tile over 128 bits, 4 x 8: 8 sums, 2 of b, one of a and a product in the 15 registers that V8
 * leaves; 5 x 8 is 5% faster in Chromium 156 but spills in Node 20, at two thirds of the speed.
 * Over 256 bits, 6 x 16: 12 sums in the 16 registers of AVX2. */
enum {
  BLOCK_K = 256,   /* a panel of b, and one of a, stay in the first-level cache */
  FEW_ROWS = 16,   /* below it, copying b costs more than it saves, ... */
  WIDE_ROW = 128,  /* ... except where the rows of c are short */
  FEW_SUMS = 4096, /* elements of c, 16 KiB, that advance by four rows of b at a time */
  COLUMNS = 8      /* of one row of c, where b is turned */
};

/* One row of the tile: loaded, advanced by one k, stored. */
#define ROW_LOAD(m) vec left##m = v_load(c + (m)*c_row), right##m = v_load(c + (m)*c_row + WIDTH)
#define ROW_STEP(m)                             \
  do {                                          \
    const vec x = v_load_splat(a + (m));        \
    left##m = v_advance(left##m, x, b_left);    \
    right##m = v_advance(right##m, x, b_right); \
  } while (0)
#define ROW_STORE(m)                          \
  do {                                        \
    v_store(c + (m)*c_row, left##m);          \
    v_store(c + (m)*c_row + WIDTH, right##m); \
  } while (0)
#ifdef AFINA_WIDE
#define EACH_ROW(DO) \
  DO(0);             \
  DO(1);             \
  DO(2);             \
  DO(3);             \
  DO(4);             \
  DO(5)
#else
#define EACH_ROW(DO) \
  DO(0);             \
  DO(1);             \
  DO(2);             \
  DO(3)
#endif

AFINA_NOINLINE void AFINA_LOCAL(tile)(float *c, size_t c_row, const float *a, const float *b,
                                      size_t K) {
  EACH_ROW(ROW_LOAD);
  for (size_t k = 0; k < K; k++, a += TILE_M, b += TILE_N) {
    const vec b_left = v_load(b), b_right = v_load(b + WIDTH);
    EACH_ROW(ROW_STEP);
  }
  EACH_ROW(ROW_STORE);
}

/* The same at the border of c, where only `rows` x `columns` of the tile exist. */
static AFINA_NOINLINE void multiply_edge(float *c, size_t c_row, const float *a, const float *b,
                                         size_t K, size_t rows, size_t columns) {
  float tile[TILE_M * TILE_N] = {0};
  for (size_t m = 0; m < rows; m++)
    for (size_t n = 0; n < columns; n++) tile[m * TILE_N + n] = c[m * c_row + n];
  AFINA_LOCAL(tile)(tile, TILE_N, a, b, K);
  for (size_t m = 0; m < rows; m++)
    for (size_t n = 0; n < columns; n++) c[m * c_row + n] = tile[m * TILE_N + n];
}

/* Four lines that lie along k, transposed into to[k, 0..4). */
static void pack_along(float *to, size_t width, const float *from, size_t line_stride, size_t K) {
  size_t k = 0;
  for (; k + LANES <= K; k += LANES) {
    v128 l0 = q_load(from + k), l1 = q_load(from + line_stride + k);
    v128 l2 = q_load(from + 2 * line_stride + k), l3 = q_load(from + 3 * line_stride + k);
    q_transpose(&l0, &l1, &l2, &l3);
    q_store(to + k * width, l0);
    q_store(to + (k + 1) * width, l1);
    q_store(to + (k + 2) * width, l2);
    q_store(to + (k + 3) * width, l3);
  }
  for (; k < K; k++)
    for (size_t line = 0; line < LANES; line++) to[k * width + line] = from[line * line_stride + k];
}

/* Four lines that lie across k. */
static void pack_across(float *to, size_t width, const float *from, size_t k_stride, size_t K) {
  for (size_t k = 0; k < K; k++) q_store(to + k * width, q_load(from + k * k_stride));
}

/* A whole panel of b whose rows are contiguous. */
static AFINA_NOINLINE void pack_rows(float *to, const float *from, size_t k_stride, size_t K) {
  for (size_t k = 0; k < K; k++, to += TILE_N, from += k_stride) {
    v_store(to, v_load(from));
    v_store(to + WIDTH, v_load(from + WIDTH));
  }
}

/* A panel: to[k * width + line] = from[line * line_stride + k * k_stride], with zeros from `lines`
 * to `width`. A line is a row of a or a column of b. Lines go by fours; the last four may overlap
 * those before. */
static AFINA_NOINLINE void pack(float *to, size_t width, const float *from, size_t line_stride,
                                size_t k_stride, size_t lines, size_t K) {
  size_t line = 0;
  if (lines >= LANES && (line_stride == 1 || k_stride == 1))
    for (; line < lines; line += LANES) {
      if (line + LANES > lines) line = lines - LANES;
      const float *four = from + line * line_stride;
      if (line_stride == 1)
        pack_across(to + line, width, four, k_stride, K);
      else
        pack_along(to + line, width, four, line_stride, K);
    }
  for (; line < lines; line++)
    for (size_t k = 0; k < K; k++) to[k * width + line] = from[line * line_stride + k * k_stride];
  for (; line < width; line++)
    for (size_t k = 0; k < K; k++) to[k * width + line] = 0;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* The size of the parts when n is cut into as few parts as `most` allows, all about equal. */
static size_t part_size(size_t n, size_t most, size_t multiple) {
  const size_t parts = (n + most - 1) / most, size = (n + parts - 1) / parts;
  return (size + multiple - 1) / multiple * multiple;
}

/* Blocks of k outside, each continuing from c; then blocks of n, whose panels of b fill the
 * scratch; then all of M. */
static void multiply_blocks(float *c, size_t c_row, const float *a, size_t a_row, size_t a_col,
                            const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                            size_t K, float *scratch) {
  const size_t block_k = part_size(K, BLOCK_K, 1);
  const size_t widest = (AFINA_GEMM_SCRATCH / block_k - TILE_M) / TILE_N * TILE_N;
  const size_t block_n = part_size(N, widest, TILE_N);
  float *b_panels = scratch, *a_panel = scratch + block_k * block_n;
  for (size_t k0 = 0; k0 < K; k0 += block_k) {
    const size_t depth = smaller(block_k, K - k0);
    for (size_t n0 = 0; n0 < N; n0 += block_n) {
      const size_t n1 = smaller(N, n0 + block_n);
      for (size_t n = n0; n < n1; n += TILE_N) {
        const float *columns = b + k0 * b_row + n * b_col;
        float *panel = b_panels + (n - n0) * depth;
        if (b_col == 1 && n + TILE_N <= n1)
          pack_rows(panel, columns, b_row, depth);
        else
          pack(panel, TILE_N, columns, b_col, b_row, smaller(TILE_N, n1 - n), depth);
      }
      for (size_t m = 0; m < M; m += TILE_M) {
        const size_t rows = smaller(TILE_M, M - m);
        pack(a_panel, TILE_M, a + m * a_row + k0 * a_col, a_row, a_col, rows, depth);
        for (size_t n = n0; n < n1; n += TILE_N) {
          const float *panel = b_panels + (n - n0) * depth;
          float *tile = c + m * c_row + n;
          const size_t columns = smaller(TILE_N, n1 - n);
          if (rows == TILE_M && columns == TILE_N)
            AFINA_LOCAL(tile)(tile, c_row, a_panel, panel, depth);
          else
            multiply_edge(tile, c_row, a_panel, panel, depth, rows, columns);
        }
      }
    }
  }
}

/* c[n] = (((c + x0 b0) + x1 b1) + x2 b2) + x3 b3 with four rows of b. */
static AFINA_NOINLINE void add_four_rows(float *c, const float *b, size_t b_row, const float x[4],
                                         size_t N) {
  const float *b0 = b, *b1 = b + b_row, *b2 = b1 + b_row, *b3 = b2 + b_row;
  const vec x0 = v_splat(x[0]), x1 = v_splat(x[1]), x2 = v_splat(x[2]), x3 = v_splat(x[3]);
  size_t n = 0;
  for (; n + WIDTH <= N; n += WIDTH) {
    vec sum = v_advance(v_load(c + n), x0, v_load(b0 + n));
    sum = v_advance(sum, x1, v_load(b1 + n));
    sum = v_advance(sum, x2, v_load(b2 + n));
    v_store(c + n, v_advance(sum, x3, v_load(b3 + n)));
  }
  for (; n < N; n++) {
    float sum = advance(c[n], x[0], b0[n]);
    sum = advance(sum, x[1], b1[n]);
    sum = advance(sum, x[2], b2[n]);
    c[n] = advance(sum, x[3], b3[n]);
  }
}

/* A few rows of c, b with its rows contiguous: b is read once and in place, copying it would cost
 * more. */
static void multiply_few_rows(float *c, size_t c_row, const float *a, size_t a_row, size_t a_col,
                              const float *b, size_t b_row, size_t M, size_t N, size_t K) {
  const size_t block_n = FEW_SUMS / M;
  for (size_t n0 = 0; n0 < N; n0 += block_n) {
    const size_t count = smaller(block_n, N - n0);
    size_t k = 0;
    for (; k + 4 <= K; k += 4)
      for (size_t m = 0; m < M; m++) {
        const float *x = a + m * a_row + k * a_col;
        const float four[4] = {x[0], x[a_col], x[2 * a_col], x[3 * a_col]};
        add_four_rows(c + m * c_row + n0, b + k * b_row + n0, b_row, four, count);
      }
    for (; k < K; k++)
      for (size_t m = 0; m < M; m++) {
        const float x = a[m * a_row + k * a_col];
        float *sums = c + m * c_row + n0;
        for (size_t n = 0; n < count; n++) sums[n] = advance(sums[n], x, b[k * b_row + n0 + n]);
      }
  }
}

/* Four neighbours of one row of c, b with its columns contiguous: transposed in registers, in
 * place. */
static inline v128 advance_four(v128 sum, const v128 x[4], const float *b, size_t b_col) {
  v128 b0 = q_load(b), b1 = q_load(b + b_col);
  v128 b2 = q_load(b + 2 * b_col), b3 = q_load(b + 3 * b_col);
  q_transpose(&b0, &b1, &b2, &b3);
  sum = q_advance(sum, x[0], b0);
  sum = q_advance(sum, x[1], b1);
  sum = q_advance(sum, x[2], b2);
  return q_advance(sum, x[3], b3);
}

static AFINA_NOINLINE void multiply_eight_columns(float *c, const float *a, size_t a_col,
                                                  const float *b, size_t b_col, size_t K) {
  v128 left = q_load(c), right = q_load(c + LANES);
  size_t k = 0;
  for (; k + LANES <= K; k += LANES) {
    const float *x = a + k * a_col;
    const v128 four[4] = {q_splat(x[0]), q_splat(x[a_col]), q_splat(x[2 * a_col]),
                          q_splat(x[3 * a_col])};
    left = advance_four(left, four, b + k, b_col);
    right = advance_four(right, four, b + LANES * b_col + k, b_col);
  }
  q_store(c, left);
  q_store(c + LANES, right);
  for (; k < K; k++)
    for (size_t n = 0; n < COLUMNS; n++) c[n] = advance(c[n], a[k * a_col], b[n * b_col + k]);
}

static void multiply_one_row(float *c, const float *a, size_t a_col, const float *b, size_t b_col,
                             size_t N, size_t K) {
  size_t n = 0;
  for (; n + COLUMNS <= N; n += COLUMNS)
    multiply_eight_columns(c + n, a, a_col, b + n * b_col, b_col, K);
  for (; n < N; n++) {
    float sum = c[n];
    for (size_t k = 0; k < K; k++) sum = advance(sum, a[k * a_col], b[n * b_col + k]);
    c[n] = sum;
  }
}

void AFINA_LOCAL(gemm)(float *c, size_t c_row, const float *a, size_t a_row, size_t a_col,
                       const float *b, size_t b_row, size_t b_col, size_t M, size_t N, size_t K,
                       float *scratch) {
  if (M == 0 || N == 0 || K == 0) return;
  if (b_col == 1 && (M < TILE_M || (M < FEW_ROWS && N >= WIDE_ROW)))
    multiply_few_rows(c, c_row, a, a_row, a_col, b, b_row, M, N, K);
  else if (M == 1 && b_row == 1)
    multiply_one_row(c, a, a_col, b, b_col, N, K);
  else
    multiply_blocks(c, c_row, a, a_row, a_col, b, b_row, b_col, M, N, K, scratch);
}
