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

typedef struct question {
  const char *folder, *delta, *prompt, *numerics;
  const char *instruction, *input, *template_name, *language;
  size_t threads, candidates;
  afina_generation generation;
} question;

static afina_status check_question(const question *q, afina_error *error) {
  if (!q->prompt == !q->instruction)
    return afina_fail(error, AFINA_E_ARGUMENT, "give --prompt or --instruction");
  if (!q->instruction && (q->input || q->template_name || q->language))
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "--input, --template and --language go with --instruction");
  return AFINA_OK;
}

/* What the model is given: the prompt as it is, or an instruction in the template that the model
 * was tuned with. */
static afina_status make_prompt(const question *q, const afina_model *model, afina_bytes *out,
                                afina_error *error) {
  if (q->instruction) {
    const afina_instruction row = {.instruction = q->instruction,
                                   .instruction_size = strlen(q->instruction),
                                   .input = q->input,
                                   .input_size = q->input ? strlen(q->input) : 0};
    return afina_instruction_prompt(model, &row, q->template_name, q->language, out, error);
  }
  afina_buffer text = {0};
  AFINA_TRY(afina_buffer_append(&text, q->prompt, strlen(q->prompt), error));
  afina_buffer_take(&text, out);
  return AFINA_OK;
}

/* A line of JSON for each token, and one that says that it is done. */
static afina_status print_tokens(const question *q, const afina_runtime *runtime,
                                 const afina_model *model, const afina_bytes *prompt,
                                 afina_error *error) {
  afina_generator *generator = NULL;
  afina_generated token = {0};
  AFINA_TRY(afina_generator_create(&generator, runtime, model, (const char *)prompt->data,
                                   prompt->size, &q->generation, error));
  afina_status status = AFINA_OK;
  while (status == AFINA_OK && !token.done) {
    afina_bytes json = {0};
    status = afina_generator_next(generator, &token, error);
    if (status == AFINA_OK) status = afina_generator_json(generator, q->candidates, &json, error);
    if (status == AFINA_OK) print_line(&json);
    afina_bytes_free(&json);
  }
  afina_generator_free(generator);
  return status;
}

/* An instruction's answer stands alone, a prompt's text behind it. */
static afina_status print_text(const question *q, afina_runtime *runtime, const afina_model *model,
                               const afina_bytes *prompt, afina_error *error) {
  afina_bytes text;
  AFINA_TRY(afina_generate(runtime, model, (const char *)prompt->data, prompt->size, &q->generation,
                           &text, error));
  if (q->prompt) fputs(q->prompt, stdout);
  fwrite(text.data, 1, text.size, stdout); /* may hold NUL bytes */
  putchar('\n');
  afina_bytes_free(&text);
  return AFINA_OK;
}

static int generate(const question *q) {
  afina_error error;
  afina_status status;
  afina_runtime *runtime = NULL;
  afina_model *model = NULL;
  afina_bytes prompt = {0};
  CLI_TRY(check_question(q, &error));
  CLI_TRY(cli_create_runtime(&runtime, q->threads, q->numerics, &error));
  CLI_TRY(cli_load_with_delta(&model, q->folder, q->delta, &error));
  CLI_TRY(make_prompt(q, model, &prompt, &error));
  status = q->candidates ? print_tokens(q, runtime, model, &prompt, &error)
                         : print_text(q, runtime, model, &prompt, &error);
done:
  afina_bytes_free(&prompt);
  afina_model_free(model);
  afina_runtime_free(runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("generate", &error);
}

int cli_generate(int argc, char **argv) {
  question q = {.generation = {.sampling = {.temperature = 0.8, .top_p = 1}, .max_tokens = 60}};
  afina_sampling *sampling = &q.generation.sampling;
  size_t seed = 1;
  const cli_option options[] = {
      {"model", CLI_TEXT, &q.folder, true},
      {"delta", CLI_TEXT, &q.delta, false},
      {"prompt", CLI_TEXT, &q.prompt, false},
      {"instruction", CLI_TEXT, &q.instruction, false},
      {"input", CLI_TEXT, &q.input, false},
      {"template", CLI_TEXT, &q.template_name, false},
      {"language", CLI_TEXT, &q.language, false},
      {"temperature", CLI_NUMBER, &sampling->temperature, false},
      {"top-k", CLI_SIZE, &sampling->top_k, false},
      {"top-p", CLI_NUMBER, &sampling->top_p, false},
      {"greedy", CLI_FLAG, &sampling->greedy, false},
      {"max-tokens", CLI_SIZE, &q.generation.max_tokens, false},
      {"seed", CLI_SIZE, &seed, false},
      {"candidates", CLI_SIZE, &q.candidates, false},
      {"threads", CLI_SIZE, &q.threads, false},
      {"numerics", CLI_TEXT, &q.numerics, false},
  };
  if (!cli_parse("generate", argc, argv, options, sizeof options / sizeof *options))
    return CLI_USAGE;
  q.generation.seed = seed;
  return generate(&q);
}
