/* Decoding: what is cut, what is left, and how often each token is drawn. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"

enum { V = 5, DRAWS = 20000 };

/* Probabilities 0.1 0.4 0.2 0.2 0.1: ids by probability, then by id, are 1 2 3 0 4. */
static const double share[V] = {0.1, 0.4, 0.2, 0.2, 0.1};

static void make_logits(afina_real logits[V], double shift) {
  for (int i = 0; i < V; i++) logits[i] = (afina_real)(log(share[i]) + shift);
}

static double total(const afina_candidate *candidates, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)candidates[i].probability;
  return sum;
}

static void test_order_and_shares(void **state) {
  (void)state;
  static const uint32_t order[V] = {1, 2, 3, 0, 4};
  const afina_sampling all = {.temperature = 1, .top_p = 1};
  for (int shift = -500; shift <= 500; shift += 500) { /* the softmax of large logits is finite */
    afina_real logits[V];
    afina_candidate candidates[V];
    make_logits(logits, shift);
    if (shift) /* of exact ties, in spite of rounding */
      for (int i = 0; i < V; i++) logits[i] = (afina_real)(shift + (i == 1) + (i == 2 || i == 3));
    const size_t count = afina_candidates(&all, logits, V, candidates);
    assert_int_equal(count, V);
    assert_true(fabs(total(candidates, count) - 1) < 1e-6);
    for (int i = 0; i < V; i++) assert_int_equal(candidates[i].id, order[i]);
    for (int i = 0; shift == 0 && i < V; i++)
      assert_true(fabs((double)candidates[i].probability - share[order[i]]) < 1e-6);
  }
}

static void test_ties_take_the_smaller_id(void **state) {
  (void)state;
  const afina_real equal[V] = {3, 3, 3, 3, 3};
  const afina_sampling greedy = {.greedy = true, .top_p = 1},
                       two = {.temperature = 1, .top_k = 2, .top_p = 1};
  afina_candidate candidates[V];
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  size_t count = afina_candidates(&greedy, equal, V, candidates);
  assert_int_equal(afina_draw(&greedy, candidates, count, &rng), 0);
  count = afina_candidates(&two, equal, V, candidates);
  assert_int_equal(count, 2);
  assert_int_equal(candidates[0].id, 0);
  assert_int_equal(candidates[1].id, 1);
  assert_true(candidates[0].probability == 0.5f);
}

static void test_greedy_uses_no_randomness(void **state) {
  (void)state;
  afina_real logits[V];
  afina_candidate candidates[V];
  afina_rng rng, untouched;
  make_logits(logits, 0);
  afina_rng_seed(&rng, 7);
  untouched = rng;
  const afina_sampling greedy = {.greedy = true, .top_p = 1};
  const size_t count = afina_candidates(&greedy, logits, V, candidates);
  for (int i = 0; i < 100; i++) assert_int_equal(afina_draw(&greedy, candidates, count, &rng), 1);
  assert_memory_equal(&rng, &untouched, sizeof rng);
}

static void test_temperature(void **state) {
  (void)state;
  afina_real logits[V];
  afina_candidate candidates[V];
  make_logits(logits, 0);
  const double temperatures[] = {0.5, 2};
  for (int t = 0; t < 2; t++) {
    const afina_sampling sampling = {.temperature = temperatures[t], .top_p = 1};
    double sum = 0;
    for (int i = 0; i < V; i++) sum += pow(share[i], 1 / temperatures[t]);
    afina_candidates(&sampling, logits, V, candidates);
    for (int i = 0; i < V; i++) {
      const double expected = pow(share[candidates[i].id], 1 / temperatures[t]) / sum;
      assert_true(fabs((double)candidates[i].probability - expected) < 1e-6);
    }
  }
  const afina_sampling cold = {.temperature = 1e-6, .top_p = 1};
  afina_candidates(&cold, logits, V, candidates);
  assert_int_equal(candidates[0].id, 1);
  assert_true(candidates[0].probability == 1.0f);
}

static void test_top_k_and_top_p(void **state) {
  (void)state;
  static const struct {
    size_t top_k;
    double top_p;
    size_t left;
    double first; /* the share of the first candidate of what is left */
  } cases[] = {{0, 1, 5, 0.4},         {1, 1, 1, 1},           {2, 1, 2, 0.4 / 0.6},
               {5, 1, 5, 0.4},         {99, 1, 5, 0.4},        {0, 0.3, 1, 1},
               {0, 0.5, 2, 0.4 / 0.6}, {0, 0.7, 3, 0.4 / 0.8}, {0, 0.85, 4, 0.4 / 0.9},
               {2, 0.7, 2, 0.4 / 0.6}, {3, 0.3, 1, 1},         {0, 1e-9, 1, 1}};
  afina_real logits[V];
  make_logits(logits, 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const afina_sampling sampling = {
        .temperature = 1, .top_k = cases[i].top_k, .top_p = cases[i].top_p};
    afina_candidate candidates[V];
    const size_t count = afina_candidates(&sampling, logits, V, candidates);
    assert_int_equal(count, cases[i].left);
    assert_true(fabs(total(candidates, count) - 1) < 1e-6);
    assert_true(fabs((double)candidates[0].probability - cases[i].first) < 1e-6);
  }
}

/* Each count within five standard deviations of a binomial's mean: a right generator fails in one
 * of half a million runs, and the seeds are fixed. */
static void check_frequencies(const afina_sampling *sampling, uint64_t seed) {
  afina_real logits[V];
  afina_candidate candidates[V];
  size_t counts[V] = {0};
  afina_rng rng;
  make_logits(logits, 0);
  afina_rng_seed(&rng, seed);
  const size_t count = afina_candidates(sampling, logits, V, candidates);
  for (int i = 0; i < DRAWS; i++) counts[afina_draw(sampling, candidates, count, &rng)]++;
  double expected[V] = {0};
  for (size_t i = 0; i < count; i++) expected[candidates[i].id] = (double)candidates[i].probability;
  for (int i = 0; i < V; i++) {
    const double deviation = sqrt(DRAWS * expected[i] * (1 - expected[i]));
    assert_true(fabs((double)counts[i] - DRAWS * expected[i]) <= 5 * deviation);
  }
}

static void test_frequencies(void **state) {
  (void)state;
  const afina_sampling samplings[] = {{.temperature = 1, .top_p = 1},
                                      {.temperature = 0.5, .top_p = 1},
                                      {.temperature = 1, .top_k = 3, .top_p = 1},
                                      {.temperature = 1, .top_p = 0.85}};
  for (size_t i = 0; i < sizeof samplings / sizeof *samplings; i++)
    check_frequencies(&samplings[i], 100 + i);
}

/* ---- many tokens ---- */

enum { MANY = 200, MANY_DRAWS = 400000 };

/* A long tail, as a language model has it: the r-th most probable of tokens has (1 + r)^-1.2. */
static int place(int id) { return (id * 37 + 11) % MANY; }
static double tail_weight(int r, double temperature) {
  return exp(-1.2 * log(1 + r) / temperature);
}

/* With what probability the token of each place is to be drawn; returns how many have any. */
static int tail_shares(const afina_sampling *sampling, double shares[MANY]) {
  const int most = sampling->greedy ? 1 : sampling->top_k ? (int)sampling->top_k : MANY;
  const double temperature = sampling->greedy ? 1 : sampling->temperature;
  double sum = 0, kept = 0;
  int left = 0;
  for (int r = 0; r < MANY; r++) sum += tail_weight(r, temperature);
  while (left < most && (left == 0 || kept < sampling->top_p - 1e-12))
    kept += shares[left] = tail_weight(left, temperature) / sum, left++;
  for (int r = 0; r < MANY; r++) shares[r] = r < left ? shares[r] / kept : 0;
  return left;
}

/* Pearson's statistic of so many draws against these shares is below the 99.99th percentile of
 * chi-square (Wilson and Hilferty, 1931). Tokens of fewer than five expected draws count together.
 */
static void check_chi_square(const afina_sampling *sampling) {
  afina_real logits[MANY];
  afina_candidate candidates[MANY];
  double shares[MANY], seen[MANY] = {0};
  for (int i = 0; i < MANY; i++) logits[i] = (afina_real)log(tail_weight(place(i), 1));
  const int left = tail_shares(sampling, shares);
  const size_t count = afina_candidates(sampling, logits, MANY, candidates);
  if (!sampling->greedy) assert_int_equal(count, left);
  afina_rng rng;
  afina_rng_seed(&rng, 20);
  for (int i = 0; i < MANY_DRAWS; i++)
    seen[place((int)afina_draw(sampling, candidates, count, &rng))]++;
  double chi = 0, cells = 0, rare = 0, rare_seen = 0;
  for (int r = 0; r < MANY; r++) {
    const double mean = shares[r] * MANY_DRAWS, off = seen[r] - mean;
    if (r >= left) assert_true(seen[r] == 0);
    if (mean < 5) rare += mean, rare_seen += seen[r];
    if (mean >= 5) chi += off * off / mean, cells++;
  }
  if (rare >= 5) chi += (rare_seen - rare) * (rare_seen - rare) / rare, cells++;
  const double freedom = cells - 1, spread = 2 / (9 * freedom);
  assert_true(cells == 1 ? chi < 1e-9 : chi < freedom * pow(1 - spread + 3.719 * sqrt(spread), 3));
}

static void test_chi_square(void **state) {
  (void)state;
  const afina_sampling samplings[] = {{.greedy = true, .top_p = 1},
                                      {.temperature = 1, .top_p = 1},
                                      {.temperature = 0.6, .top_p = 1},
                                      {.temperature = 2.5, .top_p = 1},
                                      {.temperature = 1, .top_k = 25, .top_p = 1},
                                      {.temperature = 1.3, .top_k = 40, .top_p = 1},
                                      {.temperature = 1, .top_p = 0.9},
                                      {.temperature = 0.8, .top_k = 30, .top_p = 0.7}};
  for (size_t i = 0; i < sizeof samplings / sizeof *samplings; i++) check_chi_square(&samplings[i]);
}

/* Rounded probabilities may add up to 1 before the last of them: the rest is not cut for that. */
static void test_top_p_of_one_cuts_nothing(void **state) {
  (void)state;
  afina_candidate candidates[MANY];
  afina_rng rng;
  afina_rng_seed(&rng, 5);
  const afina_sampling all = {.temperature = 1, .top_p = 1};
  for (int draw = 0; draw < 200; draw++) {
    afina_real logits[MANY];
    for (int i = 0; i < MANY; i++)
      logits[i] = (afina_real)(i < MANY / 2 ? 8 * afina_rng_uniform(&rng) : -18);
    assert_int_equal(afina_candidates(&all, logits, MANY, candidates), MANY);
  }
}

static void test_most_probable(void **state) {
  (void)state;
  afina_real logits[MANY];
  afina_candidate all[MANY], top[MANY];
  const afina_sampling plain = {.temperature = 1, .top_p = 1};
  for (int i = 0; i < MANY; i++) logits[i] = (afina_real)log(tail_weight(place(i), 1));
  logits[7] = logits[3]; /* of equals the smaller id comes first */
  afina_candidates(&plain, logits, MANY, all);
  for (size_t n = 0; n <= MANY; n += 50) {
    afina_most_probable(logits, MANY, top, n);
    for (size_t i = 0; i < n; i++) {
      assert_int_equal(top[i].id, all[i].id);
      assert_true(fabs((double)top[i].probability - (double)all[i].probability) < 1e-6);
    }
  }
}

static void test_same_seed_same_tokens(void **state) {
  (void)state;
  const afina_sampling sampling = {.temperature = 1, .top_p = 1};
  afina_real logits[V];
  afina_candidate candidates[V];
  make_logits(logits, 0);
  const size_t count = afina_candidates(&sampling, logits, V, candidates);
  afina_rng a, b, other;
  afina_rng_seed(&a, 3);
  afina_rng_seed(&b, 3);
  afina_rng_seed(&other, 4);
  int differences = 0;
  for (int i = 0; i < 100; i++) {
    const uint32_t token = afina_draw(&sampling, candidates, count, &a);
    assert_int_equal(afina_draw(&sampling, candidates, count, &b), token);
    differences += afina_draw(&sampling, candidates, count, &other) != token;
  }
  assert_true(differences > 20);
}

static void test_one_token(void **state) {
  (void)state;
  const afina_real logit = -3;
  afina_candidate candidate;
  afina_rng rng;
  afina_rng_seed(&rng, 1);
  const afina_sampling sampling = {.temperature = 1, .top_k = 5, .top_p = 0.5};
  assert_int_equal(afina_candidates(&sampling, &logit, 1, &candidate), 1);
  assert_true(candidate.probability == 1.0f);
  assert_int_equal(afina_draw(&sampling, &candidate, 1, &rng), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order_and_shares),
      cmocka_unit_test(test_ties_take_the_smaller_id),
      cmocka_unit_test(test_greedy_uses_no_randomness),
      cmocka_unit_test(test_temperature),
      cmocka_unit_test(test_top_k_and_top_p),
      cmocka_unit_test(test_frequencies),
      cmocka_unit_test(test_chi_square),
      cmocka_unit_test(test_top_p_of_one_cuts_nothing),
      cmocka_unit_test(test_most_probable),
      cmocka_unit_test(test_same_seed_same_tokens),
      cmocka_unit_test(test_one_token),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
