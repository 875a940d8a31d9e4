/* The contrastive loss: readouts of passages that belong together draw near, others move apart. */
#include <stdlib.h>
#include <string.h>

#include "gpt.h"
#include "memory.h"

afina_status afina_contrast_init(afina_contrast *contrast, size_t P, size_t C, afina_error *error) {
  afina_contrast made = {.unit = afina_allocate(2 * P, C * sizeof *made.unit),
                         .dunit = afina_allocate(2 * P, C * sizeof *made.dunit),
                         .norms = afina_allocate(2 * P, sizeof *made.norms),
                         .scores = afina_allocate(P, P * sizeof *made.scores),
                         .losses = afina_allocate(P, sizeof *made.losses),
                         .targets = afina_allocate(P, sizeof *made.targets)};
  if (!made.unit || !made.dunit || !made.norms || !made.scores || !made.losses || !made.targets) {
    afina_contrast_free(&made);
    return afina_fail_memory(error);
  }
  for (size_t p = 0; p < P; p++) made.targets[p] = (uint32_t)p;
  *contrast = made;
  return AFINA_OK;
}

void afina_contrast_free(afina_contrast *contrast) {
  if (!contrast) return;
  free(contrast->unit);
  free(contrast->dunit);
  free(contrast->norms);
  free(contrast->scores);
  free(contrast->losses);
  free(contrast->targets);
  *contrast = (afina_contrast){0};
}

/* Every row of `from` chooses among the rows of `to`; returns the sum of the losses. */
static double choose(const afina_exec *exec, afina_contrast *work, const afina_real *from,
                     afina_real *dfrom, const afina_real *to, afina_real *dto, afina_real sharpness,
                     afina_real scale, size_t P, size_t C) {
  double sum = 0;
  afina_project_forward(exec, work->scores, from, to, P, C, P);
  for (size_t i = 0; i < P * P; i++) work->scores[i] *= sharpness;
  afina_cross_entropy_forward(exec, work->losses, work->scores, work->targets, P, P);
  afina_cross_entropy_backward(exec, work->scores, work->targets, scale * sharpness, P, P);
  afina_project_backward(exec, dfrom, dto, work->scores, from, to, P, C, P);
  for (size_t p = 0; p < P; p++) sum += (double)work->losses[p];
  return sum;
}

double afina_contrast_loss(const afina_exec *exec, afina_contrast *work, afina_real *dpooled,
                           const afina_real *pooled, afina_real temperature, afina_real scale,
                           size_t P, size_t C) {
  for (size_t r = 0; r < 2 * P; r++) {
    afina_real squares = 0;
    for (size_t c = 0; c < C; c++) squares += pooled[r * C + c] * pooled[r * C + c];
    work->norms[r] = (afina_real)sqrt((double)squares) + (afina_real)1e-12;
    for (size_t c = 0; c < C; c++) work->unit[r * C + c] = pooled[r * C + c] / work->norms[r];
  }
  memset(work->dunit, 0, 2 * P * C * sizeof *work->dunit);
  const afina_real sharpness = 1 / temperature, each = scale / (afina_real)(2 * P);
  afina_real *a = work->unit, *b = a + P * C, *da = work->dunit, *db = da + P * C;
  const double sum = choose(exec, work, a, da, b, db, sharpness, each, P, C) +
                     choose(exec, work, b, db, a, da, sharpness, each, P, C);
  /* u = x / |x|: dx = (du - u (u . du)) / |x|. */
  for (size_t r = 0; r < 2 * P; r++) {
    const afina_real *u = work->unit + r * C, *du = work->dunit + r * C;
    afina_real along = 0;
    for (size_t c = 0; c < C; c++) along += u[c] * du[c];
    for (size_t c = 0; c < C; c++) dpooled[r * C + c] = (du[c] - u[c] * along) / work->norms[r];
  }
  return sum / (double)(2 * P);
}
