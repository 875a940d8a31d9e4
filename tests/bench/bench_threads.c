/* What threads cost and what they bring: microseconds to hand over a job that does nothing, and
 * training steps on one thread and on several, in turns, so that a busy machine slows both.
 *
 *   cmake --build build/release --target afina_bench_threads
 *   build/release/tests/bench/afina_bench_threads models/afina-mini [THREADS [STRATEGY]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "afina.h"
#include "pool.h"

enum { DISPATCHES = 20000, ROWS = 400, STEPS = 12, ROUNDS = 3, MOST = ROUNDS * STEPS };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(afina_status status, const afina_error *error) {
  if (status == AFINA_OK) return;
  fprintf(stderr, "error: %s\n", error->message);
  exit(1);
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return values[count / 2];
}

static void nothing(void *context, size_t begin, size_t end, size_t thread) {
  (void)context;
  (void)begin;
  (void)end;
  (void)thread;
}

/* Jobs one after the other, and jobs that find the others asleep. */
static void bench_dispatch(size_t threads) {
  afina_error error;
  afina_pool *pool;
  must(afina_pool_create(&pool, threads, &error), &error);
  double each[101];
  for (size_t i = 0; i < 101; i++) {
    const double start = seconds();
    for (int n = 0; n < DISPATCHES / 100; n++) afina_pool_run(pool, 1000, 1, nothing, NULL);
    each[i] = (seconds() - start) / (DISPATCHES / 100) * 1e6;
  }
  printf("dispatch, %zu threads: %.2f us", afina_pool_size(pool), median(each, 101));
  for (size_t i = 0; i < 101; i++) {
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    const double start = seconds();
    afina_pool_run(pool, 1000, 1, nothing, NULL);
    each[i] = (seconds() - start) * 1e6;
  }
  printf("; from sleep: %.2f us\n", median(each, 101));
  afina_pool_free(pool);
}

static afina_bytes read_file(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  afina_bytes bytes = {.data = malloc(1 << 28)};
  if (!file || !bytes.data) {
    fprintf(stderr, "error: cannot read %s\n", path);
    exit(1);
  }
  bytes.size = fread(bytes.data, 1, 1 << 28, file);
  fclose(file);
  return bytes;
}

/* Texts of 10 to 22 short words: about 24 tokens at the median. */
static void add_rows(afina_dataset *data) {
  static const char *const words[] = {"the ", "class ", "was ", "good ", "and ", "I ", "want "};
  afina_error error;
  unsigned state = 1;
  for (unsigned row = 0; row < ROWS; row++) {
    char text[512] = "";
    const unsigned count = 16 + row * 7 % 17;
    for (unsigned w = 0; w < count; w++) {
      state = state * 1664525u + 1013904223u;
      strcat(text, words[(state >> 16) % 7]);
    }
    const char *label = row % 2 ? "yes" : "no";
    must(afina_dataset_add(data, AFINA_PART_ANY, text, strlen(text), label, strlen(label), row + 1,
                           &error),
         &error);
  }
}

typedef struct contender {
  afina_runtime *runtime;
  afina_session *session;
  double each[MOST];
  size_t count;
} contender;

static void start(contender *c, size_t threads, const afina_model *model, const afina_dataset *data,
                  const char *strategy) {
  afina_error error;
  char options[128];
  snprintf(options, sizeof options, "{\"strategy\":\"%s\",\"epochs\":50,\"batch\":16}", strategy);
  must(afina_runtime_create(&c->runtime, threads, &error), &error);
  must(afina_session_create(&c->session, c->runtime, model, data, options, strlen(options), &error),
       &error);
}

/* Steps of training; others pass uncounted. */
static void run(contender *c, size_t steps) {
  afina_error error;
  afina_progress progress;
  for (size_t done = 0; done < steps;) {
    const double begin = seconds();
    must(afina_session_step(c->session, begin, &progress, &error), &error);
    const bool trained = progress.loss == progress.loss; /* not NaN */
    if (!trained) continue;
    done++;
    if (c->count < MOST) c->each[c->count++] = (seconds() - begin) * 1e3;
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s MODEL [THREADS [STRATEGY]]\n", argv[0]);
    return 2;
  }
  const size_t threads = argc > 2 ? (size_t)atoi(argv[2]) : 2;
  const char *strategy = argc > 3 ? argv[3] : "full";
  bench_dispatch(threads);
  afina_error error;
  const afina_bytes config = read_file(argv[1], "config.json");
  const afina_bytes weights = read_file(argv[1], "model.safetensors");
  const afina_bytes tokenizer = read_file(argv[1], "tokenizer.json");
  afina_model *model;
  must(afina_model_load(&model, config.data, config.size, weights.data, weights.size,
                        tokenizer.data, tokenizer.size, &error),
       &error);
  afina_dataset *data;
  must(afina_dataset_create(&data, &error), &error);
  add_rows(data);
  static contender one, many;
  start(&one, 1, model, data, strategy);
  start(&many, threads, model, data, strategy);
  run(&one, 1);
  run(&many, 1);
  one.count = many.count = 0;
  for (int i = 0; i < ROUNDS; i++) {
    run(&one, STEPS);
    run(&many, STEPS);
  }
  const double alone = median(one.each, one.count), together = median(many.each, many.count);
  printf("training step, %s: %.2f ms on one thread, %.2f ms on %zu, ratio %.2f; best %.2f\n",
         strategy, alone, together, threads, alone / together, one.each[0] / many.each[0]);
  return 0;
}
