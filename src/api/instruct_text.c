/* A row of instructions as the model sees it, and how well it predicts it. */
#include <stdlib.h>
#include <string.h>

#include "instruct_rows.h"
#include "model.h"
#include "token_json.h"

static afina_status form_of(const afina_template **out, const afina_model *model,
                            const afina_instruction *row, const char *name, const char *language,
                            afina_error *error) {
  const afina_form *own = &model->gpt.config.form;
  if ((!name || !*name) && own->name[0]) name = own->name;
  if ((!language || !*language) && row->language) language = row->language;
  if ((!language || !*language) && own->language[0]) language = own->language;
  return afina_template_find(out, name, language, error);
}

afina_status afina_instruction_prompt(const afina_model *model, const afina_instruction *row,
                                      const char *template_name, const char *language,
                                      afina_bytes *text, afina_error *error) {
  const afina_template *form;
  afina_formatted formatted = {0};
  afina_instruction question = *row;
  question.response_size = 0;
  AFINA_TRY(form_of(&form, model, row, template_name, language, error));
  const afina_status status = afina_template_format(&formatted, form, &question, error);
  if (status == AFINA_OK) afina_buffer_take(&formatted.text, text);
  afina_formatted_free(&formatted);
  return status;
}

/* ---- JSON of a row ---- */

static bool add_size(cJSON *json, const char *key, size_t value) {
  return cJSON_AddNumberToObject(json, key, (double)value) != NULL;
}

static bool add_spans(cJSON *json, const afina_formatted *formatted) {
  cJSON *list = cJSON_AddArrayToObject(json, "parts");
  for (size_t i = 0; list && i < formatted->count; i++) {
    const afina_span *span = &formatted->spans[i];
    cJSON *item = cJSON_CreateObject();
    if (!item || !cJSON_AddItemToArray(list, item) ||
        !cJSON_AddStringToObject(item, "kind", afina_span_name(span->kind)) ||
        !add_size(item, "start", span->start) || !add_size(item, "end", span->end))
      return false;
  }
  return list != NULL;
}

/* `losses` NULL: none are asked for; else of tokens 1 to known, the loss of the first of them in
 * losses[0]. */
static afina_status add_tokens(cJSON *json, const afina_model *model, const afina_example *example,
                               bool answered, const afina_real *losses, size_t known,
                               afina_error *error) {
  cJSON *list = cJSON_AddArrayToObject(json, "tokens");
  afina_buffer bytes = {0};
  const size_t count = example->tokens.count - (answered ? 0 : 1);
  size_t at = 0;
  afina_status status = list ? AFINA_OK : afina_fail_memory(error);
  for (size_t i = 0; status == AFINA_OK && i < count; i++) {
    const uint32_t id = example->tokens.ids[i];
    cJSON *item = afina_token_json(model->tokenizer, id);
    bytes.size = 0;
    if (i + 1 < example->tokens.count) /* the last one is no bytes of the text */
      status = afina_token_bytes(model->tokenizer, id, &bytes, error);
    bool fine = status == AFINA_OK && item && cJSON_AddItemToArray(list, item) &&
                add_size(item, "start", at) && add_size(item, "end", at + bytes.size) &&
                cJSON_AddBoolToObject(item, "counted", i >= example->prompt);
    if (fine && losses)
      fine = i > 0 && i <= known
                 ? cJSON_AddNumberToObject(item, "loss", (double)losses[i - 1]) != NULL
                 : cJSON_AddNullToObject(item, "loss") != NULL;
    if (!fine && status == AFINA_OK) status = afina_fail_memory(error);
    at += bytes.size;
  }
  afina_buffer_free(&bytes);
  return status;
}

static afina_status format_json(cJSON *json, const afina_model *model, const afina_example *example,
                                const afina_template *form, bool answered, afina_error *error) {
  const size_t room = afina_text_context(&model->gpt.config) + 1;
  if (!json ||
      !afina_add_text(json, "text", example->formatted.text.data, example->formatted.text.size) ||
      !add_size(json, "prompt_bytes", example->formatted.prompt) ||
      !cJSON_AddStringToObject(json, "template", form->name) ||
      !cJSON_AddStringToObject(json, "language", form->language) ||
      !cJSON_AddBoolToObject(json, "truncated", example->tokens.count > room) ||
      !add_spans(json, &example->formatted))
    return afina_fail_memory(error);
  return add_tokens(json, model, example, answered, NULL, 0, error);
}

afina_status afina_instruction_format(const afina_model *model, const afina_instruction *row,
                                      const char *template_name, const char *language,
                                      afina_bytes *json, afina_error *error) {
  const afina_template *form;
  afina_example example = {0};
  AFINA_TRY(form_of(&form, model, row, template_name, language, error));
  cJSON *object = cJSON_CreateObject();
  afina_status status = afina_example_make(&example, model->tokenizer, form, row, error);
  if (status == AFINA_OK)
    status = format_json(object, model, &example, form, row->response_size > 0, error);
  if (status == AFINA_OK) status = afina_json_print(object, false, json, error);
  cJSON_Delete(object);
  afina_example_free(&example);
  return status;
}

/* ---- losses ---- */

enum { LOGIT_ROWS = 128 };

/* losses[N]: of tokens 1 .. N given those before. */
static afina_status measure(const afina_runtime *runtime, const afina_model *model,
                            const uint32_t *ids, size_t N, afina_real *losses, afina_error *error) {
  const afina_gpt gpt = afina_model_language(model);
  const size_t starts[2] = {0, N};
  const afina_gpt_batch batch = {
      .rows = {.starts = starts, .B = 1, .N = N}, .ids = ids, .end_block = gpt.config.layers};
  afina_exec exec = {0};
  afina_gpt_pass pass;
  AFINA_TRY(afina_gpt_pass_init(&pass, &gpt, error));
  afina_real *logits = afina_allocate(gpt.config.vocabulary, LOGIT_ROWS * sizeof *logits);
  afina_status status =
      logits ? afina_runtime_exec(runtime, &gpt, &exec, error) : afina_fail_memory(error);
  if (status == AFINA_OK) status = afina_gpt_forward(&gpt, &exec, &pass, &batch, error);
  if (status == AFINA_OK)
    afina_language_loss(&gpt, &exec, &pass, losses, ids + 1, 0, NULL, logits, LOGIT_ROWS);
  free(logits);
  afina_exec_free(&exec);
  afina_gpt_pass_free(&pass);
  return status;
}

/* Means over tokens 1 .. N. */
static bool add_means(cJSON *json, const afina_real *losses, size_t N, size_t prompt, bool cut) {
  double all = 0, response = 0;
  const size_t counted = N - (prompt - 1);
  for (size_t i = 0; i < N; i++) {
    all += (double)losses[i];
    if (i + 1 >= prompt) response += (double)losses[i];
  }
  const double mean = response / (double)counted;
  return cJSON_AddNumberToObject(json, "response_loss", mean) &&
         cJSON_AddNumberToObject(json, "response_perplexity", afina_exp_double(mean)) &&
         add_size(json, "response_tokens", counted) &&
         cJSON_AddNumberToObject(json, "all_loss", all / (double)N) &&
         cJSON_AddBoolToObject(json, "truncated", cut);
}

static afina_status losses_json(cJSON *json, const afina_runtime *runtime, const afina_model *model,
                                const afina_example *example, afina_error *error) {
  const size_t context = afina_text_context(&model->gpt.config), all = example->tokens.count - 1;
  const size_t N = all < context ? all : context;
  if (example->prompt > N)
    return afina_fail(error, AFINA_E_DATA,
                      "the instruction takes %zu tokens: the context of %zu leaves no room for a "
                      "response",
                      example->prompt, context);
  afina_real *losses = afina_allocate(N, sizeof *losses);
  if (!losses || !json) {
    free(losses);
    return afina_fail_memory(error);
  }
  afina_status status = measure(runtime, model, example->tokens.ids, N, losses, error);
  if (status == AFINA_OK) status = add_tokens(json, model, example, true, losses, N, error);
  if (status == AFINA_OK && !add_means(json, losses, N, example->prompt, N < all))
    status = afina_fail_memory(error);
  free(losses);
  return status;
}

afina_status afina_instruct_losses(afina_runtime *runtime, const afina_model *model,
                                   const afina_instruction *row, const char *template_name,
                                   const char *language, afina_bytes *json, afina_error *error) {
  const afina_template *form;
  afina_example example = {0};
  if (row->response_size == 0) return afina_fail(error, AFINA_E_DATA, "there is no response");
  AFINA_TRY(form_of(&form, model, row, template_name, language, error));
  cJSON *object = cJSON_CreateObject();
  afina_status status = afina_example_make(&example, model->tokenizer, form, row, error);
  if (status == AFINA_OK) status = losses_json(object, runtime, model, &example, error);
  if (status == AFINA_OK) status = afina_json_print(object, false, json, error);
  cJSON_Delete(object);
  afina_example_free(&example);
  return status;
}
