/* What reads the model's last hidden rows: the classification head and the tied output embedding.
 */
#include <string.h>

#include "gpt.h"

void afina_head_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *logits,
                        const afina_real *pooled, size_t B) {
  afina_project_forward(exec, logits, pooled, afina_gpt_weight(gpt, 0, AFINA_SCORE), B,
                        afina_readout_width(&gpt->config), gpt->config.classes);
}

/* Values of a text in pooled. The words' are the row behind the context's: the two lie side by side
 * already. */
static size_t width_of(const afina_gpt *gpt, const afina_gpt_pass *pass) {
  return (pass->batch.reads == AFINA_READS_WORDS ? 2 : 1) * gpt->config.channels;
}

void afina_readout_forward(const afina_gpt *gpt, afina_gpt_pass *pass) {
  const size_t W = width_of(gpt, pass);
  const afina_ragged *rows = &pass->rows;
  const bool all = pass->batch.reads == AFINA_READS_ALL;
  for (size_t b = 0; b < rows->B; b++)
    memcpy(pass->pooled + b * W, pass->hidden + (all ? rows->starts[b + 1] - 1 : b) * W,
           W * sizeof *pass->pooled);
}

void afina_readout_backward(const afina_gpt *gpt, afina_gpt_pass *pass) {
  const size_t C = gpt->config.channels, W = width_of(gpt, pass);
  const afina_ragged *rows = &pass->rows;
  const bool all = pass->batch.reads == AFINA_READS_ALL;
  memset(pass->dhidden, 0, pass->H * C * sizeof *pass->dhidden);
  for (size_t b = 0; b < rows->B; b++)
    memcpy(pass->dhidden + (all ? rows->starts[b + 1] - 1 : b) * W, pass->dpooled + b * W,
           W * sizeof *pass->dhidden);
}

enum { READOUT = 1 }; /* site of the masks; gpt.c has the others */

void afina_readout_drop(const afina_gpt *gpt, const afina_exec *exec, afina_real *x,
                        const afina_gpt_dropout *dropout, size_t B) {
  if (dropout)
    afina_dropout_apply(exec, x, &dropout->mask, READOUT, dropout->first_text, NULL, B,
                        afina_readout_width(&gpt->config));
}

void afina_classify_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass) {
  afina_readout_forward(gpt, pass);
  afina_readout_drop(gpt, exec, pass->pooled, pass->batch.dropout, pass->batch.rows.B);
  afina_head_forward(gpt, exec, pass->logits, pass->pooled, pass->batch.rows.B);
}

void afina_classify_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                             const afina_real *dlogits, const afina_gradients *gradients) {
  const size_t B = pass->batch.rows.B, W = afina_readout_width(&gpt->config),
               K = gpt->config.classes;
  const size_t head = afina_params_head(&gpt->params);
  const bool want_dhidden = gradients->begin < head;
  if (want_dhidden) memset(pass->dpooled, 0, B * W * sizeof *pass->dpooled);
  afina_project_backward(exec, want_dhidden ? pass->dpooled : NULL,
                         gradients->data + afina_gradients_at(gradients, head), dlogits,
                         pass->pooled, afina_gpt_weight(gpt, 0, AFINA_SCORE), B, W, K);
  if (!want_dhidden) return;
  afina_readout_drop(gpt, exec, pass->dpooled, pass->batch.dropout, B);
  afina_readout_backward(gpt, pass);
}

/* A span of rows that stand side by side: rows `at` on of the pass, targets of their own. */
static void span_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass, size_t at,
                      size_t N, afina_real *losses, const uint32_t *targets, afina_real scale,
                      const afina_gradients *gradients, afina_real *logits, size_t chunk) {
  const size_t C = gpt->config.channels, V = gpt->config.vocabulary;
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  for (size_t begin = 0; begin < N; begin += chunk) {
    const size_t rows = N - begin < chunk ? N - begin : chunk;
    const afina_real *hidden = pass->hidden + (at + begin) * C;
    afina_project_forward(exec, logits, hidden, wte, rows, C, V);
    afina_cross_entropy_forward(exec, losses + begin, logits, targets + begin, rows, V);
    if (!gradients) continue;
    afina_cross_entropy_backward(exec, logits, targets + begin, scale, rows, V);
    /* wte comes first in the table: its gradient is there when everything is trained. */
    afina_project_backward(exec, pass->dhidden + (at + begin) * C,
                           gradients->begin == 0 ? gradients->data : NULL, logits, hidden, wte,
                           rows, C, V);
  }
}

void afina_language_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                         afina_real *losses, const uint32_t *targets, afina_real scale,
                         const afina_gradients *gradients, afina_real *logits, size_t chunk) {
  const size_t P = gpt->config.adapters.prompt;
  const afina_ragged *rows = &pass->batch.rows;
  if (gradients) memset(pass->dhidden, 0, pass->H * gpt->config.channels * sizeof *pass->dhidden);
  if (!P) span_loss(gpt, exec, pass, 0, rows->N, losses, targets, scale, gradients, logits, chunk);
  for (size_t b = 0; P && b < rows->B; b++) {
    const size_t at = rows->starts[b];
    span_loss(gpt, exec, pass, pass->rows.starts[b] + P, rows->starts[b + 1] - at, losses + at,
              targets + at, scale, gradients, logits, chunk);
  }
}
