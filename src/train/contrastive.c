#include "contrastive.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pretrain_private.h"

/* Half of the pairs overlap (which teaches the words), half stand side by side (which teaches the
 * subject). Half of the batches come from one stream, where partners are harder to find. */
static const double overlapping = 0.5, of_one_stream = 0.5;
/* The scores of all passages with all others have to stay small beside the model's own products. */
enum { MAX_PAIRS = 1024 };
/* Columns of the embedding that a thread takes. */
enum { COLUMNS = 16 };

/* Documents of a stream: document d is ids[starts[d]] .. ids[starts[d + 1] - 2], and then the
 * end-of-text id. */
typedef struct documents {
  size_t *starts; /* [count + 1] */
  size_t count;
} documents;

struct afina_contrastive {
  documents *documents; /* [stream_count] */
  size_t stream_count;
  uint32_t *ids;  /* [2P, T] passages: the first of all pairs, then their partners */
  size_t *starts; /* [2P + 1] */
  afina_contrast contrast;
  afina_real *pooled, *dpooled; /* [2P, C] */
  size_t pairs, span, length;   /* of the batch; length: the span and, if read there, its end */
};

static afina_status find_documents(documents *out, const afina_stream *stream, uint16_t end,
                                   afina_error *error) {
  const size_t n = stream->count - stream->held_out;
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += stream->ids[i] == end;
  out->starts = afina_allocate(count + 1, sizeof *out->starts);
  if (!out->starts) return afina_fail_memory(error);
  for (size_t i = 0; i < n; i++)
    if (stream->ids[i] == end) out->starts[++out->count] = i + 1;
  return AFINA_OK;
}

/* Passages of `span` tokens are drawn from documents at least this long. */
static size_t shortest(size_t span) { return span + span / 2; }

static size_t pairs_of(size_t tokens, size_t span) {
  const size_t pairs = tokens / (2 * span) / AFINA_LANES * AFINA_LANES;
  return pairs < MAX_PAIRS ? pairs : MAX_PAIRS;
}

static afina_status check(const afina_contrastive *c, const afina_pretrain *run,
                          afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  for (size_t s = 0; s < o->span_count; s++) {
    const size_t fewest =
        o->contrast_tokens && o->word_tokens
            ? (o->contrast_tokens < o->word_tokens ? o->contrast_tokens : o->word_tokens)
            : o->contrast_tokens + o->word_tokens;
    if (o->spans[s] < 4 || o->spans[s] >= run->gpt->config.context ||
        pairs_of(fewest, o->spans[s]) == 0)
      return afina_fail(error, AFINA_E_ARGUMENT,
                        "passages of %zu tokens: from 4 to the context without one, and at least "
                        "%d pairs of them in %zu tokens",
                        o->spans[s], AFINA_LANES, fewest);
    for (size_t i = 0; i < run->stream_count; i++) {
      const documents *d = &c->documents[i];
      bool found = run->streams[i].weight <= 0;
      for (size_t k = 0; k < d->count && !found; k++)
        found = d->starts[k + 1] - d->starts[k] > shortest(o->spans[s]);
      if (!found)
        return afina_fail(error, AFINA_E_DATA,
                          "%s: no document has the %zu tokens that two passages of %zu need",
                          run->streams[i].name, shortest(o->spans[s]), o->spans[s]);
    }
  }
  return AFINA_OK;
}

static afina_status allocate(afina_contrastive *c, const afina_pretrain *run, afina_error *error) {
  const afina_pretrain_options *o = &run->options;
  const size_t C = run->gpt->config.channels;
  size_t pairs = 0, span = 0;
  for (size_t s = 0; s < o->span_count; s++) {
    const size_t more = pairs_of(
        o->contrast_tokens > o->word_tokens ? o->contrast_tokens : o->word_tokens, o->spans[s]);
    pairs = more > pairs ? more : pairs;
    span = o->spans[s] > span ? o->spans[s] : span;
  }
  c->stream_count = run->stream_count;
  c->documents = afina_allocate(run->stream_count, sizeof *c->documents);
  c->ids = afina_allocate(2 * pairs, (span + 1) * sizeof *c->ids);
  c->starts = afina_allocate(2 * pairs + 1, sizeof *c->starts);
  c->pooled = afina_allocate(2 * pairs, C * sizeof *c->pooled);
  c->dpooled = afina_allocate(2 * pairs, C * sizeof *c->dpooled);
  if (!c->documents || !c->ids || !c->starts || !c->pooled || !c->dpooled)
    return afina_fail_memory(error);
  for (size_t i = 0; i < run->stream_count; i++)
    AFINA_TRY(find_documents(&c->documents[i], &run->streams[i], o->end_of_text, error));
  return afina_contrast_init(&c->contrast, pairs, C, error);
}

afina_status afina_contrastive_create(afina_contrastive **out, const afina_pretrain *run,
                                      afina_error *error) {
  afina_contrastive *c = afina_allocate(1, sizeof *c);
  if (!c) return afina_fail_memory(error);
  afina_status status = allocate(c, run, error);
  if (status == AFINA_OK) status = check(c, run, error);
  if (status != AFINA_OK) {
    afina_contrastive_free(c);
    return status;
  }
  *out = c;
  return AFINA_OK;
}

void afina_contrastive_free(afina_contrastive *c) {
  if (!c) return;
  for (size_t i = 0; c->documents && i < c->stream_count; i++) free(c->documents[i].starts);
  free(c->documents);
  free(c->ids);
  free(c->starts);
  free(c->pooled);
  free(c->dpooled);
  afina_contrast_free(&c->contrast);
  free(c);
}

/* The document that token `at` lies in. */
static size_t document_at(const documents *d, size_t at) {
  size_t low = 0, high = d->count;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (d->starts[middle] <= at)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Two places in one document, both followed by `span` tokens of it. A document is drawn in
 * proportion to its length; one that is too short, or a partner that would leave it, is drawn anew.
 */
static void draw_pair(const documents *d, afina_rng *rng, size_t span, size_t *first,
                      size_t *second) {
  for (;;) {
    const size_t k = document_at(d, afina_rng_below(rng, d->starts[d->count]));
    const size_t begin = d->starts[k], end = d->starts[k + 1] - 1;
    if (end - begin < shortest(span)) continue;
    const size_t at = begin + afina_rng_below(rng, end - begin - span + 1);
    const bool overlap = afina_rng_uniform(rng) < overlapping;
    const size_t gap = overlap ? span / 4 + afina_rng_below(rng, span - span / 4)
                               : span + afina_rng_below(rng, span);
    const bool before = at >= begin + gap, behind = at + gap + span <= end;
    if (!before && !behind) continue;
    *first = at;
    *second = before && (!behind || afina_rng_uniform(rng) < 0.5) ? at - gap : at + gap;
    return;
  }
}

static void place(afina_contrastive *c, const afina_pretrain *run, size_t text,
                  const afina_stream *stream, size_t at) {
  uint32_t *row = c->ids + text * c->length;
  for (size_t t = 0; t < c->span; t++) row[t] = stream->ids[at + t];
  if (c->length > c->span) row[c->span] = run->options.end_of_text;
}

/* A batch of pairs of passages with `tokens` tokens in all, `behind` (0 or 1) more for each. */
static void draw(afina_contrastive *c, afina_pretrain *run, size_t tokens, size_t behind) {
  const afina_pretrain_options *o = &run->options;
  c->span = o->spans[afina_rng_below(&run->rng, o->span_count)];
  c->length = c->span + behind;
  c->pairs = pairs_of(tokens, c->span);
  for (size_t b = 0; b <= 2 * c->pairs; b++) c->starts[b] = b * c->length;
  const bool one = afina_rng_uniform(&run->rng) < of_one_stream;
  size_t stream = afina_pretrain_draw_stream(run);
  for (size_t p = 0; p < c->pairs; p++) {
    size_t first, second;
    if (!one) stream = afina_pretrain_draw_stream(run);
    draw_pair(&c->documents[stream], &run->rng, c->span, &first, &second);
    place(c, run, p, &run->streams[stream], first);
    place(c, run, c->pairs + p, &run->streams[stream], second);
  }
}

typedef struct job {
  afina_contrastive *c;
  afina_pretrain *run;
} job;

/* Where words are read too, the blocks learn from what is theirs. */
static afina_reads reads_of(const afina_gpt *gpt) {
  const afina_reads reads = afina_readout_reads(gpt->config.readout);
  return reads == AFINA_READS_WORDS ? AFINA_READS_MEAN : reads;
}

/* The lane's share of the 2P passages: afterwards its pass holds what the way back needs. */
static void embed(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const afina_gpt *gpt = j->run->gpt;
  const size_t texts = 2 * j->c->pairs / j->run->lane_count, C = gpt->config.channels;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    afina_lane *lane = &j->run->lanes[i];
    const afina_gpt_batch batch = {
        .rows = {.starts = j->c->starts, .B = texts, .N = texts * j->c->length},
        .ids = j->c->ids + i * texts * j->c->length,
        .end_block = gpt->config.layers,
        .reads = reads_of(gpt),
        .keep = true};
    lane->status = afina_gpt_forward(gpt, &lane->exec, &lane->pass, &batch, &lane->error);
    if (lane->status != AFINA_OK) continue;
    afina_readout_forward(gpt, &lane->pass);
    memcpy(j->c->pooled + i * texts * C, lane->pass.pooled, texts * C * sizeof(afina_real));
  }
}

static void learn(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const afina_gpt *gpt = j->run->gpt;
  const size_t texts = 2 * j->c->pairs / j->run->lane_count, C = gpt->config.channels;
  (void)thread;
  for (size_t i = begin; i < end; i++) {
    afina_lane *lane = &j->run->lanes[i];
    memcpy(lane->pass.dpooled, j->c->dpooled + i * texts * C, texts * C * sizeof(afina_real));
    afina_readout_backward(gpt, &lane->pass);
    afina_gpt_backward(gpt, &lane->exec, &lane->pass, &lane->gradients);
  }
}

/* What belongs to the batch that was drawn, from pooled to dpooled. */
static double compare(afina_contrastive *c, const afina_pretrain *run, double weight) {
  return afina_contrast_loss(run->exec, &c->contrast, c->dpooled, c->pooled,
                             (afina_real)run->options.temperature, (afina_real)weight, c->pairs,
                             run->gpt->config.channels);
}

static afina_status run_blocks(afina_contrastive *c, afina_pretrain *run, double *loss,
                               afina_error *error) {
  job j = {.c = c, .run = run};
  draw(c, run, run->options.contrast_tokens,
       run->gpt->config.readout == AFINA_READOUT_SPECIAL ? 1 : 0);
  afina_pool_run(run->exec->pool, run->lane_count, 1, embed, &j);
  for (size_t i = 0; i < run->lane_count; i++)
    if (run->lanes[i].status != AFINA_OK)
      return afina_fail(error, run->lanes[i].status, "%s", run->lanes[i].error.message);
  *loss = compare(c, run, run->options.contrast_weight);
  afina_pool_run(run->exec->pool, run->lane_count, 1, learn, &j);
  return AFINA_OK;
}

/* Passages begin .. end - 1: the mean of their token embeddings. */
static void embed_words(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const size_t C = j->run->gpt->config.channels, T = j->c->length;
  const afina_real *wte = afina_gpt_weight(j->run->gpt, 0, AFINA_WTE);
  (void)thread;
  for (size_t b = begin; b < end; b++) {
    afina_real *row = j->c->pooled + b * C;
    memset(row, 0, C * sizeof *row);
    for (size_t t = 0; t < T; t++)
      j->run->exec->kernels->add(row, wte + j->c->ids[b * T + t] * C, C);
    for (size_t c = 0; c < C; c++) row[c] /= (afina_real)T;
  }
}

/* Columns begin .. end - 1 of the embedding's gradient: two passages may hold the same token. The
 * embedding comes first among the parameters. */
static void learn_words(void *context, size_t begin, size_t end, size_t thread) {
  const job *j = context;
  const size_t C = j->run->gpt->config.channels, T = j->c->length;
  afina_real *dwte = j->run->optimizer.gradients.data;
  (void)thread;
  for (size_t b = 0; b < 2 * j->c->pairs; b++) {
    afina_real *d = j->c->dpooled + b * C;
    for (size_t c = begin; c < end; c++) d[c] /= (afina_real)T;
    for (size_t t = 0; t < T; t++)
      j->run->exec->kernels->add(dwte + j->c->ids[b * T + t] * C + begin, d + begin, end - begin);
  }
}

void afina_contrastive_words(afina_contrastive *c, afina_pretrain *run, afina_pretrain_loss *loss) {
  job j = {.c = c, .run = run};
  draw(c, run, run->options.word_tokens, 0);
  afina_pool_run(run->exec->pool, 2 * c->pairs, 1, embed_words, &j);
  loss->words = compare(c, run, run->options.word_weight);
  afina_pool_run(run->exec->pool, run->gpt->config.channels, COLUMNS, learn_words, &j);
}

afina_status afina_contrastive_step(afina_contrastive *c, afina_pretrain *run,
                                    afina_pretrain_loss *loss, afina_error *error) {
  if (run->options.contrast_tokens) AFINA_TRY(run_blocks(c, run, &loss->contrast, error));
  if (run->options.word_tokens) afina_contrastive_words(c, run, loss);
  return AFINA_OK;
}
