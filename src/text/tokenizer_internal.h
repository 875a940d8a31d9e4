/* The tokenizer's inside, for the files of this folder that build one or read one. */
#ifndef AFINA_TOKENIZER_INTERNAL_H
#define AFINA_TOKENIZER_INTERNAL_H

#include "hash.h"
#include "tokenizer.h"
#include "vocabulary.h"

/* The pair (left, right) becomes `result`. The place in the list of merges is its rank: lower ranks
 * go first. */
typedef struct afina_merge {
  uint32_t left, right, result;
} afina_merge;

/* One part of a word while it is being merged. Parts are linked by position, so that a merge moves
 * nothing. */
typedef struct afina_part {
  uint32_t id;             /* AFINA_PART_GONE once it was merged into the part before it */
  uint32_t previous, next; /* positions, AFINA_PART_GONE at the ends */
} afina_part;

#define AFINA_PART_GONE UINT32_MAX

/* Scratch for the longest word so far. */
typedef struct afina_merger {
  afina_part *parts;
  uint64_t *heap; /* smallest first: rank << 32 | position of the left part */
  size_t part_capacity, heap_capacity, heap_size;
} afina_merger;

/* A word seen before and its ids. A slot holds the last word that fell on it: bounded, and nothing
 * to evict. */
enum { AFINA_CACHE_SLOTS = 16384, AFINA_CACHE_BYTES = 30, AFINA_CACHE_IDS = 8 };

typedef struct afina_cached_word {
  uint8_t size, count; /* size 0: empty */
  uint8_t bytes[AFINA_CACHE_BYTES];
  uint32_t ids[AFINA_CACHE_IDS];
} afina_cached_word;

struct afina_tokenizer {
  afina_vocabulary vocabulary;
  afina_merge *merges; /* [merge_count], by rank */
  size_t merge_count;
  afina_pair_map ranks; /* (left, right) -> rank */
  uint32_t byte_ids[256];
  uint32_t end_of_text;
  afina_merger merger;
  afina_cached_word *cache; /* [AFINA_CACHE_SLOTS] */
};

/* Builds a tokenizer and takes the vocabulary and the merges, emptying *vocabulary and *merges; on
 * failure both stay the caller's. `result` of the merges is filled in here. AFINA_E_FORMAT when an
 * id or a byte has no token,
 * <|endoftext|> is missing, or a merge is double, of a special token, or makes none of the tokens.
 */
afina_status afina_tokenizer_build(afina_tokenizer **out, afina_vocabulary *vocabulary,
                                   afina_merge **merges, size_t merge_count, afina_error *error);

/* Appends the ids of one word of 1 to UINT32_MAX - 1 bytes: each byte is a part, then always the
 * pair of the lowest rank is merged, the leftmost first. n log n in the length of the word. */
afina_status afina_merge_word(const afina_tokenizer *tokenizer, afina_merger *merger,
                              const uint8_t *word, size_t size, afina_tokens *out,
                              afina_error *error);
void afina_merger_free(afina_merger *merger);

/* Room for `count` more ids. */
afina_status afina_tokens_reserve(afina_tokens *tokens, size_t count, afina_error *error);

#endif
