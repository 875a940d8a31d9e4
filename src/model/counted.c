#include "counted.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

afina_status afina_counted_work_init(afina_counted_work *work, const afina_gpt_config *config,
                                     size_t chunk, afina_error *error) {
  const size_t row = config->channels * sizeof(afina_real);
  afina_counted_work made = {
      .logits = afina_allocate(config->vocabulary, chunk * sizeof *made.logits),
      .hidden = afina_allocate(chunk, row),
      .dhidden = afina_allocate(chunk, row),
      .chunk = chunk};
  if (!made.logits || !made.hidden || !made.dhidden) {
    afina_counted_work_free(&made);
    return afina_fail_memory(error);
  }
  *work = made;
  return AFINA_OK;
}

void afina_counted_work_free(afina_counted_work *work) {
  free(work->logits);
  free(work->hidden);
  free(work->dhidden);
  *work = (afina_counted_work){0};
}

/* Rows of the pass for rows of the batch: a prompt in front of each text moves them. */
typedef struct walk {
  const afina_gpt_pass *pass;
  size_t prompt, text;
} walk;

static size_t row_of_pass(walk *w, size_t row) {
  while (row >= w->pass->batch.rows.starts[w->text + 1]) w->text++;
  return row + (w->text + 1) * w->prompt;
}

void afina_counted_loss(const afina_gpt *gpt, const afina_exec *exec, afina_gpt_pass *pass,
                        const afina_counted_work *work, const afina_counted *counted,
                        afina_real *losses, afina_real scale, const afina_gradients *gradients) {
  const size_t C = gpt->config.channels, V = gpt->config.vocabulary, bytes = C * sizeof(afina_real);
  const afina_real *wte = afina_gpt_weight(gpt, 0, AFINA_WTE);
  walk in = {.pass = pass, .prompt = gpt->config.adapters.prompt}, out = in;
  if (gradients) memset(pass->dhidden, 0, pass->H * bytes);
  for (size_t begin = 0; begin < counted->count; begin += work->chunk) {
    const size_t left = counted->count - begin, rows = left < work->chunk ? left : work->chunk;
    const uint32_t *targets = counted->targets + begin;
    for (size_t i = 0; i < rows; i++)
      memcpy(work->hidden + i * C, pass->hidden + row_of_pass(&in, counted->rows[begin + i]) * C,
             bytes);
    afina_project_forward(exec, work->logits, work->hidden, wte, rows, C, V);
    afina_cross_entropy_forward(exec, losses + begin, work->logits, targets, rows, V);
    if (!gradients) continue;
    afina_cross_entropy_backward(exec, work->logits, targets, scale, rows, V);
    memset(work->dhidden, 0, rows * bytes);
    /* wte comes first in the table: its gradient is there when everything is trained. */
    afina_project_backward(exec, work->dhidden, gradients->begin == 0 ? gradients->data : NULL,
                           work->logits, work->hidden, wte, rows, C, V);
    for (size_t i = 0; i < rows; i++)
      memcpy(pass->dhidden + row_of_pass(&out, counted->rows[begin + i]) * C, work->dhidden + i * C,
             bytes);
  }
}
