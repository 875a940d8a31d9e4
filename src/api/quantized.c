/* Weights in smaller formats, for shipping. */
#include <stdlib.h>
#include <string.h>

#include "half.h"
#include "model.h"
#include "quantize.h"
#include "weights.h"

enum { SUFFIX = 72 }; /* a parameter's name and ".scale" */

typedef struct small_file {
  afina_tensor_view *views; /* [2 * params.count + AFINA_BAG_TENSORS] */
  char (*names)[SUFFIX];    /* of the scales */
  afina_buffer *data;       /* [2 * params.count] */
  size_t count;
} small_file;

static afina_status push(small_file *f, const char *name, afina_dtype dtype, const afina_param *p,
                         size_t rank, size_t rows, afina_error *error) {
  afina_buffer *buffer = &f->data[f->count];
  const size_t elements = rank == 1 ? rows : rows * p->columns;
  AFINA_TRY(afina_buffer_reserve(buffer, elements * afina_dtype_size(dtype), error));
  buffer->size = elements * afina_dtype_size(dtype);
  f->views[f->count++] = (afina_tensor_view){.name = name,
                                             .dtype = dtype,
                                             .rank = rank,
                                             .shape = {rows, p->columns},
                                             .data = buffer->data,
                                             .size = buffer->size};
  return AFINA_OK;
}

static afina_status add_half(small_file *f, const afina_param *p, const afina_real *values,
                             afina_error *error) {
  const size_t rank = p->vector ? 1 : 2, rows = p->vector ? p->columns : p->rows;
  AFINA_TRY(push(f, p->name, AFINA_F16, p, rank, rows, error));
  /* malloc'd blocks are aligned for any type */
  afina_f16_from_reals((uint16_t *)(void *)f->data[f->count - 1].data, values,
                       p->rows * p->columns);
  return AFINA_OK;
}

/* A matrix as I8 with its scales; a vector as it is. */
static afina_status add_bytes(small_file *f, const afina_param *p, const afina_real *values,
                              afina_error *error) {
  if (p->vector) {
    AFINA_TRY(push(f, p->name, AFINA_F32, p, 1, p->columns, error));
    memcpy(f->data[f->count - 1].data, values, p->columns * sizeof *values);
    return AFINA_OK;
  }
  char *scale_name = f->names[f->count];
  strcpy(scale_name, p->name);
  strcat(scale_name, ".scale");
  AFINA_TRY(push(f, p->name, AFINA_I8, p, 2, p->rows, error));
  AFINA_TRY(push(f, scale_name, AFINA_F32, p, 1, p->rows, error));
  int8_t *q = (int8_t *)f->data[f->count - 2].data;
  float *scales = (float *)(void *)f->data[f->count - 1].data;
  return afina_quantize_rows(q, scales, values, p->rows, p->columns, error);
}

/* A scale for each n-gram would take more than it saves: the weights become F16, the rest stays. */
static afina_status add_bag(small_file *f, const afina_bag *bag, afina_error *error) {
  afina_tensor_view views[AFINA_BAG_TENSORS];
  const size_t count = afina_bag_views(bag, views), weights = bag->F * bag->K;
  for (size_t i = 0; i < count; i++) {
    if (views[i].data == (const uint8_t *)bag->weights) {
      afina_buffer *buffer = &f->data[f->count];
      AFINA_TRY(afina_buffer_reserve(buffer, weights * sizeof(uint16_t), error));
      afina_f16_from_reals((uint16_t *)(void *)buffer->data, bag->weights, weights);
      views[i].dtype = AFINA_F16;
      views[i].data = buffer->data;
      views[i].size = weights * sizeof(uint16_t);
    }
    f->views[f->count++] = views[i];
  }
  return AFINA_OK;
}

static afina_status fill(small_file *f, const afina_gpt *gpt, const afina_bag *bag, bool bytes,
                         afina_bytes *out, afina_error *error) {
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    AFINA_TRY(bytes ? add_bytes(f, p, gpt->weights + p->offset, error)
                    : add_half(f, p, gpt->weights + p->offset, error));
  }
  if (bag->F) AFINA_TRY(add_bag(f, bag, error));
  const afina_metadata format = {"format", "pt"};
  return afina_safetensors_write(f->views, f->count, &format, 1, out, error);
}

afina_status afina_model_save_weights(const afina_model *model, const char *dtype, afina_bytes *out,
                                      afina_error *error) {
  const bool bytes = strcmp(dtype, "i8") == 0;
  if (strcmp(dtype, "f32") == 0) return afina_weights_write(&model->gpt, &model->bag, out, error);
  if (!bytes && strcmp(dtype, "f16") != 0)
    return afina_fail(error, AFINA_E_ARGUMENT, "dtype '%s': there are f32, f16 and i8", dtype);
  const size_t most = 2 * model->gpt.params.count + AFINA_BAG_TENSORS;
  small_file f = {.views = afina_allocate(most, sizeof *f.views),
                  .names = afina_allocate(most, sizeof *f.names),
                  .data = afina_allocate(most, sizeof *f.data)};
  const afina_status status = f.views && f.names && f.data
                                  ? fill(&f, &model->gpt, &model->bag, bytes, out, error)
                                  : afina_fail_memory(error);
  for (size_t i = 0; f.data && i < most; i++) afina_buffer_free(&f.data[i]);
  free(f.views);
  free(f.names);
  free(f.data);
  return status;
}
