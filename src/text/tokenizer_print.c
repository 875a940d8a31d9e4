/* Writing tokenizer.json, the document that Hugging Face `tokenizers` writes for GPT-2. */
#include <stdlib.h>

#include "byte_alphabet.h"
#include "json.h"
#include "tokenizer_internal.h"

/* A token as it stands in the document, terminated: in the byte alphabet, a special one as it is.
 */
static afina_status spell(const afina_tokenizer *tokenizer, size_t id, afina_buffer *out,
                          afina_error *error) {
  size_t size;
  const uint8_t *bytes = afina_vocabulary_bytes(&tokenizer->vocabulary, id, &size);
  if (tokenizer->vocabulary.tokens[id].special)
    AFINA_TRY(afina_buffer_append(out, bytes, size, error));
  else
    AFINA_TRY(afina_byte_write(out, bytes, size, error));
  AFINA_TRY(afina_buffer_append(out, "", 1, error));
  return AFINA_OK;
}

static afina_status add_vocabulary(const afina_tokenizer *tokenizer, cJSON *model,
                                   afina_buffer *text, afina_error *error) {
  cJSON *vocab = cJSON_AddObjectToObject(model, "vocab");
  if (!vocab) return afina_fail_memory(error);
  for (size_t id = 0; id < tokenizer->vocabulary.count; id++) {
    text->size = 0;
    AFINA_TRY(spell(tokenizer, id, text, error));
    if (!cJSON_AddNumberToObject(vocab, (const char *)text->data, (double)id))
      return afina_fail_memory(error);
  }
  return AFINA_OK;
}

/* "left right", which every version of `tokenizers` reads; the byte alphabet has no space. */
static afina_status add_merges(const afina_tokenizer *tokenizer, cJSON *model, afina_buffer *text,
                               afina_error *error) {
  cJSON *merges = cJSON_AddArrayToObject(model, "merges");
  if (!merges) return afina_fail_memory(error);
  for (size_t rank = 0; rank < tokenizer->merge_count; rank++) {
    text->size = 0;
    AFINA_TRY(spell(tokenizer, tokenizer->merges[rank].left, text, error));
    text->data[text->size - 1] = ' ';
    AFINA_TRY(spell(tokenizer, tokenizer->merges[rank].right, text, error));
    cJSON *item = cJSON_CreateString((const char *)text->data);
    if (!item) return afina_fail_memory(error);
    cJSON_AddItemToArray(merges, item);
  }
  return AFINA_OK;
}

static afina_status add_special_tokens(const afina_tokenizer *tokenizer, cJSON *root,
                                       afina_buffer *text, afina_error *error) {
  cJSON *added = cJSON_AddArrayToObject(root, "added_tokens");
  if (!added) return afina_fail_memory(error);
  for (size_t id = 0; id < tokenizer->vocabulary.count; id++) {
    if (!tokenizer->vocabulary.tokens[id].special) continue;
    text->size = 0;
    AFINA_TRY(spell(tokenizer, id, text, error));
    cJSON *item = cJSON_CreateObject();
    if (!item) return afina_fail_memory(error);
    cJSON_AddItemToArray(added, item);
    if (!cJSON_AddNumberToObject(item, "id", (double)id) ||
        !cJSON_AddStringToObject(item, "content", (const char *)text->data) ||
        !cJSON_AddFalseToObject(item, "single_word") || !cJSON_AddFalseToObject(item, "lstrip") ||
        !cJSON_AddFalseToObject(item, "rstrip") || !cJSON_AddFalseToObject(item, "normalized") ||
        !cJSON_AddTrueToObject(item, "special"))
      return afina_fail_memory(error);
  }
  return AFINA_OK;
}

/* The section `key` (pre_tokenizer, post_processor, decoder), each of the type ByteLevel. */
static afina_status add_byte_level(cJSON *root, const char *key, afina_error *error) {
  cJSON *section = cJSON_AddObjectToObject(root, key);
  if (!section || !cJSON_AddStringToObject(section, "type", "ByteLevel") ||
      !cJSON_AddFalseToObject(section, "add_prefix_space") ||
      !cJSON_AddTrueToObject(section, "trim_offsets") ||
      !cJSON_AddTrueToObject(section, "use_regex"))
    return afina_fail_memory(error);
  return AFINA_OK;
}

static afina_status add_model(const afina_tokenizer *tokenizer, cJSON *root, afina_buffer *text,
                              afina_error *error) {
  cJSON *model = cJSON_AddObjectToObject(root, "model");
  if (!model || !cJSON_AddStringToObject(model, "type", "BPE") ||
      !cJSON_AddNullToObject(model, "dropout") || !cJSON_AddNullToObject(model, "unk_token") ||
      !cJSON_AddStringToObject(model, "continuing_subword_prefix", "") ||
      !cJSON_AddStringToObject(model, "end_of_word_suffix", "") ||
      !cJSON_AddFalseToObject(model, "fuse_unk") || !cJSON_AddFalseToObject(model, "byte_fallback"))
    return afina_fail_memory(error);
  AFINA_TRY(add_vocabulary(tokenizer, model, text, error));
  return add_merges(tokenizer, model, text, error);
}

static afina_status add_all(const afina_tokenizer *tokenizer, cJSON *root, afina_buffer *text,
                            afina_error *error) {
  if (!cJSON_AddStringToObject(root, "version", "1.0") ||
      !cJSON_AddNullToObject(root, "truncation") || !cJSON_AddNullToObject(root, "padding"))
    return afina_fail_memory(error);
  AFINA_TRY(add_special_tokens(tokenizer, root, text, error));
  if (!cJSON_AddNullToObject(root, "normalizer")) return afina_fail_memory(error);
  AFINA_TRY(add_byte_level(root, "pre_tokenizer", error));
  AFINA_TRY(add_byte_level(root, "post_processor", error));
  AFINA_TRY(add_byte_level(root, "decoder", error));
  return add_model(tokenizer, root, text, error);
}

afina_status afina_tokenizer_print(const afina_tokenizer *tokenizer, afina_bytes *out,
                                   afina_error *error) {
  cJSON *root = cJSON_CreateObject();
  if (!root) return afina_fail_memory(error);
  afina_buffer text = {0};
  afina_status status = add_all(tokenizer, root, &text, error);
  afina_buffer_free(&text);
  if (status == AFINA_OK) status = afina_json_print(root, false, out, error);
  cJSON_Delete(root);
  return status;
}
