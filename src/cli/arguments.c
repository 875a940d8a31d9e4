#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool take_value(const char *command, const cli_option *option, const char *word) {
  char *end = NULL;
  switch (option->kind) {
    case CLI_TEXT: *(const char **)option->value = word; return true;
    case CLI_SIZE: {
      errno = 0;
      const unsigned long long number = strtoull(word, &end, 10);
      if (errno || end == word || *end || word[0] == '-' || number > SIZE_MAX) {
        fprintf(stderr, "afina %s: --%s takes a whole number, not '%s'\n", command, option->name,
                word);
        return false;
      }
      *(size_t *)option->value = (size_t)number;
      return true;
    }
    case CLI_NUMBER: {
      const double number = strtod(word, &end);
      if (end == word || *end || !isfinite(number)) {
        fprintf(stderr, "afina %s: --%s takes a number, not '%s'\n", command, option->name, word);
        return false;
      }
      *(double *)option->value = number;
      return true;
    }
    case CLI_LIST: {
      cli_list *list = option->value;
      const char **items = realloc(list->items, (list->count + 1) * sizeof *items);
      if (!items) return false;
      list->items = items;
      list->items[list->count++] = word;
      return true;
    }
    case CLI_FLAG: break;
  }
  return false;
}

static const cli_option *find(const cli_option *options, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(options[i].name, name) == 0) return &options[i];
  return NULL;
}

static bool parse(const char *command, int argc, char **argv, const cli_option *options,
                  size_t count) {
  bool given[64] = {false};
  const cli_option *list = NULL;
  bool only_words = false;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (!only_words && strcmp(word, "--") == 0) {
      only_words = true;
      list = NULL;
      continue;
    }
    if (only_words || strncmp(word, "--", 2) != 0) {
      const cli_option *option = list ? list : find(options, count, "");
      if (!option) {
        fprintf(stderr, "afina %s: '%s' was not expected here\n", command, word);
        return false;
      }
      if (option->kind != CLI_LIST && given[option - options]) {
        fprintf(stderr, "afina %s: '%s' was not expected here; put a text in quotes\n", command,
                word);
        return false;
      }
      if (!take_value(command, option, word)) return false;
      given[option - options] = true;
      continue;
    }
    const cli_option *option = find(options, count, word + 2);
    if (!option || !*option->name) {
      fprintf(stderr, "afina %s: there is no option '%s'\n", command, word);
      return false;
    }
    given[option - options] = true;
    list = NULL;
    if (option->kind == CLI_FLAG) {
      *(bool *)option->value = true;
      continue;
    }
    if (++i == argc) {
      fprintf(stderr, "afina %s: '%s' needs a value\n", command, word);
      return false;
    }
    if (!take_value(command, option, argv[i])) return false;
    if (option->kind == CLI_LIST) list = option;
  }
  for (size_t i = 0; i < count; i++)
    if (options[i].required && !given[i]) {
      fprintf(stderr, "afina %s: --%s is missing\n", command, options[i].name);
      return false;
    }
  return true;
}

bool cli_parse(const char *command, int argc, char **argv, const cli_option *options,
               size_t count) {
  if (parse(command, argc, argv, options, count)) return true;
  for (size_t i = 0; i < count; i++)
    if (options[i].kind == CLI_LIST) cli_list_free(options[i].value);
  fprintf(stderr, "afina %s --help shows what it takes\n", command);
  return false;
}

void cli_list_free(cli_list *list) {
  free(list->items);
  *list = (cli_list){0};
}

cJSON *cli_given(const cli_word *words, size_t word_count, const cli_number *numbers,
                 size_t number_count) {
  cJSON *json = cJSON_CreateObject();
  bool fine = json != NULL;
  for (size_t i = 0; fine && i < word_count; i++)
    if (words[i].value) fine = cJSON_AddStringToObject(json, words[i].name, words[i].value);
  for (size_t i = 0; fine && i < number_count; i++)
    if (!isnan(numbers[i].value))
      fine = cJSON_AddNumberToObject(json, numbers[i].name, numbers[i].value);
  if (fine) return json;
  cJSON_Delete(json);
  return NULL;
}
