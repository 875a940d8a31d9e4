/* Afina: fine-tunes a small GPT into a text classifier. The public API, in one page.
 *
 *     afina_runtime_create(&runtime, 0, &error);                 // a core each
 *     afina_model_load(&model, config, ..., weights, ..., tokenizer, ..., &error);
 *     afina_dataset_create(&data, &error);
 *     afina_dataset_add(data, AFINA_PART_ANY, text, size, label, size, row, &error);   // for every
 * row afina_session_create(&session, runtime, model, data, "{\"strategy\":\"full\"}", size,
 * &error); do afina_session_step(session, seconds_now(), &progress, &error); while (progress.phase
 * != AFINA_DONE); afina_session_report(session, &json, &error); afina_session_model(session,
 * &tuned, &error); afina_classify(runtime, tuned, texts, sizes, count, probabilities, &error);
 *
 * Bytes in, bytes out: the library opens no file, prints nothing, has no clock (a benchmark
 * is given one) and no mutable globals. What can fail returns a status (status.h) and writes `out`
 * only on success. Who creates frees; free takes NULL. A handle is used by one thread at a time. */
#ifndef AFINA_H
#define AFINA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"       /* afina_score_answer: exact match and token F1 */
#include "benchmark.h"    /* afina_bench: how fast this machine is */
#include "inside.h"       /* afina_inside: what a classifier does, and what training it costs */
#include "instructions.h" /* afina_instructions: rows for instruction tuning */
#include "labeled.h"      /* afina_dataset: labeled rows */
#include "memory.h"       /* afina_bytes */
#include "progress.h"     /* afina_phase, afina_epoch, afina_progress */
#include "status.h"       /* afina_status, afina_error */

/* "0.1.0": that of the library, not of the header. */
const char *afina_version(void);

/* ---- the machine ---- */

typedef struct afina_runtime afina_runtime;

/* threads = 0: one for each core. The number of threads changes no result. */
afina_status afina_runtime_create(afina_runtime **out, size_t threads, afina_error *error);
void afina_runtime_free(afina_runtime *runtime);
size_t afina_runtime_threads(const afina_runtime *runtime);

/* How products are added up: "fused", in one rounding, or "plain", multiply, then add. Each has its
 * own bits, the same on every machine; the report names the one that ran. A runtime starts with
 * "fused" where the CPU, or the browser, proves that it fuses, else with "plain", which runs
 * everywhere. AFINA_E_UNSUPPORTED where "fused" does not, AFINA_E_ARGUMENT for other words.
 * Sessions keep the numerics that they began with. */
afina_status afina_runtime_set_numerics(afina_runtime *runtime, const char *numerics,
                                        afina_error *error);
const char *afina_runtime_numerics(const afina_runtime *runtime);

/* What there is for a session: one that takes more is refused in figures, before it takes any.
 * SIZE_MAX, as at first: not known. */
void afina_runtime_limit_memory(afina_runtime *runtime, size_t bytes);

/* Sessions of this runtime keep what frozen blocks left for a text, `bytes` of it at most (0:
 * nothing, as at first), and those that come after copy it instead of computing it: on the same
 * weights, whatever the labels, the seed, the split or the texts beside it. No result changes. What
 * was kept before is dropped. It makes room where a session has not enough. The runtime must
 * outlive its sessions. */
afina_status afina_runtime_keep(afina_runtime *runtime, size_t bytes, afina_error *error);

/* A benchmark (benchmark.h) with the runtime's threads and numerics; the runtime must outlive it.
 */
afina_status afina_runtime_bench(const afina_runtime *runtime, const char *options,
                                 size_t options_size, afina_clock *clock, afina_bench **out,
                                 afina_error *error);

/* ---- models: Hugging Face's config.json, model.safetensors, tokenizer.json ---- */

typedef struct afina_model afina_model;

/* Reads the three files of a folder (hostile input). AFINA_E_FORMAT, AFINA_E_UNSUPPORTED or
 * AFINA_E_LIMIT, with the key or tensor that is wrong. */
afina_status afina_model_load(afina_model **out, const void *config, size_t config_size,
                              const void *weights, size_t weights_size, const void *tokenizer,
                              size_t tokenizer_size, afina_error *error);
void afina_model_free(afina_model *model);

/* Replaces the weights by random ones, as a model has them before pretraining: what did pretraining
 * buy? */
void afina_model_randomize(afina_model *model, uint64_t seed);

/* {"parameters","layers","width","heads","context","vocabulary","readout","classes":[...]} */
afina_status afina_model_describe(const afina_model *model, afina_bytes *json, afina_error *error);

typedef enum afina_file {
  AFINA_FILE_CONFIG = 0,
  AFINA_FILE_WEIGHTS = 1,
  AFINA_FILE_TOKENIZER = 2
} afina_file;
/* One file of the model's folder; weights as F32. */
afina_status afina_model_save(const afina_model *model, afina_file file, afina_bytes *out,
                              afina_error *error);
/* The weights as "f32", "f16" or "i8" (a scale for each row of a matrix; vectors stay f32). */
afina_status afina_model_save_weights(const afina_model *model, const char *dtype, afina_bytes *out,
                                      afina_error *error);

size_t afina_model_classes(const afina_model *model); /* 0: a language model */
const char *afina_model_label(const afina_model *model, size_t k);

/* ---- data ---- */

/* What a user should know about the rows (inspect.h), with "tokens":
 * {"median","p95","max","total","context"} and "defaults": the options that training would take for
 * them.
 */
afina_status afina_inspect(const afina_model *model, const afina_dataset *data, afina_bytes *json,
                           afina_error *error);

/* Groups of rows whose texts are equal or nearly so, in one file or in several, and what to do with
 * each: the document of src/analysis/duplicates.h, with at most 1000 groups. */
afina_status afina_near_duplicates(const afina_dataset *data, afina_bytes *json,
                                   afina_error *error);

/* ---- fine-tuning ---- */

typedef struct afina_session afina_session;

/* options: the JSON of src/train/options.h; size 0 for all defaults. The model is copied, the data
 * set and the runtime must outlive the session. AFINA_E_DATA where the rows cannot be trained on.
 */
afina_status afina_session_create(afina_session **out, afina_runtime *runtime,
                                  const afina_model *model, const afina_dataset *data,
                                  const char *options, size_t options_size, afina_error *error);
void afina_session_free(afina_session *session);

/* What such a session would take, in bytes, told from the tokens that afina_inspect counted
 * (`longest` is its "max", `tokens` its "total"): {"weights","gradients","moments","activations",
 * "cache","store","ngrams","texts","total"}, "store" what afina_runtime_keep adds, "cache_kind"
 * ("none","f32","f16"), "available" (null: not known), and "head" and "last:1": the totals with
 * these strategies. */
afina_status afina_session_memory(const afina_runtime *runtime, const afina_model *model,
                                  const afina_dataset *data, size_t longest, size_t tokens,
                                  const char *options, size_t options_size, afina_bytes *json,
                                  afina_error *error);

/* What such a session would be told and would deal: {"options":{...},"parts":"1132..."}, the
 * options completed, and for each row an afina_part's digit, 0 for one without a text or a label.
 * With these parts given to the rows themselves, and these options, another session is the same
 * one, and splits alike whatever becomes of the labels. AFINA_E_DATA where the rows cannot be
 * trained on. */
afina_status afina_session_plan(const afina_runtime *runtime, const afina_model *model,
                                const afina_dataset *data, const char *options, size_t options_size,
                                afina_bytes *json, afina_error *error);

/* One small unit of work (a batch). `now`: the caller's clock in seconds; only "seconds" in the
 * report depends on it. AFINA_E_DIVERGED: a loss or a weight is no number. After any failure in
 * training the best epoch so far can still be had by afina_session_stop; without one, or without
 * that call, every further step fails alike. */
afina_status afina_session_step(afina_session *session, double now, afina_progress *progress,
                                afina_error *error);
/* No further training: restores the best epoch so far; steps to come only test. */
void afina_session_stop(afina_session *session);

/* {"classes":[...],"split":{"train","valid","test"},"options":{...},"trained_parameters"}: complete
 * from the start; "reused" and "computed": of how many texts what frozen blocks leave was kept
 * (afina_runtime_keep) and of how many it was not, once they are prepared. */
afina_status afina_session_describe(const afina_session *session, afina_bytes *json,
                                    afina_error *error);
/* report.json. AFINA_E_STATE before AFINA_DONE. */
afina_status afina_session_report(const afina_session *session, afina_bytes *json,
                                  afina_error *error);
/* The tuned classifier, with the best epoch's weights. AFINA_E_STATE before AFINA_DONE. */
afina_status afina_session_model(const afina_session *session, afina_model **out,
                                 afina_error *error);

/* What the run trained, as a file of its own, a delta (api/delta.c): adapters, tuned tensors, head,
 * n-grams, labels, and the base's SHA-256, "model.weights_sha256" of the report. AFINA_E_STATE
 * before AFINA_DONE. */
afina_status afina_session_delta(const afina_session *session, afina_bytes *out,
                                 afina_error *error);
/* Likewise of a saved model: the tensors in which it is another than the one that it was made from.
 * LoRA has become part of them. AFINA_E_ARGUMENT where the shapes differ. */
afina_status afina_model_delta(const afina_model *tuned, const afina_model *base, afina_bytes *out,
                               afina_error *error);
/* The classifier or language model again (hostile input), the same bits as the run's.
 * AFINA_E_FORMAT for a delta of another base, or a damaged one. */
afina_status afina_model_load_delta(afina_model **out, const afina_model *base, const void *data,
                                    size_t size, afina_error *error);

/* The test part: `rows` [count] indices into the data set and probabilities [count, classes], which
 * live as long as the session. count is 0 before AFINA_DONE. */
typedef struct afina_predictions {
  const size_t *rows;
  const float *probabilities;
  size_t count, classes;
} afina_predictions;
afina_predictions afina_session_predictions(const afina_session *session);

/* What a classifier says of rows that it has not learned from: k-fold cross-validation, a session
 * for each fold (folds.h says which rows those are; all usable rows are dealt, whatever file they
 * came from). */
typedef struct afina_folds afina_folds;

/* The seed deals the folds; options: of every session. Runtime, model and data set must outlive the
 * folds. AFINA_E_ARGUMENT: k is not within 2 .. 20. */
afina_status afina_folds_create(afina_folds **out, afina_runtime *runtime, const afina_model *model,
                                const afina_dataset *data, size_t k, uint64_t seed,
                                const char *options, size_t options_size, afina_error *error);
void afina_folds_free(afina_folds *folds);
/* A step of a session; *fraction of the whole, 0 .. 1. */
afina_status afina_folds_step(afina_folds *folds, double now, double *fraction, bool *done,
                              afina_error *error);
/* Of all rows that were held out once, ascending; count is 0 before the last step is done. */
afina_predictions afina_folds_predictions(const afina_folds *folds);

/* Rows whose labels are probably wrong, told from what a classifier says of rows that it has not
 * learned from (afina_folds_predictions; or a session's, for its test part): the document of
 * src/analysis/label_errors.h, with at most 2000 items. AFINA_E_STATE: there are no predictions. */
afina_status afina_doubtful_labels(const afina_dataset *data, const afina_predictions *predictions,
                                   afina_bytes *json, afina_error *error);

/* ---- comparing ---- */

/* Strategies one after the other, each with several seeds, tested on the same rows; beside them
 * what they must be better than: the n-grams alone (TF-IDF and logistic regression), the class that
 * has the most rows, and a strategy that starts from random weights. Or one strategy's learning
 * curve: with 8, 16, 32, ... labels of each class. */
typedef struct afina_comparison afina_comparison;

/* plan: {"strategies":[...],"seeds":[...],"options":{...},"random":...,"curve":...,"text":...}, all
 * of it optional; size 0 for none.
 *   strategies  names, or objects of options with a "strategy" and perhaps "random": true; else
 *               head, last:1 and full
 *   seeds       of the runs of each; else that of the options. The split is drawn by the options'
 *               "split_seed", or their "seed", for all
 *   options     what all share (as afina_session_create reads them)
 *   random      the strategy from random weights: as in strategies; else the first of them; false:
 *               none
 *   curve       the strategy of a learning curve, as in strategies: instead of all these
 *   text        what the language model's forgetting is measured on; else two short everyday texts
 * Runtime, model and data set must outlive the comparison; afina_runtime_keep makes it faster.
 * AFINA_E_ARGUMENT names what is wrong; AFINA_E_DATA: no rows to test on, or too few for a curve.
 */
afina_status afina_comparison_create(afina_comparison **out, afina_runtime *runtime,
                                     const afina_model *model, const afina_dataset *data,
                                     const char *plan, size_t plan_size, afina_error *error);
void afina_comparison_free(afina_comparison *comparison);

typedef struct afina_comparison_progress {
  size_t entry, entries, run, runs; /* at work; how many there are, and runs of each */
  double fraction;                  /* of the whole, 0 .. 1 */
  bool done;
  afina_progress session; /* where there is one; else its fraction only */
} afina_comparison_progress;

/* A small unit of work. A run that fails (AFINA_E_DIVERGED, AFINA_E_MEMORY) is told of in the
 * report, in its place, and the others go on. */
afina_status afina_comparison_step(afina_comparison *comparison, double now,
                                   afina_comparison_progress *progress, afina_error *error);
/* comparison.json; any time, of what has been done so far. */
afina_status afina_comparison_report(const afina_comparison *comparison, afina_bytes *json,
                                     afina_error *error);

/* ---- inference ---- */

/* probabilities [count, classes] of each text, in the order of the model's labels. Texts are
 * trimmed as a data set trims them; an empty one is read as the end-of-text token alone.
 *
 * The model keeps what a text that is asked for alone (count 1) left in its blocks: the next such
 * text, as while somebody types, computes only the tokens behind those that both begin with, with
 * the same result. Hence not const. */
afina_status afina_classify(afina_runtime *runtime, afina_model *model, const char *const *texts,
                            const size_t *sizes, size_t count, float *probabilities,
                            afina_error *error);
#define AFINA_PREDICTED SIZE_MAX
/* Which words did it: what each word of a text did for a class, AFINA_PREDICTED for the one that
 * the text is given. In logits, as the class's lies above the mean of all (attribution.h); a part
 * that speaks against the class is negative.
 *
 * {"class","label","logit","ngrams_bias","truncated",
 *  "words":[{"start","end","gradient","ngrams","leave_one_out"}],
 *  "tokens":[{"start","end","gradient"}]}
 *
 * start, end: bytes of the text; words as in words.h. gradient: of the network alone, gradient
 * times input, summed over a word's tokens; ngrams: what the n-grams that cover it add, exactly, so
 * that their sum and ngrams_bias are the n-grams' part of "logit". leave_one_out: "logit" less that
 * of the text without the word, both parts, classified anew: for `most` words (SIZE_MAX: all) from
 * word `first` on; null for the others. truncated: the network has not read all of the text. */
afina_status afina_explain(afina_runtime *runtime, afina_model *model, const char *text,
                           size_t size, size_t class, size_t first, size_t most, afina_bytes *json,
                           afina_error *error);
/* As afina_session_report's "test", of a classifier on rows that it has not seen: all usable rows.
 * Labels that the model does not have are AFINA_E_DATA. */
afina_status afina_evaluate(afina_runtime *runtime, afina_model *model, const afina_dataset *data,
                            afina_bytes *json, afina_error *error);

/* ---- the language model ---- */

#include "language.h" /* afina_perplexity, look, generate, generator, pretraining */

#include "afina_instruct.h" /* instruction tuning */

#endif
