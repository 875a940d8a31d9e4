#include "finetune_need.h"

#include <math.h>
#include <stdio.h>

#include "gradual.h"
#include "lbfgs.h"
#include "memory.h"
#include "optimizer.h"
#include "store.h"

enum {
  /* A multiplication and an addition for each weight and token forward, twice that backward; a core
   * of a laptop does some 25 such operations in a nanosecond within a page. */
  OPERATIONS = 1200000000,
  FEWEST_TOKENS = 64, /* for each thread: below it, the products get slower */
  MOST_TOKENS = 4096,
};

size_t afina_finetune_tokens_at_once(const afina_gpt_config *config, size_t threads,
                                     bool backward) {
  const double C = (double)config->channels, F = (double)config->inner;
  const double weights = (4 * C * C + 2 * C * F) * (double)config->layers;
  const double tokens = OPERATIONS / ((backward ? 6 : 2) * weights);
  const size_t each = tokens < FEWEST_TOKENS ? FEWEST_TOKENS
                      : tokens > MOST_TOKENS ? MOST_TOKENS
                                             : (size_t)tokens;
  return each * threads;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* No part of a batch, and no batch of so many texts that is only evaluated, has more tokens. */
static size_t most_tokens(const afina_finetune_shape *shape, size_t at_once, size_t texts,
                          bool repeats) {
  const size_t all = repeats ? SIZE_MAX : shape->tokens; /* a text may be drawn again */
  const size_t bound = smaller(afina_times(shape->longest, texts), all);
  return smaller(bound, larger(at_once, shape->longest));
}

typedef struct kind_of_batch {
  size_t tokens, texts, first_block, end_block;
  afina_reads reads;
  bool keep;
} kind_of_batch;

static size_t pass_bytes(const afina_gpt_config *config, const kind_of_batch *kind) {
  size_t bytes;
  const afina_gpt_batch batch = {
      .rows = {.N = larger(kind->tokens, 1), .B = larger(kind->texts, 1)},
      .first_block = kind->first_block,
      .end_block = kind->end_block,
      .reads = kind->reads,
      .keep = kind->keep};
  return afina_gpt_pass_bytes(config, &batch, &bytes) ? bytes : SIZE_MAX;
}

/* The largest of what fills the cache of one boundary, trains and evaluates. */
static size_t activations(const afina_gpt_config *config, const afina_finetune_options *o,
                          size_t threads, const afina_finetune_shape *shape, afina_cache_kind cache,
                          size_t block) {
  const size_t L = config->layers;
  const bool cached = cache != AFINA_CACHE_NONE, of_readout = cached && block == L;
  const size_t trained = smaller(o->batch, shape->rows);
  const size_t evaluated = smaller(AFINA_EVALUATE_TEXTS, shape->rows);
  const afina_reads reads = afina_readout_reads(config->readout);
  const kind_of_batch train = {
      .tokens = most_tokens(shape, afina_finetune_tokens_at_once(config, threads, true), trained,
                            o->recipe.draws),
      .texts = trained,
      .first_block = cached ? block : 0,
      .end_block = L,
      .reads = reads,
      .keep = block < L};
  kind_of_batch evaluate = {
      .tokens = most_tokens(shape, afina_finetune_tokens_at_once(config, threads, false), evaluated,
                            false),
      .texts = evaluated,
      .first_block = train.first_block,
      .end_block = L,
      .reads = reads};
  size_t most = 0;
  if (!of_readout) most = larger(pass_bytes(config, &train), pass_bytes(config, &evaluate));
  if (!cached) return most;
  evaluate.first_block = 0;
  evaluate.end_block = block;
  if (!of_readout) evaluate.reads = AFINA_READS_ALL;
  return larger(most, pass_bytes(config, &evaluate));
}

/* Lists of tokens may have twice the room that they use; rows stand in the split and, for each kind
 * of batch, as listed and in this epoch's order. */
static size_t texts_bytes(const afina_finetune_shape *shape, const afina_finetune_options *o) {
  const size_t ids = afina_times(2 * sizeof(uint32_t), afina_plus(shape->tokens, 64));
  const size_t places = afina_times(8 * sizeof(size_t), shape->rows);
  /* of the test rows, with and without the factors; of validation rows, three times */
  const size_t answers = afina_times(
      afina_times(afina_plus(afina_times(5, shape->rows), 8), shape->classes), sizeof(float));
  const size_t drawn = o->recipe.draws
                           ? afina_plus(afina_times(2 * sizeof(size_t), shape->rows),
                                        afina_times(sizeof(uint32_t) * shape->longest, o->batch))
                           : 0;
  return afina_plus(afina_plus(ids, places), afina_plus(answers, drawn));
}

size_t afina_finetune_text_bytes(const afina_dataset *data) {
  size_t bytes = 0;
  for (size_t i = 0; i < afina_dataset_count(data); i++)
    bytes = afina_plus(bytes, afina_dataset_row(data, i).text_size);
  return bytes;
}

/* Of 1,000 and 4,000 rows of five sets (news, reviews, messages; English and Portuguese) there were
 * up to 2.5 n-grams a byte, and of B bytes up to 7.04 B^(3/4) different ones. Each of a text's
 * takes two lists with room for twice as many; a different one two growing lists, a hash table and
 * the bag, that of before and the new one; a weight a gradient, ten vectors of L-BFGS and both
 * bags. */
static size_t ngrams_bytes(const afina_finetune_shape *shape) {
  const double bytes = (double)shape->bytes, weights = 1 << 22;
  const double all = 2.6 * bytes, different = 7.2 * sqrt(bytes) * sqrt(sqrt(bytes));
  const double wanted = (different < all ? different : all) * (double)shape->classes;
  const double learned = wanted < weights ? wanted : weights;
  const double sum = 16 * all + 84 * (different < all ? different : all) + 60 * learned;
  return sum < (double)SIZE_MAX ? (size_t)sum : SIZE_MAX;
}

size_t afina_finetune_room(const afina_finetune_options *options) {
  return afina_plus(options->memory_bytes, afina_store_bytes(options->store));
}

/* The most that a cache of `cache` bytes adds to the store, where there is memory for it. */
static size_t store_bytes(const afina_finetune_options *o, const afina_finetune_shape *shape,
                          size_t cache, size_t total) {
  const bool shares = o->strategy.kind != AFINA_STRATEGY_GRADUAL;
  if (!o->store || !cache || !shares) return 0;
  const size_t room = afina_store_budget(o->store) - afina_store_bytes(o->store);
  const size_t ids = afina_plus(afina_times(afina_store_overhead(0), shape->rows),
                                afina_times(sizeof(uint32_t), shape->tokens));
  const size_t added = smaller(afina_plus(cache, ids), room);
  return afina_plus(total, added) > o->memory_bytes ? 0 : added;
}

static afina_status parameters(size_t *total, size_t *trained, const afina_gpt_config *config,
                               const afina_finetune_options *options, afina_error *error) {
  afina_gpt gpt = {.config = *config};
  AFINA_TRY(afina_params_init(&gpt.params, config, error));
  *total = gpt.params.total;
  *trained = gpt.params.total - afina_gradual_begin(options, &gpt, options->epochs);
  afina_params_free(&gpt.params);
  return AFINA_OK;
}

/* How many of what trains have gradients and moments: of the embeddings, those that texts read. */
static size_t moved(const afina_gpt_config *config, const afina_finetune_shape *shape, size_t total,
                    size_t trained) {
  const size_t V = config->vocabulary, most = smaller(V, shape->tokens);
  const size_t read = shape->different ? shape->different : most;
  if (!afina_optimizer_leaves_out(config, total - trained)) return trained;
  return trained - (V - read) * config->channels;
}

/* A copy of the tuned model and its file, where they are more than what is free when nothing trains
 * any more: gradients, two moments and the best epoch. */
static size_t saving(size_t total, size_t trained, size_t gradients) {
  const size_t copies = afina_times(total, 2),
               free = afina_plus(trained, afina_times(gradients, 3));
  return copies > free ? copies - free : 0;
}

/* What the boundaries take that training begins at, one after the other: activations and cache of
 * the worst. Returns the bytes of the cache that are kept of all texts. */
static size_t boundaries(afina_finetune_need *need, const afina_gpt_config *config,
                         const afina_finetune_options *o, size_t threads,
                         const afina_finetune_shape *shape) {
  const size_t L = config->layers, lowest = afina_gradual_block(o, L, o->epochs);
  size_t kept = 0, gathered = 0;
  for (size_t block = lowest; block <= afina_gradual_block(o, L, 1); block++) {
    const afina_cache_size cache =
        afina_cache_measure(config, block, shape->rows, shape->tokens, o->cache_bytes);
    need->activations =
        larger(need->activations, activations(config, o, threads, shape, cache.kind, block));
    if (cache.kind == AFINA_CACHE_NONE) continue;
    if (cache.kind > need->cache_kind) need->cache_kind = cache.kind;
    kept = larger(kept, cache.bytes);
    const size_t rows = block == L ? need->texts_at_once : need->tokens_at_once;
    gathered =
        larger(gathered, afina_times(rows, afina_readout_width(config) * sizeof(afina_real)));
  }
  need->cache = afina_plus(kept, gathered);
  return kept;
}

afina_status afina_finetune_measure(afina_finetune_need *out, const afina_gpt_config *base,
                                    const afina_finetune_options *o, size_t threads,
                                    const afina_finetune_shape *given, afina_error *error) {
  afina_gpt_config config = *base;
  afina_finetune_shape shape = *given;
  config.classes = shape.classes;
  config.readout = o->readout;
  config.adapters = afina_finetune_adapters(o, config.layers);
  size_t total, trained;
  AFINA_TRY(parameters(&total, &trained, &config, o, error));
  const size_t texts = larger(smaller(o->batch, shape.rows), AFINA_EVALUATE_TEXTS);
  const size_t at_once =
      larger(most_tokens(&shape, afina_finetune_tokens_at_once(&config, threads, true), o->batch,
                         o->recipe.draws),
             most_tokens(&shape, afina_finetune_tokens_at_once(&config, threads, false),
                         AFINA_EVALUATE_TEXTS, false));
  const size_t gradients = moved(&config, &shape, total, trained);
  const size_t vectors = afina_finetune_at_once(o) ? 2 + (size_t)AFINA_LBFGS_VECTORS : 2;
  afina_finetune_need need = {
      .weights =
          afina_times(afina_plus(afina_plus(total, trained), saving(total, trained, gradients)),
                      sizeof(afina_real)),
      .gradients = afina_times(gradients, sizeof(afina_real)),
      .moments = afina_times(gradients, vectors * sizeof(afina_real)),
      .ngrams = o->ngrams ? ngrams_bytes(&shape) : 0,
      .texts = texts_bytes(&shape, o),
      .tokens_at_once = at_once,
      .texts_at_once = texts,
  };
  const size_t kept = boundaries(&need, &config, o, threads, &shape);
  const size_t parts[] = {need.weights, need.gradients, need.moments, need.activations,
                          need.cache,   need.ngrams,    need.texts};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    need.total = afina_plus(need.total, parts[i]);
  need.store = store_bytes(o, &shape, kept, need.total);
  need.total = afina_plus(need.total, need.store);
  *out = need;
  return AFINA_OK;
}

/* "head would take 12 MB, ...": what takes clearly less. */
static void propose(char *out, size_t room, const afina_finetune_need *need,
                    const afina_gpt_config *config, const afina_finetune_options *options,
                    size_t threads, const afina_finetune_shape *shape) {
  const struct {
    const char *name;
    afina_strategy strategy;
    size_t batch;
  } others[] = {{"last:1", {.kind = AFINA_STRATEGY_LAST, .blocks = 1}, options->batch},
                {"head", {.kind = AFINA_STRATEGY_HEAD}, options->batch},
                {"a batch of 1", options->strategy, 1}};
  size_t used = 0;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    afina_finetune_options other = *options;
    afina_finetune_need less;
    other.strategy = others[i].strategy;
    other.batch = others[i].batch;
    if (afina_finetune_measure(&less, config, &other, threads, shape, NULL) != AFINA_OK ||
        less.total > need->total / 10 * 9)
      continue;
    const int n = snprintf(out + used, room - used, "%s%s would take %zu MB", used ? ", " : "",
                           others[i].name, afina_megabytes(less.total));
    if (n < 0 || (size_t)n >= room - used) return;
    used += (size_t)n;
  }
}

afina_status afina_finetune_refuse(const afina_finetune_need *need, const afina_gpt_config *config,
                                   const afina_finetune_options *options, size_t threads,
                                   const afina_finetune_shape *shape, afina_error *error) {
  char room[64] = "there is not as much", less[160] = "";
  if (options->memory_bytes != SIZE_MAX)
    snprintf(room, sizeof room, "there are %zu MB", afina_finetune_room(options) / AFINA_MEGABYTE);
  propose(less, sizeof less, need, config, options, threads, shape);
  return afina_fail(
      error, AFINA_E_MEMORY,
      "training takes %zu MB (weights %zu, gradients and moments %zu, activations %zu, kept "
      "activations %zu, n-grams %zu, texts %zu), but %s; %s",
      afina_megabytes(need->total), afina_megabytes(need->weights),
      afina_megabytes(afina_plus(need->gradients, need->moments)),
      afina_megabytes(need->activations), afina_megabytes(need->cache),
      afina_megabytes(need->ngrams), afina_megabytes(need->texts), room,
      *less ? less : "use fewer or shorter texts, or a smaller model");
}
