/* Any bytes as the options of a new model, of pretraining and of instruction tuning: refused by
 * name, or within the limits, and printed to what reads the same. */
#include <string.h>

#include "fuzz.h"
#include "instruct_options.h"
#include "pretrain_need.h"
#include "pretraining_options.h"

static const afina_gpt_config shape = {
    .vocabulary = 300, .context = 64, .channels = 16, .layers = 2, .heads = 2, .inner = 64};
static const char sha256[AFINA_SHA256_HEX] = "00";
enum { ROWS = 40, THREADS = 3 };

static void require_refused(afina_status status, const afina_error *error) {
  REQUIRE(status != AFINA_OK && error->status == status && strlen(error->message) > 0);
}

static void fuzz_create(const char *text, size_t size) {
  afina_create_options options;
  afina_error error = {0};
  const afina_status status = afina_create_options_parse(&options, text, size, &error);
  if (status != AFINA_OK)
    require_refused(status, &error);
  else
    REQUIRE(afina_gpt_config_check(&options.config, NULL) == AFINA_OK);
}

/* Printed; the caller frees it. */
static char *printed(cJSON *json) {
  char *text = json ? cJSON_PrintUnformatted(json) : NULL;
  cJSON_Delete(json);
  REQUIRE(text);
  return text;
}

static void fuzz_pretraining(const char *text, size_t size) {
  const afina_gpt gpt = {.config = shape, .params = {.total = 10000}};
  afina_pretraining_options options, back;
  afina_pretrain_need need;
  afina_error error = {0};
  const afina_status status =
      afina_pretraining_options_parse(&options, &gpt, sha256, text, size, &error);
  if (status != AFINA_OK) {
    require_refused(status, &error);
    return;
  }
  const afina_pretrain_options *run = &options.run;
  REQUIRE(run->context >= 8 && run->context <= shape.context && run->tokens > 0);
  REQUIRE(run->micro_batch > 0 && run->batch % run->micro_batch == 0 && options.measure > 0);
  REQUIRE(afina_pretrain_measure(&need, &shape, run, THREADS, 1000, NULL) == AFINA_OK);
  REQUIRE(need.total > need.weights && need.total < SIZE_MAX);
  char *first = printed(afina_pretraining_options_json(&options));
  REQUIRE(afina_pretraining_options_parse(&back, &gpt, sha256, first, strlen(first), NULL) ==
          AFINA_OK);
  char *second = printed(afina_pretraining_options_json(&back));
  REQUIRE(strcmp(first, second) == 0);
  cJSON_free(first);
  cJSON_free(second);
}

static void fuzz_instruct(const char *text, size_t size) {
  afina_instruct_options options, back;
  afina_error error = {0};
  cJSON *json = NULL;
  if (afina_json_parse(&json, text, size, "options", &error) != AFINA_OK) {
    require_refused(error.status, &error);
    return;
  }
  const afina_status status =
      afina_instruct_options_parse(&options, json, &shape, ROWS, false, &error);
  cJSON_Delete(json);
  if (status != AFINA_OK) {
    require_refused(status, &error);
    return;
  }
  REQUIRE(options.epochs > 0 && options.batch > 0 && options.lr > 0);
  char *first = printed(afina_instruct_options_json(&options));
  cJSON *again = NULL;
  REQUIRE(afina_json_parse(&again, first, strlen(first), "options", NULL) == AFINA_OK);
  REQUIRE(afina_instruct_options_parse(&back, again, &shape, ROWS, false, NULL) == AFINA_OK);
  cJSON_Delete(again);
  char *second = printed(afina_instruct_options_json(&back));
  REQUIRE(strcmp(first, second) == 0);
  cJSON_free(first);
  cJSON_free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_create((const char *)data, size);
  fuzz_pretraining((const char *)data, size);
  fuzz_instruct((const char *)data, size);
  return 0;
}
