/* The golden numbers of tiny.safetensors (scripts/golden.py says what is in it) and a model with
 * its weights. */
#ifndef AFINA_GOLDEN_H
#define AFINA_GOLDEN_H

#include "gpt.h"
#include "memory.h"
#include "safetensors.h"

enum { GOLDEN_ROWS = 64, GOLDEN_LOGITS = 4096 };

typedef struct golden {
  afina_bytes bytes;
  afina_safetensors *file;
  afina_gpt gpt;
  afina_exec exec;
  afina_gpt_pass pass;
  size_t B, N, starts[GOLDEN_ROWS + 1];
  uint32_t ids[GOLDEN_ROWS], labels[GOLDEN_ROWS], targets[GOLDEN_ROWS];
  float losses[GOLDEN_ROWS], logits[GOLDEN_LOGITS];
  double worst; /* the largest distance that golden_compare has seen */
} golden;

/* Opens the file and makes the model: with its head where `readout` classifies, without for a
 * language model. Fails the test where it cannot. */
void golden_open(golden *g, const afina_kernels *kernels, bool head, afina_readout readout);
void golden_close(golden *g);

/* A number of the metadata. */
double golden_number(const golden *g, const char *key);

/* Runs the batch, from ids, through all blocks. */
void golden_forward(golden *g, afina_reads reads, bool keep);
/* The classification losses after golden_forward; pass->logits has the logits. Where gradients is
 * not NULL, also the gradients of their mean. Returns the mean. */
double golden_classify(golden *g, const afina_gradients *gradients);

/* The largest |actual - expected| over the largest |expected| of the tensor `name`; fails the test
 * with tensor, worst index and both values where it is above `bar`. Elements begin <= i < end are
 * left out. */
void golden_compare_but(golden *g, const char *name, const float *actual, size_t n, double bar,
                        size_t begin, size_t end);
void golden_compare(golden *g, const char *name, const float *actual, size_t n, double bar);

#endif
