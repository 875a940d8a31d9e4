/* Which rows are equal, in linear time; the split and the inspection stand on this. */
#ifndef AFINA_GROUPS_H
#define AFINA_GROUPS_H

#include "labeled.h"

#define AFINA_NO_GROUP UINT32_MAX

typedef enum afina_equality {
  AFINA_EQUAL_TEXT, /* the same text */
  AFINA_EQUAL_ROW   /* the same text, label and file, ANY and TRAIN being one file */
} afina_equality;

/* group_of [afina_dataset_count]: the group of each usable row, AFINA_NO_GROUP for the others.
 * Groups are numbered from 0 in the order in which they are met first, so that no order of a hash
 * table shows through. */
typedef struct afina_groups {
  uint32_t *group_of;
  size_t count;
} afina_groups;

/* Groups the usable rows. AFINA_E_MEMORY only. */
afina_status afina_groups_make(afina_groups *out, const afina_dataset *data,
                               afina_equality equality, afina_error *error);
void afina_groups_free(afina_groups *groups);

/* TRAIN for ANY, which means the same; otherwise the part itself. */
static inline afina_part afina_part_file(afina_part part) {
  return part == AFINA_PART_ANY ? AFINA_PART_TRAIN : part;
}

#endif
