/* Reading tokenizer.json. What would make other ids than GPT-2's scheme does is refused, not
 * ignored; sections that do not touch the ids of a text (truncation, padding) are ignored. cJSON
 * keeps members in a list, so vocab and merges are walked once and never looked up by key. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "byte_alphabet.h"
#include "json.h"
#include "tokenizer_internal.h"
#include "unicode.h"

typedef struct reader {
  afina_vocabulary vocabulary;
  afina_merge *merges;
  size_t merge_count;
  afina_buffer bytes; /* scratch: one token, out of the byte alphabet */
} reader;

static bool is_absent(const cJSON *item) { return !item || cJSON_IsNull(item); }

static afina_status unsupported(afina_error *error, const char *key, const char *only) {
  return afina_fail(error, AFINA_E_UNSUPPORTED, "'%s': only %s is supported", key, only);
}

/* A section that may be absent, or else is of the type ByteLevel. */
static afina_status check_byte_level(const cJSON *root, const char *key, afina_error *error) {
  const cJSON *section = afina_json_member(root, key);
  if (is_absent(section)) return AFINA_OK;
  const char *type = NULL;
  if (!cJSON_IsObject(section))
    return afina_fail(error, AFINA_E_FORMAT, "'%s' must be an object", key);
  AFINA_TRY(afina_json_string(section, "type", "", &type, error));
  return strcmp(type, "ByteLevel") == 0 ? AFINA_OK : unsupported(error, key, "ByteLevel");
}

static afina_status check_pre_tokenizer(const cJSON *root, afina_error *error) {
  const cJSON *section = afina_json_member(root, "pre_tokenizer");
  if (is_absent(section)) return unsupported(error, "pre_tokenizer", "ByteLevel");
  AFINA_TRY(check_byte_level(root, "pre_tokenizer", error));
  const cJSON *prefix = afina_json_member(section, "add_prefix_space");
  if (prefix && !cJSON_IsFalse(prefix)) return unsupported(error, "add_prefix_space", "false");
  const cJSON *pattern = afina_json_member(section, "use_regex");
  if (pattern && !cJSON_IsTrue(pattern)) return unsupported(error, "use_regex", "true");
  return AFINA_OK;
}

/* A member of the model that must be absent, null, false, an empty string or 0. */
static afina_status check_unset(const cJSON *model, const char *key, afina_error *error) {
  const cJSON *item = afina_json_member(model, key);
  if (is_absent(item) || cJSON_IsFalse(item)) return AFINA_OK;
  if (cJSON_IsString(item) && item->valuestring[0] == '\0') return AFINA_OK;
  if (cJSON_IsNumber(item) && item->valuedouble == 0) return AFINA_OK;
  return unsupported(error, key, "none");
}

static afina_status check_settings(const cJSON *root, const cJSON *model, afina_error *error) {
  if (!cJSON_IsObject(root))
    return afina_fail(error, AFINA_E_FORMAT, "tokenizer.json must hold an object");
  if (!is_absent(afina_json_member(root, "normalizer")))
    return unsupported(error, "normalizer", "null");
  AFINA_TRY(check_pre_tokenizer(root, error));
  AFINA_TRY(check_byte_level(root, "post_processor", error));
  AFINA_TRY(check_byte_level(root, "decoder", error));
  if (!cJSON_IsObject(model)) return afina_fail(error, AFINA_E_FORMAT, "'model' must be an object");
  const char *type = NULL;
  AFINA_TRY(afina_json_string(model, "type", "BPE", &type, error)); /* old files leave it out */
  if (strcmp(type, "BPE") != 0) return unsupported(error, "model.type", "BPE");
  static const char *const unset[] = {"dropout", "continuing_subword_prefix", "end_of_word_suffix",
                                      "byte_fallback", "ignore_merges"};
  for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++)
    AFINA_TRY(check_unset(model, unset[i], error));
  return AFINA_OK;
}

/* Counts the items of a list or object, at most the limit. */
static afina_status count_items(const cJSON *list, const char *key, size_t limit, size_t *count,
                                afina_error *error) {
  size_t found = 0;
  for (const cJSON *item = list ? list->child : NULL; item; item = item->next)
    if (++found > limit)
      return afina_fail(error, AFINA_E_LIMIT, "'%s' has more than %zu entries", key, limit);
  *count = found;
  return AFINA_OK;
}

static afina_status read_id(const cJSON *item, const char *token, size_t *id, afina_error *error) {
  const double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
  if (!(value >= 0 && value < AFINA_VOCABULARY_LIMIT) || value != floor(value)) {
    char label[AFINA_LABEL_SIZE];
    afina_label(label, token, strlen(token));
    return afina_fail(error, AFINA_E_FORMAT,
                      "the id of token '%s' must be a whole number from 0 to %d", label,
                      AFINA_VOCABULARY_LIMIT - 1);
  }
  *id = (size_t)value;
  return AFINA_OK;
}

/* The text of a special token stands in the document as it is. One that is not special would be
 * found in a user's text before the merges, which we do not do. */
static afina_status read_added_token(reader *r, const cJSON *item, afina_error *error) {
  const char *content = NULL;
  AFINA_TRY(afina_json_string(item, "content", NULL, &content, error));
  if (!content || !content[0])
    return afina_fail(error, AFINA_E_FORMAT, "'added_tokens': an entry has no 'content'");
  char label[AFINA_LABEL_SIZE];
  const size_t size = strlen(content);
  afina_label(label, content, size);
  uint32_t code_point;
  for (size_t at = 0, length; at < size; at += length) {
    length = afina_unicode_decode(content + at, size - at, &code_point);
    if (!length)
      return afina_fail(error, AFINA_E_FORMAT, "'added_tokens': '%s' is not valid UTF-8", label);
  }
  const cJSON *special = afina_json_member(item, "special");
  if (special && !cJSON_IsTrue(special) && strcmp(content, AFINA_END_OF_TEXT) != 0)
    return afina_fail(error, AFINA_E_UNSUPPORTED, "'added_tokens': '%s' is not special", label);
  size_t id = 0;
  AFINA_TRY(read_id(afina_json_member(item, "id"), content, &id, error));
  return afina_vocabulary_set(&r->vocabulary, id, content, size, true, error);
}

/* True when the entry repeats a special token that 'added_tokens' gave. */
static bool is_known_special(const reader *r, const char *key, size_t id) {
  if (id >= r->vocabulary.capacity || !r->vocabulary.tokens[id].special) return false;
  size_t size;
  const uint8_t *bytes = afina_vocabulary_bytes(&r->vocabulary, id, &size);
  return strlen(key) == size && memcmp(bytes, key, size) == 0;
}

static afina_status read_token(reader *r, const cJSON *item, afina_error *error) {
  const char *key = item->string;
  size_t id = 0;
  AFINA_TRY(read_id(item, key, &id, error));
  if (is_known_special(r, key, id)) return AFINA_OK;
  bool valid = false;
  r->bytes.size = 0;
  AFINA_TRY(afina_byte_read(&r->bytes, key, strlen(key), &valid, error));
  if (!valid) {
    char label[AFINA_LABEL_SIZE];
    afina_label(label, key, strlen(key));
    return afina_fail(error, AFINA_E_FORMAT,
                      "'vocab': '%s' has a character outside the byte alphabet", label);
  }
  return afina_vocabulary_set(&r->vocabulary, id, r->bytes.data, r->bytes.size, false, error);
}

static afina_status read_vocabulary(reader *r, const cJSON *root, const cJSON *model,
                                    afina_error *error) {
  const cJSON *vocab = afina_json_member(model, "vocab");
  const cJSON *added = afina_json_member(root, "added_tokens");
  if (!cJSON_IsObject(vocab)) return afina_fail(error, AFINA_E_FORMAT, "'vocab' must be an object");
  if (!is_absent(added) && !cJSON_IsArray(added))
    return afina_fail(error, AFINA_E_FORMAT, "'added_tokens' must be a list");
  size_t count = 0, added_count = 0;
  AFINA_TRY(count_items(vocab, "vocab", AFINA_VOCABULARY_LIMIT, &count, error));
  AFINA_TRY(
      count_items(added, "added_tokens", AFINA_VOCABULARY_LIMIT - count, &added_count, error));
  AFINA_TRY(afina_vocabulary_init(&r->vocabulary, count + added_count, error));
  if (added_count)
    for (const cJSON *item = added->child; item; item = item->next)
      AFINA_TRY(read_added_token(r, item, error));
  for (const cJSON *item = vocab->child; item; item = item->next)
    AFINA_TRY(read_token(r, item, error));
  return AFINA_OK;
}

/* One side of a merge: `size` bytes of the byte alphabet. */
static afina_status read_side(reader *r, const char *text, size_t size, size_t rank, uint32_t *id,
                              afina_error *error) {
  bool valid = false;
  r->bytes.size = 0;
  AFINA_TRY(afina_byte_read(&r->bytes, text, size, &valid, error));
  if (valid && afina_vocabulary_find(&r->vocabulary, r->bytes.data, r->bytes.size, id))
    return AFINA_OK;
  char label[AFINA_LABEL_SIZE];
  afina_label(label, text, size);
  return afina_fail(error, AFINA_E_FORMAT,
                    "'merges': number %zu names '%s', which is not in 'vocab'", rank, label);
}

/* "left right", or ["left", "right"] as newer files have it. */
static afina_status read_merge(reader *r, const cJSON *item, size_t rank, afina_error *error) {
  const char *left, *right;
  size_t left_size;
  if (cJSON_IsString(item)) {
    left = item->valuestring;
    left_size = strcspn(left, " ");
    right = left[left_size] ? left + left_size + 1 : "";
  } else {
    const cJSON *first = cJSON_IsArray(item) ? item->child : NULL;
    const cJSON *second = first ? first->next : NULL;
    if (!cJSON_IsString(first) || !cJSON_IsString(second) || second->next)
      return afina_fail(error, AFINA_E_FORMAT, "'merges': number %zu must be two tokens", rank);
    left = first->valuestring;
    left_size = strlen(left);
    right = second->valuestring;
  }
  if (!left_size || !right[0])
    return afina_fail(error, AFINA_E_FORMAT, "'merges': number %zu must be two tokens", rank);
  AFINA_TRY(read_side(r, left, left_size, rank, &r->merges[rank].left, error));
  return read_side(r, right, strlen(right), rank, &r->merges[rank].right, error);
}

static afina_status read_merges(reader *r, const cJSON *model, afina_error *error) {
  const cJSON *merges = afina_json_member(model, "merges");
  if (!cJSON_IsArray(merges)) return afina_fail(error, AFINA_E_FORMAT, "'merges' must be a list");
  AFINA_TRY(count_items(merges, "merges", AFINA_VOCABULARY_LIMIT, &r->merge_count, error));
  r->merges = afina_allocate(r->merge_count, sizeof *r->merges);
  if (!r->merges) return afina_fail_memory(error);
  size_t rank = 0;
  for (const cJSON *item = merges->child; item; item = item->next)
    AFINA_TRY(read_merge(r, item, rank++, error));
  return AFINA_OK;
}

static afina_status read_all(reader *r, const cJSON *root, afina_tokenizer **out,
                             afina_error *error) {
  const cJSON *model = afina_json_member(root, "model");
  AFINA_TRY(check_settings(root, model, error));
  AFINA_TRY(read_vocabulary(r, root, model, error));
  AFINA_TRY(read_merges(r, model, error));
  return afina_tokenizer_build(out, &r->vocabulary, &r->merges, r->merge_count, error);
}

afina_status afina_tokenizer_parse(afina_tokenizer **out, const void *json, size_t size,
                                   afina_error *error) {
  cJSON *root = NULL;
  AFINA_TRY(afina_json_parse(&root, json, size, "tokenizer.json", error));
  reader r = {0};
  const afina_status status = read_all(&r, root, out, error);
  cJSON_Delete(root);
  afina_vocabulary_free(&r.vocabulary);
  free(r.merges);
  afina_buffer_free(&r.bytes);
  return status;
}
