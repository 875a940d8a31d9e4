/* Instruction templates as data. The headings in lines of their own are those of Alpaca's format
 * (Taori et al., 2023), without its preamble: a context of 256 tokens has better use for it. What
 * stands before the response ends in a line break, so that the response's first token is the same
 * whatever stands before it. */
#include <string.h>

#include "instructions.h"

static const afina_template templates[] = {
    {"alpaca", "en", "### Instruction:\n", "\n\n### Input:\n", "\n\n### Response:\n"},
    {"alpaca", "pt", "### Instrução:\n", "\n\n### Entrada:\n", "\n\n### Resposta:\n"},
    {"plain", "en", "Instruction: ", "\nInput: ", "\nResponse:\n"},
    {"plain", "pt", "Instrução: ", "\nEntrada: ", "\nResposta:\n"},
    {"chat", "en", "User: ", "\n", "\nAssistant:\n"},
    {"chat", "pt", "Usuário: ", "\n", "\nAssistente:\n"},
};

enum { TEMPLATES = sizeof templates / sizeof *templates };

afina_status afina_template_find(const afina_template **out, const char *name, const char *language,
                                 afina_error *error) {
  if (!name || !*name) name = templates[0].name;
  if (!language || !*language) language = templates[0].language;
  bool has_name = false, has_language = false;
  for (size_t i = 0; i < TEMPLATES; i++) {
    const bool named = strcmp(templates[i].name, name) == 0;
    const bool spoken = strcmp(templates[i].language, language) == 0;
    has_name = has_name || named;
    has_language = has_language || spoken;
    if (!named || !spoken) continue;
    *out = &templates[i];
    return AFINA_OK;
  }
  if (!has_name)
    return afina_fail(error, AFINA_E_ARGUMENT,
                      "template '%.40s': there are 'alpaca', 'plain' and 'chat'", name);
  return afina_fail(error, AFINA_E_ARGUMENT, "language '%.40s': templates are in 'en' and 'pt'",
                    language);
}

const char *afina_span_name(afina_span_kind kind) {
  static const char *const names[] = {"template", "instruction", "input", "response"};
  return names[kind];
}

static afina_status append(afina_formatted *out, afina_span_kind kind, const char *text,
                           size_t size, afina_error *error) {
  if (size == 0) return AFINA_OK;
  const size_t start = out->text.size;
  AFINA_TRY(afina_buffer_append(&out->text, text, size, error));
  out->spans[out->count++] = (afina_span){.kind = kind, .start = start, .end = out->text.size};
  return AFINA_OK;
}

static afina_status append_heading(afina_formatted *out, const char *text, afina_error *error) {
  return append(out, AFINA_SPAN_TEMPLATE, text, strlen(text), error);
}

afina_status afina_template_format(afina_formatted *out, const afina_template *form,
                                   const afina_instruction *row, afina_error *error) {
  out->text.size = out->count = 0;
  AFINA_TRY(append_heading(out, form->instruction, error));
  AFINA_TRY(append(out, AFINA_SPAN_INSTRUCTION, row->instruction, row->instruction_size, error));
  if (row->input_size) {
    AFINA_TRY(append_heading(out, form->input, error));
    AFINA_TRY(append(out, AFINA_SPAN_INPUT, row->input, row->input_size, error));
  }
  AFINA_TRY(append_heading(out, form->response, error));
  out->prompt = out->text.size;
  return append(out, AFINA_SPAN_RESPONSE, row->response, row->response_size, error);
}

void afina_formatted_free(afina_formatted *formatted) {
  afina_buffer_free(&formatted->text);
  formatted->count = formatted->prompt = 0;
}
