/* afina tokenize, tokenizer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpe_train.h"
#include "cli.h"
#include "corpus.h"
#include "folder.h"
#include "streams.h"

int cli_tokenize(int argc, char **argv) {
  const char *folder = NULL, *text = NULL;
  const cli_option options[] = {{"model", CLI_TEXT, &folder, true}, {"", CLI_TEXT, &text, false}};
  if (!cli_parse("tokenize", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  afina_status status;
  afina_bytes input = {0};
  afina_tokenizer *tokenizer = NULL;
  afina_tokens tokens = {0};
  CLI_TRY(cli_read_tokenizer(&tokenizer, NULL, folder, &error));
  if (!text) CLI_TRY(cli_read_stdin(&input, &error));
  CLI_TRY(afina_tokenizer_encode(tokenizer, text ? text : (const char *)input.data,
                                 text ? strlen(text) : input.size, &tokens, &error));
  putchar('[');
  for (size_t i = 0; i < tokens.count; i++) printf(i ? ",%u" : "%u", tokens.ids[i]);
  printf("]\n");
done:
  afina_tokens_free(&tokens);
  afina_tokenizer_free(tokenizer);
  afina_bytes_free(&input);
  return status == AFINA_OK ? CLI_OK : cli_fail("tokenize", &error);
}

typedef struct counter {
  afina_bpe_trainer *trainer;
  size_t weight;
} counter;

static afina_status count_words(void *context, const char *text, size_t size, afina_error *error) {
  const counter *c = context;
  return afina_bpe_trainer_add(c->trainer, text, size, c->weight, error);
}

/* "path" or "path@weight": each word of the file counts that many times. */
static afina_status count_file(afina_bpe_trainer *trainer, const char *word, afina_error *error) {
  char *path = strdup(word);
  if (!path) return afina_fail_memory(error);
  const double weight = cli_cut_weight(path);
  counter c = {.trainer = trainer, .weight = weight <= 1e6 ? (size_t)weight : 0};
  afina_bytes text = {0};
  afina_status status = AFINA_OK;
  if ((double)c.weight != weight)
    status =
        afina_fail(error, AFINA_E_ARGUMENT, "%s: a weight is a whole number up to 1000000", word);
  if (status == AFINA_OK) status = cli_read_file(&text, path, error);
  if (status == AFINA_OK)
    status =
        afina_each_document(text.data, text.size, AFINA_DOCUMENTS_MARKED, count_words, &c, error);
  if (status == AFINA_OK) fprintf(stderr, "%s: %zu bytes, weight %zu\n", path, text.size, c.weight);
  afina_bytes_free(&text);
  free(path);
  return status;
}

int cli_tokenizer(int argc, char **argv) {
  cli_list files = {0};
  size_t vocabulary = 0;
  const char *out = NULL;
  const cli_option options[] = {{"train", CLI_LIST, &files, true},
                                {"vocab", CLI_SIZE, &vocabulary, true},
                                {"out", CLI_TEXT, &out, true}};
  if (!cli_parse("tokenizer", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  afina_status status;
  afina_bpe_trainer *trainer = NULL;
  afina_tokenizer *tokenizer = NULL;
  afina_bytes json = {0};
  CLI_TRY(afina_bpe_trainer_create(&trainer, &error));
  for (size_t i = 0; i < files.count; i++) CLI_TRY(count_file(trainer, files.items[i], &error));
  CLI_TRY(afina_bpe_trainer_finish(trainer, vocabulary, &tokenizer, &error));
  CLI_TRY(afina_tokenizer_print(tokenizer, &json, &error));
  CLI_TRY(cli_write_file(out, json.data, json.size, &error));
  fprintf(stderr, "%s: %zu tokens\n", out, afina_tokenizer_size(tokenizer));
done:
  afina_bytes_free(&json);
  afina_tokenizer_free(tokenizer);
  afina_bpe_trainer_free(trainer);
  cli_list_free(&files);
  return status == AFINA_OK ? CLI_OK : cli_fail("tokenizer", &error);
}
