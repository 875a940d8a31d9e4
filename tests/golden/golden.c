#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "weights.h"

static void must(afina_status status, const afina_error *error) {
  if (status != AFINA_OK) fail_msg("%s: %s", afina_status_name(status), error->message);
}

static void read_file(afina_bytes *out, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s cannot be opened", path);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  const long size = ftell(file);
  assert_true(size > 0);
  rewind(file);
  *out = (afina_bytes){.data = malloc((size_t)size), .size = (size_t)size};
  assert_non_null(out->data);
  assert_int_equal(fread(out->data, 1, out->size, file), out->size);
  fclose(file);
}

double golden_number(const golden *g, const char *key) {
  const char *text = afina_safetensors_metadata(g->file, key);
  if (!text) fail_msg("the golden file says nothing of '%s'", key);
  return strtod(text, NULL);
}

static size_t extent(const golden *g, const char *key) { return (size_t)golden_number(g, key); }

static size_t read_integers(const golden *g, const char *name, uint32_t *out) {
  const afina_tensor_view *view = afina_safetensors_find(g->file, name);
  assert_non_null(view);
  assert_int_equal(view->dtype, AFINA_I32);
  assert_in_range(view->size, 4, GOLDEN_ROWS * 4);
  memcpy(out, view->data, view->size);
  return view->size / 4;
}

/* The head of "words" has a name of its own, for it is wider; all else is the others'. */
static void read_weights(golden *g, bool head) {
  afina_error error = {0};
  afina_gpt_config config = g->gpt.config;
  bool has_head = false;
  if (config.readout != AFINA_READOUT_WORDS) {
    must(afina_weights_read(&g->gpt, g->file, &has_head, &error), &error);
    assert_int_equal(has_head, head);
    return;
  }
  afina_gpt others;
  config.classes = 0;
  must(afina_gpt_init(&others, &config, &error), &error);
  must(afina_weights_read(&others, g->file, NULL, &error), &error);
  memcpy(g->gpt.weights, others.weights, others.params.total * sizeof *others.weights);
  afina_gpt_free(&others);
  const afina_param *score = afina_params_find(&g->gpt.params, 0, AFINA_SCORE);
  must(afina_tensor_to_real(g->file, "words.score.weight", g->gpt.weights + score->offset,
                            score->rows, score->columns, &error),
       &error);
}

void golden_open(golden *g, const afina_kernels *kernels, bool head, afina_readout readout) {
  afina_error error = {0};
  *g = (golden){0};
  read_file(&g->bytes, AFINA_TEST_DATA "/tiny.safetensors");
  must(afina_safetensors_open(&g->file, g->bytes.data, g->bytes.size, &error), &error);
  const afina_gpt_config config = {
      .vocabulary = extent(g, "vocabulary"),
      .context = extent(g, "context"),
      .channels = extent(g, "channels"),
      .layers = extent(g, "layers"),
      .heads = extent(g, "heads"),
      .inner = extent(g, "inner"),
      .classes = head ? extent(g, "classes") : 0,
      .readout = readout,
  };
  uint32_t starts[GOLDEN_ROWS];
  g->B = read_integers(g, "starts", starts) - 1;
  for (size_t b = 0; b <= g->B; b++) g->starts[b] = starts[b];
  g->N = read_integers(g, "ids", g->ids);
  assert_int_equal(read_integers(g, "labels", g->labels), g->B);
  assert_int_equal(read_integers(g, "targets", g->targets), g->N);
  assert_true(g->N * config.vocabulary <= GOLDEN_LOGITS);

  must(afina_gpt_init(&g->gpt, &config, &error), &error);
  must(afina_exec_init(&g->exec, kernels, NULL, config.context, config.channels / config.heads,
                       &error),
       &error);
  must(afina_gpt_pass_init(&g->pass, &g->gpt, &error), &error);
  read_weights(g, head);
}

void golden_close(golden *g) {
  afina_gpt_pass_free(&g->pass);
  afina_exec_free(&g->exec);
  afina_gpt_free(&g->gpt);
  afina_safetensors_close(g->file);
  afina_bytes_free(&g->bytes);
}

void golden_forward(golden *g, afina_reads reads, bool keep) {
  afina_error error = {0};
  const afina_gpt_batch batch = {.rows = {.starts = g->starts, .B = g->B, .N = g->N},
                                 .ids = g->ids,
                                 .end_block = g->gpt.config.layers,
                                 .reads = reads,
                                 .keep = keep};
  must(afina_gpt_forward(&g->gpt, &g->exec, &g->pass, &batch, &error), &error);
}

double golden_classify(golden *g, const afina_gradients *gradients) {
  const size_t K = g->gpt.config.classes;
  afina_classify_forward(&g->gpt, &g->exec, &g->pass);
  memcpy(g->logits, g->pass.logits, g->B * K * sizeof *g->logits);
  afina_cross_entropy_forward(&g->exec, g->losses, g->logits, g->labels, g->B, K);
  if (gradients) {
    afina_cross_entropy_backward(&g->exec, g->logits, g->labels, 1 / (float)g->B, g->B, K);
    afina_classify_backward(&g->gpt, &g->exec, &g->pass, g->logits, gradients);
    afina_gpt_backward(&g->gpt, &g->exec, &g->pass, gradients);
  }
  double sum = 0;
  for (size_t b = 0; b < g->B; b++) sum += (double)g->losses[b];
  return sum / (double)g->B;
}

void golden_compare_but(golden *g, const char *name, const float *actual, size_t n, double bar,
                        size_t begin, size_t end) {
  const afina_tensor_view *view = afina_safetensors_find(g->file, name);
  if (!view) fail_msg("the golden file has no %s", name);
  if (view->dtype != AFINA_F32 || view->size != n * sizeof(float))
    fail_msg("%s: %zu bytes in the golden file, %zu values here", name, view->size, n);
  double largest = 0, difference = 0;
  size_t worst = 0;
  float expected, worst_expected = 0;
  for (size_t i = 0; i < n; i++) {
    memcpy(&expected, view->data + i * sizeof expected, sizeof expected);
    largest = fmax(largest, fabs((double)expected));
    const double d = fabs((double)actual[i] - (double)expected);
    if ((begin <= i && i < end) || d <= difference) continue;
    difference = d; /* a NaN too: no comparison with it holds */
    worst = i;
    worst_expected = expected;
    if (isnan(d)) break;
  }
  const double distance = difference > 0 ? difference / largest : difference;
  if (!(distance <= bar))
    fail_msg("%s, %s: off by %.3g (bar %.1g), worst at [%zu]: %.9g, the twin has %.9g",
             g->exec.kernels->name, name, distance, bar, worst, (double)actual[worst],
             (double)worst_expected);
  g->worst = fmax(g->worst, distance);
}

void golden_compare(golden *g, const char *name, const float *actual, size_t n, double bar) {
  golden_compare_but(g, name, actual, n, bar, n, n);
}
