/* A comparison: what it is told, what is run, what is kept of it (private to the api layer; the
 * public face is afina.h).
 *
 * Its work is a list of entries, the rows of the table, each run once for every seed. All are asked
 * about the same test rows. */
#ifndef AFINA_COMPARE_H
#define AFINA_COMPARE_H

#include "finetune_bag.h"
#include "model.h"
#include "session.h"
#include "split.h"
#include "statistics.h"

typedef enum afina_compared {
  AFINA_COMPARED_NETWORK,  /* a session */
  AFINA_COMPARED_NGRAMS,   /* the n-grams alone: TF-IDF and logistic regression */
  AFINA_COMPARED_MAJORITY, /* always the class that has the most rows to train on */
} afina_compared;

/* An entry with one seed. */
typedef struct afina_compared_run {
  uint64_t seed;
  bool done;           /* or failed: */
  afina_error failure; /* AFINA_OK: none */
  uint32_t *predicted; /* [tests] in the order of comparison->tests */
  double accuracy, macro_f1, seconds;
  bool as_delta; /* what saved_bytes are: a delta, else the parameters alone */
  size_t trained_parameters, saved_bytes, rows; /* rows it learned from, validation included */
  cJSON *json; /* "options", "epochs", "best_epoch", "test", ...: as report.json has them */
} afina_compared_run;

typedef struct afina_compared_entry {
  afina_compared kind;
  cJSON *options;   /* of the session: those of all entries and its own; NULL of a baseline */
  const char *name; /* the strategy; points into options, or a constant */
  bool random;      /* starts from random weights */
  size_t labels;    /* of each class that it learns from; 0: all there are */
  afina_compared_run *runs; /* [seeds] */
  bool has_language, has_intervals;
  afina_perplexity_result language; /* of the tuned model of the first run */
  afina_intervals intervals;
} afina_compared_entry;

typedef enum afina_compare_phase {
  AFINA_COMPARE_LANGUAGE, /* how well the model predicts the text before anything trains */
  AFINA_COMPARE_START,
  AFINA_COMPARE_SESSION,
  AFINA_COMPARE_NGRAMS,
  AFINA_COMPARE_FORGETTING, /* the same text, after training */
  AFINA_COMPARE_INTERVALS,
  AFINA_COMPARE_DONE
} afina_compare_phase;

struct afina_comparison {
  afina_runtime *runtime;     /* borrowed */
  const afina_model *model;   /* borrowed */
  const afina_dataset *data;  /* borrowed */
  cJSON *model_json, *common; /* of the report; the options that all entries share */
  uint64_t *seeds;            /* [seed_count] */
  size_t seed_count;
  uint64_t split_seed;
  afina_finetune_options options; /* `common`, completed */
  char *text;                     /* what forgetting is measured on; not terminated */
  size_t text_size;
  bool text_given;
  bool is_curve;
  afina_compared_entry *entries; /* [entry_count] */
  size_t entry_count;

  afina_split split; /* of data, by split_seed */
  uint32_t *truth;   /* [tests] */
  size_t *place_of;  /* [rows of data] a test row's place among the tests, else SIZE_MAX */
  size_t tests, classes;
  afina_perplexity_result before;

  afina_compare_phase phase;
  size_t entry, run; /* the one at work */
  double started;
  afina_progress progress; /* of the session */
  afina_session *session;
  afina_finetune_bag bag;
  afina_split bag_split; /* rows of the bag: of `subset`, or of data */
  afina_dataset *subset; /* where the entry learns from some labels of each class only */
  size_t *row_of;        /* [rows of subset] their indices in data */
};

/* Reads the plan: common options, seeds, text, entries. AFINA_E_ARGUMENT names what is wrong. */
afina_status afina_compare_plan(afina_comparison *c, const char *plan, size_t size,
                                afina_error *error);
/* Entries of 8, 16, 32 ... labels of each class and of all, each with the n-grams beside it. */
afina_status afina_compare_plan_curve(afina_comparison *c, const cJSON *own, afina_error *error);

/* The rows to test on and, of every other class's rows, `labels`, drawn by `seed`: those of fewer
 * labels are among those of more. Into c->subset and c->row_of. */
afina_status afina_compare_subset(afina_comparison *c, size_t labels, uint64_t seed,
                                  afina_error *error);
/* How many rows to train on, validation included, the largest class has. */
size_t afina_compare_largest_class(const afina_comparison *c);

/* The n-grams alone: begins, works (*done at the end) and scores. */
afina_status afina_compare_start_ngrams(afina_comparison *c, afina_error *error);
afina_status afina_compare_work_on_ngrams(afina_comparison *c, bool *done, afina_error *error);
afina_status afina_compare_majority(afina_comparison *c, afina_error *error);
/* The scores of a baseline's probabilities [rows of the split's test, classes]. */
afina_status afina_compare_score(afina_comparison *c, afina_compared_run *run,
                                 const float *probabilities, afina_error *error);

/* A run that ended well; its predictions of all tests are there. */
static inline bool afina_compared_ran(const afina_compared_run *run) {
  return run->done && run->failure.status == AFINA_OK;
}
/* The predictions of an entry's good runs, into list [seed_count]; returns how many. */
size_t afina_compare_answers(const afina_comparison *c, const afina_compared_entry *entry,
                             const uint32_t **list);

#endif
