/* What a classifier does, told in its own numbers: from a text to its probabilities, from a labeled
 * text to updated weights, and what each choice of frozen blocks costs. Part of the public API
 * (afina.h). */
#ifndef AFINA_INSIDE_H
#define AFINA_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "memory.h"
#include "status.h"

typedef struct afina_runtime afina_runtime;
typedef struct afina_model afina_model;
typedef struct afina_dataset afina_dataset;
typedef struct afina_session afina_session;

#define AFINA_UNLABELED SIZE_MAX
/* How a text becomes what afina_classify says of it, to the same bits:
 *
 * {"tokens":[{"id","text","start","end"}],"truncated","readout","width","channels","layers",
 *  "classes":[...],"logits":{"network":[K],"ngrams":[K] or null,"sum":[K]},"probabilities":[K],
 *  "label","loss","network_probabilities":[K],"gradient":[K],"head_gradient_norm","layout":{...}}
 *
 * start, end: bytes of the trimmed text; a token that the readout puts behind it has start == end
 * == its size. text: what of a token is no UTF-8 is U+FFFD. The head has no bias: "network" is the
 * head's row of each class times what is read.
 * Of a label (below the number of classes; AFINA_UNLABELED: these five are null) what training
 * would make of it, which counts the network alone: the cross-entropy in nats of its probabilities,
 * p - y
 * ("gradient", of that loss in the logits), and the length of the head's gradient, [K, W].
 *
 * values: float32, [elements] one behind the other; "layout" has the shape of each, in this order:
 *   "lengths"     [L + 1, T]  of each token's vector as it enters the first block and leaves each
 *   "last_block"  [T, C]      what leaves the last block
 *   "normalised"  [T, C]      the same after the final LayerNorm, each token by itself
 *   "embeddings"  [T, C]      of the tokens without their places; only where the readout is "words"
 *   "read"        [W]         what the head reads: "last" and "special" the last row of
 *                             "normalised"; "mean" the mean of "last_block", then normalised;
 *                             "words" this and behind it the mean of "embeddings", normalised
 *   "head"        [K, W]
 * AFINA_E_STATE: the model has no classes. AFINA_E_ARGUMENT: there is no such label. */
afina_status afina_inside(afina_runtime *runtime, afina_model *model, const char *text, size_t size,
                          size_t label, afina_bytes *json, afina_bytes *values, afina_error *error);

/* The classifier as it is at this moment of its training, without n-grams, which have their say
 * only at the end: what afina_inside shows of a run between two steps. A model of its own. */
afina_status afina_session_snapshot(const afina_session *session, afina_model **out,
                                    afina_error *error);

/* From now on the session notes what each update did; false: no longer. No result changes; an
 * update takes another pass forward over its batch. AFINA_E_MEMORY; AFINA_E_UNSUPPORTED where the
 * head is fitted to all texts at once ("optimizer": "lbfgs"). */
afina_status afina_session_watch(afina_session *session, bool watch, afina_error *error);
/* The last update:
 *
 * {"update","epoch","learning_rate","gradient_norm","clipped","first_block",
 *  "rows":[{"index","label","before":{"loss","probabilities"},"after":{"loss","probabilities"}}],
 *  "parts":[{"name","layer","parameters","weights","gradient","update"}]}
 *
 * rows: of the batch, `index` into the data set; before and after the update, losses as training
 * counts them, after it without dropout. parts, from the bottom: "embeddings", "block", with its
 * "layer" (null for the others), "final_norm", "adapters" where there are any, "head"; lengths
 * (Euclidean) of the weights after the update, of the batch's gradient before clipping, and of what
 * the update changed; the latter two are null where the part is frozen. clipped: the factor on the
 * gradient, 1 where its norm is at most 1. AFINA_E_STATE: no update has been watched; the optimizer
 * "lbfgs", which looks at all rows before it moves, makes none. */
afina_status afina_session_watched(const afina_session *session, afina_bytes *json,
                                   afina_error *error);

/* What a training would cost with each set of frozen blocks, counted from the shapes; longest,
 * tokens and options as afina_session_memory takes them, `length` that of the text that operations
 * are counted for, in tokens (1 .. context).
 *
 * {"length","layers",
 *  "parts":[{"name","layer","parameters","forward","backward"}],
 *  "choices":[{"strategy","first_block","trained_parameters","once","forward","backward",
 *              "memory":{...}}]}
 *
 * parts: as above, if all of them train. choices: "head", "last:1" .. "last:L", "full": once: what
 * the frozen blocks take, once for the text; forward, backward: each time that it is trained on.
 * Operations are the multiplications and the additions of matrix products and of attention, where a
 * token sees those before it and itself; all else is left out (norms, activations, AdamW).
 * memory: "weights", "gradients", "moments", "activations", "cache", "ngrams", "texts", "total". */
afina_status afina_session_costs(const afina_runtime *runtime, const afina_model *model,
                                 const afina_dataset *data, size_t longest, size_t tokens,
                                 size_t length, const char *options, size_t options_size,
                                 afina_bytes *json, afina_error *error);

#endif
