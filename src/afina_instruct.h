/* Afina's public API, instruction tuning: a language model learns to answer. Part of afina.h, which
 * includes it.
 *
 *     afina_instructions_create(&rows, &error);
 *     afina_instructions_add_json(rows, AFINA_PART_ANY, bytes, size, &error);
 *     afina_instruct_create(&run, runtime, model, rows, "{\"strategy\":\"lora:8\"}", size, &error);
 *     do afina_instruct_step(run, seconds_now(), &progress, &error); while (!progress.done);
 *     afina_instruct_model(run, &tuned, &error);
 *     afina_instruction_prompt(tuned, &question, NULL, NULL, &prompt, &error);
 *     afina_generate(runtime, tuned, prompt.data, prompt.size, &sampling, &answer, &error); */
#ifndef AFINA_INSTRUCT_PUBLIC_H
#define AFINA_INSTRUCT_PUBLIC_H

#include "afina.h"

/* ---- rows as text ---- */

/* In all that follows `template_name` and `language` are words of afina_template_find; NULL or "":
 * the model's own, where it was tuned with a template, else the row's language, else the first. */

/* A row as the model sees it: {"text","prompt_bytes","template","language","truncated",
 * "parts":[{"kind":"template"|"instruction"|"input"|"response","start","end"}],
 * "tokens":[{"id","text","start","end","counted"}]}. start, end: bytes of the text; the last token
 * is that of the end of text, whose start is its end. counted: the loss of a run that counts
 * responses alone has it. truncated: the context ends before the row. Without a response: the
 * prompt alone. */
afina_status afina_instruction_format(const afina_model *model, const afina_instruction *row,
                                      const char *template_name, const char *language,
                                      afina_bytes *json, afina_error *error);
/* The text that such a model is given to answer. */
afina_status afina_instruction_prompt(const afina_model *model, const afina_instruction *row,
                                      const char *template_name, const char *language,
                                      afina_bytes *text, afina_error *error);
/* How well a model predicts a row's response:
 * {"tokens":[{"id","text","start","end","counted","loss"
 * }],"response_loss","response_perplexity","response_tokens","all_loss","truncated"}. Losses
 * in nats, of each token given those before it; null for the first one, which nothing stands
 * before, and beyond the context. all_loss: the mean over all that have one. AFINA_E_DATA: no
 * response, or no room for one. */
afina_status afina_instruct_losses(afina_runtime *runtime, const afina_model *model,
                                   const afina_instruction *row, const char *template_name,
                                   const char *language, afina_bytes *json, afina_error *error);

/* ---- runs ---- */

typedef struct afina_instruct afina_instruct;

/* options: the JSON of src/train/instruct_options.h; size 0 for all defaults. The model is copied;
 * runtime and rows must outlive the run. AFINA_E_ARGUMENT names an option; AFINA_E_DATA: no row to
 * train on; AFINA_E_UNSUPPORTED: the model is a classifier, or was tuned with a prefix or prompt;
 * AFINA_E_MEMORY in figures where the runtime's limit is known. */
afina_status afina_instruct_create(afina_instruct **out, afina_runtime *runtime,
                                   const afina_model *model, const afina_instructions *rows,
                                   const char *options, size_t options_size, afina_error *error);
/* From a checkpoint: the same bits as if the run had never stopped. The options are the
 * checkpoint's. AFINA_E_FORMAT: damaged, or of another model or other rows. */
afina_status afina_instruct_resume(afina_instruct **out, afina_runtime *runtime,
                                   const afina_model *model, const afina_instructions *rows,
                                   const void *checkpoint, size_t size, afina_error *error);
void afina_instruct_free(afina_instruct *run);

typedef struct afina_instruct_progress {
  afina_phase phase;      /* of the step to come: AFINA_VALIDATE, AFINA_TRAIN or AFINA_DONE */
  size_t epoch, epochs;   /* 0: the held-out rows before training */
  size_t step, steps;     /* batches within the phase */
  size_t update, updates; /* done; in all */
  double fraction;        /* of the whole run, 0 .. 1 */
  uint64_t tokens;        /* that counted so far */
  double loss, learning_rate, gradient_norm; /* of the last update; NAN before the first */
  size_t epochs_done;                        /* entries of the report's "epochs" */
  double train_loss, valid_loss;             /* of the last of them; NAN where there is none */
  bool done;
} afina_instruct_progress;

/* One small unit of work. AFINA_E_DIVERGED: a loss or a weight is no number; every further step
 * then fails alike. */
afina_status afina_instruct_step(afina_instruct *run, double now, afina_instruct_progress *progress,
                                 afina_error *error);

/* {"options","trained_parameters","parameters","rows":{"train","held_out","truncated","dropped"},
 * "tokens":{"all","counted","held_out"},"updates","memory":{...bytes}}: complete from the start. */
afina_status afina_instruct_describe(const afina_instruct *run, afina_bytes *json,
                                     afina_error *error);
/* What has been done so far: that but for "memory", and "model", "data_sha256", "numerics",
 * "epochs":[{"epoch", "train_loss","valid_loss","valid_perplexity"}] (epoch 0: before training),
 * "weights_sha256" of the model as it is, "seconds" since the run was made or taken up. */
afina_status afina_instruct_report(const afina_instruct *run, afina_bytes *json,
                                   afina_error *error);
/* The language model as it is now, with LoRA as part of its matrices; its config.json names the
 * template. Any time. */
afina_status afina_instruct_model(const afina_instruct *run, afina_model **out, afina_error *error);
/* What trained as a delta (afina_model_load_delta), as "f32", whose model has the bits of the
 * run's, or "f16", which is half as large. */
afina_status afina_instruct_delta(const afina_instruct *run, const char *dtype, afina_bytes *out,
                                  afina_error *error);
/* The state, for afina_instruct_resume. Any time; a batch that is half done is done again. */
afina_status afina_instruct_checkpoint(const afina_instruct *run, afina_bytes *out,
                                       afina_error *error);

#endif
