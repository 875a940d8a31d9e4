/* What a run trained, as a file of its own (private to the api layer; afina.h has the rest). */
#ifndef AFINA_API_DELTA_H
#define AFINA_API_DELTA_H

#include "finetune.h"
#include "model.h"

/* `tuned` is the run's own result. */
afina_status afina_delta_of_run(const afina_finetune *run, const afina_model *tuned,
                                afina_bytes *out, afina_error *error);

#endif
