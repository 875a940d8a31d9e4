/* The language model's part of the public API (afina.h includes it): how well a model predicts a
 * text, what it writes, a new small model, and pretraining in steps.
 *
 *     afina_model_create(&model, runtime, text, size, "{\"width\":64}", size, &error);
 *     afina_pretraining_create(&run, runtime, model, text, size, NULL, 0, &error);
 *     do afina_pretraining_step(run, &update, &error); while (!update.done);
 *     afina_pretraining_model(run, &trained, &error);
 *     afina_generator_create(&generator, runtime, trained, prompt, size, &options, &error);
 *     do afina_generator_next(generator, &token, &error); while (!token.done);
 */
#ifndef AFINA_LANGUAGE_H
#define AFINA_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h" /* afina_bytes */
#include "sample.h" /* afina_sampling */
#include "status.h" /* afina_status, afina_error */

typedef struct afina_runtime afina_runtime;
typedef struct afina_model afina_model;

/* ---- predicting a text ---- */

typedef struct afina_perplexity_result {
  double loss; /* mean cross-entropy, nats per token */
  double perplexity, bits_per_byte;
  size_t tokens, bytes;
} afina_perplexity_result;

/* How well the model predicts a text, in windows of its context that do not overlap. */
afina_status afina_perplexity(afina_runtime *runtime, const afina_model *model, const char *text,
                              size_t size, afina_perplexity_result *out, afina_error *error);

/* The same, token by token, of the text's first window:
 *
 * {"tokens":[{"id","text","start","end","loss","probability","rank",
 *             "top":[{"id","text","probability"}]}],
 *  "loss","perplexity","bits_per_byte","truncated"}
 *
 * start, end: bytes of the text; text: those bytes, with U+FFFD for what is no whole character.
 * loss: nats; probability: what the model gave to the token after all those before it, the first
 * one after the end-of-text token; rank: 1 where no token was more probable. top: the `candidates`
 * most probable ones (fewer where the vocabulary is smaller). "loss" is the mean, that of
 * afina_perplexity where the text fits in a window; else "truncated" is true, and the rest has not
 * been read. AFINA_E_DATA: the text is empty. */
afina_status afina_look(afina_runtime *runtime, const afina_model *model, const char *text,
                        size_t size, size_t candidates, afina_bytes *json, afina_error *error);

/* ---- writing ---- */

typedef struct afina_generation {
  afina_sampling sampling;
  size_t max_tokens;
  uint64_t seed;
} afina_generation;

/* The text that follows the prompt (bytes; a cut character at the end is possible). Stops at the
 * end-of-text token. */
afina_status afina_generate(afina_runtime *runtime, const afina_model *model, const char *prompt,
                            size_t size, const afina_generation *options, afina_bytes *out,
                            afina_error *error);

/* The same, token by token. Each token computes one row against what the generator keeps of those
 * before it, until the context is full: from then on the model sees the last `context` tokens, all
 * of which have moved by one place, and reads them anew for each. */
typedef struct afina_generator afina_generator;

/* Runtime and model must outlive the generator, and the model's weights stay as they are.
 * AFINA_E_ARGUMENT: a temperature or a top-p that is none. */
afina_status afina_generator_create(afina_generator **out, const afina_runtime *runtime,
                                    const afina_model *model, const char *prompt, size_t size,
                                    const afina_generation *options, afina_error *error);
void afina_generator_free(afina_generator *generator);

typedef struct afina_generated {
  bool done;        /* nothing was written: the end-of-text token was drawn, or max_tokens were */
  uint32_t id;      /* of the token that was drawn */
  const char *text; /* its bytes [size], which live until the next call; perhaps a part of a
                       character */
  size_t size;
} afina_generated;

/* The next token. Where it is done, every further call gives the same. */
afina_status afina_generator_next(afina_generator *generator, afina_generated *out,
                                  afina_error *error);

/* The token that afina_generator_next gave last, and what it was drawn from:
 *
 * {"done","id","text","candidates":[{"id","text","probability","share","kept"}]}
 *
 * text: whole characters; the first bytes of one that the token cuts wait for the next token.
 * candidates: the `candidates` most probable ones; probability: the softmax at temperature 1;
 * share: with what probability it was to be drawn after temperature, top-k and top-p, 0 where it
 * was cut and `kept` is false. Where all max_tokens have been written there is no id, and no
 * candidates. AFINA_E_STATE before the first token. */
afina_status afina_generator_json(const afina_generator *generator, size_t candidates,
                                  afina_bytes *json, afina_error *error);

/* ---- a new model ---- */

/* A small language model with random weights, and a tokenizer learned from the text. options (JSON;
 * size 0: all defaults):
 *
 *   "vocabulary"  ids of the tokenizer, 257 to 65536, 512 by default; little text gives fewer
 *   "width"       8 to 1024, a multiple of the heads, 64 by default
 *   "layers"      1 to 24, 2 by default
 *   "heads"       1 to 64, 4 by default
 *   "context"     8 to 1024 tokens, 64 by default
 *   "seed"        of the weights, 1 by default
 *   "documents"   as in afina_pretraining_create
 *
 * AFINA_E_DATA: the text is too short to train such a model on, in figures. AFINA_E_ARGUMENT names
 * the option that is wrong. */
afina_status afina_model_create(afina_model **out, const char *text, size_t size,
                                const char *options, size_t options_size, afina_error *error);

/* ---- pretraining ---- */

/* Next-token training of a language model on a text (src/train/pretrain.h). The same bits for any
 * number of threads, and for a run that was stopped, saved and resumed after any update. */
typedef struct afina_pretraining afina_pretraining;

/* options (JSON; size 0: all defaults):
 *
 *   "documents"    "paragraphs" (the default): a blank line, or a line of <|endoftext|>, ends a
 *                  document; "whole": the text is one. The end-of-text token stands behind each
 *   "context"      tokens of a window, 8 to the model's context; 64 at most by default
 *   "batch"        windows of an update, 1 to 256; 8, for larger models 4
 *   "tokens"       to train on in all; by default those of 300 updates
 *   "lr"           peak learning rate; 0.01, for larger models 0.002
 *   "warmup", "decay"  the shares of the tokens over which the rate rises, and falls at the end;
 *                  0.05 and 0.3
 *   "optimizer"    "muon" (the default) or "adamw"
 *   "weight_decay" 0.1
 *   "held_out"     the share of the tokens, the text's last, that is not trained on; 0.1
 *   "measure"      updates between two measures of the held-out loss; a fortieth of all
 *   "seed"         of the windows' order; 1
 *   "text_sha256"  that the text must have: so a saved run resumes with its own
 *
 * The model is copied; the runtime must outlive the run. AFINA_E_DATA: the text is too short, or
 * another one than "text_sha256" says. AFINA_E_UNSUPPORTED: the model is a classifier.
 * AFINA_E_MEMORY: the run and a checkpoint of it take more than there is
 * (afina_runtime_limit_memory), in figures, before any of it is taken. */
afina_status afina_pretraining_create(afina_pretraining **out, const afina_runtime *runtime,
                                      const afina_model *model, const char *text, size_t size,
                                      const char *options, size_t options_size, afina_error *error);
void afina_pretraining_free(afina_pretraining *run);

/* {"options":{...},"parameters","tokens":{"train","held_out"},"numerics",
 *  "tensors":[{"name","shape"}]}, the options completed. */
afina_status afina_pretraining_describe(const afina_pretraining *run, afina_bytes *json,
                                        afina_error *error);

typedef struct afina_update {
  uint64_t step, steps;                /* updates done, of how many in all */
  uint64_t tokens;                     /* trained on */
  double loss;                         /* of the update's batch, before it: nats per token */
  double learning_rate, gradient_norm; /* the norm before clipping at 1 */
  double held_out;                     /* loss after the update; below 0: not measured */
  bool done;
} afina_update;

/* One update; where the run is done, none: *out is the last one. AFINA_E_DIVERGED: the loss is no
 * sensible number any more. */
afina_status afina_pretraining_step(afina_pretraining *run, afina_update *out, afina_error *error);
/* Where the run stands: the last update; before the first, and after a resumption, one whose loss,
 * rate and norm are 0. held_out is measured now; that leaves no trace in the run. */
afina_status afina_pretraining_measure(afina_pretraining *run, afina_update *out,
                                       afina_error *error);

/* The last update's windows, with the loss of each token before the update (a window's first token
 * is not predicted: null): {"windows":[{"tokens":[{"id","text","loss"}]}],"batch","context"}. None
 * before the first update. */
afina_status afina_pretraining_batch(const afina_pretraining *run, afina_bytes *json,
                                     afina_error *error);

/* The model as it stands, any time: a copy. */
afina_status afina_pretraining_model(const afina_pretraining *run, afina_model **out,
                                     afina_error *error);

/* The whole state, any time, as a safetensors file: weights, moments, generator, counters. The file
 * is a model's weights, too: with config.json and tokenizer.json, afina_model_load reads it. */
afina_status afina_pretraining_checkpoint(const afina_pretraining *run, afina_bytes *out,
                                          afina_error *error);
/* The run goes on from there, as if it had never stopped, with its own text and options, those of
 * afina_pretraining_describe, and the same numerics. The file is hostile input: AFINA_E_FORMAT, and
 * AFINA_E_ARGUMENT where the optimizer is another one. */
afina_status afina_pretraining_resume(afina_pretraining **out, const afina_runtime *runtime,
                                      const afina_model *model, const char *text, size_t size,
                                      const char *options, size_t options_size, const void *state,
                                      size_t state_size, afina_error *error);

#endif
