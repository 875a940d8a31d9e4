/* afina perplexity, generate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "folder.h"

static void print_line(const afina_bytes *json) {
  fwrite(json->data, 1, json->size, stdout);
  putchar('\n');
}

int cli_perplexity(int argc, char **argv) {
  const char *folder = NULL, *path = NULL, *numerics = NULL;
  size_t threads = 0, candidates = 5;
  bool tokens = false;
  const cli_option options[] = {
      {"model", CLI_TEXT, &folder, true},     {"data", CLI_TEXT, &path, true},
      {"tokens", CLI_FLAG, &tokens, false},   {"candidates", CLI_SIZE, &candidates, false},
      {"threads", CLI_SIZE, &threads, false}, {"numerics", CLI_TEXT, &numerics, false}};
  if (!cli_parse("perplexity", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  afina_error error;
  afina_status status;
  afina_runtime *runtime = NULL;
  afina_model *model = NULL;
  afina_bytes text = {0}, json = {0};
  afina_perplexity_result result;
  CLI_TRY(cli_create_runtime(&runtime, threads, numerics, &error));
  CLI_TRY(cli_load_model(&model, folder, &error));
  CLI_TRY(cli_read_file(&text, path, &error));
  if (tokens) {
    CLI_TRY(
        afina_look(runtime, model, (const char *)text.data, text.size, candidates, &json, &error));
    print_line(&json);
    goto done;
  }
  CLI_TRY(afina_perplexity(runtime, model, (const char *)text.data, text.size, &result, &error));
  printf(
      "{\"loss\":%.6f,\"perplexity\":%.4f,\"bits_per_byte\":%.5f,\"tokens\":%zu,\"bytes\":%zu}\n",
      result.loss, result.perplexity, result.bits_per_byte, result.tokens, result.bytes);
done:
  afina_bytes_free(&json);
  afina_bytes_free(&text);
  afina_model_free(model);
  afina_runtime_free(runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("perplexity", &error);
}

/* A line of JSON for each token, and one that says that it is done. */
static afina_status print_tokens(const afina_runtime *runtime, const afina_model *model,
                                 const char *prompt, const afina_generation *generation,
                                 size_t candidates, afina_error *error) {
  afina_generator *generator = NULL;
  afina_generated token = {0};
  AFINA_TRY(afina_generator_create(&generator, runtime, model, prompt, strlen(prompt), generation,
                                   error));
  afina_status status = AFINA_OK;
  while (status == AFINA_OK && !token.done) {
    afina_bytes json = {0};
    status = afina_generator_next(generator, &token, error);
    if (status == AFINA_OK) status = afina_generator_json(generator, candidates, &json, error);
    if (status == AFINA_OK) print_line(&json);
    afina_bytes_free(&json);
  }
  afina_generator_free(generator);
  return status;
}

int cli_generate(int argc, char **argv) {
  const char *folder = NULL, *prompt = NULL, *numerics = NULL;
  afina_generation generation = {.sampling = {.temperature = 0.8, .top_p = 1}, .max_tokens = 60};
  size_t seed = 1, threads = 0, candidates = 0;
  const cli_option options[] = {
      {"model", CLI_TEXT, &folder, true},
      {"prompt", CLI_TEXT, &prompt, true},
      {"temperature", CLI_NUMBER, &generation.sampling.temperature, false},
      {"top-k", CLI_SIZE, &generation.sampling.top_k, false},
      {"top-p", CLI_NUMBER, &generation.sampling.top_p, false},
      {"greedy", CLI_FLAG, &generation.sampling.greedy, false},
      {"max-tokens", CLI_SIZE, &generation.max_tokens, false},
      {"seed", CLI_SIZE, &seed, false},
      {"candidates", CLI_SIZE, &candidates, false},
      {"threads", CLI_SIZE, &threads, false},
      {"numerics", CLI_TEXT, &numerics, false},
  };
  if (!cli_parse("generate", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  generation.seed = seed;
  afina_error error;
  afina_status status;
  afina_runtime *runtime = NULL;
  afina_model *model = NULL;
  afina_bytes text = {0};
  CLI_TRY(cli_create_runtime(&runtime, threads, numerics, &error));
  CLI_TRY(cli_load_model(&model, folder, &error));
  if (candidates) {
    CLI_TRY(print_tokens(runtime, model, prompt, &generation, candidates, &error));
    goto done;
  }
  CLI_TRY(afina_generate(runtime, model, prompt, strlen(prompt), &generation, &text, &error));
  fputs(prompt, stdout);
  fwrite(text.data, 1, text.size, stdout); /* may hold NUL bytes */
  putchar('\n');
done:
  afina_bytes_free(&text);
  afina_model_free(model);
  afina_runtime_free(runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("generate", &error);
}
