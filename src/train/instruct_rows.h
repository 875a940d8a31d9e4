/* Rows of instructions as tokens, which of them count, and which rows are held out (private to the
 * train layer, but for afina_example, which api/instruct.c shows). */
#ifndef AFINA_INSTRUCT_ROWS_H
#define AFINA_INSTRUCT_ROWS_H

#include "batch.h"
#include "counted.h"
#include "instructions.h"
#include "split.h"
#include "tokenizer.h"

/* A row as tokens: those of what stands before the response, those of the response, and the
 * end-of-text token. The two are encoded apart, so that a model that is asked reads the very tokens
 * that it learned behind. Zero-initialise. */
typedef struct afina_example {
  afina_formatted formatted;
  afina_tokens tokens; /* as long as the row is, whatever the context */
  size_t prompt;       /* tokens before the response */
} afina_example;

/* Overwrites `out`, whose memory is used again. */
afina_status afina_example_make(afina_example *out, afina_tokenizer *tokenizer,
                                const afina_template *form, const afina_instruction *row,
                                afina_error *error);
void afina_example_free(afina_example *example);

/* The rows as the model takes them: sequence i predicts, for each of its tokens, the next one of
 * the row. It holds at most `context` tokens, so that context + 1 of the row are seen or predicted.
 */
typedef struct afina_instruct_rows {
  afina_sequences sequences; /* of length 0: a row whose prompt leaves no room for a response */
  uint32_t *last;            /* [count] the token that the last one of a sequence predicts */
  size_t *prompts;           /* [count] tokens before the response */
  size_t count;
  size_t truncated, dropped;            /* rows cut to the context; rows without room: left out */
  size_t first_dropped;                 /* its number in the file */
  afina_indices train, valid;           /* rows */
  uint64_t tokens, counted;             /* of rows to train on: predicted, and those that count */
  uint64_t valid_tokens, valid_counted; /* of those held out: these always of responses alone */
} afina_instruct_rows;

/* How they are made. */
typedef struct afina_instruct_reading {
  const char *template_name, *language;
  bool counts_all;
  size_t context;
  double valid_share; /* rows to hold out where none were given so */
} afina_instruct_reading;

/* Held out are the rows of parts VALID and TEST or, where there are none, a share of the rows,
 * drawn with `rng`; rows of equal instruction and input stay together. AFINA_E_DATA: no row to
 * train on is left. */
afina_status afina_instruct_rows_make(afina_instruct_rows *out, const afina_instructions *data,
                                      afina_tokenizer *tokenizer,
                                      const afina_instruct_reading *reading, afina_rng *rng,
                                      afina_error *error);
void afina_instruct_rows_free(afina_instruct_rows *rows);

/* How many tokens of row i count. */
size_t afina_instruct_row_counts(const afina_instruct_rows *rows, size_t i, bool counts_all);
/* Fills `places` and `targets` with what counts of a batch of these rows; each has room for the
 * batch's tokens. Returns how many that are. */
size_t afina_instruct_rows_counted(const afina_instruct_rows *rows, const afina_batch *batch,
                                   bool counts_all, size_t *places, uint32_t *targets);

#endif
