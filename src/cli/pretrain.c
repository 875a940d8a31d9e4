/* afina pretrain: a language model from text files. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "folder.h"
#include "pretrain.h"
#include "pretrain_model.h"
#include "streams.h"
#include "weights.h"

static const char command[] = "pretrain";

typedef struct job {
  cli_list data;
  cli_fresh_model fresh;
  const char *out, *tokenizer_path, *from, *optimizer;
  bool resume;
  size_t tokens, batch, micro_batch, batch_start, context, threads, every;
  size_t contrast_tokens, word_tokens, word_steps;
  const char *spans, *readout;
  double temperature, language_weight, contrast_weight, word_weight;
  double lr, decay, warmup_tokens, growth_tokens, cool_down, held_out;

  afina_tokenizer *tokenizer;
  afina_stream *streams;
  afina_gpt gpt;
  afina_pool *pool;
  afina_exec exec;
  afina_pretrain *run;
  FILE *log;
} job;

static afina_status prepare_model(job *j, afina_error *error) {
  AFINA_TRY(cli_read_tokenizer(&j->tokenizer, j->tokenizer_path,
                               j->fresh.init ? j->fresh.init : j->out, error));
  AFINA_TRY(cli_make_fresh(&j->gpt, j->tokenizer, &j->fresh, error));
  const afina_gpt_config config = j->gpt.config;
  AFINA_TRY(afina_pool_create(&j->pool, j->threads, error));
  const afina_kernels *kernels = afina_kernels_find("plain");
#ifdef AFINA_NATIVE_KERNELS
  afina_kernels_native_prepare();
  kernels = &afina_kernels_native;
#endif
  return afina_exec_init(&j->exec, kernels, j->pool, config.context, config.channels / config.heads,
                         error);
}

/* Goes on from the saved state, when that makes sense under this command's schedule. */
static afina_status resume(job *j, afina_error *error) {
  char name[64];
  snprintf(name, sizeof name, "%s.safetensors", j->from);
  afina_bytes state = {0};
  AFINA_TRY(cli_read_in(&state, j->out, name, error));
  const afina_status status = afina_pretrain_restore(j->run, state.data, state.size, error);
  afina_bytes_free(&state);
  AFINA_TRY(status);
  if (j->cool_down > 0) afina_pretrain_cool_down(j->run, (uint64_t)j->cool_down);
  const afina_pretrain_progress at = afina_pretrain_where(j->run);
  if (at.decayed > 0 && at.tokens < at.total && !at.decays)
    return afina_fail(
        error, AFINA_E_ARGUMENT,
        "the checkpoint has cooled down for %llu tokens already: prolong the run from "
        "before that, with --from stable",
        (unsigned long long)at.decayed);
  return AFINA_OK;
}

/* "16,32,64" */
static afina_status parse_spans(afina_pretrain_options *options, const char *text,
                                afina_error *error) {
  for (const char *at = text;;) {
    char *end;
    const unsigned long span = strtoul(at, &end, 10);
    if (end == at || (*end && *end != ',') || span < 4 || span > AFINA_MAX_CONTEXT ||
        options->span_count == AFINA_MAX_SPANS)
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "--spans %s: up to %d lengths in tokens, 4 or more, as in 16,32,64", text,
                        AFINA_MAX_SPANS);
    options->spans[options->span_count++] = span;
    if (!*end) return AFINA_OK;
    at = end + 1;
  }
}

static afina_status prepare_run(job *j, afina_error *error) {
  j->streams = afina_allocate(j->data.count, sizeof *j->streams);
  if (!j->streams) return afina_fail_memory(error);
  for (size_t i = 0; i < j->data.count; i++)
    AFINA_TRY(cli_stream_open(&j->streams[i], j->data.items[i], j->tokenizer, j->held_out, error));
  if (j->context == 0) j->context = j->gpt.config.context;
  afina_pretrain_options options = {
      .context = j->context,
      .batch = j->batch,
      .micro_batch = j->micro_batch,
      .batch_start = j->batch_start,
      .growth = (uint64_t)j->growth_tokens,
      .tokens = j->tokens,
      .warmup = (uint64_t)j->warmup_tokens,
      .decay = (uint64_t)((double)j->tokens * j->decay),
      .lr = j->lr,
      .lr_floor = 0.02,
      .weight_decay = 0.1,
      .optimizer = strcmp(j->optimizer, "muon") == 0 ? AFINA_MUON : AFINA_ADAMW,
      .seed = j->fresh.seed,
      .contrast_tokens = j->contrast_tokens,
      .word_tokens = j->word_tokens,
      .word_steps = j->word_steps,
      .word_weight = j->word_weight,
      .temperature = j->temperature,
      .language_weight = j->language_weight,
      .contrast_weight = j->contrast_weight,
      .end_of_text = (uint16_t)afina_tokenizer_end_of_text(j->tokenizer),
  };
  AFINA_TRY(parse_spans(&options, j->spans, error));
  if (*j->readout) AFINA_TRY(afina_readout_parse(&j->gpt.config.readout, j->readout, error));
  AFINA_TRY(afina_pretrain_create(&j->run, &j->gpt, &j->exec, j->streams, j->data.count, &options,
                                  error));
  return j->resume ? resume(j, error) : AFINA_OK;
}

static afina_status save_state(job *j, const char *name, afina_error *error) {
  afina_bytes state = {0};
  AFINA_TRY(afina_pretrain_save(j->run, &state, error));
  const afina_status status = cli_write_in(j->out, name, &state, error);
  afina_bytes_free(&state);
  return status;
}

static afina_status save_model(job *j, afina_error *error) {
  afina_bytes weights = {0}, config = {0}, tokenizer = {0};
  afina_status status = afina_weights_write(&j->gpt, NULL, &weights, error);
  if (status == AFINA_OK)
    status = afina_gpt_config_print(&j->gpt.config, NULL, afina_tokenizer_end_of_text(j->tokenizer),
                                    &config, error);
  if (status == AFINA_OK) status = afina_tokenizer_print(j->tokenizer, &tokenizer, error);
  if (status == AFINA_OK) status = cli_write_in(j->out, "model.safetensors", &weights, error);
  if (status == AFINA_OK) status = cli_write_in(j->out, "config.json", &config, error);
  if (status == AFINA_OK) status = cli_write_in(j->out, "tokenizer.json", &tokenizer, error);
  afina_bytes_free(&weights);
  afina_bytes_free(&config);
  afina_bytes_free(&tokenizer);
  return status;
}

/* One line of the log: where the run is and the loss on each file's held-out part. */
static afina_status report(job *j, afina_pretrain_loss train, double seconds, afina_error *error) {
  const afina_pretrain_progress at = afina_pretrain_where(j->run);
  fprintf(j->log,
          "{\"step\":%llu,\"tokens\":%.3f,\"context\":%zu,\"batch\":%zu,\"train_loss\":%.4f,"
          "\"contrast\":%.4f,\"words\":%.4f,\"held_out\":{",
          (unsigned long long)at.steps, (double)at.tokens / 1e6, j->context, at.batch,
          train.language, train.contrast, train.words);
  double sum = 0;
  size_t all = 0;
  bool first = true;
  for (size_t i = 0; i < j->data.count; i++) {
    double loss;
    size_t tokens;
    if (j->streams[i].held_out <= j->context) continue;
    AFINA_TRY(afina_pretrain_held_out(j->run, i, 16, &loss, &tokens, error));
    fprintf(j->log, "%s\"%s\":%.4f", first ? "" : ",", j->streams[i].name, loss);
    first = false;
    sum += loss * (double)tokens;
    all += tokens;
  }
  fprintf(j->log, "},\"seconds\":%.0f}\n", seconds);
  fflush(j->log);
  fprintf(stderr, "\rstep %llu, %.2f of %.2f million tokens: train %.4f, ",
          (unsigned long long)at.steps, (double)at.tokens / 1e6, (double)at.total / 1e6,
          train.language);
  if (j->contrast_tokens) fprintf(stderr, "contrast %.4f, ", train.contrast);
  if (j->word_tokens) fprintf(stderr, "words %.4f, ", train.words);
  if (all) fprintf(stderr, "held out %.4f, ", sum / (double)all);
  fprintf(stderr, "%.0f s\n", seconds);
  return AFINA_OK;
}

/* The state from before the decay is kept: from it the run can be prolonged. */
static afina_status train(job *j, afina_error *error) {
  const double start = cli_now();
  afina_pretrain_progress at = afina_pretrain_where(j->run);
  const uint64_t first = at.tokens;
  afina_pretrain_loss sum = {0};
  size_t since = 0; /* updates since the last line of the log */
  while (at.tokens < at.total) {
    afina_pretrain_loss loss;
    if (at.decays && at.decayed == 0) AFINA_TRY(save_state(j, "stable.safetensors", error));
    AFINA_TRY(afina_pretrain_step(j->run, &loss, error));
    at = afina_pretrain_where(j->run);
    sum.language += loss.language;
    sum.contrast += loss.contrast;
    sum.words += loss.words;
    since++;
    if (at.steps % 10 == 0)
      fprintf(stderr, "\rstep %llu  loss %.4f %.4f %.4f  %.0f tokens/s ",
              (unsigned long long)at.steps, loss.language, loss.contrast, loss.words,
              (double)(at.tokens - first) / (cli_now() - start));
    if (at.steps % j->every != 0 && at.tokens < at.total) continue;
    AFINA_TRY(save_state(j, "checkpoint.safetensors", error));
    AFINA_TRY(save_model(j, error));
    const afina_pretrain_loss mean = {.language = sum.language / (double)since,
                                      .contrast = sum.contrast / (double)since,
                                      .words = sum.words / (double)since};
    AFINA_TRY(report(j, mean, cli_now() - start, error));
    sum = (afina_pretrain_loss){0};
    since = 0;
  }
  return save_model(j, error);
}

static afina_status check_options(const job *j, afina_error *error) {
  const struct {
    const char *name;
    double value, low, high;
  } numbers[] = {{"tokens", (double)j->tokens, 1, 1e15},
                 {"batch", (double)j->batch, 1, 65536},
                 {"context", (double)j->context, 0, AFINA_MAX_CONTEXT},
                 {"lr", j->lr, 0, 10},
                 {"decay", j->decay, 0, 1},
                 {"warmup-tokens", j->warmup_tokens, 0, 1e15},
                 {"batch-start", (double)j->batch_start, 0, 65536},
                 {"batch-growth-tokens", j->growth_tokens, 0, 1e15},
                 {"cool-down", j->cool_down, 0, 1e15},
                 {"contrast-tokens", (double)j->contrast_tokens, 0, 1e7},
                 {"temperature", j->temperature, 1e-3, 1e3},
                 {"word-tokens", (double)j->word_tokens, 0, 1e7},
                 {"word-weight", j->word_weight, 0, 1e3},
                 {"language-weight", j->language_weight, 0, 1e3},
                 {"contrast-weight", j->contrast_weight, 0, 1e3},
                 {"held-out", j->held_out, 0, 0.9}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!(numbers[i].value >= numbers[i].low && numbers[i].value <= numbers[i].high))
      return afina_fail(error, AFINA_E_ARGUMENT, "--%s is %.10g, but must be from %g to %.10g",
                        numbers[i].name, numbers[i].value, numbers[i].low, numbers[i].high);
  const struct {
    const char *name, *value, *one, *other;
  } words[] = {{"optimizer", j->optimizer, "muon", "adamw"},
               {"from", j->from, "checkpoint", "stable"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i].value, words[i].one) != 0 && strcmp(words[i].value, words[i].other) != 0)
      return afina_fail(error, AFINA_E_ARGUMENT, "--%s is %s or %s, not '%s'", words[i].name,
                        words[i].one, words[i].other, words[i].value);
  if (j->resume && j->fresh.init)
    return afina_fail(error, AFINA_E_ARGUMENT, "--init starts a run, --resume goes on with one");
  if (j->fresh.widen && !j->fresh.init)
    return afina_fail(error, AFINA_E_ARGUMENT, "--widen goes with --init: whose weights?");
  if (!j->resume && (j->cool_down > 0 || strcmp(j->from, "stable") == 0))
    return afina_fail(error, AFINA_E_ARGUMENT, "--from and --cool-down go with --resume");
  return cli_check_folder(j->out, error);
}

static afina_status pretrain(job *j, afina_error *error) {
  AFINA_TRY(check_options(j, error));
  AFINA_TRY(prepare_model(j, error));
  AFINA_TRY(prepare_run(j, error));
  AFINA_TRY(cli_make_folder(j->out, error));
  char *path = cli_join(j->out, "log.jsonl");
  j->log = path ? fopen(path, "a") : NULL;
  free(path);
  if (!j->log) return afina_fail(error, AFINA_E_FORMAT, "%s/log.jsonl: cannot be opened", j->out);
  return train(j, error);
}

static void clean(job *j) {
  for (size_t i = 0; j->streams && i < j->data.count; i++) cli_stream_close(&j->streams[i]);
  if (j->log) fclose(j->log);
  afina_pretrain_free(j->run);
  afina_exec_free(&j->exec);
  afina_pool_free(j->pool);
  afina_gpt_free(&j->gpt);
  afina_tokenizer_free(j->tokenizer);
  free(j->streams);
  cli_list_free(&j->data);
}

int cli_pretrain(int argc, char **argv) {
  job j = {.from = "checkpoint",
           .optimizer = "muon",
           .tokens = 30000000,
           .batch = 32,
           .micro_batch = 8,
           .fresh.seed = 1,
           .every = 250,
           .lr = 3e-3,
           .decay = 0.2,
           .warmup_tokens = 1e6,
           .held_out = 0.005,
           .spans = "16,32,64",
           .readout = "",
           .temperature = 0.05,
           .language_weight = 1,
           .contrast_weight = 1,
           .word_weight = 1};
  const cli_option options[] = {
      {"data", CLI_LIST, &j.data, true},
      {"config", CLI_TEXT, &j.fresh.config, false},
      {"out", CLI_TEXT, &j.out, true},
      {"tokenizer", CLI_TEXT, &j.tokenizer_path, false},
      {"init", CLI_TEXT, &j.fresh.init, false},
      {"widen", CLI_FLAG, &j.fresh.widen, false},
      {"resume", CLI_FLAG, &j.resume, false},
      {"from", CLI_TEXT, &j.from, false},
      {"cool-down", CLI_NUMBER, &j.cool_down, false},
      {"optimizer", CLI_TEXT, &j.optimizer, false},
      {"tokens", CLI_SIZE, &j.tokens, false},
      {"batch", CLI_SIZE, &j.batch, false},
      {"micro-batch", CLI_SIZE, &j.micro_batch, false},
      {"batch-start", CLI_SIZE, &j.batch_start, false},
      {"batch-growth-tokens", CLI_NUMBER, &j.growth_tokens, false},
      {"context", CLI_SIZE, &j.context, false},
      {"lr", CLI_NUMBER, &j.lr, false},
      {"decay", CLI_NUMBER, &j.decay, false},
      {"warmup-tokens", CLI_NUMBER, &j.warmup_tokens, false},
      {"contrast-tokens", CLI_SIZE, &j.contrast_tokens, false},
      {"spans", CLI_TEXT, &j.spans, false},
      {"temperature", CLI_NUMBER, &j.temperature, false},
      {"word-tokens", CLI_SIZE, &j.word_tokens, false},
      {"word-steps", CLI_SIZE, &j.word_steps, false},
      {"word-weight", CLI_NUMBER, &j.word_weight, false},
      {"language-weight", CLI_NUMBER, &j.language_weight, false},
      {"contrast-weight", CLI_NUMBER, &j.contrast_weight, false},
      {"readout", CLI_TEXT, &j.readout, false},
      {"held-out", CLI_NUMBER, &j.held_out, false},
      {"checkpoint-every", CLI_SIZE, &j.every, false},
      {"seed", CLI_SIZE, &j.fresh.seed, false},
      {"threads", CLI_SIZE, &j.threads, false},
  };
  if (!cli_parse(command, argc, argv, options, sizeof options / sizeof *options)) return CLI_USAGE;
  if (j.every == 0) j.every = 1;
  afina_error error;
  const afina_status status = pretrain(&j, &error);
  clean(&j);
  return status == AFINA_OK ? CLI_OK : cli_fail(command, &error);
}
