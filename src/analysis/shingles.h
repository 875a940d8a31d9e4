/* A text as the set of its runs of five characters, which tells how alike two texts are.
 *
 *     afina_shingles a = {0}, b = {0};
 *     AFINA_TRY(afina_shingles_read(&a, text, size, error));      // as often as one likes
 *     ... afina_shingles_jaccard(&a, &b) ...
 *     afina_shingles_free(&a);
 *
 * Case and white space are folded before: lower case, and one space for each run of it. */
#ifndef AFINA_SHINGLES_H
#define AFINA_SHINGLES_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "status.h"

enum { AFINA_SHINGLE = 5 }; /* characters; of a text with fewer, all of them */

/* Zero-initialise. */
typedef struct afina_shingles {
  uint64_t *hashes; /* [count] ascending, distinct */
  size_t count, capacity;
  afina_buffer folded; /* the text, folded */
} afina_shingles;

/* Reads `size` bytes of text, in place of what was read before; fold makes `folded` alone.
 * AFINA_E_MEMORY only. */
afina_status afina_shingles_fold(afina_shingles *shingles, const char *text, size_t size,
                                 afina_error *error);
afina_status afina_shingles_read(afina_shingles *shingles, const char *text, size_t size,
                                 afina_error *error);
void afina_shingles_free(afina_shingles *shingles);

/* What two sets have in common, of what either has: 0 .. 1; 1 where both are empty. */
double afina_shingles_jaccard(const afina_shingles *a, const afina_shingles *b);

#endif
