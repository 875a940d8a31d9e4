/* What frozen blocks left for texts, kept from one run to the next (law 4): a later run on the same
 * model, with other labels, another seed or split, or a few texts more, copies it instead of
 * computing it. It changes no bit: what blocks leave for a text depends on its tokens alone.
 *
 * Texts stand in spaces, one for each way to run them (afina_store_key). Where a text does not fit
 * the budget, the space that was not used for the longest time makes room; where there is none but
 * that in use, the text is not kept. */
#ifndef AFINA_STORE_H
#define AFINA_STORE_H

#include "cache.h"
#include "sha256.h"

typedef struct afina_store afina_store;

/* All that decides, beside the tokens, what is kept of a text and in which form. */
struct afina_store_key {
  char base[AFINA_SHA256_HEX]; /* of the frozen weights, as a file: their shapes too */
  size_t heads, block;
  afina_readout readout; /* AFINA_READOUT_LAST where it does not matter */
  afina_cache_kind kind;
  const afina_kernels *kernels;
};

/* At most `budget` bytes are kept. */
afina_status afina_store_create(afina_store **out, size_t budget, afina_error *error);
void afina_store_free(afina_store *store);
void afina_store_clear(afina_store *store);
/* Another budget; what is kept is dropped. */
void afina_store_limit(afina_store *store, size_t budget);
/* What is kept, and what it may become; 0 for NULL. */
size_t afina_store_bytes(const afina_store *store);
size_t afina_store_budget(const afina_store *store);
/* What a text of so many tokens takes, beside its values. */
size_t afina_store_overhead(size_t tokens);

/* What was kept of a text, or NULL. Valid until the next text is added. */
const void *afina_store_find(afina_store *store, const afina_store_key *key, const uint32_t *ids,
                             size_t count);
/* Keeps `size` bytes of a text unless it is there, or there is no room: never an error. */
void afina_store_add(afina_store *store, const afina_store_key *key, const uint32_t *ids,
                     size_t count, const void *values, size_t size);

#endif
