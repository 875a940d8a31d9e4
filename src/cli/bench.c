/* afina bench: how fast this machine is (src/bench/benchmark.h says what is measured). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "folder.h"
#include "json.h"

typedef struct job {
  const char *config, *part, *numerics;
  size_t rounds, texts, threads;
  bool narrow, cpu_time, json;
} job;

static const char *text(const cJSON *object, const char *key) {
  const char *value = cJSON_GetStringValue(afina_json_member(object, key));
  return value ? value : "";
}

static double number(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  return item ? item->valuedouble : 0;
}

static void print_numbers(const cJSON *item) {
  printf(" %9.2f ms %7.1f GFLOP/s %4.0f%%\n", number(item, "ms"), number(item, "gflops"),
         100 * number(item, "ratio"));
}

static void print_head(const cJSON *document) {
  const cJSON *config = afina_json_member(document, "config");
  const cJSON *peak = afina_json_member(document, "peak");
  printf("%s: %g channels, %g blocks, %.2f million parameters in the blocks\n",
         text(config, "name"), number(config, "channels"), number(config, "layers"),
         number(config, "block_parameters") * 1e-6);
  printf("%s, %g threads, medians of %g rounds; peak %.1f GFLOP/s, of a tile of %g x %g\n",
         text(document, "numerics"), number(document, "threads"), number(document, "rounds"),
         number(peak, "gflops"), number(peak, "tile_rows"), number(peak, "tile_columns"));
}

static void print_table(const cJSON *document) {
  const cJSON *item;
  print_head(document);
  cJSON_ArrayForEach(item, afina_json_member(document, "products")) {
    printf("%-14s %-11s %5g x %4g x %4g ", text(item, "layer"), text(item, "product"),
           number(item, "rows"), number(item, "inputs"), number(item, "outputs"));
    print_numbers(item);
  }
  cJSON_ArrayForEach(item, afina_json_member(document, "passes")) {
    printf("%-14s %g x %-3g tokens  %8.0f tokens/s ", text(item, "pass"), number(item, "texts"),
           number(item, "tokens") / number(item, "texts"), number(item, "tokens_per_second"));
    print_numbers(item);
  }
  cJSON_ArrayForEach(item, afina_json_member(document, "epochs")) {
    const bool cached = cJSON_IsTrue(afina_json_member(item, "cache"));
    printf("epoch, %-7s %-5s %-13s %5g tokens  ", text(item, "strategy"), text(item, "epoch"),
           cached ? "with cache" : "without cache", number(item, "tokens"));
    print_numbers(item);
  }
}

/* Seconds that the processor worked for this process: what other programs do counts less. With more
 * than one thread it would count each of them. */
static double cpu_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static afina_status run(const job *j, const afina_runtime *runtime, afina_bytes *json,
                        afina_error *error) {
  char options[256];
  afina_bench *bench = NULL;
  if (strlen(j->config) + strlen(j->part) > 100 || strpbrk(j->config, "\"\\") ||
      strpbrk(j->part, "\"\\"))
    return afina_fail(error, AFINA_E_ARGUMENT, "--config and --part are one word each");
  const int size =
      snprintf(options, sizeof options,
               "{\"config\":\"%s\",\"part\":\"%s\",\"rounds\":%zu,\"texts\":%zu,\"narrow\":%s}",
               j->config, j->part, j->rounds, j->texts, j->narrow ? "true" : "false");
  if (j->cpu_time && afina_runtime_threads(runtime) > 1)
    return afina_fail(error, AFINA_E_ARGUMENT, "--cpu-time is for --threads 1");
  AFINA_TRY(afina_runtime_bench(runtime, options, (size_t)size, j->cpu_time ? cpu_now : cli_now,
                                &bench, error));
  afina_status status = AFINA_OK;
  double done = 0;
  while (done < 1 && status == AFINA_OK) status = afina_bench_step(bench, &done, error);
  if (status == AFINA_OK) status = afina_bench_report(bench, json, error);
  afina_bench_free(bench);
  return status;
}

int cli_bench(int argc, char **argv) {
  job j = {.config = "ref-small", .part = "all", .rounds = 5, .texts = 64};
  const cli_option options[] = {
      {"config", CLI_TEXT, &j.config, false},   {"part", CLI_TEXT, &j.part, false},
      {"rounds", CLI_SIZE, &j.rounds, false},   {"texts", CLI_SIZE, &j.texts, false},
      {"threads", CLI_SIZE, &j.threads, false}, {"numerics", CLI_TEXT, &j.numerics, false},
      {"narrow", CLI_FLAG, &j.narrow, false},   {"cpu-time", CLI_FLAG, &j.cpu_time, false},
      {"json", CLI_FLAG, &j.json, false},
  };
  if (!cli_parse("bench", argc, argv, options, sizeof options / sizeof *options)) return CLI_USAGE;
  afina_error error;
  afina_status status;
  afina_runtime *runtime = NULL;
  afina_bytes json = {0};
  cJSON *document = NULL;
  CLI_TRY(cli_create_runtime(&runtime, j.threads, j.numerics, &error));
  CLI_TRY(run(&j, runtime, &json, &error));
  if (j.json) {
    fwrite(json.data, 1, json.size, stdout);
    putchar('\n');
  } else {
    CLI_TRY(afina_json_parse(&document, json.data, json.size, "the report", &error));
    print_table(document);
  }
done:
  cJSON_Delete(document);
  afina_bytes_free(&json);
  afina_runtime_free(runtime);
  return status == AFINA_OK ? CLI_OK : cli_fail("bench", &error);
}
