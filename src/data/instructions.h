/* Rows for instruction tuning: an instruction, an optional input, the response; and the templates
 * that make one text of the three.
 *
 *     afina_instructions *data = NULL;
 *     AFINA_TRY(afina_instructions_create(&data, error));
 *     for each record: afina_instructions_add(data, AFINA_PART_ANY, &given, number, error)
 *     or, of a whole file: afina_instructions_add_json(data, AFINA_PART_ANY, bytes, size, error)
 *
 * Part of the public API (afina.h). Texts are trimmed and made valid UTF-8, as in labeled.h. */
#ifndef AFINA_INSTRUCTIONS_H
#define AFINA_INSTRUCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "labeled.h"
#include "memory.h"
#include "sha256.h"
#include "status.h"

typedef struct afina_instructions afina_instructions;

/* A row, given or kept; a kept one's texts live until the next add and are not terminated. */
typedef struct afina_instruction {
  const char *instruction, *input, *response;
  size_t instruction_size, input_size, response_size; /* input_size 0: there is none */
  const char *language; /* of the template's headings: "en", "pt"; NULL: the run's */
  size_t number;        /* in the user's file, from 1 */
  afina_part part;      /* VALID and TEST are held out; a given row's is the argument */
} afina_instruction;

/* AFINA_E_MEMORY only. */
afina_status afina_instructions_create(afina_instructions **out, afina_error *error);
void afina_instructions_free(afina_instructions *data);

/* Adds a copy of one row. AFINA_E_DATA: no instruction, or no response; AFINA_E_ARGUMENT: a
 * language that no template has; AFINA_E_LIMIT: a text or the rows beyond labeled.h's limits. The
 * message names the row; after an error the rows are as before. */
afina_status afina_instructions_add(afina_instructions *data, afina_part part,
                                    const afina_instruction *row, size_t number,
                                    afina_error *error);
/* Adds the rows of a file in the form of Alpaca's (Taori et al., 2023): a JSON array of objects, or
 * an object a line: {"instruction","input","output"}, "response" being another name for "output",
 * and perhaps "language". `input` and `language` may be absent, null or empty; other members are
 * ignored. All rows or none. AFINA_E_FORMAT and what afina_instructions_add fails with, with the
 * row. */
afina_status afina_instructions_add_json(afina_instructions *data, afina_part part,
                                         const void *json, size_t size, afina_error *error);

/* Number of rows. */
size_t afina_instructions_count(const afina_instructions *data);
/* Row i < count, in the order of adding. */
afina_instruction afina_instructions_row(const afina_instructions *data, size_t i);
/* The fingerprint of all rows in their order: parts, languages and texts. */
void afina_instructions_sha256(const afina_instructions *data, char hex[AFINA_SHA256_HEX]);

/* What stands before each of the three. */
typedef struct afina_template {
  const char *name, *language;
  const char *instruction, *input, *response;
} afina_template;

/* Names: "alpaca" (headings in lines of their own), "plain" (short headings), "chat" (two
 * speakers); each in "en" and "pt". AFINA_E_ARGUMENT lists them. NULL or "": the first of them. */
afina_status afina_template_find(const afina_template **out, const char *name, const char *language,
                                 afina_error *error);

/* The numbers cross to JavaScript. */
typedef enum afina_span_kind {
  AFINA_SPAN_TEMPLATE = 0,
  AFINA_SPAN_INSTRUCTION = 1,
  AFINA_SPAN_INPUT = 2,
  AFINA_SPAN_RESPONSE = 3
} afina_span_kind;
/* "template", "instruction", "input", "response". */
const char *afina_span_name(afina_span_kind kind);

typedef struct afina_span {
  afina_span_kind kind;
  size_t start, end; /* bytes of the text */
} afina_span;

enum { AFINA_MAX_SPANS_OF_TEXT = 6 };

/* A row as one text. Zero-initialise; free with afina_formatted_free. */
typedef struct afina_formatted {
  afina_buffer text;
  afina_span spans[AFINA_MAX_SPANS_OF_TEXT];
  size_t count;
  size_t prompt; /* bytes before the response: what a model is given to answer */
} afina_formatted;

/* Overwrites `out`, whose memory is used again. Without a response the text is the prompt. */
afina_status afina_template_format(afina_formatted *out, const afina_template *form,
                                   const afina_instruction *row, afina_error *error);
void afina_formatted_free(afina_formatted *formatted);

#endif
