#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* A slot of the open-addressing table: the group found under this hash, and a row of it to compare
 * with. */
typedef struct slot {
  uint64_t hash;
  uint32_t row, group; /* group AFINA_NO_GROUP: the slot is free */
} slot;

/* FNV-1a over the text, then label and file, and a last mixing, because the table looks at the low
 * bits only. */
static uint64_t hash_row(const afina_row *row, afina_equality equality) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < row->text_size; i++)
    hash = (hash ^ (uint8_t)row->text[i]) * 0x100000001b3u;
  if (equality == AFINA_EQUAL_ROW)
    hash ^= ((uint64_t)row->label << 2 | afina_part_file(row->part)) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
  return hash ^ hash >> 32;
}

static bool rows_equal(const afina_row *a, const afina_row *b, afina_equality equality) {
  if (a->text_size != b->text_size || memcmp(a->text, b->text, a->text_size) != 0) return false;
  return equality == AFINA_EQUAL_TEXT ||
         (a->label == b->label && afina_part_file(a->part) == afina_part_file(b->part));
}

afina_status afina_groups_make(afina_groups *out, const afina_dataset *data,
                               afina_equality equality, afina_error *error) {
  const size_t rows = afina_dataset_count(data);
  size_t capacity = 16; /* at most half full */
  while (capacity < 2 * rows) capacity *= 2;
  slot *table = afina_allocate(capacity, sizeof *table);
  afina_groups groups = {.group_of = afina_allocate(rows, sizeof *groups.group_of)};
  if (!table || !groups.group_of) {
    free(table);
    free(groups.group_of);
    return afina_fail_memory(error);
  }
  for (size_t i = 0; i < capacity; i++) table[i].group = AFINA_NO_GROUP;
  for (size_t i = 0; i < rows; i++) {
    const afina_row row = afina_dataset_row(data, i);
    groups.group_of[i] = AFINA_NO_GROUP;
    if (!row.usable) continue;
    const uint64_t hash = hash_row(&row, equality);
    size_t at = (size_t)hash & (capacity - 1);
    for (; table[at].group != AFINA_NO_GROUP; at = (at + 1) & (capacity - 1)) {
      if (table[at].hash != hash) continue;
      const afina_row other = afina_dataset_row(data, table[at].row);
      if (rows_equal(&row, &other, equality)) break;
    }
    if (table[at].group == AFINA_NO_GROUP)
      table[at] = (slot){.hash = hash, .row = (uint32_t)i, .group = (uint32_t)groups.count++};
    groups.group_of[i] = table[at].group;
  }
  free(table);
  *out = groups;
  return AFINA_OK;
}

void afina_groups_free(afina_groups *groups) {
  if (!groups) return;
  free(groups->group_of);
  *groups = (afina_groups){0};
}
