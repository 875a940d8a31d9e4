/* What reads the model's last hidden rows: the classification head and the tied output embedding.
 */
#include <string.h>

#include "gpt.h"

void afina_head_forward(const afina_gpt *gpt, const afina_exec *exec, afina_real *logits,
                        const afina_real *pooled, size_t B) {
  afina_project_forward(exec, logits, pooled, afina_gpt_weight(gpt, 0, AFINA_SCORE), B,
                        gpt->config.channels, gpt->config.classes);
}

void afina_readout_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass) {
  const size_t C = gpt->config.channels;
  const afina_ragged *rows = &pass->batch.rows;
  for (size_t b = 0; b < rows->B; b++) {
    afina_real *row = pass->pooled + b * C;
    if (pass->batch.last_only) {
      memcpy(row, pass->hidden + b * C, C * sizeof *row);
    } else if (gpt->config.readout != AFINA_READOUT_MEAN) {
      memcpy(row, pass->hidden + (rows->starts[b + 1] - 1) * C, C * sizeof *row);
    } else {
      memset(row, 0, C * sizeof *row);
      for (size_t n = rows->starts[b]; n < rows->starts[b + 1]; n++)
        exec->kernels->add(row, pass->hidden + n * C, C);
      const afina_real share = 1 / (afina_real)(rows->starts[b + 1] - rows->starts[b]);
      for (size_t c = 0; c < C; c++) row[c] *= share;
    }
  }
}

void afina_readout_backward(const afina_gpt *gpt, afina_gpt_pass *pass) {
  const size_t C = gpt->config.channels;
  const afina_ragged *rows = &pass->batch.rows;
  memset(pass->dhidden, 0, pass->R * C * sizeof *pass->dhidden);
  for (size_t b = 0; b < rows->B; b++) {
    const afina_real *d = pass->dpooled + b * C;
    const size_t begin = rows->starts[b], end = rows->starts[b + 1];
    if (pass->batch.last_only) {
      memcpy(pass->dhidden + b * C, d, C * sizeof *d);
    } else if (gpt->config.readout != AFINA_READOUT_MEAN) {
      memcpy(pass->dhidden + (end - 1) * C, d, C * sizeof *d);
    } else {
      const afina_real share = 1 / (afina_real)(end - begin);
      for (size_t n = begin; n < end; n++)
        for (size_t c = 0; c < C; c++) pass->dhidden[n * C + c] = d[c] * share;
    }
  }
}

void afina_classify_forward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass) {
  afina_readout_forward(gpt, exec, pass);
  afina_head_forward(gpt, exec, pass->logits, pass->pooled, pass->batch.rows.B);
}

void afina_classify_backward(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                             const afina_real *dlogits, const afina_gradients *gradients) {
  const size_t B = pass->batch.rows.B, C = gpt->config.channels, K = gpt->config.classes;
  const size_t head = afina_params_head(&gpt->params);
  const bool want_dhidden = gradients->begin < head;
  if (want_dhidden) memset(pass->dpooled, 0, B * C * sizeof *pass->dpooled);
  afina_project_backward(exec, want_dhidden ? pass->dpooled : NULL,
                         gradients->data + (head - gradients->begin), dlogits, pass->pooled,
                         afina_gpt_weight(gpt, 0, AFINA_SCORE), B, C, K);
  if (want_dhidden) afina_readout_backward(gpt, pass);
}

void afina_language_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                         afina_real *losses, const uint32_t *targets, afina_real scale,
                         const afina_gradients *gradients, afina_real *logits, size_t chunk) {
  const size_t C = gpt->config.channels, V = gpt->config.vocabulary, N = pass->batch.rows.N;
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  if (gradients) memset(pass->dhidden, 0, N * C * sizeof *pass->dhidden);
  for (size_t begin = 0; begin < N; begin += chunk) {
    const size_t rows = N - begin < chunk ? N - begin : chunk;
    const afina_real *hidden = pass->hidden + begin * C;
    afina_project_forward(exec, logits, hidden, wte, rows, C, V);
    afina_cross_entropy_forward(exec, losses + begin, logits, targets + begin, rows, V);
    if (!gradients) continue;
    afina_cross_entropy_backward(exec, logits, targets + begin, scale, rows, V);
    /* wte comes first in the table: its gradient is there when everything is trained. */
    afina_project_backward(exec, pass->dhidden + begin * C,
                           gradients->begin == 0 ? gradients->data : NULL, logits, hidden, wte,
                           rows, C, V);
  }
}
