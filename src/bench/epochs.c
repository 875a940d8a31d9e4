/* Epochs of fine-tuning as a user has them: finetune.h on texts of random letters, each a token. */
#include "bench_private.h"
#include "bpe_train.h"

enum { SHORTEST = 8, LONGEST = 56, LATER = 4, BATCH = 8, CACHE = 1 << 30 };

static afina_status add_texts(afina_bench *bench, afina_error *error) {
  bench_epochs *e = &bench->epochs;
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  for (size_t i = 0; i < bench->texts; i++) {
    char text[LONGEST];
    const size_t size = SHORTEST + afina_rng_below(&rng, LONGEST - SHORTEST + 1);
    for (size_t j = 0; j < size; j++) text[j] = (char)('a' + afina_rng_below(&rng, 26));
    AFINA_TRY(afina_dataset_add(e->data, AFINA_PART_TRAIN, text, size, i % 2 ? "b" : "a", 1, i + 1,
                                error));
    e->tokens += size;
  }
  return AFINA_OK;
}

afina_status afina_bench_epochs_init(afina_bench *bench, afina_error *error) {
  if (!bench->epochs_too) return AFINA_OK;
  afina_bpe_trainer *trainer = NULL;
  AFINA_TRY(afina_bpe_trainer_create(&trainer, error));
  afina_status status =
      afina_bpe_trainer_finish(trainer, AFINA_BPE_SMALLEST, &bench->epochs.tokenizer, error);
  afina_bpe_trainer_free(trainer);
  if (status == AFINA_OK) status = afina_dataset_create(&bench->epochs.data, error);
  return status == AFINA_OK ? add_texts(bench, error) : status;
}

void afina_bench_epochs_clear(afina_bench *bench) {
  afina_tokenizer_free(bench->epochs.tokenizer);
  afina_dataset_free(bench->epochs.data);
  bench->epochs = (bench_epochs){0};
}

/* From the end of tokenising on. *first: until the first epoch's end, the filling of the cache
 * included; *later: the mean of those that follow, where there are any. */
static afina_status run(afina_bench *bench, afina_finetune *tuning, double *first, double *later,
                        afina_error *error) {
  afina_progress progress;
  double start = 0, since = 0;
  while (tuning->phase != AFINA_DONE) {
    const bool prepares = tuning->phase == AFINA_PREPARE;
    const size_t done = tuning->epochs_done;
    AFINA_TRY(afina_finetune_advance(tuning, bench->clock(), &progress, error));
    const double now = bench->clock();
    if (prepares) start = now;
    if (done == 0 && tuning->epochs_done == 1) {
      *first = now - start;
      since = now;
    }
    if (tuning->epochs_done > 1) *later = (now - since) / (double)(tuning->epochs_done - 1);
  }
  return AFINA_OK;
}

afina_status afina_bench_epoch(afina_bench *bench, const bench_item *item, double *seconds,
                               double *later, afina_error *error) {
  const bool cached = item->epoch == BENCH_FIRST;
  afina_finetune_options options;
  afina_finetune_defaults(&options, &bench->gpt.config, bench->texts, bench->gpt.config.classes);
  options.strategy = item->strategy;
  options.readout = AFINA_READOUT_LAST;
  options.epochs = cached ? 1 + LATER : 1;
  options.ngrams = false; /* the network alone */
  options.recipe.lbfgs = false;
  options.patience = 0;
  options.lr = 1e-4;
  options.batch = BATCH;
  options.valid_share = options.test_share = 0;
  options.cache_bytes = cached ? CACHE : 0;
  afina_finetune tuning;
  afina_status status = afina_finetune_init(&tuning, &bench->gpt, bench->epochs.tokenizer,
                                            bench->epochs.data, &bench->exec, &options, error);
  if (status == AFINA_OK) status = run(bench, &tuning, seconds, later, error);
  afina_finetune_clear(&tuning);
  return status;
}
