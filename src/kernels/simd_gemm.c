/* The matrix product. c is computed in tiles of at most TILE_M x TILE_N that stay in registers
 * while k runs; b, and where it pays a, are first copied into panels that the tile reads front to
 * back. Whatever the path, an element of c starts from what it begins with (itself, a bias, zero)
 * and advances by its products in ascending k, so the bits are those of reference.c and depend
 * neither on how a caller cuts M or N nor on the vectors' width. Where c does not begin with
 * itself, the first block of k reads the tiles' first values elsewhere: no pass over c sets it up.
 *
 * Nothing here or in simd_pack.c has an address but those that the caller gave: the fused set of
 * the page is these two files as a module of their own, without a stack (fused.cmake). */
#include "simd.h"

enum {
  BLOCK_K = 256,        /* a panel of b, [256, TILE_N], stays in the first-level cache */
  BLOCK_M = 8 * TILE_M, /* rows of a that are copied at a time */
  EDGE = TILE_M * TILE_N,
  ZEROS = 16,               /* at the front of the scratch, where c begins with them */
  NEAR = (1 << 16) - ZEROS, /* elements of panels that the second-level cache holds */
  FEW_ROWS = 4,             /* below it, c advances by four rows of b at a time, ... */
  FEW_SUMS = 4096,          /* ... 16 KiB of it */
  SAME_SET = 1024, /* rows of b that far apart push one another out of the first-level cache */
  COLUMNS = 8      /* of one row of c, where b is turned */
};

/* One row of a tile: loaded, advanced by one k, stored. 256-bit tiles read a where it lies; the
 * others, for whose engines six addresses are too many, from panels [K, rows]. */
#ifdef AFINA_WIDE
#define A_AT(m) (a + (m)*a_row)
enum { COPIES_A = 0 };
#else
#define A_AT(m) (a + (m))
enum { COPIES_A = 1 };
#endif
#define ROW_LOAD(m) \
  vec left##m = v_load(from + (m)*from_row), right##m = v_load(from + (m)*from_row + WIDTH);
#define ROW_STEP(m)                             \
  {                                             \
    const vec x = v_load_splat(A_AT(m));        \
    left##m = v_advance(left##m, x, b_left);    \
    right##m = v_advance(right##m, x, b_right); \
  }
#define ROW_STORE(m)               \
  v_store(c + (m)*c_row, left##m); \
  v_store(c + (m)*c_row + WIDTH, right##m);

/* c[rows, TILE_N] = from + a b, the rows of b b_row apart, those of `from` from_row (0: one row for
 * all of c). */
#define TILE(rows, EACH_ROW)                                                                     \
  static AFINA_NOINLINE void tile_##rows(float *c, size_t c_row, const float *from,              \
                                         size_t from_row, const float *a, size_t a_row,          \
                                         size_t a_col, const float *b, size_t b_row, size_t K) { \
    (void)a_row;                                                                                 \
    EACH_ROW(ROW_LOAD)                                                                           \
    for (size_t k = 0; k < K; k++, a += a_col, b += b_row) {                                     \
      const vec b_left = v_load(b), b_right = v_load(b + WIDTH);                                 \
      EACH_ROW(ROW_STEP)                                                                         \
    }                                                                                            \
    EACH_ROW(ROW_STORE)                                                                          \
  }
#define ROWS_1(DO) DO(0)
#define ROWS_2(DO) ROWS_1(DO) DO(1)
#define ROWS_3(DO) ROWS_2(DO) DO(2)
#define ROWS_4(DO) ROWS_3(DO) DO(3)
#define ROWS_5(DO) ROWS_4(DO) DO(4)
#define ROWS_6(DO) ROWS_5(DO) DO(5)
TILE(1, ROWS_1)
TILE(2, ROWS_2)
TILE(3, ROWS_3)
TILE(4, ROWS_4)
TILE(5, ROWS_5)
#if AFINA_TILE_M == 6
TILE(6, ROWS_6)
#endif

static void tile(size_t rows, float *c, size_t c_row, const float *from, size_t from_row,
                 const float *a, size_t a_row, size_t a_col, const float *b, size_t b_row,
                 size_t K) {
  switch (rows) {
    case 1: tile_1(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
    case 2: tile_2(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
    case 3: tile_3(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
    case 4: tile_4(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
    case 5: tile_5(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
#if AFINA_TILE_M == 6
    case 6: tile_6(c, c_row, from, from_row, a, a_row, a_col, b, b_row, K); break;
#endif
  }
}

void AFINA_LOCAL(tile)(float *c, size_t c_row, const float *a, const float *b, size_t K) {
  tile(TILE_M, c, c_row, c, c_row, a, 1, TILE_M, b, TILE_N, K);
}

static void copy_block(float *to, size_t to_row, const float *from, size_t from_row, size_t rows,
                       size_t columns) {
  for (size_t m = 0; m < rows; m++, to += to_row, from += from_row) {
    size_t n = 0;
    for (; n + LANES <= columns; n += LANES) q_store(to + n, q_load(from + n));
    for (; n < columns; n++) to[n] = from[n];
  }
}

/* The same at the right border of c, where only `columns` of the tile exist. */
static AFINA_NOINLINE void multiply_edge(size_t rows, size_t columns, float *c, size_t c_row,
                                         const float *from, size_t from_row, const float *a,
                                         size_t a_row, size_t a_col, const float *b, size_t K,
                                         float *edge) {
  copy_block(edge, TILE_N, from, from_row, rows, columns);
  tile(rows, edge, TILE_N, edge, TILE_N, a, a_row, a_col, b, TILE_N, K);
  copy_block(c, c_row, edge, TILE_N, rows, columns);
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* The size of the parts when n is cut into as few parts as `most` allows, all about equal. */
static size_t part_size(size_t n, size_t most, size_t multiple) {
  const size_t parts = (n + most - 1) / most, size = (n + parts - 1) / parts;
  return (size + multiple - 1) / multiple * multiple;
}

/* A tile of c, whole or at the border. */
static inline void multiply_tile(float *c, size_t c_row, const float *from, size_t from_row,
                                 const float *a, size_t a_row, size_t a_col, const float *panel,
                                 size_t b_row, size_t rows, size_t columns, size_t K, float *edge) {
  if (columns >= TILE_N)
    tile(rows, c, c_row, from, from_row, a, a_row, a_col, panel, b_row, K);
  else
    multiply_edge(rows, columns, c, c_row, from, from_row, a, a_row, a_col, panel, K, edge);
}

/* c[M,N] = from + a b, M at most BLOCK_M, b in panels [K, TILE_N]; `from` is a matrix, a row
 * (from_row 0) or TILE_N zeros (from_col 0). Tiles go along the rows of c. */
static void multiply_panels(float *c, size_t c_row, const float *from, size_t from_row,
                            size_t from_col, const float *a, size_t a_row, size_t a_col,
                            const float *b, size_t M, size_t N, size_t K, float *scratch) {
  float *edge = scratch, *panels = scratch + EDGE;
  const int copies = COPIES_A || a_row == 1;
  const share s = share_rows(M);
  if (copies) AFINA_LOCAL(pack_a)(panels, a, a_row, a_col, M, K);
  const float *lines = copies ? panels : a;
  for (size_t i = 0; i < s.tiles; i++) {
    const size_t rows = rows_of(s, i), line = copies ? 1 : a_row, step = copies ? rows : a_col;
    for (size_t n = 0; n < N; n += TILE_N)
      multiply_tile(c + n, c_row, from + n * from_col, from_row, lines, line, step, b + n * K,
                    TILE_N, rows, N - n, K, edge);
    lines += rows * (copies ? K : a_row);
    c += rows * c_row;
    from += rows * from_row;
  }
}

/* The same from b itself, for so few rows that a panel serves but once: copied just before, or,
 * where its rows are contiguous, read where it lies. Tiles go down the columns. */
static void multiply_few_tiles(float *c, size_t c_row, const float *from, size_t from_row,
                               size_t from_col, const float *a, size_t a_row, size_t a_col,
                               const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                               size_t K, float *scratch) {
  float *edge = scratch, *panels = scratch + EDGE, *copy = panels + BLOCK_M * K;
  const int copies = COPIES_A || a_row == 1, in_place = b_col == 1 && b_row % SAME_SET != 0;
  const share s = share_rows(M);
  if (copies) AFINA_LOCAL(pack_a)(panels, a, a_row, a_col, M, K);
  for (size_t n = 0; n < N; n += TILE_N) {
    const int reads = in_place && n + TILE_N <= N;
    const float *lines = copies ? panels : a, *panel = b + n * b_col, *first = from + n * from_col;
    float *corner = c + n;
    if (!reads) AFINA_LOCAL(pack_b)(copy, panel, b_row, b_col, smaller(TILE_N, N - n), K);
    for (size_t i = 0; i < s.tiles; i++) {
      const size_t rows = rows_of(s, i);
      multiply_tile(corner, c_row, first, from_row, lines, copies ? 1 : a_row,
                    copies ? rows : a_col, reads ? panel : copy, reads ? b_row : TILE_N, rows,
                    N - n, K, edge);
      lines += rows * (copies ? K : a_row);
      corner += rows * c_row;
      first += rows * from_row;
    }
  }
}

/* Blocks of k outside, each continuing from c; then blocks of n, whose panels of b fill the
 * scratch, so that a is copied seldom; where a is read in place, the second-level cache. Then
 * blocks of M. */
static void multiply_blocks(float *c, size_t c_row, const float *from, size_t from_row,
                            size_t from_col, const float *a, size_t a_row, size_t a_col,
                            const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                            size_t K, float *scratch) {
  const size_t block_k = part_size(K, BLOCK_K, 1), block_m = part_size(M, BLOCK_M, TILE_M);
  const size_t all = COPIES_A || a_row == 1 ? AFINA_GEMM_SCRATCH - ZEROS : NEAR;
  const size_t room = all - EDGE - BLOCK_M * block_k;
  const size_t block_n = part_size(N, room / block_k / TILE_N * TILE_N, TILE_N);
  float *panels = scratch + EDGE + BLOCK_M * block_k;
  for (size_t k0 = 0; k0 < K; k0 += block_k) {
    const size_t depth = smaller(block_k, K - k0);
    for (size_t n0 = 0; n0 < N; n0 += block_n) {
      const size_t count = smaller(block_n, N - n0);
      AFINA_LOCAL(pack_b)(panels, b + k0 * b_row + n0 * b_col, b_row, b_col, count, depth);
      for (size_t m = 0; m < M; m += block_m)
        multiply_panels(c + m * c_row + n0, c_row, from + m * from_row + n0 * from_col, from_row,
                        from_col, a + m * a_row + k0 * a_col, a_row, a_col, panels,
                        smaller(block_m, M - m), count, depth, scratch);
    }
    from = c;
    from_row = c_row;
    from_col = 1;
  }
}

/* c[n] = (((c + x0 b0) + x1 b1) + x2 b2) + x3 b3 with four rows of b. */
static AFINA_NOINLINE void add_four_rows(float *c, const float *b, size_t b_row, const float *a,
                                         size_t a_col, size_t N) {
  const float *b0 = b, *b1 = b + b_row, *b2 = b1 + b_row, *b3 = b2 + b_row;
  const float a0 = a[0], a1 = a[a_col], a2 = a[2 * a_col], a3 = a[3 * a_col];
  const vec x0 = v_splat(a0), x1 = v_splat(a1), x2 = v_splat(a2), x3 = v_splat(a3);
  size_t n = 0;
  for (; n + WIDTH <= N; n += WIDTH) {
    vec sum = v_advance(v_load(c + n), x0, v_load(b0 + n));
    sum = v_advance(sum, x1, v_load(b1 + n));
    sum = v_advance(sum, x2, v_load(b2 + n));
    v_store(c + n, v_advance(sum, x3, v_load(b3 + n)));
  }
  for (; n < N; n++) {
    float sum = advance(c[n], a0, b0[n]);
    sum = advance(sum, a1, b1[n]);
    sum = advance(sum, a2, b2[n]);
    c[n] = advance(sum, a3, b3[n]);
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
      for (size_t m = 0; m < M; m++)
        add_four_rows(c + m * c_row + n0, b + k * b_row + n0, b_row, a + m * a_row + k * a_col,
                      a_col, count);
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

/* c[M,N] = start, a row [N], or zeros. */
static void begin_rows(float *c, size_t c_row, const float *start, size_t M, size_t N) {
  if (start == c) return;
  if (start) {
    copy_block(c, c_row, start, 0, M, N);
    return;
  }
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) c[m * c_row + n] = 0;
}

/* Up to BLOCK_M rows of c, in blocks of k. */
static void multiply_some_rows(float *c, size_t c_row, const float *from, size_t from_row,
                               size_t from_col, const float *a, size_t a_row, size_t a_col,
                               const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                               size_t K, float *scratch) {
  for (size_t k = 0; k < K; k += BLOCK_K) {
    multiply_few_tiles(c, c_row, from, from_row, from_col, a + k * a_col, a_row, a_col,
                       b + k * b_row, b_row, b_col, M, N, smaller(BLOCK_K, K - k), scratch);
    from = c;
    from_row = c_row;
    from_col = 1;
  }
}

void AFINA_LOCAL(gemm)(float *c, size_t c_row, const float *start, const float *a, size_t a_row,
                       size_t a_col, const float *b, size_t b_row, size_t b_col, size_t M, size_t N,
                       size_t K, float *scratch) {
  if (M == 0 || N == 0) return;
  const int by_rows = b_col == 1 && M < FEW_ROWS, is_row = M == 1 && b_row == 1;
  if (K == 0 || by_rows || is_row) {
    begin_rows(c, c_row, start, M, N);
    if (K == 0) return;
    if (by_rows)
      multiply_few_rows(c, c_row, a, a_row, a_col, b, b_row, M, N, K);
    else
      multiply_one_row(c, a, a_col, b, b_col, N, K);
    return;
  }
  const float *from = start ? start : scratch;
  const size_t from_row = start == c ? c_row : 0, from_col = start != NULL;
  for (size_t i = 0; i < ZEROS; i += LANES) q_store(scratch + i, q_splat(0));
  if (M <= BLOCK_M)
    multiply_some_rows(c, c_row, from, from_row, from_col, a, a_row, a_col, b, b_row, b_col, M, N,
                       K, scratch + ZEROS);
  else
    multiply_blocks(c, c_row, from, from_row, from_col, a, a_row, a_col, b, b_row, b_col, M, N, K,
                    scratch + ZEROS);
}
