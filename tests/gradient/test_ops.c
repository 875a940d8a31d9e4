/* Every op of nn.h on the gradient bench. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

#define CASES(list) .cases = list, .case_count = sizeof list / sizeof *list

static const double *value(const bench *b, size_t i) { return b->inputs[i].value; }
static double *gradient(const bench *b, size_t i) { return b->inputs[i].gradient; }
/* A slice of a wider matrix starts some columns on; NULL stays NULL. */
static double *slice(const bench *b, size_t i) {
  return b->inputs[i].gradient ? b->inputs[i].gradient + b->d.column : NULL;
}

/* y = x W + b, W a column slice of a wider weight. */
static void linear_describe(bench *b) {
  bench_input(b, "x", b->d.N * b->d.I);
  bench_input(b, "weight", b->d.I * b->d.stride);
  bench_input(b, "bias", b->d.O);
  bench_output(b, b->d.N * b->d.O);
}
static void linear_forward(bench *b) {
  afina_linear_forward(&b->exec, b->y, value(b, 0), value(b, 1) + b->d.column, value(b, 2), b->d.N,
                       b->d.I, b->d.O, b->d.stride);
}
static void linear_backward(bench *b, const double *dy) {
  afina_linear_backward(&b->exec, 0, gradient(b, 0), slice(b, 1), gradient(b, 2), dy, value(b, 0),
                        value(b, 1) + b->d.column, b->d.N, b->d.I, b->d.O, b->d.stride);
}
static const bench_dims linear_cases[] = {
    {.N = 1, .I = 1, .O = 1},
    {.N = 5, .I = 3, .O = 7},
    {.N = 23, .I = 6, .O = 4},
    {.N = 4, .I = 5, .O = 3, .stride = 9, .column = 0},
    {.N = 4, .I = 5, .O = 6, .stride = 9, .column = 3},
    {.N = 61, .I = 40, .O = 50, .stride = 60, .column = 10, .big = true},
};

/* y = x W, no bias. */
static void unbiased_describe(bench *b) {
  bench_input(b, "x", b->d.N * b->d.I);
  bench_input(b, "weight", b->d.I * b->d.O);
  bench_output(b, b->d.N * b->d.O);
}
static void unbiased_forward(bench *b) {
  afina_linear_forward(&b->exec, b->y, value(b, 0), value(b, 1), NULL, b->d.N, b->d.I, b->d.O,
                       b->d.O);
}
static void unbiased_backward(bench *b, const double *dy) {
  afina_linear_backward(&b->exec, 0, gradient(b, 0), gradient(b, 1), NULL, dy, value(b, 0),
                        value(b, 1), b->d.N, b->d.I, b->d.O, b->d.O);
}
static const bench_dims unbiased_cases[] = {{.N = 3, .I = 4, .O = 5}};

/* y = scale x A B, B a column slice of a wider one; I inputs, rank 2. */
enum { RANK = 2 };
static const double lora_scale = 1.5;
static void lora_describe(bench *b) {
  bench_input(b, "x", b->d.N * b->d.I);
  bench_input(b, "a", b->d.I * RANK);
  bench_input(b, "b", RANK * b->d.stride);
  bench_output(b, b->d.N * b->d.O);
  bench_save(b, b->d.N * RANK);
}
static void lora_forward(bench *b) {
  memset(b->y, 0, b->d.N * b->d.O * sizeof *b->y);
  afina_lora_down_forward(&b->exec, b->saved[0], value(b, 0), value(b, 1), lora_scale, b->d.N,
                          b->d.I, RANK);
  afina_lora_up_forward(&b->exec, b->y, b->saved[0], value(b, 2) + b->d.column, b->d.N, RANK,
                        b->d.O, b->d.stride);
}
static void lora_backward(bench *b, const double *dy) {
  double *du = calloc(b->d.N * RANK, sizeof *du);
  assert_non_null(du);
  afina_lora_up_backward(&b->exec, du, slice(b, 2), dy, b->saved[0], value(b, 2) + b->d.column,
                         b->d.N, RANK, b->d.O, b->d.stride);
  afina_lora_down_backward(&b->exec, gradient(b, 0), gradient(b, 1), du, value(b, 0), value(b, 1),
                           lora_scale, b->d.N, b->d.I, RANK);
  free(du);
}
static const bench_dims lora_cases[] = {
    {.N = 1, .I = 1, .O = 1},
    {.N = 5, .I = 3, .O = 7},
    {.N = 4, .I = 5, .O = 6, .stride = 9, .column = 3},
    {.N = 61, .I = 40, .O = 50, .stride = 60, .column = 10, .big = true},
};

/* y = x W^T. */
static void project_forward(bench *b) {
  afina_project_forward(&b->exec, b->y, value(b, 0), value(b, 1), b->d.N, b->d.I, b->d.O);
}
static void project_backward(bench *b, const double *dy) {
  afina_project_backward(&b->exec, gradient(b, 0), gradient(b, 1), dy, value(b, 0), value(b, 1),
                         b->d.N, b->d.I, b->d.O);
}
static const bench_dims project_cases[] = {
    {.N = 1, .I = 1, .O = 1},
    {.N = 5, .I = 3, .O = 7},
    {.N = 22, .I = 7, .O = 2},
    {.N = 61, .I = 40, .O = 50, .big = true},
};

static void layernorm_describe(bench *b) {
  bench_input(b, "x", b->d.N * b->d.I);
  bench_input(b, "weight", b->d.I);
  bench_input(b, "bias", b->d.I);
  bench_output(b, b->d.N * b->d.I);
  bench_save(b, b->d.N);
  bench_save(b, b->d.N);
}
static void layernorm_forward(bench *b) {
  afina_layernorm_forward(&b->exec, b->y, b->saved[0], b->saved[1], value(b, 0), value(b, 1),
                          value(b, 2), b->d.N, b->d.I);
}
static void layernorm_backward(bench *b, const double *dy) {
  afina_layernorm_backward(&b->exec, gradient(b, 0), gradient(b, 1), gradient(b, 2), dy,
                           value(b, 0), b->saved[0], b->saved[1], value(b, 1), b->d.N, b->d.I);
}
static const bench_dims layernorm_cases[] = {
    {.N = 1, .I = 5},
    {.N = 3, .I = 8},
    {.N = 19, .I = 33},
    {.N = 70, .I = 70, .big = true},
};

static void gelu_describe(bench *b) {
  bench_input(b, "x", b->d.N);
  bench_output(b, b->d.N);
}
static void gelu_forward(bench *b) { afina_gelu_forward(&b->exec, b->y, value(b, 0), b->d.N); }
static void gelu_backward(bench *b, const double *dy) {
  afina_gelu_backward(&b->exec, gradient(b, 0), dy, value(b, 0), b->d.N);
}
/* dx may be dy. */
static void gelu_backward_in_place(bench *b, const double *dy) {
  memcpy(gradient(b, 0), dy, b->d.N * sizeof *dy);
  afina_gelu_backward(&b->exec, gradient(b, 0), gradient(b, 0), value(b, 0), b->d.N);
}
static const bench_dims gelu_cases[] = {{.N = 1}, {.N = 137}, {.N = 10000, .big = true}};

/* y += x: both sides get dy, which is what the blocks do by copying it. */
static void add_describe(bench *b) {
  bench_input(b, "left", b->d.N);
  bench_input(b, "right", b->d.N);
  bench_output(b, b->d.N);
}
static void add_forward(bench *b) {
  memcpy(b->y, value(b, 0), b->d.N * sizeof *b->y);
  afina_add_forward(&b->exec, b->y, value(b, 1), b->d.N);
}
static void add_backward(bench *b, const double *dy) {
  for (size_t i = 0; i < 2; i++) afina_add_forward(&b->exec, gradient(b, i), dy, b->d.N);
}
static const bench_dims add_cases[] = {{.N = 3}, {.N = 9000, .big = true}};

/* Vocabulary in O, channels in I; more tokens than ids, so that ids repeat. */
static void embedding_describe(bench *b) {
  bench_input(b, "wte", b->d.O * b->d.I);
  bench_input(b, "wpe", 9 * b->d.I);
  bench_output(b, b->d.N * b->d.I);
}
static void embedding_forward(bench *b) {
  afina_embedding_forward(&b->exec, b->y, b->ids, value(b, 0), value(b, 1), &b->rows, b->d.I);
}
static void embedding_backward(bench *b, const double *dy) {
  afina_embedding_backward(&b->exec, gradient(b, 0), gradient(b, 1), dy, b->ids, NULL, &b->rows,
                           b->d.I);
}
static const bench_dims embedding_cases[] = {
    {.I = 1, .O = 1, .B = 1, .lengths = {1}},
    {.I = 4, .O = 3, .B = 3, .lengths = {5, 1, 9}},
    {.I = 40, .O = 5, .B = 4, .lengths = {1, 2, 9, 1}},
};

/* Channels in I. */
static void attention_describe(bench *b) {
  const size_t Q = b->queries ? b->queries->Q : b->d.N;
  bench_input(b, "q", Q * b->d.I);
  bench_input(b, "kv", b->d.N * 2 * b->d.I);
  bench_output(b, Q * b->d.I);
  bench_save(b, b->d.H * Q);
}
static void attention_forward(bench *b) {
  afina_attention_forward(&b->exec, b->y, b->saved[0], value(b, 0), value(b, 1), &b->rows,
                          b->queries, b->d.I, b->d.H);
}
static void attention_backward(bench *b, const double *dy) {
  afina_attention_backward(&b->exec, gradient(b, 0), gradient(b, 1), dy, value(b, 0), value(b, 1),
                           b->y, b->saved[0], &b->rows, b->queries, b->d.I, b->d.H);
}
static const bench_dims attention_cases[] = {
    {.I = 1, .H = 1, .B = 1, .lengths = {1}},
    {.I = 6, .H = 2, .B = 1, .lengths = {7}},
    {.I = 6, .H = 3, .B = 4, .lengths = {1, 5, 2, 1}},
    {.I = 4, .H = 1, .B = 3, .lengths = {4, 1, 6}, .asking = {1, 1, 1}},
    {.I = 6, .H = 2, .B = 4, .lengths = {1, 5, 3, 7}, .asking = {1, 3, 0, 2}},
    {.I = 12, .H = 3, .B = 3, .lengths = {30, 1, 22}, .big = true},
};

/* Vocabulary in O. The op works in place and takes one factor for all rows. */
static void cross_entropy_describe(bench *b) {
  bench_input(b, "logits", b->d.N * b->d.O);
  bench_output(b, b->d.N);
  bench_save(b, b->d.N * b->d.O);
}
static void cross_entropy_forward(bench *b) {
  memcpy(b->saved[0], value(b, 0), b->inputs[0].size * sizeof(double));
  afina_cross_entropy_forward(&b->exec, b->y, b->saved[0], b->ids, b->d.N, b->d.O);
}
static void cross_entropy_backward(bench *b, const double *dy) {
  memcpy(gradient(b, 0), b->saved[0], b->inputs[0].size * sizeof(double));
  afina_cross_entropy_backward(&b->exec, gradient(b, 0), b->ids, dy[0], b->d.N, b->d.O);
}
static const bench_dims cross_entropy_cases[] = {
    {.N = 1, .O = 2}, {.N = 4, .O = 7}, {.N = 11, .O = 33}, {.N = 60, .O = 20, .big = true}};

/* With class weights and label smoothing, both or either. */
static void check_entropy(bench *b, bool backward, double scale) {
  double weights[40];
  for (size_t k = 0; k < b->d.O; k++) weights[k] = 0.5 + 0.25 * (double)(k % 5);
  const afina_entropy_rule rule = {.weights = b->d.column ? NULL : weights,
                                   .smoothing = b->d.stride ? 0 : 0.15};
  if (backward)
    afina_entropy_backward(&rule, gradient(b, 0), b->ids, scale, b->d.N, b->d.O);
  else
    afina_entropy_forward(&rule, b->y, b->saved[0], b->ids, b->d.N, b->d.O);
}
static void entropy_forward(bench *b) {
  memcpy(b->saved[0], value(b, 0), b->inputs[0].size * sizeof(double));
  check_entropy(b, false, 0);
}
static void entropy_backward(bench *b, const double *dy) {
  memcpy(gradient(b, 0), b->saved[0], b->inputs[0].size * sizeof(double));
  check_entropy(b, true, dy[0]);
}
static const bench_dims entropy_cases[] = {{.N = 1, .O = 2},
                                           {.N = 4, .O = 7},
                                           {.N = 11, .O = 33},
                                           {.N = 5, .O = 6, .stride = 1},
                                           {.N = 5, .O = 6, .column = 1}};

/* Sets of inputs by their number. */
enum { FIRST = 1, SECOND = 2, THIRD = 4 };

static const bench_op ops[] = {
    {"linear", linear_describe, linear_forward, linear_backward,
     .unwanted = {FIRST, SECOND, THIRD, SECOND | THIRD}, CASES(linear_cases)},
    {"linear without bias", unbiased_describe, unbiased_forward, unbiased_backward,
     .unwanted = {FIRST, SECOND}, CASES(unbiased_cases)},
    {"project", unbiased_describe, project_forward, project_backward, .unwanted = {FIRST, SECOND},
     CASES(project_cases)},
    {"lora", lora_describe, lora_forward, lora_backward, .unwanted = {FIRST, SECOND, THIRD},
     CASES(lora_cases)},
    {"layernorm", layernorm_describe, layernorm_forward, layernorm_backward,
     .unwanted = {FIRST, SECOND | THIRD}, CASES(layernorm_cases)},
    {"gelu", gelu_describe, gelu_forward, gelu_backward, .overwrites = true, CASES(gelu_cases)},
    {"gelu in place", gelu_describe, gelu_forward, gelu_backward_in_place, .overwrites = true,
     CASES(gelu_cases)},
    {"add", add_describe, add_forward, add_backward, CASES(add_cases)},
    {"embedding", embedding_describe, embedding_forward, embedding_backward,
     .unwanted = {FIRST, SECOND}, CASES(embedding_cases)},
    {"attention", attention_describe, attention_forward, attention_backward,
     CASES(attention_cases)},
    {"cross-entropy", cross_entropy_describe, cross_entropy_forward, cross_entropy_backward,
     .overwrites = true, .uniform_dy = true, CASES(cross_entropy_cases)},
    {"weighted, smoothed cross-entropy", cross_entropy_describe, entropy_forward, entropy_backward,
     .overwrites = true, .uniform_dy = true, CASES(entropy_cases)},
};

static void check(void **state) { bench_check_op(*state); }

int main(void) {
  enum { COUNT = sizeof ops / sizeof *ops };
  struct CMUnitTest tests[COUNT];
  for (size_t i = 0; i < COUNT; i++)
    tests[i] = (struct CMUnitTest){
        .name = ops[i].name, .test_func = check, .initial_state = (void *)(uintptr_t)&ops[i]};
  return _cmocka_run_group_tests("ops", tests, COUNT, NULL, NULL);
}
