/* A model's parameters to and from safetensors. */
#ifndef AFINA_WEIGHTS_H
#define AFINA_WEIGHTS_H

#include "bag.h"
#include "gpt.h"
#include "safetensors.h"
#include "sha256.h"

/* Fills gpt->weights from a file of the same shapes, whatever its number formats. Without a head in
 * the file, score.weight is left as it is and *has_head (may be NULL) is false. */
afina_status afina_weights_read(afina_gpt *gpt, const afina_safetensors *file, bool *has_head,
                                afina_error *error);

/* One F32 view for each parameter, in the table's order, that borrow gpt. `views` has room for
 * params.count. */
void afina_weights_views(const afina_gpt *gpt, afina_tensor_view *views);

/* model.safetensors in F32: the parameters and, where there is one (NULL: none), the bag. The same
 * weights give the same bytes. */
afina_status afina_weights_write(const afina_gpt *gpt, const afina_bag *bag, afina_bytes *out,
                                 afina_error *error);

/* The fingerprint of the file that afina_weights_write makes. */
afina_status afina_weights_sha256(const afina_gpt *gpt, const afina_bag *bag,
                                  char hex[AFINA_SHA256_HEX], afina_error *error);

#endif
