/* What the files of a session share (private to the api layer). */
#ifndef AFINA_API_SESSION_H
#define AFINA_API_SESSION_H

#include "finetune.h"
#include "finetune_need.h"
#include "model.h"
#include "options.h"

/* The options of a session as JSON, completed for the data at hand; size 0: all defaults. */
afina_status afina_session_options(afina_finetune_options *out, const afina_runtime *runtime,
                                   const afina_model *model, const afina_dataset *data,
                                   const char *options, size_t size, afina_error *error);

/* What of the data decides on the memory that a session takes; longest and tokens as
 * afina_session_memory has them. */
afina_finetune_shape afina_session_shape(const afina_finetune_options *options,
                                         const afina_model *model, const afina_dataset *data,
                                         size_t longest, size_t tokens);

/* "calibration" of the report of a run that is done: {"by","temperature","ece_before","ece",
 * "bins_before","bins","curve","recommended":[{"accuracy","threshold","coverage"}]}, of the test
 * rows (calibration.h); null without them. by: "temperature" where validation rows found one;
 * "factors" where they weighed network and n-grams, which leaves no temperature to find; else null,
 * and so is what was before. */
afina_status afina_calibration_of_run(const afina_finetune *run, cJSON **out, afina_error *error);

#endif
