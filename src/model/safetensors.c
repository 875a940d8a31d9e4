#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { LENGTH_BYTES = 8, ALIGNMENT = 8 };

#define METADATA_KEY "__metadata__"

struct afina_safetensors {
  cJSON *header; /* owns the names and the metadata */
  size_t count;
  afina_tensor_view *views;          /* in the order of the header */
  const afina_tensor_view **by_name; /* sorted, for searching */
};

static const struct {
  const char *name;
  size_t size;
} dtypes[] = {
    [AFINA_F32] = {"F32", 4},   [AFINA_F16] = {"F16", 2}, [AFINA_BF16] = {"BF16", 2},
    [AFINA_F64] = {"F64", 8},   [AFINA_I8] = {"I8", 1},   [AFINA_I16] = {"I16", 2},
    [AFINA_I32] = {"I32", 4},   [AFINA_I64] = {"I64", 8}, [AFINA_U8] = {"U8", 1},
    [AFINA_U16] = {"U16", 2},   [AFINA_U32] = {"U32", 4}, [AFINA_U64] = {"U64", 8},
    [AFINA_BOOL] = {"BOOL", 1},
};

enum { DTYPES = sizeof dtypes / sizeof dtypes[0] };

size_t afina_dtype_size(afina_dtype dtype) { return dtypes[dtype].size; }
const char *afina_dtype_name(afina_dtype dtype) { return dtypes[dtype].name; }

/* *out = the bytes of a tensor; false when they do not fit in size_t. */
static bool tensor_bytes(const afina_tensor_view *view, size_t *out) {
  size_t bytes = afina_dtype_size(view->dtype);
  bool empty = false; /* a zero hides the overflow of the other extents, so it counts at the end */
  for (size_t i = 0; i < view->rank; i++) {
    if (view->shape[i] == 0)
      empty = true;
    else if (!afina_multiply(bytes, view->shape[i], &bytes))
      return false;
  }
  *out = empty ? 0 : bytes;
  return true;
}

/* A whole number up to `limit`; JSON numbers are doubles here, exact up to 2^53. */
static bool whole_number(const cJSON *item, size_t limit, size_t *out) {
  if (!cJSON_IsNumber(item)) return false;
  const double value = item->valuedouble;
  if (!(value >= 0 && value < 9007199254740992.0) || value > (double)limit) return false;
  const size_t whole = (size_t)value;
  if ((double)whole != value || whole > limit) return false;
  *out = whole;
  return true;
}

static afina_status read_dtype(afina_tensor_view *view, const cJSON *entry, afina_error *error) {
  const cJSON *item = afina_json_member(entry, "dtype");
  if (!cJSON_IsString(item))
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s': 'dtype' must be a string",
                      view->name);
  for (int i = 0; i < DTYPES; i++)
    if (strcmp(item->valuestring, dtypes[i].name) == 0) {
      view->dtype = (afina_dtype)i;
      return AFINA_OK;
    }
  return afina_fail(error, AFINA_E_UNSUPPORTED, "tensor '%.200s': unknown dtype '%.40s'",
                    view->name, item->valuestring);
}

static afina_status read_shape(afina_tensor_view *view, const cJSON *entry, afina_error *error) {
  const cJSON *shape = afina_json_member(entry, "shape");
  if (!cJSON_IsArray(shape))
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s': 'shape' must be an array",
                      view->name);
  const cJSON *item;
  cJSON_ArrayForEach(item, shape) {
    if (view->rank == AFINA_MAX_RANK)
      return afina_fail(error, AFINA_E_UNSUPPORTED, "tensor '%.200s': more than %d dimensions",
                        view->name, AFINA_MAX_RANK);
    if (!whole_number(item, SIZE_MAX, &view->shape[view->rank++]))
      return afina_fail(error, AFINA_E_FORMAT,
                        "tensor '%.200s': 'shape' must hold whole numbers that fit in memory",
                        view->name);
  }
  return AFINA_OK;
}

/* One member of the header; data[size] is what follows the header. */
static afina_status read_view(afina_tensor_view *view, const cJSON *entry, const uint8_t *data,
                              size_t size, afina_error *error) {
  view->name = entry->string;
  if (!cJSON_IsObject(entry))
    return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s': must be a JSON object", view->name);
  AFINA_TRY(read_dtype(view, entry, error));
  AFINA_TRY(read_shape(view, entry, error));
  const cJSON *offsets = afina_json_member(entry, "data_offsets");
  const cJSON *first = cJSON_IsArray(offsets) ? offsets->child : NULL;
  const cJSON *second = first ? first->next : NULL;
  size_t begin, end, bytes;
  if (!second || second->next || !whole_number(second, size, &end) ||
      !whole_number(first, end, &begin))
    return afina_fail(error, AFINA_E_FORMAT,
                      "tensor '%.200s': 'data_offsets' must be [begin, end] with begin <= end <= "
                      "%zu, the size of the data; is the file complete?",
                      view->name, size);
  if (!tensor_bytes(view, &bytes) || bytes != end - begin)
    return afina_fail(error, AFINA_E_FORMAT,
                      "tensor '%.200s': its shape and dtype need another size than its %zu bytes",
                      view->name, end - begin);
  view->data = data + begin;
  view->size = bytes;
  return AFINA_OK;
}

static int compare_names(const void *a, const void *b) {
  const afina_tensor_view *const *left = a, *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

static int compare_places(const void *a, const void *b) {
  const afina_tensor_view *const *left = a, *const *right = b;
  if ((*left)->data != (*right)->data) return (*left)->data < (*right)->data ? -1 : 1;
  return ((*left)->size > (*right)->size) - ((*left)->size < (*right)->size);
}

/* The tensors must cover data[size] without holes and overlaps. Leaves by_name in the order of the
 * data. */
static afina_status check_places(afina_safetensors *file, const uint8_t *data, size_t size,
                                 afina_error *error) {
  qsort(file->by_name, file->count, sizeof *file->by_name, compare_places);
  const uint8_t *next = data;
  for (size_t i = 0; i < file->count; i++) {
    const afina_tensor_view *view = file->by_name[i];
    if (view->data != next)
      return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s': its data %s", view->name,
                        view->data < next ? "overlaps another tensor" : "follows a hole");
    next = view->data + view->size;
  }
  if (next != data + size)
    return afina_fail(error, AFINA_E_FORMAT, "%zu bytes after the last tensor belong to none",
                      (size_t)(data + size - next));
  return AFINA_OK;
}

static afina_status sort_names(afina_safetensors *file, afina_error *error) {
  qsort(file->by_name, file->count, sizeof *file->by_name, compare_names);
  for (size_t i = 1; i < file->count; i++)
    if (compare_names(&file->by_name[i - 1], &file->by_name[i]) == 0)
      return afina_fail(error, AFINA_E_FORMAT, "tensor '%.200s' occurs twice",
                        file->by_name[i]->name);
  return AFINA_OK;
}

static afina_status check_metadata(const cJSON *metadata, afina_error *error) {
  if (!cJSON_IsObject(metadata))
    return afina_fail(error, AFINA_E_FORMAT, "'" METADATA_KEY "' must be a JSON object");
  const cJSON *item;
  cJSON_ArrayForEach(item, metadata) {
    if (!cJSON_IsString(item))
      return afina_fail(error, AFINA_E_FORMAT, "'" METADATA_KEY "': '%.200s' must be a string",
                        item->string);
  }
  return AFINA_OK;
}

/* file->header is parsed; data[size] is what follows it. */
static afina_status read_header(afina_safetensors *file, const uint8_t *data, size_t size,
                                afina_error *error) {
  if (!cJSON_IsObject(file->header))
    return afina_fail(error, AFINA_E_FORMAT, "safetensors: the header must be a JSON object");
  const size_t members = (size_t)cJSON_GetArraySize(file->header);
  file->views = afina_allocate(members, sizeof *file->views);
  file->by_name = afina_allocate(members, sizeof *file->by_name);
  if (!file->views || !file->by_name) return afina_fail_memory(error);
  const cJSON *entry;
  bool described = false;
  cJSON_ArrayForEach(entry, file->header) {
    if (strcmp(entry->string, METADATA_KEY) == 0) {
      if (described) return afina_fail(error, AFINA_E_FORMAT, "'" METADATA_KEY "' occurs twice");
      described = true;
      AFINA_TRY(check_metadata(entry, error));
      continue;
    }
    afina_tensor_view *view = &file->views[file->count];
    AFINA_TRY(read_view(view, entry, data, size, error));
    file->by_name[file->count++] = view;
  }
  AFINA_TRY(check_places(file, data, size, error));
  return sort_names(file, error);
}

afina_status afina_safetensors_open(afina_safetensors **out, const void *data, size_t size,
                                    afina_error *error) {
  const uint8_t *bytes = data;
  if (size < LENGTH_BYTES)
    return afina_fail(error, AFINA_E_FORMAT, "safetensors: %zu bytes are too few", size);
  uint64_t length = 0;
  for (size_t i = 0; i < LENGTH_BYTES; i++) length |= (uint64_t)bytes[i] << 8 * i;
  if (length > size - LENGTH_BYTES)
    return afina_fail(
        error, AFINA_E_FORMAT,
        "safetensors: the header is longer than the file; truncated or of another kind?");
  if (length > AFINA_MAX_SAFETENSORS_HEADER)
    return afina_fail(error, AFINA_E_LIMIT, "safetensors: a header above %d bytes",
                      AFINA_MAX_SAFETENSORS_HEADER);
  afina_safetensors *file = afina_allocate(1, sizeof *file);
  if (!file) return afina_fail_memory(error);
  const uint8_t *begin = bytes + LENGTH_BYTES, *rest = begin + length;
  afina_status status =
      afina_json_parse(&file->header, begin, (size_t)length, "safetensors header", error);
  if (status == AFINA_OK)
    status = read_header(file, rest, size - LENGTH_BYTES - (size_t)length, error);
  if (status != AFINA_OK) {
    afina_safetensors_close(file);
    return status;
  }
  *out = file;
  return AFINA_OK;
}

void afina_safetensors_close(afina_safetensors *file) {
  if (!file) return;
  cJSON_Delete(file->header);
  free(file->views);
  free(file->by_name);
  free(file);
}

size_t afina_safetensors_count(const afina_safetensors *file) { return file->count; }

const afina_tensor_view *afina_safetensors_get(const afina_safetensors *file, size_t i) {
  return &file->views[i];
}

const afina_tensor_view *afina_safetensors_find(const afina_safetensors *file, const char *name) {
  const afina_tensor_view key = {.name = name}, *wanted = &key;
  const afina_tensor_view *const *found =
      bsearch(&wanted, file->by_name, file->count, sizeof *file->by_name, compare_names);
  return found ? *found : NULL;
}

const char *afina_safetensors_metadata(const afina_safetensors *file, const char *key) {
  const cJSON *item = afina_json_member(afina_json_member(file->header, METADATA_KEY), key);
  return item ? item->valuestring : NULL;
}

static afina_status append_text(afina_buffer *buffer, const char *text, afina_error *error) {
  return afina_buffer_append(buffer, text, strlen(text), error);
}

/* A JSON string, quotes included. */
static afina_status append_string(afina_buffer *buffer, const char *text, afina_error *error) {
  AFINA_TRY(append_text(buffer, "\"", error));
  for (; *text; text++) {
    char escape[8] = {*text, 0};
    if (*text == '"' || *text == '\\')
      snprintf(escape, sizeof escape, "\\%c", *text);
    else if ((unsigned char)*text < 0x20)
      snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)*text);
    AFINA_TRY(append_text(buffer, escape, error));
  }
  return append_text(buffer, "\"", error);
}

static afina_status append_metadata(afina_buffer *buffer, const afina_metadata *metadata,
                                    size_t count, afina_error *error) {
  if (count == 0) return AFINA_OK;
  AFINA_TRY(append_text(buffer, "\"" METADATA_KEY "\":{", error));
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++)
      if (strcmp(metadata[i].key, metadata[j].key) == 0)
        return afina_fail(error, AFINA_E_ARGUMENT, "metadata '%.200s' occurs twice",
                          metadata[i].key);
    if (i) AFINA_TRY(append_text(buffer, ",", error));
    AFINA_TRY(append_string(buffer, metadata[i].key, error));
    AFINA_TRY(append_text(buffer, ":", error));
    AFINA_TRY(append_string(buffer, metadata[i].value, error));
  }
  return append_text(buffer, "}", error);
}

/* The header's member for one tensor, whose data lie at [begin, begin + view->size). */
static afina_status append_view(afina_buffer *buffer, const afina_tensor_view *view, size_t begin,
                                afina_error *error) {
  char text[64];
  AFINA_TRY(append_string(buffer, view->name, error));
  snprintf(text, sizeof text, ":{\"dtype\":\"%s\",\"shape\":[", afina_dtype_name(view->dtype));
  AFINA_TRY(append_text(buffer, text, error));
  for (size_t i = 0; i < view->rank; i++) {
    snprintf(text, sizeof text, "%s%zu", i ? "," : "", view->shape[i]);
    AFINA_TRY(append_text(buffer, text, error));
  }
  snprintf(text, sizeof text, "],\"data_offsets\":[%zu,%zu]}", begin, begin + view->size);
  return append_text(buffer, text, error);
}

/* *total = the bytes of all tensors. */
static afina_status check_tensors(const afina_tensor_view *tensors, size_t count, size_t *total,
                                  afina_error *error) {
  const afina_tensor_view **sorted = afina_allocate(count, sizeof *sorted);
  if (!sorted) return afina_fail_memory(error);
  afina_status status = AFINA_OK;
  *total = 0;
  for (size_t i = 0; i < count && status == AFINA_OK; i++) {
    const afina_tensor_view *view = sorted[i] = &tensors[i];
    size_t bytes;
    if (view->rank > AFINA_MAX_RANK || !tensor_bytes(view, &bytes) || bytes != view->size ||
        !afina_add(*total, bytes, total))
      status =
          afina_fail(error, AFINA_E_ARGUMENT, "tensor '%.200s': %zu bytes do not fit its shape",
                     view->name, view->size);
    else if (strcmp(view->name, METADATA_KEY) == 0)
      status = afina_fail(error, AFINA_E_ARGUMENT, "no tensor can be named '" METADATA_KEY "'");
  }
  if (status == AFINA_OK) {
    afina_safetensors names = {.count = count, .by_name = sorted};
    if (sort_names(&names, error) != AFINA_OK) {
      status = AFINA_E_ARGUMENT; /* there, a damaged file; here, the caller's mistake */
      if (error) error->status = status;
    }
  }
  free(sorted);
  return status;
}

/* Everything before the data. */
static afina_status append_header(afina_buffer *buffer, const afina_tensor_view *tensors,
                                  size_t count, const afina_metadata *metadata,
                                  size_t metadata_count, afina_error *error) {
  const uint8_t unknown[LENGTH_BYTES] = {0};
  AFINA_TRY(afina_buffer_append(buffer, unknown, LENGTH_BYTES, error));
  AFINA_TRY(append_text(buffer, "{", error));
  AFINA_TRY(append_metadata(buffer, metadata, metadata_count, error));
  size_t begin = 0;
  for (size_t i = 0; i < count; i++) {
    if (i || metadata_count) AFINA_TRY(append_text(buffer, ",", error));
    AFINA_TRY(append_view(buffer, &tensors[i], begin, error));
    begin += tensors[i].size;
  }
  AFINA_TRY(append_text(buffer, "}", error));
  while (buffer->size % ALIGNMENT) AFINA_TRY(append_text(buffer, " ", error));
  const uint64_t length = buffer->size - LENGTH_BYTES;
  if (length > AFINA_MAX_SAFETENSORS_HEADER)
    return afina_fail(error, AFINA_E_LIMIT, "safetensors: a header above %d bytes",
                      AFINA_MAX_SAFETENSORS_HEADER);
  for (size_t i = 0; i < LENGTH_BYTES; i++) buffer->data[i] = (uint8_t)(length >> 8 * i);
  return AFINA_OK;
}

afina_status afina_safetensors_write(const afina_tensor_view *tensors, size_t count,
                                     const afina_metadata *metadata, size_t metadata_count,
                                     afina_bytes *out, afina_error *error) {
  size_t total;
  AFINA_TRY(check_tensors(tensors, count, &total, error));
  afina_buffer header = {0};
  afina_status status = append_header(&header, tensors, count, metadata, metadata_count, error);
  /* One block of the exact size: a buffer that grows by doubling would hold a model twice. */
  uint8_t *data = NULL;
  if (status == AFINA_OK && (!afina_add(total, header.size, &total) || !(data = malloc(total))))
    status = afina_fail_memory(error);
  if (status == AFINA_OK) {
    memcpy(data, header.data, header.size);
    size_t end = header.size;
    for (size_t i = 0; i < count; end += tensors[i++].size)
      if (tensors[i].size) memcpy(data + end, tensors[i].data, tensors[i].size);
    *out = (afina_bytes){.data = data, .size = total};
  }
  afina_buffer_free(&header);
  return status;
}
