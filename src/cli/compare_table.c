#include "compare_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double number(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static const char *word(const cJSON *object, const char *key) {
  const cJSON *item = afina_json_member(object, key);
  return cJSON_IsString(item) ? item->valuestring : "";
}

static void print_name(const cJSON *entry) {
  char name[80];
  const bool random = cJSON_IsTrue(afina_json_member(entry, "random"));
  snprintf(name, sizeof name, "%s%s", word(entry, "name"), random ? ", random weights" : "");
  printf("%-24s", name);
}

/* "0.842 +- 0.004 [0.801, 0.880]", as wide whatever is known of it. */
static void print_score(const cJSON *score) {
  const double deviation = number(score, "deviation");
  printf("  %.3f", number(score, "mean"));
  if (isnan(deviation))
    printf("%9s", "");
  else
    printf(" +- %.3f", deviation);
  printf(" [%.3f, %.3f]", number(score, "low"), number(score, "high"));
}

static bool has_run(const cJSON *entry) {
  return !isnan(number(afina_json_member(entry, "accuracy"), "mean"));
}

static void print_failures(const cJSON *entry) {
  const cJSON *runs = afina_json_member(entry, "runs");
  for (const cJSON *run = runs ? runs->child : NULL; run; run = run->next) {
    const cJSON *failure = afina_json_member(run, "failure");
    if (failure) printf("    seed %.0f: %s\n", number(run, "seed"), word(failure, "message"));
  }
}

static void print_entries(const cJSON *report) {
  const cJSON *before = afina_json_member(afina_json_member(report, "forgetting"), "before");
  printf("%-24s%11s %9s  %-30s  %-30s%9s%11s\n", "", "trained", "seconds", "accuracy", "macro-F1",
         "saved", "perplexity");
  const cJSON *entries = afina_json_member(report, "entries");
  for (const cJSON *entry = entries->child; entry; entry = entry->next) {
    print_name(entry);
    if (!has_run(entry)) {
      printf("  %s\n", afina_json_member(entry, "runs")->child ? "failed" : "not run");
    } else {
      printf("%11.0f %9.2f", number(entry, "trained_parameters"),
             number(afina_json_member(entry, "seconds"), "mean"));
      print_score(afina_json_member(entry, "accuracy"));
      print_score(afina_json_member(entry, "macro_f1"));
      printf("%6.1f MB", number(afina_json_member(entry, "saved"), "bytes") / 1e6);
      const double after = number(afina_json_member(entry, "after"), "perplexity");
      if (!isnan(after)) printf("%11.1f", after);
      printf("\n");
    }
    print_failures(entry);
  }
  printf("The model's perplexity before training: %.1f\n", number(before, "perplexity"));
}

static const cJSON *entry_at(const cJSON *report, double index) {
  return cJSON_GetArrayItem(afina_json_member(report, "entries"), (int)index);
}

/* The best one against each of the others. */
static void print_pairs(const cJSON *report) {
  int best = -1, at = 0;
  double highest = -1;
  for (const cJSON *e = afina_json_member(report, "entries")->child; e; e = e->next, at++) {
    const double mean = number(afina_json_member(e, "accuracy"), "mean");
    if (!(mean > highest)) continue;
    highest = mean;
    best = at;
  }
  const cJSON *pairs = afina_json_member(report, "pairs");
  for (const cJSON *pair = pairs ? pairs->child : NULL; pair; pair = pair->next) {
    const bool is_first = (int)number(pair, "first") == best;
    if (!is_first && (int)number(pair, "second") != best) continue;
    const double mine = number(pair, is_first ? "first_only" : "second_only");
    const double others = number(pair, is_first ? "second_only" : "first_only");
    print_name(entry_at(report, best));
    printf("and ");
    print_name(entry_at(report, number(pair, is_first ? "second" : "first")));
    printf("only the one is right about %.0f texts, only the other about %.0f: p = %.2g\n", mine,
           others, number(pair, "p"));
  }
}

static void print_verdict(const cJSON *report, const cJSON *gain) {
  const cJSON *accuracy = afina_json_member(gain, "accuracy");
  const char *verdict = word(gain, "verdict");
  if (!*verdict) return;
  printf("From %.0f rows to %.0f the accuracy changed by %+.1f points (95%%: %+.1f to %+.1f): ",
         number(entry_at(report, number(gain, "from")), "rows"),
         number(entry_at(report, number(gain, "to")), "rows"), 100 * number(accuracy, "mean"),
         100 * number(accuracy, "low"), 100 * number(accuracy, "high"));
  if (strcmp(verdict, "helps") == 0)
    printf("more labels would probably help.\n");
  else if (strcmp(verdict, "little") == 0)
    printf("as many labels again would bring little.\n");
  else
    printf("these test rows do not tell whether more labels would help.\n");
}

static void print_curve(const cJSON *report) {
  const cJSON *curve = afina_json_member(report, "curve");
  const cJSON *points = afina_json_member(curve, "points");
  printf("%16s%8s  %-30s  %-30s\n", "labels a class", "rows", "accuracy", "accuracy of n-grams");
  for (const cJSON *point = points ? points->child : NULL; point; point = point->next) {
    const cJSON *entry = entry_at(report, number(point, "entry"));
    const cJSON *baseline = entry_at(report, number(point, "baseline"));
    const double labels = number(entry, "labels_per_class");
    if (isnan(labels))
      printf("%16s", "all");
    else
      printf("%16.0f", labels);
    if (has_run(entry) && has_run(baseline)) {
      printf("%8.0f", number(entry, "rows"));
      print_score(afina_json_member(entry, "accuracy"));
      print_score(afina_json_member(baseline, "accuracy"));
    } else {
      printf("  %s", afina_json_member(entry, "runs")->child ? "failed" : "not run");
    }
    printf("\n");
    print_failures(entry);
  }
  print_verdict(report, afina_json_member(curve, "gain"));
}

void cli_print_comparison(const cJSON *report) {
  const cJSON *data = afina_json_member(report, "data");
  printf("%.0f texts to test on; +- over seeds, [95%% by bootstrap over the test texts]\n",
         number(data, "tested"));
  if (afina_json_member(report, "curve")) {
    print_curve(report);
  } else {
    print_entries(report);
    print_pairs(report);
  }
}
