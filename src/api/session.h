/* What the files of a session share (private to the api layer). */
#ifndef AFINA_API_SESSION_H
#define AFINA_API_SESSION_H

#include "model.h"
#include "options.h"

/* The options of a session as JSON, completed for the data at hand; size 0: all defaults. */
afina_status afina_session_options(afina_finetune_options *out, const afina_runtime *runtime,
                                   const afina_model *model, const afina_dataset *data,
                                   const char *options, size_t size, afina_error *error);

#endif
