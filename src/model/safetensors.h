/* The safetensors format: a header length (8 bytes, little-endian), a JSON header, and the tensors'
 * bytes.
 *
 *     afina_safetensors *file;
 *     AFINA_TRY(afina_safetensors_open(&file, data, size, error));
 *     status = afina_tensor_to_real(file, "transformer.wte.weight", out, V, C, error);
 *     afina_safetensors_close(file);
 *
 * Bytes in, bytes out; tensor data is little-endian and may start at any address, so it is only
 * ever copied from. */
#ifndef AFINA_SAFETENSORS_H
#define AFINA_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "real.h"
#include "status.h"

typedef enum afina_dtype {
  AFINA_F32,
  AFINA_F16,
  AFINA_BF16,
  AFINA_F64,
  AFINA_I8,
  AFINA_I16,
  AFINA_I32,
  AFINA_I64,
  AFINA_U8,
  AFINA_U16,
  AFINA_U32,
  AFINA_U64,
  AFINA_BOOL
} afina_dtype;

enum {
  AFINA_MAX_RANK = 4,
  /* The format allows 100 MB; the largest model that Afina loads needs under one, and parsed JSON
   * takes up to 32 times the room of its text. */
  AFINA_MAX_SAFETENSORS_HEADER = 16 << 20
};

/* Bytes of one element. */
size_t afina_dtype_size(afina_dtype dtype);
/* "F32", ... as in the header. */
const char *afina_dtype_name(afina_dtype dtype);

typedef struct afina_tensor_view {
  const char *name;
  afina_dtype dtype;
  size_t rank, shape[AFINA_MAX_RANK]; /* rank 0: one element */
  const uint8_t *data;                /* not aligned */
  size_t size;                        /* bytes: product of the shape times afina_dtype_size */
} afina_tensor_view;

typedef struct afina_safetensors afina_safetensors;

/* Reads the header (hostile input) and checks all of it. The views borrow `data`, which must
 * outlive the handle; the handle owns the names. AFINA_E_FORMAT: damaged; AFINA_E_UNSUPPORTED: an
 * unknown dtype or a rank above 4. */
afina_status afina_safetensors_open(afina_safetensors **out, const void *data, size_t size,
                                    afina_error *error);
void afina_safetensors_close(afina_safetensors *file);

/* Number of tensors. */
size_t afina_safetensors_count(const afina_safetensors *file);
/* Tensor i < count, in the order of the header. */
const afina_tensor_view *afina_safetensors_get(const afina_safetensors *file, size_t i);
/* NULL where there is none of that name. Logarithmic in the count. */
const afina_tensor_view *afina_safetensors_find(const afina_safetensors *file, const char *name);
/* A value of "__metadata__", or NULL. */
const char *afina_safetensors_metadata(const afina_safetensors *file, const char *key);

typedef struct afina_metadata {
  const char *key, *value;
} afina_metadata;

/* Writes metadata and tensors in the order given, the data without gaps; the same arguments give
 * the same bytes. AFINA_E_ARGUMENT: two tensors or two keys of one name, a rank above 4, or a size
 * that is not that of the shape. */
afina_status afina_safetensors_write(const afina_tensor_view *tensors, size_t count,
                                     const afina_metadata *metadata, size_t metadata_count,
                                     afina_bytes *out, afina_error *error);

/* out[rows, cols] = the tensor `name`, converted from F32, F16, BF16, or I8 with `name`.scale
 * (quantize.h). A tensor [cols] counts as rows == 1. Where there is no such name it is tried with
 * the prefix "transformer." taken away or added: GPT-2 was published without. AFINA_E_FORMAT:
 * missing, another shape, or a value that is not finite; AFINA_E_UNSUPPORTED: another dtype. On
 * failure `out` may be written in part. */
afina_status afina_tensor_to_real(const afina_safetensors *file, const char *name, afina_real *out,
                                  size_t rows, size_t cols, afina_error *error);

#endif
