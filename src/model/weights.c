#include "weights.h"

#include <stdlib.h>

#include "memory.h"

afina_status afina_weights_read(afina_gpt *gpt, const afina_safetensors *file, bool *has_head,
                                afina_error *error) {
  const afina_param *score =
      gpt->config.classes ? afina_params_find(&gpt->params, 0, AFINA_SCORE) : NULL;
  const bool head = score && afina_safetensors_find(file, score->name);
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    if (p == score && !head) continue;
    AFINA_TRY(
        afina_tensor_to_real(file, p->name, gpt->weights + p->offset, p->rows, p->columns, error));
  }
  if (has_head) *has_head = head;
  return AFINA_OK;
}

void afina_weights_views(const afina_gpt *gpt, afina_tensor_view *views) {
  for (size_t i = 0; i < gpt->params.count; i++) {
    const afina_param *p = &gpt->params.entries[i];
    views[i] = (afina_tensor_view){
        .name = p->name,
        .dtype = AFINA_F32,
        .rank = p->vector ? 1 : 2,
        .shape = {p->vector ? p->columns : p->rows, p->columns},
        .data = (const uint8_t *)(gpt->weights + p->offset),
        .size = p->rows * p->columns * sizeof(afina_real),
    };
  }
}

afina_status afina_weights_write(const afina_gpt *gpt, const afina_bag *bag, afina_bytes *out,
                                 afina_error *error) {
  size_t count = gpt->params.count;
  afina_tensor_view *views = afina_allocate(count + AFINA_BAG_TENSORS, sizeof *views);
  if (!views) return afina_fail_memory(error);
  afina_weights_views(gpt, views);
  if (bag) count += afina_bag_views(bag, views + count);
  const afina_metadata format = {"format", "pt"}; /* transformers refuses files without it */
  const afina_status status = afina_safetensors_write(views, count, &format, 1, out, error);
  free(views);
  return status;
}

afina_status afina_weights_sha256(const afina_gpt *gpt, const afina_bag *bag,
                                  char hex[AFINA_SHA256_HEX], afina_error *error) {
  afina_bytes file;
  AFINA_TRY(afina_weights_write(gpt, bag, &file, error));
  afina_sha256 state;
  afina_sha256_init(&state);
  afina_sha256_update(&state, file.data, file.size);
  afina_sha256_finish(&state, hex);
  afina_bytes_free(&file);
  return AFINA_OK;
}
