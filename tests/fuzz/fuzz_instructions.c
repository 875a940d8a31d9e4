/* Any bytes as a file of instructions: refused with a sentence and nothing kept, or rows that are
 * whole and that every template makes a text of. */
#include <string.h>

#include "fuzz.h"
#include "instructions.h"

static void require_text(const afina_instructions *rows, size_t i) {
  static const char *const names[] = {"alpaca", "plain", "chat"};
  const afina_instruction row = afina_instructions_row(rows, i);
  afina_formatted text = {0};
  REQUIRE(row.instruction_size > 0 && row.response_size > 0);
  for (size_t k = 0; k < 3; k++) {
    const afina_template *form;
    REQUIRE(afina_template_find(&form, names[k], row.language, NULL) == AFINA_OK);
    REQUIRE(afina_template_format(&text, form, &row, NULL) == AFINA_OK);
    size_t end = 0;
    for (size_t s = 0; s < text.count; s++) {
      REQUIRE(text.spans[s].start == end && text.spans[s].end > end);
      end = text.spans[s].end;
    }
    REQUIRE(end == text.text.size && text.prompt + row.response_size == end);
  }
  afina_formatted_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  afina_instructions *rows;
  afina_error error = {0};
  if (afina_instructions_create(&rows, NULL) != AFINA_OK) return 0;
  const afina_status status = afina_instructions_add_json(rows, AFINA_PART_ANY, data, size, &error);
  const size_t count = afina_instructions_count(rows);
  if (status == AFINA_OK)
    REQUIRE(count > 0);
  else
    REQUIRE(count == 0 && strlen(error.message) > 0);
  for (size_t i = 0; i < count && i < 100; i++) require_text(rows, i);
  afina_instructions_free(rows);
  return 0;
}
