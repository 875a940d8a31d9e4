#include "bag.h"

#include <stdlib.h>
#include <string.h>

afina_status afina_bag_init(afina_bag *bag, size_t F, size_t K, afina_error *error) {
  afina_bag made = {.F = F, .K = K};
  made.keys = afina_allocate(F, sizeof *made.keys);
  made.idf = afina_allocate(F, sizeof *made.idf);
  made.weights = afina_allocate(F + 1, K * sizeof *made.weights);
  if (!made.keys || !made.idf || !made.weights) {
    afina_bag_free(&made);
    return afina_fail_memory(error);
  }
  made.bias = made.weights + F * K;
  *bag = made;
  return AFINA_OK;
}

afina_status afina_bag_copy(afina_bag *out, const afina_bag *bag, afina_error *error) {
  *out = (afina_bag){0};
  if (bag->F == 0) return AFINA_OK;
  AFINA_TRY(afina_bag_init(out, bag->F, bag->K, error));
  memcpy(out->keys, bag->keys, bag->F * sizeof *bag->keys);
  memcpy(out->idf, bag->idf, bag->F * sizeof *bag->idf);
  memcpy(out->weights, bag->weights, (bag->F + 1) * bag->K * sizeof *bag->weights);
  return AFINA_OK;
}

void afina_bag_free(afina_bag *bag) {
  if (!bag) return;
  free(bag->keys);
  free(bag->idf);
  free(bag->weights);
  *bag = (afina_bag){0};
}

/* F where there is no such key. */
static size_t find(const afina_bag *bag, uint64_t key) {
  size_t low = 0, high = bag->F;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (bag->keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < bag->F && bag->keys[low] == key ? low : bag->F;
}

void afina_bag_read(const afina_bag *bag, afina_bag_row *row, const uint64_t *keys,
                    const uint32_t *counts, size_t count) {
  double squares[2] = {0, 0};
  row->count = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t f = find(bag, keys[i]);
    if (f == bag->F) continue;
    const double value = (1 + afina_log_double((double)counts[i])) * (double)bag->idf[f];
    row->features[row->count] = (uint32_t)f;
    row->values[row->count++] = (float)value;
    squares[keys[i] & 1] += value * value;
  }
  for (size_t i = 0; i < row->count; i++) {
    const double norm = sqrt(squares[bag->keys[row->features[i]] & 1]);
    if (norm > 0) row->values[i] = (float)((double)row->values[i] / norm);
  }
}

void afina_bag_add_logits(const afina_bag *bag, const afina_bag_row *row, afina_real *logits) {
  const size_t K = bag->K;
  for (size_t k = 0; k < K; k++) logits[k] += bag->bias[k];
  for (size_t i = 0; i < row->count; i++) {
    const afina_real value = (afina_real)row->values[i];
    const afina_real *weights = bag->weights + row->features[i] * K;
    for (size_t k = 0; k < K; k++) logits[k] += value * weights[k];
  }
}

static const char *const names[AFINA_BAG_TENSORS] = {"ngrams.key", "ngrams.idf", "ngrams.weight",
                                                     "ngrams.bias"};

size_t afina_bag_views(const afina_bag *bag, afina_tensor_view views[AFINA_BAG_TENSORS]) {
  if (bag->F == 0) return 0;
  const void *const data[] = {bag->keys, bag->idf, bag->weights, bag->bias};
  const size_t F = bag->F, K = bag->K;
  const size_t shapes[][2] = {{F, 1}, {F, 1}, {F, K}, {K, 1}};
  for (size_t i = 0; i < AFINA_BAG_TENSORS; i++) {
    const afina_dtype dtype = i == 0 ? AFINA_I64 : AFINA_F32;
    views[i] = (afina_tensor_view){
        .name = names[i],
        .dtype = dtype,
        .rank = i == 2 ? 2 : 1,
        .shape = {shapes[i][0], shapes[i][1]},
        .data = data[i],
        .size = shapes[i][0] * shapes[i][1] * afina_dtype_size(dtype),
    };
  }
  return AFINA_BAG_TENSORS;
}

static afina_status read_keys(afina_bag *bag, const afina_tensor_view *view, afina_error *error) {
  memcpy(bag->keys, view->data, view->size);
  for (size_t f = 1; f < bag->F; f++)
    if (bag->keys[f] <= bag->keys[f - 1])
      return afina_fail(error, AFINA_E_FORMAT, "'%s': number %zu is not above the one before it",
                        view->name, f + 1);
  return AFINA_OK;
}

afina_status afina_bag_from_file(afina_bag *out, const afina_safetensors *file, size_t K,
                                 afina_error *error) {
  const afina_tensor_view *keys = afina_safetensors_find(file, names[0]);
  *out = (afina_bag){0};
  if (!keys) return AFINA_OK;
  if (keys->dtype != AFINA_I64 || keys->rank != 1 || keys->shape[0] == 0 || K == 0 ||
      keys->shape[0] > UINT32_MAX)
    return afina_fail(error, AFINA_E_FORMAT, "'%s' is not a row of I64, or there are no classes",
                      keys->name);
  /* before memory is taken for them: the file has so many weights */
  const afina_tensor_view *weights = afina_safetensors_find(file, names[2]);
  if (!weights || weights->rank != 2 || weights->shape[0] != keys->shape[0] ||
      weights->shape[1] != K)
    return afina_fail(error, AFINA_E_FORMAT,
                      "'%s' must be there with a row for each of '%s' (%zu) "
                      "and a column for each class (%zu)",
                      names[2], keys->name, keys->shape[0], K);
  afina_bag bag;
  AFINA_TRY(afina_bag_init(&bag, keys->shape[0], K, error));
  afina_status status = read_keys(&bag, keys, error);
  if (status == AFINA_OK) status = afina_tensor_to_real(file, names[1], bag.idf, 1, bag.F, error);
  if (status == AFINA_OK)
    status = afina_tensor_to_real(file, names[2], bag.weights, bag.F, K, error);
  if (status == AFINA_OK) status = afina_tensor_to_real(file, names[3], bag.bias, 1, K, error);
  if (status != AFINA_OK) {
    afina_bag_free(&bag);
    return status;
  }
  *out = bag;
  return AFINA_OK;
}
