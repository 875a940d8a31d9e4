/* The saved state of a pretraining run. Included are doubles and counters as the hexadecimal digits
 * of their bits: text that gives back the same number everywhere. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pretrain.h"
#include "pretrain_private.h"
#include "weights.h"

enum { NUMBERS = 9, DIGITS = 17 };
static const char *const keys[NUMBERS] = {
    "steps", "tokens", "decayed", "beta1_power", "beta2_power", "rng_0", "rng_1", "rng_2", "rng_3"};
enum { STEPS, TOKENS, DECAYED, BETA1_POWER, BETA2_POWER, RNG };

static const char *optimizer_name(const afina_pretrain *run) {
  return run->options.optimizer == AFINA_MUON ? "muon" : "adamw";
}

static void pack(const afina_pretrain *run, uint64_t numbers[NUMBERS]) {
  numbers[STEPS] = run->optimizer.steps;
  numbers[TOKENS] = run->tokens;
  numbers[DECAYED] = run->decayed;
  memcpy(&numbers[BETA1_POWER], &run->optimizer.beta1_power, sizeof(double));
  memcpy(&numbers[BETA2_POWER], &run->optimizer.beta2_power, sizeof(double));
  memcpy(&numbers[RNG], run->rng.state, sizeof run->rng.state);
}

static void unpack(afina_pretrain *run, const uint64_t numbers[NUMBERS]) {
  run->optimizer.steps = numbers[STEPS];
  run->tokens = numbers[TOKENS];
  run->decayed = numbers[DECAYED];
  memcpy(&run->optimizer.beta1_power, &numbers[BETA1_POWER], sizeof(double));
  memcpy(&run->optimizer.beta2_power, &numbers[BETA2_POWER], sizeof(double));
  memcpy(run->rng.state, &numbers[RNG], sizeof run->rng.state);
}

static afina_tensor_view moment(const char *name, const afina_real *data, size_t count) {
  return (afina_tensor_view){.name = name,
                             .dtype = AFINA_F32,
                             .rank = 1,
                             .shape = {count},
                             .data = (const uint8_t *)data,
                             .size = count * sizeof *data};
}

afina_status afina_pretrain_save(const afina_pretrain *run, afina_bytes *out, afina_error *error) {
  const size_t params = run->gpt->params.count;
  afina_tensor_view *views = afina_allocate(params + 2, sizeof *views);
  if (!views) return afina_fail_memory(error);
  afina_weights_views(run->gpt, views);
  /* Muon's momentum is in m too, where the blocks' matrices have their place. */
  views[params] = moment("adamw.m", run->optimizer.m, run->optimizer.count);
  views[params + 1] = moment("adamw.v", run->optimizer.v, run->optimizer.count);
  uint64_t numbers[NUMBERS];
  char text[NUMBERS][DIGITS];
  afina_metadata metadata[NUMBERS + 1] = {[NUMBERS] = {"optimizer", optimizer_name(run)}};
  pack(run, numbers);
  for (int i = 0; i < NUMBERS; i++) {
    snprintf(text[i], sizeof text[i], "%016" PRIx64, numbers[i]);
    metadata[i] = (afina_metadata){keys[i], text[i]};
  }
  const afina_status status =
      afina_safetensors_write(views, params + 2, metadata, NUMBERS + 1, out, error);
  free(views);
  return status;
}

static bool in_unit_interval(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value >= 0 && value <= 1;
}

/* What pack writes and training can go on from: no powers that are not powers, and no generator
 * that stands still (all zero). */
static afina_status read_numbers(const afina_safetensors *file, uint64_t numbers[NUMBERS],
                                 afina_error *error) {
  for (int i = 0; i < NUMBERS; i++) {
    const char *text = afina_safetensors_metadata(file, keys[i]);
    bool good =
        text && strlen(text) == DIGITS - 1 && strspn(text, "0123456789abcdef") == DIGITS - 1;
    if (good) numbers[i] = strtoull(text, NULL, 16);
    if (good && i <= DECAYED) good = numbers[i] < (uint64_t)1 << 53;
    if (good && i == DECAYED) good = numbers[DECAYED] <= numbers[TOKENS];
    if (good && (i == BETA1_POWER || i == BETA2_POWER)) good = in_unit_interval(numbers[i]);
    if (good && i == NUMBERS - 1)
      good = numbers[RNG] || numbers[RNG + 1] || numbers[RNG + 2] || numbers[RNG + 3];
    if (!good)
      return afina_fail(error, AFINA_E_FORMAT, "the checkpoint's '%s' is missing or damaged",
                        keys[i]);
  }
  return AFINA_OK;
}

/* One optimizer's moments mean nothing to the other. Files from before there was Muon have no name
 * in them. */
static afina_status check_optimizer(const afina_pretrain *run, const afina_safetensors *file,
                                    afina_error *error) {
  const char *name = afina_safetensors_metadata(file, "optimizer");
  if (name && strcmp(name, optimizer_name(run)) == 0) return AFINA_OK;
  return afina_fail(error, AFINA_E_ARGUMENT,
                    "the checkpoint is of a run with %s, this one uses %s: start from the model's "
                    "weights instead, with a fresh optimizer",
                    name ? name : "an earlier version", optimizer_name(run));
}

static afina_status read_state(afina_pretrain *run, const afina_safetensors *file,
                               afina_error *error) {
  uint64_t numbers[NUMBERS];
  AFINA_TRY(check_optimizer(run, file, error));
  AFINA_TRY(read_numbers(file, numbers, error));
  const size_t count = run->optimizer.count;
  AFINA_TRY(afina_weights_read(run->gpt, file, NULL, error));
  AFINA_TRY(afina_tensor_to_real(file, "adamw.m", run->optimizer.m, 1, count, error));
  AFINA_TRY(afina_tensor_to_real(file, "adamw.v", run->optimizer.v, 1, count, error));
  for (size_t i = 0; i < count; i++)
    if (run->optimizer.v[i] < 0)
      return afina_fail(error, AFINA_E_FORMAT, "the checkpoint's 'adamw.v' has a negative square");
  unpack(run, numbers);
  return AFINA_OK;
}

afina_status afina_pretrain_restore(afina_pretrain *run, const void *data, size_t size,
                                    afina_error *error) {
  afina_safetensors *file;
  AFINA_TRY(afina_safetensors_open(&file, data, size, error));
  const afina_status status = read_state(run, file, error);
  afina_safetensors_close(file);
  return status;
}
