/* Any bytes as a config.json: refused, or within the limits, and printed to what reads the same. */
#include <string.h>

#include "config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  afina_gpt_config config, back;
  afina_labels labels, read;
  afina_error error = {0};
  if (afina_gpt_config_parse(&config, &labels, data, size, &error) != AFINA_OK) {
    REQUIRE(error.status != AFINA_OK && strlen(error.message) > 0);
    return 0;
  }
  REQUIRE(afina_gpt_config_check(&config, NULL) == AFINA_OK);
  REQUIRE(labels.count == config.classes);
  afina_bytes json;
  REQUIRE(afina_gpt_config_print(&config, &labels, 0, &json, NULL) == AFINA_OK);
  REQUIRE(afina_gpt_config_parse(&back, &read, json.data, json.size, NULL) == AFINA_OK);
  REQUIRE(memcmp(&back, &config, offsetof(afina_gpt_config, readout)) == 0);
  REQUIRE(back.readout == config.readout && read.count == labels.count);
  for (size_t i = 0; i < read.count; i++) REQUIRE(strcmp(read.names[i], labels.names[i]) == 0);
  afina_labels_free(&read);
  afina_labels_free(&labels);
  afina_bytes_free(&json);
  return 0;
}
