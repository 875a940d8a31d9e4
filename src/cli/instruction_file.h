#ifndef AFINA_CLI_INSTRUCTION_FILE_H
#define AFINA_CLI_INSTRUCTION_FILE_H

#include "afina.h"

/* Adds the rows of a file: JSON or JSON lines in Alpaca's form where its name ends in .json or
 * .jsonl, else CSV with the columns instruction, input and output (instruction_file.c has their
 * other names). */
afina_status cli_add_instructions(afina_instructions *rows, const char *path, afina_part part,
                                  afina_error *error);

#endif
