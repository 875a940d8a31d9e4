#include "tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "pretokenize.h"
#include "tokenizer_internal.h"

void afina_tokens_free(afina_tokens *tokens) {
  if (!tokens) return;
  free(tokens->ids);
  *tokens = (afina_tokens){0};
}

afina_status afina_tokens_reserve(afina_tokens *tokens, size_t count, afina_error *error) {
  size_t needed;
  if (!afina_add(tokens->count, count, &needed)) return afina_fail_memory(error);
  if (needed <= tokens->capacity) return AFINA_OK;
  size_t capacity = tokens->capacity < 64 ? 64 : tokens->capacity, size;
  while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  if (!afina_multiply(capacity, sizeof *tokens->ids, &size)) return afina_fail_memory(error);
  uint32_t *ids = realloc(tokens->ids, size);
  if (!ids) return afina_fail_memory(error);
  tokens->ids = ids;
  tokens->capacity = capacity;
  return AFINA_OK;
}

afina_status afina_tokens_append(afina_tokens *tokens, uint32_t id, afina_error *error) {
  AFINA_TRY(afina_tokens_reserve(tokens, 1, error));
  tokens->ids[tokens->count++] = id;
  return AFINA_OK;
}

/* Ids without holes, a token for every byte, and <|endoftext|>. */
static afina_status check_vocabulary(afina_tokenizer *tokenizer, afina_vocabulary *vocabulary,
                                     afina_error *error) {
  for (size_t id = 0; id < vocabulary->count; id++)
    if (vocabulary->tokens[id].size == 0)
      return afina_fail(error, AFINA_E_FORMAT, "'vocab': %zu tokens, but none has id %zu",
                        vocabulary->count, id);
  for (uint32_t value = 0; value < 256; value++) {
    const uint8_t byte = (uint8_t)value;
    uint32_t id;
    if (!afina_vocabulary_find(vocabulary, &byte, 1, &id) || vocabulary->tokens[id].special)
      return afina_fail(error, AFINA_E_FORMAT, "'vocab': no token for the byte 0x%02x", byte);
    tokenizer->byte_ids[byte] = id;
  }
  const size_t size = strlen(AFINA_END_OF_TEXT);
  if (!afina_vocabulary_find(vocabulary, AFINA_END_OF_TEXT, size, &tokenizer->end_of_text))
    return afina_fail(error, AFINA_E_FORMAT, "'added_tokens': no " AFINA_END_OF_TEXT);
  vocabulary->tokens[tokenizer->end_of_text].special = true;
  return AFINA_OK;
}

/* Finds the token that each merge makes, and its rank by its pair. */
static afina_status index_merges(afina_tokenizer *tokenizer, const afina_vocabulary *vocabulary,
                                 afina_merge *merges, size_t count, afina_buffer *text,
                                 afina_error *error) {
  for (size_t rank = 0; rank < count; rank++) {
    afina_merge *merge = &merges[rank];
    size_t left_size, right_size;
    const uint8_t *left = afina_vocabulary_bytes(vocabulary, merge->left, &left_size);
    const uint8_t *right = afina_vocabulary_bytes(vocabulary, merge->right, &right_size);
    text->size = 0;
    AFINA_TRY(afina_buffer_append(text, left, left_size, error));
    AFINA_TRY(afina_buffer_append(text, right, right_size, error));
    char label[AFINA_LABEL_SIZE];
    afina_label(label, text->data, text->size);
    if (!afina_vocabulary_find(vocabulary, text->data, text->size, &merge->result))
      return afina_fail(error, AFINA_E_FORMAT,
                        "'merges': number %zu makes '%s', which is not in 'vocab'", rank, label);
    if (vocabulary->tokens[merge->left].special || vocabulary->tokens[merge->right].special ||
        vocabulary->tokens[merge->result].special)
      return afina_fail(error, AFINA_E_FORMAT,
                        "'merges': number %zu, of '%s', is of a special token", rank, label);
    const uint64_t pair = afina_pair(merge->left, merge->right);
    uint32_t other;
    if (afina_pair_map_find(&tokenizer->ranks, pair, &other))
      return afina_fail(error, AFINA_E_FORMAT,
                        "'merges': number %zu, of '%s', is the same as number %u", rank, label,
                        (unsigned)other);
    AFINA_TRY(afina_pair_map_insert(&tokenizer->ranks, pair, (uint32_t)rank, error));
  }
  return AFINA_OK;
}

afina_status afina_tokenizer_build(afina_tokenizer **out, afina_vocabulary *vocabulary,
                                   afina_merge **merges, size_t merge_count, afina_error *error) {
  afina_tokenizer *made = afina_allocate(1, sizeof *made);
  if (!made) return afina_fail_memory(error);
  made->cache = afina_allocate(AFINA_CACHE_SLOTS, sizeof *made->cache);
  afina_buffer scratch = {0};
  afina_status status = made->cache ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = check_vocabulary(made, vocabulary, error);
  if (status == AFINA_OK)
    status = index_merges(made, vocabulary, *merges, merge_count, &scratch, error);
  afina_buffer_free(&scratch);
  if (status != AFINA_OK) {
    afina_tokenizer_free(made);
    return status;
  }
  made->vocabulary = *vocabulary;
  made->merges = *merges;
  made->merge_count = merge_count;
  *vocabulary = (afina_vocabulary){0};
  *merges = NULL;
  *out = made;
  return AFINA_OK;
}

void afina_tokenizer_free(afina_tokenizer *tokenizer) {
  if (!tokenizer) return;
  afina_vocabulary_free(&tokenizer->vocabulary);
  afina_pair_map_free(&tokenizer->ranks);
  afina_merger_free(&tokenizer->merger);
  free(tokenizer->merges);
  free(tokenizer->cache);
  free(tokenizer);
}

size_t afina_tokenizer_size(const afina_tokenizer *tokenizer) {
  return tokenizer->vocabulary.count;
}

uint32_t afina_tokenizer_end_of_text(const afina_tokenizer *tokenizer) {
  return tokenizer->end_of_text;
}

/* One word, from the cache where it is there. */
static afina_status encode_word(afina_tokenizer *tokenizer, const uint8_t *word, size_t size,
                                afina_tokens *out, afina_error *error) {
  if (size > AFINA_CACHE_BYTES)
    return afina_merge_word(tokenizer, &tokenizer->merger, word, size, out, error);
  afina_cached_word *cached = &tokenizer->cache[afina_hash_bytes(word, size) % AFINA_CACHE_SLOTS];
  if (cached->size == size && memcmp(cached->bytes, word, size) == 0) {
    AFINA_TRY(afina_tokens_reserve(out, cached->count, error));
    memcpy(out->ids + out->count, cached->ids, cached->count * sizeof *out->ids);
    out->count += cached->count;
    return AFINA_OK;
  }
  const size_t before = out->count;
  AFINA_TRY(afina_merge_word(tokenizer, &tokenizer->merger, word, size, out, error));
  const size_t count = out->count - before;
  if (count <= AFINA_CACHE_IDS) {
    cached->size = (uint8_t)size;
    cached->count = (uint8_t)count;
    memcpy(cached->bytes, word, size);
    memcpy(cached->ids, out->ids + before, count * sizeof *out->ids);
  }
  return AFINA_OK;
}

afina_status afina_tokenizer_encode(afina_tokenizer *tokenizer, const char *text, size_t size,
                                    afina_tokens *out, afina_error *error) {
  /* Positions within a word are 32 bits wide. */
  if (size >= AFINA_PART_GONE)
    return afina_fail(error, AFINA_E_LIMIT, "a text of %zu bytes: the limit is 4 GiB", size);
  const size_t before = out->count;
  for (size_t at = 0, length; at < size; at += length) {
    length = afina_pretokenize_next(text + at, size - at);
    const afina_status status =
        encode_word(tokenizer, (const uint8_t *)text + at, length, out, error);
    if (status != AFINA_OK) {
      out->count = before;
      return status;
    }
  }
  return AFINA_OK;
}

afina_status afina_tokenizer_decode(const afina_tokenizer *tokenizer, const uint32_t *ids,
                                    size_t count, afina_buffer *out, afina_error *error) {
  const size_t before = out->size;
  for (size_t i = 0; i < count; i++) {
    if (ids[i] >= tokenizer->vocabulary.count) {
      out->size = before;
      return afina_fail(error, AFINA_E_ARGUMENT, "token %zu is %u, but the vocabulary has %zu ids",
                        i, (unsigned)ids[i], tokenizer->vocabulary.count);
    }
    size_t size;
    const uint8_t *bytes = afina_vocabulary_bytes(&tokenizer->vocabulary, ids[i], &size);
    const afina_status status = afina_buffer_append(out, bytes, size, error);
    if (status != AFINA_OK) {
      out->size = before;
      return status;
    }
  }
  return AFINA_OK;
}
