/* What frozen blocks leave for each text, computed once and kept (law 4): the activations that
 * enter the first block that trains (and where the readout has it, the mean of the embeddings), or,
 * where only the head trains, the readout itself. */
#ifndef AFINA_CACHE_H
#define AFINA_CACHE_H

#include "batch.h"
#include "gpt.h"

/* F16 rounds what enters the first block that trains: another result than that of F32, but the same
 * one everywhere. */
typedef enum afina_cache_kind {
  AFINA_CACHE_NONE, /* nothing is frozen, or even F16 would not fit the budget */
  AFINA_CACHE_F32,
  AFINA_CACHE_F16 /* F32 would not fit the budget */
} afina_cache_kind;

/* What is kept of texts that have `texts` rows and `tokens` tokens, and the bytes that it takes. */
typedef struct afina_cache_size {
  afina_cache_kind kind;
  size_t bytes;
} afina_cache_size;
afina_cache_size afina_cache_measure(const afina_gpt_config *config, size_t block, size_t texts,
                                     size_t tokens, size_t budget);
/* "none", "f32" or "f16" */
const char *afina_cache_kind_name(afina_cache_kind kind);

typedef struct afina_store afina_store;         /* store.h */
typedef struct afina_store_key afina_store_key; /* store.h */

typedef struct afina_cache {
  size_t block; /* the first block that trains: 0 .. L */
  afina_cache_kind kind;
  bool enabled;    /* kind is not NONE */
  bool of_readout; /* block == L: one row for each text */
  bool of_words;   /* a row more for each text, behind its own: afina_words_mean */
  const afina_sequences *sequences;
  void *memory;         /* for the largest of the boundaries */
  afina_real *values;   /* in it: [all rows, width] of F32, else NULL */
  uint16_t *halves;     /* the same of F16 */
  size_t *offsets;      /* [count + 1] first row of each sequence */
  afina_real *gathered; /* [rows of what is run at a time, width] */
  afina_real *words;    /* [texts of a batch, width], where of_words */
  size_t width;         /* C, or what the head takes */
  afina_store *store;   /* borrowed, or NULL: what earlier runs left, and later ones will find */
  afina_store_key *key; /* where `store` */
  bool adds;            /* what is computed is left there */
} afina_cache;

/* `sequences` must outlive the cache. What is run at a time has at most `texts` texts and `tokens`
 * tokens. AFINA_E_MEMORY only: a cache that does not fit `budget` bytes is merely not enabled. */
afina_status afina_cache_init(afina_cache *cache, const afina_gpt *gpt,
                              const afina_sequences *sequences, size_t block, size_t texts,
                              size_t tokens, size_t budget, afina_error *error);
/* The same, to be moved to other boundaries from `lowest` to `block`: for none of them more memory
 * is taken than for the largest. */
afina_status afina_cache_init_range(afina_cache *cache, const afina_gpt *gpt,
                                    const afina_sequences *sequences, size_t block, size_t lowest,
                                    size_t texts, size_t tokens, size_t budget, afina_error *error);
/* To another boundary. Nothing that was kept is of use there: it has to be filled from the ids. Not
 * for a shared cache. */
void afina_cache_move(afina_cache *cache, const afina_gpt *gpt, size_t block, size_t budget);
void afina_cache_free(afina_cache *cache);

/* Takes what is there from `store`, which must outlive the cache, and with `adds` leaves there what
 * is computed. base: SHA-256 of the weights, of which the blocks below `block` must still be. */
afina_status afina_cache_share(afina_cache *cache, afina_store *store, const char *base, bool adds,
                               const afina_gpt *gpt, const afina_kernels *kernels,
                               afina_error *error);
/* Whether the store knew the sequence: then it need not be filled. */
bool afina_cache_recall(afina_cache *cache, size_t sequence);

/* Runs the frozen blocks for a batch (whose rows index the sequences) and keeps the result.
 * AFINA_E_LIMIT: a value beyond what F16 holds. */
afina_status afina_cache_fill(afina_cache *cache, const afina_gpt *gpt, const afina_exec *exec,
                              afina_gpt_pass *pass, const afina_batch *batch, afina_error *error);

/* How the model is to be run on a batch: from the ids, or from the cached boundary. Not for
 * of_readout. */
void afina_cache_enter(afina_cache *cache, const afina_gpt *gpt, const afina_batch *batch,
                       bool keep, afina_gpt_batch *out);
/* pooled [B, W] of a batch, for of_readout: a copy, the caller's until the next call. */
afina_real *afina_cache_readout(afina_cache *cache, const afina_batch *batch);

#endif
