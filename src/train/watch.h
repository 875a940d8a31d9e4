/* What an update of a fine-tuning run did, noted while it runs (private to the train layer).
 * Nothing of it shows in the weights. */
#ifndef AFINA_WATCH_H
#define AFINA_WATCH_H

#include "batch.h"
#include "gpt.h"
#include "json.h"

typedef struct afina_finetune afina_finetune;

typedef struct afina_watch {
  bool complete;       /* an update has been noted */
  afina_real *weights; /* [trainable] as they were before it */
  size_t *rows;        /* [batch] */
  uint32_t *labels;    /* [batch] */
  double *losses;      /* [2, batch] before and after */
  float *shares;       /* [2, batch, K] probabilities */
  double *lengths;     /* [parts, 3] of weights, gradient, update */
  size_t room, count;  /* texts of the largest batch; of this one */
  size_t update, epoch, block;
  double rate, norm;
} afina_watch;

/* AFINA_E_MEMORY only. */
afina_status afina_watch_create(afina_watch **out, const afina_finetune *run, afina_error *error);
void afina_watch_free(afina_watch *watch);

/* Of run->watch. A part of the batch whose losses are in run->losses: */
void afina_watch_part(afina_finetune *run, const afina_batch *part, const afina_real *shares);
/* When the gradients are complete. */
void afina_watch_before(afina_finetune *run);
/* When the weights have moved at that rate, by gradients of that norm. Uses run->pass. */
afina_status afina_watch_after(afina_finetune *run, double rate, double norm, afina_error *error);

/* The document of afina_session_watched. AFINA_E_STATE where nothing has been noted. */
afina_status afina_watch_json(const afina_finetune *run, cJSON **out, afina_error *error);

#endif
