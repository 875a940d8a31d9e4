/* The saved state of an instruction-tuning run: what trained and its moments as tensors, the losses
 * of the epochs in F64, and counters, doubles and generators as the 64 bits that they are. The
 * order of the rows is not in it: it is shuffled anew from the generator as it was before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instruct.h"
#include "memory.h"

enum { OWN = 5 };
enum {
  PHASE,
  EPOCH,
  STEP,
  UPDATE,
  TOKENS,
  BETA1_POWER, /* from here on the bits of doubles */
  BETA2_POWER,
  SUM,
  WEIGHT,
  LAST_LOSS,
  LAST_RATE,
  LAST_NORM,
  RNG,
  EPOCH_RNG = RNG + 4,
  NUMBERS = EPOCH_RNG + 4
};

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void pack(const afina_instruct_run *run, uint64_t numbers[NUMBERS]) {
  numbers[PHASE] = (uint64_t)run->phase;
  numbers[EPOCH] = run->epoch;
  numbers[STEP] = run->phase == AFINA_TRAIN ? run->step : 0; /* held-out rows begin anew */
  numbers[UPDATE] = run->update;
  numbers[TOKENS] = run->tokens;
  numbers[BETA1_POWER] = bits_of(run->optimizer.beta1_power);
  numbers[BETA2_POWER] = bits_of(run->optimizer.beta2_power);
  numbers[SUM] = bits_of(run->phase == AFINA_TRAIN ? run->sum : 0);
  numbers[WEIGHT] = bits_of(run->phase == AFINA_TRAIN ? run->weight : 0);
  numbers[LAST_LOSS] = bits_of(run->last_loss);
  numbers[LAST_RATE] = bits_of(run->last_rate);
  numbers[LAST_NORM] = bits_of(run->last_norm);
  memcpy(&numbers[RNG], run->rng.state, sizeof run->rng.state);
  memcpy(&numbers[EPOCH_RNG], run->epoch_rng.state, sizeof run->epoch_rng.state);
}

static afina_tensor_view view_of(const char *name, afina_dtype dtype, const void *data,
                                 size_t count) {
  return (afina_tensor_view){.name = name,
                             .dtype = dtype,
                             .rank = 1,
                             .shape = {count},
                             .data = data,
                             .size = count * afina_dtype_size(dtype)};
}

afina_status afina_instruct_run_save(const afina_instruct_run *run, const afina_metadata *metadata,
                                     size_t count, afina_bytes *out, afina_error *error) {
  uint64_t numbers[NUMBERS];
  pack(run, numbers);
  const afina_tensor_view views[OWN] = {
      view_of("trained", AFINA_F32, run->gpt.weights + run->begin, run->trainable),
      view_of("adamw.m", AFINA_F32, run->optimizer.m, run->trainable),
      view_of("adamw.v", AFINA_F32, run->optimizer.v, run->trainable),
      view_of("epochs", AFINA_F64, run->epochs, 2 * (run->options.epochs + 1)),
      view_of("numbers", AFINA_U64, numbers, NUMBERS)};
  return afina_safetensors_write(views, OWN, metadata, count, out, error);
}

static afina_status damaged(const char *what, afina_error *error) {
  return afina_fail(error, AFINA_E_FORMAT, "the checkpoint's '%s' is missing or damaged", what);
}

static afina_status read_bytes(const afina_safetensors *file, const char *name, afina_dtype dtype,
                               void *out, size_t count, afina_error *error) {
  const afina_tensor_view *view = afina_safetensors_find(file, name);
  if (!view || view->dtype != dtype || view->size != count * afina_dtype_size(dtype))
    return damaged(name, error);
  memcpy(out, view->data, view->size);
  return AFINA_OK;
}

static bool is_power(uint64_t bits) {
  const double value = double_of(bits);
  return value >= 0 && value <= 1;
}

static bool generates(const uint64_t *state) {
  return state[0] || state[1] || state[2] || state[3];
}

/* Counters that fit each other, powers that are powers, generators that do not stand still. */
static bool is_sane(const afina_instruct_run *run, const uint64_t n[NUMBERS]) {
  const uint64_t epochs = run->options.epochs, steps = afina_batcher_count(&run->train);
  uint64_t expected;
  if (n[EPOCH] > epochs || n[TOKENS] >= (uint64_t)1 << 53) return false;
  switch (n[PHASE]) {
    case AFINA_TRAIN:
      if (n[EPOCH] == 0 || n[STEP] >= steps || !(double_of(n[WEIGHT]) >= 0)) return false;
      expected = (n[EPOCH] - 1) * steps + n[STEP];
      break;
    case AFINA_VALIDATE:
      if (run->rows.valid.count == 0) return false;
      expected = n[EPOCH] * steps;
      break;
    case AFINA_DONE:
      if (n[EPOCH] != epochs) return false;
      expected = epochs * steps;
      break;
    default: return false;
  }
  return n[UPDATE] == expected && is_power(n[BETA1_POWER]) && is_power(n[BETA2_POWER]) &&
         generates(n + RNG) && (n[PHASE] != AFINA_TRAIN || generates(n + EPOCH_RNG));
}

static void unpack(afina_instruct_run *run, const uint64_t n[NUMBERS]) {
  run->phase = (afina_phase)n[PHASE];
  run->epoch = (size_t)n[EPOCH];
  run->step = (size_t)n[STEP];
  run->update = (size_t)n[UPDATE];
  run->tokens = n[TOKENS];
  run->epochs_done = run->epoch + (run->phase == AFINA_DONE);
  run->optimizer.steps = n[UPDATE];
  run->optimizer.beta1_power = double_of(n[BETA1_POWER]);
  run->optimizer.beta2_power = double_of(n[BETA2_POWER]);
  run->sum = double_of(n[SUM]);
  run->weight = double_of(n[WEIGHT]);
  run->last_loss = double_of(n[LAST_LOSS]);
  run->last_rate = double_of(n[LAST_RATE]);
  run->last_norm = double_of(n[LAST_NORM]);
  memcpy(run->rng.state, n + RNG, sizeof run->rng.state);
  memcpy(run->epoch_rng.state, n + EPOCH_RNG, sizeof run->epoch_rng.state);
  run->batch = NULL;
  run->part = 0;
  if (run->phase == AFINA_TRAIN) {
    run->rng = run->epoch_rng;
    afina_batcher_shuffle(&run->train, &run->rng);
    run->steps = afina_batcher_count(&run->train);
    for (size_t i = 0; i < run->step; i++) afina_batcher_next(&run->train);
  } else if (run->phase == AFINA_VALIDATE) {
    afina_batcher_rewind(&run->valid);
    run->steps = afina_batcher_count(&run->valid);
  }
}

afina_status afina_instruct_run_restore(afina_instruct_run *run, const afina_safetensors *file,
                                        afina_error *error) {
  uint64_t numbers[NUMBERS];
  const size_t count = run->trainable;
  AFINA_TRY(read_bytes(file, "numbers", AFINA_U64, numbers, NUMBERS, error));
  AFINA_TRY(
      read_bytes(file, "epochs", AFINA_F64, run->epochs, 2 * (run->options.epochs + 1), error));
  if (!is_sane(run, numbers)) return damaged("numbers", error);
  AFINA_TRY(afina_tensor_to_real(file, "trained", run->gpt.weights + run->begin, 1, count, error));
  AFINA_TRY(afina_tensor_to_real(file, "adamw.m", run->optimizer.m, 1, count, error));
  AFINA_TRY(afina_tensor_to_real(file, "adamw.v", run->optimizer.v, 1, count, error));
  for (size_t i = 0; i < count; i++)
    if (run->optimizer.v[i] < 0) return damaged("adamw.v", error);
  unpack(run, numbers);
  return AFINA_OK;
}
