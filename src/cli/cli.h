/* The command line: files, printing and exit codes live here and nowhere below.
 *
 * A command returns 0 on success, 1 when the work failed, 2 on wrong usage. Results go to stdout,
 * words to stderr. */
#ifndef AFINA_CLI_H
#define AFINA_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpt.h"
#include "json.h"
#include "memory.h"
#include "status.h"
#include "tokenizer.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

int cli_tokenize(int argc, char **argv);
int cli_tokenizer(int argc, char **argv);
int cli_pretrain(int argc, char **argv);
int cli_nano(int argc, char **argv);
int cli_perplexity(int argc, char **argv);
int cli_generate(int argc, char **argv);
int cli_finetune(int argc, char **argv);
int cli_instruct(int argc, char **argv);
int cli_evaluate(int argc, char **argv);
int cli_classify(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_bench(int argc, char **argv);

/* ---- arguments (arguments.c) ---- */

typedef enum cli_kind { CLI_TEXT, CLI_SIZE, CLI_NUMBER, CLI_FLAG, CLI_LIST } cli_kind;

typedef struct cli_list {
  const char **items;
  size_t count;
} cli_list;

/* One option of a command: "--name", what it takes, where it goes; a required one has no default.
 * Words that follow the value of a CLI_LIST belong to it too; other words go to the option named
 * "". */
typedef struct cli_option {
  const char *name;
  cli_kind kind;
  void *value; /* const char **, size_t *, double *, bool *, cli_list * */
  bool required;
} cli_option;

/* False, after a message on stderr, when the words do not fit. Lists are then empty; else free them
 * with cli_list_free. */
bool cli_parse(const char *command, int argc, char **argv, const cli_option *options, size_t count);
void cli_list_free(cli_list *list);

/* Options for the library as JSON: the words that are not NULL and the numbers that are numbers,
 * so that what was not given takes its default. NULL without memory. */
typedef struct cli_word {
  const char *name, *value;
} cli_word;
typedef struct cli_number {
  const char *name;
  double value;
} cli_number;
cJSON *cli_given(const cli_word *words, size_t word_count, const cli_number *numbers,
                 size_t number_count);

/* ---- files (files.c) ---- */

afina_status cli_read_file(afina_bytes *out, const char *path, afina_error *error);
afina_status cli_read_stdin(afina_bytes *out, afina_error *error);
/* Through a temporary file and a rename: a full disk never leaves half a file in the place of a
 * whole one. */
afina_status cli_write_file(const char *path, const void *data, size_t size, afina_error *error);
/* All files or, where one cannot be written, none. */
afina_status cli_write_all(const char *const *paths, const afina_bytes *contents, size_t count,
                           afina_error *error);
/* With the folders that it stands in. */
afina_status cli_make_folder(const char *path, afina_error *error);
/* Whether a folder can be made or written to, a file be written: asked before the work whose result
 * goes there. Nothing is made. */
afina_status cli_check_folder(const char *path, afina_error *error);
afina_status cli_check_file(const char *path, afina_error *error);
/* "folder/name"; free with free(). NULL without memory. */
char *cli_join(const char *folder, const char *name);
afina_status cli_read_in(afina_bytes *out, const char *folder, const char *name,
                         afina_error *error);
afina_status cli_write_in(const char *folder, const char *name, const afina_bytes *bytes,
                          afina_error *error);

/* Says what failed and returns the exit code: CLI_USAGE for AFINA_E_ARGUMENT, else CLI_FAILED. */
int cli_fail(const char *command, const afina_error *error);
/* From now on the first Ctrl-C, or a request to end, ends the work, which keeps what is done
 * (interrupt.c); the second one ends the program. */
void cli_catch_interrupts(void);
bool cli_interrupted(void);
/* Seconds of a clock that only goes forward. */
double cli_now(void);

/* Leaves the function `command` with a message when `call` fails; `done:` is where it cleans up.
 * Needs `error`, `status`. */
#define CLI_TRY(call)                  \
  do {                                 \
    status = (call);                   \
    if (status != AFINA_OK) goto done; \
  } while (0)

#endif
