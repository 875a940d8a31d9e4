/* comparison.json as a table for people. */
#ifndef AFINA_CLI_COMPARE_TABLE_H
#define AFINA_CLI_COMPARE_TABLE_H

#include "json.h"

/* Prints to stdout. */
void cli_print_comparison(const cJSON *report);

#endif
