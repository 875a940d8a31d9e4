/* The JSON fixtures that scripts beside them make. */
#ifndef AFINA_TEST_FIXTURE_H
#define AFINA_TEST_FIXTURE_H

#include <stdio.h>

#include "json.h"

/* The document in the file of that name in this folder. */
static inline cJSON *read_fixture(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", AFINA_TEST_DATA, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  afina_buffer buffer = {0};
  char block[4096];
  for (size_t size; (size = fread(block, 1, sizeof block, file)) > 0;)
    assert_int_equal(afina_buffer_append(&buffer, block, size, NULL), AFINA_OK);
  fclose(file);
  cJSON *json = NULL;
  assert_int_equal(afina_json_parse(&json, buffer.data, buffer.size, "fixture", NULL), AFINA_OK);
  afina_buffer_free(&buffer);
  return json;
}

#endif
