/* Adapters within a config.json's "afina" (private to the model layer):
 * {"lora":{"rank","alpha","targets","first_block"},"prefix":P,"prompt":P}, each where there is one.
 */
#ifndef AFINA_ADAPTERS_CONFIG_H
#define AFINA_ADAPTERS_CONFIG_H

#include "config.h"
#include "json.h"

/* Reads them from `own` (NULL: none) to config->adapters. */
afina_status afina_adapters_parse(afina_gpt_config *config, const cJSON *own, afina_error *error);
/* Adds them to `own`; false without memory. */
bool afina_adapters_print(const afina_adapters *adapters, cJSON *own);

#endif
