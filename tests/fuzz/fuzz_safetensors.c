/* Any bytes as a safetensors file: refused, or read wholly, converted, written and read back the
 * same. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "safetensors.h"

/* The tensor as a matrix, where it is one of a size that is worth the time. */
static void convert(const afina_safetensors *file, const afina_tensor_view *view) {
  enum { MOST = 4096 };
  if (view->rank < 1 || view->rank > 2) return;
  const size_t rows = view->rank == 2 ? view->shape[0] : 1, cols = view->shape[view->rank - 1];
  if (rows > MOST || cols > MOST || rows * cols > MOST) return;
  afina_real *out = malloc(rows * cols * sizeof *out + 1);
  REQUIRE(out);
  afina_error error = {0};
  if (afina_tensor_to_real(file, view->name, out, rows, cols, &error) == AFINA_OK) {
    for (size_t i = 0; i < rows * cols; i++) REQUIRE(isfinite(out[i]));
  } else {
    REQUIRE(strlen(error.message) > 0);
  }
  free(out);
}

static void write_and_compare(const afina_tensor_view *views, size_t count) {
  afina_bytes copy, third;
  REQUIRE(afina_safetensors_write(views, count, NULL, 0, &copy, NULL) == AFINA_OK);
  afina_safetensors *again;
  REQUIRE(afina_safetensors_open(&again, copy.data, copy.size, NULL) == AFINA_OK);
  REQUIRE(afina_safetensors_count(again) == count);
  for (size_t i = 0; i < count; i++) {
    const afina_tensor_view *view = afina_safetensors_find(again, views[i].name);
    REQUIRE(view && view->dtype == views[i].dtype && view->rank == views[i].rank);
    REQUIRE(memcmp(view->shape, views[i].shape, view->rank * sizeof *view->shape) == 0);
    REQUIRE(view->size == views[i].size && memcmp(view->data, views[i].data, view->size) == 0);
  }
  const afina_tensor_view *first = count ? afina_safetensors_get(again, 0) : NULL;
  REQUIRE(afina_safetensors_write(first, count, NULL, 0, &third, NULL) == AFINA_OK);
  REQUIRE(third.size == copy.size && memcmp(third.data, copy.data, copy.size) == 0);
  afina_safetensors_close(again);
  afina_bytes_free(&copy);
  afina_bytes_free(&third);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  afina_safetensors *file;
  if (afina_safetensors_open(&file, data, size, NULL) != AFINA_OK) return 0;
  const size_t count = afina_safetensors_count(file);
  for (size_t i = 0; i < count; i++) {
    const afina_tensor_view *view = afina_safetensors_get(file, i);
    REQUIRE(afina_safetensors_find(file, view->name) == view);
    convert(file, view);
  }
  write_and_compare(count ? afina_safetensors_get(file, 0) : NULL, count);
  (void)afina_safetensors_metadata(file, "format");
  afina_safetensors_close(file);
  return 0;
}
