/* Muon (Jordan et al., 2024): a matrix moves along its momentum with all singular values brought
 * near one, so that directions which the gradient seldom shows count as much as the loud ones.
 *
 * Moved this way are the matrices inside the blocks; queries, keys and values, though stored side
 * by side, each on its own. Embeddings and vectors stay with AdamW. The update has the size of
 * AdamW's (0.2 sqrt(max(rows, columns)): Liu et al., 2025), so both share learning rate and weight
 * decay. */
#ifndef AFINA_MUON_H
#define AFINA_MUON_H

#include "gpt.h"

typedef struct afina_muon_matrix {
  size_t offset;        /* of the first element in the suffix that trains */
  size_t rows, columns; /* rows are `stride` elements apart */
  size_t stride;
} afina_muon_matrix;

typedef struct afina_muon {
  double momentum;
  afina_muon_matrix *matrices;
  size_t count;
  afina_real *work; /* work_each elements for each of `threads` */
  size_t work_each, threads;
} afina_muon;

/* What one update needs beside weights, gradients and momentum. */
typedef struct afina_muon_step {
  double lr, weight_decay;
  afina_real gradient_scale; /* for clipping: gradients are multiplied by it first */
} afina_muon_step;

/* For the parameters from `begin` on, in at most `threads` parts. AFINA_E_MEMORY only. */
afina_status afina_muon_init(afina_muon *muon, const afina_gpt *gpt, size_t begin, double momentum,
                             size_t threads, afina_error *error);
void afina_muon_free(afina_muon *muon);
/* What that takes of memory; SIZE_MAX where a size_t cannot hold it. */
size_t afina_muon_bytes(const afina_params *params, size_t begin, size_t threads);

/* Whether Muon moves this parameter, and AdamW therefore must not. */
bool afina_muon_takes(const afina_params *params, const afina_param *param);

/* One update: weights, momentum (read and written) and gradients are those of the suffix. Threads
 * take whole matrices, so the bits do not depend on their number. */
void afina_muon_update(const afina_muon *muon, const afina_exec *exec, afina_real *weights,
                       afina_real *momentum, const afina_real *gradients,
                       const afina_muon_step *step);

/* Elements of `work` for a matrix. */
size_t afina_muon_work(size_t rows, size_t columns);
/* In place: x[rows, columns] = U S V^T becomes U S' V^T, S' = p(S / |x|) with p five times the
 * Newton-Schulz polynomial 3.4445 s - 4.7750 s^3 + 2.0315 s^5: from 0.68 to 1.20 wherever S is more
 * than 1/500 of the Frobenius norm. gemm: the kernels' scratch. */
void afina_muon_orthogonalize(const afina_kernels *kernels, afina_real *x, size_t rows,
                              size_t columns, afina_real *work, afina_real *gemm);

#endif
