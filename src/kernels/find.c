/* Which of the sets of one name this machine runs fastest. */
#include <string.h>

#include "kernels.h"

const afina_kernels *afina_kernels_find(const char *name) {
  if (strcmp(name, afina_kernels_plain.name) != 0) return NULL;
#ifdef AFINA_WIDE_KERNELS
  if (__builtin_cpu_supports("avx2")) return &afina_kernels_plain_wide;
#endif
  return &afina_kernels_plain;
}
