#include "instruct_rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- one row ---- */

afina_status afina_example_make(afina_example *out, afina_tokenizer *tokenizer,
                                const afina_template *form, const afina_instruction *row,
                                afina_error *error) {
  AFINA_TRY(afina_template_format(&out->formatted, form, row, error));
  const char *text = (const char *)out->formatted.text.data;
  const size_t size = out->formatted.text.size, prompt = out->formatted.prompt;
  out->tokens.count = 0;
  AFINA_TRY(afina_tokenizer_encode(tokenizer, text, prompt, &out->tokens, error));
  out->prompt = out->tokens.count;
  AFINA_TRY(afina_tokenizer_encode(tokenizer, text + prompt, size - prompt, &out->tokens, error));
  return afina_tokens_append(&out->tokens, afina_tokenizer_end_of_text(tokenizer), error);
}

void afina_example_free(afina_example *example) {
  afina_formatted_free(&example->formatted);
  afina_tokens_free(&example->tokens);
}

/* ---- all rows as tokens ---- */

static afina_status add_row(afina_instruct_rows *out, const afina_instructions *data, size_t i,
                            afina_tokenizer *tokenizer, const afina_instruct_reading *reading,
                            afina_example *example, afina_error *error) {
  const afina_instruction row = afina_instructions_row(data, i);
  const char *language = row.language ? row.language : reading->language;
  const afina_template *form;
  AFINA_TRY(afina_template_find(&form, reading->template_name, language, error));
  AFINA_TRY(afina_example_make(example, tokenizer, form, &row, error));
  size_t length = example->tokens.count - 1;
  if (length > reading->context) length = reading->context;
  if (example->prompt > length) { /* not one token of the response would be predicted */
    if (!out->dropped++) out->first_dropped = row.number;
    length = 0;
  } else {
    out->truncated += length + 1 < example->tokens.count;
  }
  out->last[i] = example->tokens.ids[length];
  out->prompts[i] = example->prompt;
  return afina_sequences_append(&out->sequences, example->tokens.ids, length, 0, NULL, error);
}

size_t afina_instruct_row_counts(const afina_instruct_rows *rows, size_t i, bool counts_all) {
  const size_t length = afina_sequences_length(&rows->sequences, i);
  return counts_all || length == 0 ? length : length - (rows->prompts[i] - 1);
}

size_t afina_instruct_rows_counted(const afina_instruct_rows *rows, const afina_batch *batch,
                                   bool counts_all, size_t *places, uint32_t *targets) {
  size_t count = 0;
  for (size_t b = 0; b < batch->count; b++) {
    const size_t start = batch->starts[b], end = batch->starts[b + 1], row = batch->rows[b];
    for (size_t n = counts_all ? start : start + rows->prompts[row] - 1; n < end; n++) {
      places[count] = n;
      targets[count++] = n + 1 < end ? batch->ids[n + 1] : rows->last[row];
    }
  }
  return count;
}

/* ---- which rows are held out ---- */

/* A row by what it asks. */
typedef struct asked {
  const char *text; /* instruction and input, which stand one behind the other */
  size_t size, instruction, row, group;
} asked;

static int compare_asked(const void *left, const void *right) {
  const asked *a = left, *b = right;
  const int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
  if (order) return order;
  if (a->size != b->size) return a->size < b->size ? -1 : 1;
  if (a->instruction != b->instruction) return a->instruction < b->instruction ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

static bool same_asked(const asked *a, const asked *b) {
  return a->size == b->size && a->instruction == b->instruction &&
         memcmp(a->text, b->text, a->size) == 0;
}

/* Marks rows as held out, group after group in the order of a shuffle, until there are so many. */
static afina_status draw_valid(bool *held, asked *list, size_t count, size_t wanted, afina_rng *rng,
                               afina_error *error) {
  size_t groups = 0, marked = 0;
  qsort(list, count, sizeof *list, compare_asked);
  size_t *order = afina_allocate(count, sizeof *order),
         *firsts = afina_allocate(count, sizeof *firsts);
  if (order && firsts) {
    for (size_t i = 0; i < count; i++)
      if (i == 0 || !same_asked(&list[i - 1], &list[i])) firsts[groups++] = i;
    for (size_t g = 0; g < groups; g++) order[g] = g;
    afina_rng_shuffle(rng, order, groups);
    for (size_t k = 0; k + 1 < groups && marked < wanted; k++) {
      const size_t g = order[k], end = g + 1 < groups ? firsts[g + 1] : count;
      for (size_t i = firsts[g]; i < end; i++, marked++) held[list[i].row] = true;
    }
  }
  const bool fine = order && firsts;
  free(order);
  free(firsts);
  return fine ? AFINA_OK : afina_fail_memory(error);
}

static afina_status mark_valid(bool *held, const afina_instruct_rows *rows,
                               const afina_instructions *data, double share, afina_rng *rng,
                               afina_error *error) {
  size_t given = 0, count = 0;
  for (size_t i = 0; i < rows->count; i++) {
    held[i] = afina_instructions_row(data, i).part > AFINA_PART_TRAIN;
    given += held[i];
  }
  if (given || share <= 0) return AFINA_OK;
  asked *list = afina_allocate(rows->count, sizeof *list);
  if (!list) return afina_fail_memory(error);
  for (size_t i = 0; i < rows->count; i++) {
    if (!afina_sequences_length(&rows->sequences, i)) continue;
    const afina_instruction row = afina_instructions_row(data, i);
    list[count++] = (asked){.text = row.instruction,
                            .size = row.instruction_size + row.input_size,
                            .instruction = row.instruction_size,
                            .row = i};
  }
  const size_t wanted = (size_t)(share * (double)count + 0.5);
  const afina_status status = count ? draw_valid(held, list, count, wanted, rng, error) : AFINA_OK;
  free(list);
  return status;
}

static afina_status split_rows(afina_instruct_rows *out, const afina_instructions *data,
                               const afina_instruct_reading *reading, afina_rng *rng,
                               afina_error *error) {
  bool *held = afina_allocate(out->count, sizeof *held);
  out->train.rows = afina_allocate(out->count, sizeof *out->train.rows);
  out->valid.rows = afina_allocate(out->count, sizeof *out->valid.rows);
  afina_status status =
      held && out->train.rows && out->valid.rows ? AFINA_OK : afina_fail_memory(error);
  if (status == AFINA_OK) status = mark_valid(held, out, data, reading->valid_share, rng, error);
  for (size_t i = 0; status == AFINA_OK && i < out->count; i++) {
    const size_t length = afina_sequences_length(&out->sequences, i);
    if (length == 0) continue;
    afina_indices *part = held[i] ? &out->valid : &out->train;
    part->rows[part->count++] = i;
    *(held[i] ? &out->valid_tokens : &out->tokens) += length;
    *(held[i] ? &out->valid_counted : &out->counted) +=
        afina_instruct_row_counts(out, i, !held[i] && reading->counts_all);
  }
  free(held);
  return status;
}

static afina_status make(afina_instruct_rows *out, const afina_instructions *data,
                         afina_tokenizer *tokenizer, const afina_instruct_reading *reading,
                         afina_rng *rng, afina_error *error) {
  afina_example example = {0};
  afina_status status = AFINA_OK;
  out->count = afina_instructions_count(data);
  out->last = afina_allocate(out->count, sizeof *out->last);
  out->prompts = afina_allocate(out->count, sizeof *out->prompts);
  if (!out->last || !out->prompts) return afina_fail_memory(error);
  for (size_t i = 0; i < out->count && status == AFINA_OK; i++)
    status = add_row(out, data, i, tokenizer, reading, &example, error);
  afina_example_free(&example);
  if (status != AFINA_OK) return status;
  AFINA_TRY(split_rows(out, data, reading, rng, error));
  if (out->train.count) return AFINA_OK;
  if (out->dropped)
    return afina_fail(error, AFINA_E_DATA,
                      "no row to train on is left: %zu are so long (row %zu) that the context of "
                      "%zu tokens has no room for a response",
                      out->dropped, out->first_dropped, reading->context);
  return afina_fail(error, AFINA_E_DATA, "there is no row to train on");
}

afina_status afina_instruct_rows_make(afina_instruct_rows *out, const afina_instructions *data,
                                      afina_tokenizer *tokenizer,
                                      const afina_instruct_reading *reading, afina_rng *rng,
                                      afina_error *error) {
  afina_instruct_rows made = {0};
  const afina_status status = make(&made, data, tokenizer, reading, rng, error);
  if (status == AFINA_OK)
    *out = made;
  else
    afina_instruct_rows_free(&made);
  return status;
}

void afina_instruct_rows_free(afina_instruct_rows *rows) {
  afina_sequences_free(&rows->sequences);
  free(rows->last);
  free(rows->prompts);
  free(rows->train.rows);
  free(rows->valid.rows);
  *rows = (afina_instruct_rows){0};
}
