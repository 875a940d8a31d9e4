/* Rows of instructions: reading them, hostile files, templates, answers compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"
#include "instructions.h"

static afina_instructions *open_rows(void) {
  afina_instructions *rows = NULL;
  assert_int_equal(afina_instructions_create(&rows, NULL), AFINA_OK);
  return rows;
}

static void expect_text(const char *text, size_t size, const char *expected) {
  assert_int_equal(size, strlen(expected));
  assert_memory_equal(text, expected, size);
}

static const char array[] =
    "[{\"instruction\":\" Some \",\"input\":\"1 e 2\",\"output\":\"3\",\"id\":7},\n"
    "{\"instruction\":\"Diga oi\",\"input\":null,\"response\":\"oi\\n\",\"language\":\"pt\"}]\n";
static const char lines[] =
    "\xEF\xBB\xBF{\"instruction\":\"Some\",\"input\":\"1 e 2\",\"output\":\"3\"}\r\n\n"
    "{\"instruction\":\"Diga oi\",\"output\":\"oi\",\"language\":\"pt\"}";

static void test_json_and_lines(void **state) {
  (void)state;
  const char *const files[] = {array, lines};
  const size_t sizes[] = {sizeof array - 1, sizeof lines - 1};
  char sha[2][AFINA_SHA256_HEX];
  for (int i = 0; i < 2; i++) {
    afina_instructions *rows = open_rows();
    assert_int_equal(afina_instructions_add_json(rows, AFINA_PART_ANY, files[i], sizes[i], NULL),
                     AFINA_OK);
    assert_int_equal(afina_instructions_count(rows), 2);
    const afina_instruction first = afina_instructions_row(rows, 0),
                            second = afina_instructions_row(rows, 1);
    expect_text(first.instruction, first.instruction_size, "Some");
    expect_text(first.input, first.input_size, "1 e 2");
    expect_text(first.response, first.response_size, "3");
    assert_null(first.language);
    expect_text(second.response, second.response_size, "oi");
    assert_int_equal(second.input_size, 0);
    assert_string_equal(second.language, "pt");
    assert_int_equal(second.number, i ? 3 : 2); /* its line; its place in the array */
    afina_instructions_sha256(rows, sha[i]);
    afina_instructions_free(rows);
  }
  assert_string_equal(sha[0], sha[1]);
}

typedef struct hostile {
  const char *file;
  afina_status status;
  const char *says;
} hostile;

static void test_hostile_files(void **state) {
  (void)state;
  static const hostile files[] = {
      {"", AFINA_E_DATA, "no rows"},
      {"[]", AFINA_E_DATA, "no rows"},
      {"  \n\n", AFINA_E_DATA, "no rows"},
      {"[1]", AFINA_E_FORMAT, "row 1 must be an object"},
      {"[{\"instruction\":\"a\",\"output\":\"b\"},{\"instruction\":\"a\"}]", AFINA_E_DATA,
       "row 2 has no response"},
      {"{\"instruction\":\"a\",\"output\":\"b\"}\n{\"output\":\"b\"}", AFINA_E_DATA,
       "row 2 has no instruction"},
      {"[{\"instruction\":\"  \",\"output\":\"b\"}]", AFINA_E_DATA, "row 1 has no instruction"},
      {"[{\"instruction\":7,\"output\":\"b\"}]", AFINA_E_FORMAT, "row 1: 'instruction'"},
      {"[{\"instruction\":\"a\",\"output\":[\"b\"]}]", AFINA_E_FORMAT, "row 1: 'output'"},
      {"[{\"instruction\":\"a\",\"output\":\"b\",\"language\":\"tlh\"}]", AFINA_E_ARGUMENT,
       "row 1: language 'tlh'"},
      {"[{\"instruction\":\"a\",\"output\":\"b\"}", AFINA_E_FORMAT, "not valid JSON"},
      {"{\"instruction\":\"a\",\"output\":\"b\"}\nnonsense", AFINA_E_FORMAT, "row 2"},
      {"instruction,output\na,b", AFINA_E_FORMAT, "row 1"},
      {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]", AFINA_E_FORMAT, "nested"},
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    afina_instructions *rows = open_rows();
    const afina_instruction kept = {
        .instruction = "x", .instruction_size = 1, .response = "y", .response_size = 1};
    afina_error error = {0};
    assert_int_equal(afina_instructions_add(rows, AFINA_PART_ANY, &kept, 1, NULL), AFINA_OK);
    const afina_status status = afina_instructions_add_json(rows, AFINA_PART_ANY, files[i].file,
                                                            strlen(files[i].file), &error);
    if (status != files[i].status || !strstr(error.message, files[i].says))
      fail_msg("'%s': %s: %s", files[i].file, afina_status_name(status), error.message);
    assert_int_equal(afina_instructions_count(rows), 1); /* all rows or none */
    const afina_instruction row = afina_instructions_row(rows, 0);
    expect_text(row.response, row.response_size, "y");
    afina_instructions_free(rows);
  }
}

static void test_templates(void **state) {
  (void)state;
  afina_formatted text = {0};
  const afina_template *form;
  afina_error error;
  const afina_instruction row = {.instruction = "Some",
                                 .instruction_size = 4,
                                 .input = "1 e 2",
                                 .input_size = 5,
                                 .response = "3",
                                 .response_size = 1};
  assert_int_equal(afina_template_find(&form, "alpaca", "pt", &error), AFINA_OK);
  assert_int_equal(afina_template_format(&text, form, &row, &error), AFINA_OK);
  expect_text((const char *)text.text.data, text.text.size,
              "### Instrução:\nSome\n\n### Entrada:\n1 e 2\n\n### Resposta:\n3");
  assert_int_equal(text.count, 6);
  size_t end = 0;
  for (size_t i = 0; i < text.count; i++) { /* the spans cover the text without a gap */
    assert_int_equal(text.spans[i].start, end);
    end = text.spans[i].end;
  }
  assert_int_equal(end, text.text.size);
  assert_int_equal(text.spans[5].kind, AFINA_SPAN_RESPONSE);
  assert_int_equal(text.spans[5].start, text.prompt);

  afina_instruction asked = row;
  asked.input_size = asked.response_size = 0;
  assert_int_equal(afina_template_find(&form, "chat", "en", &error), AFINA_OK);
  assert_int_equal(afina_template_format(&text, form, &asked, &error), AFINA_OK);
  expect_text((const char *)text.text.data, text.text.size, "User: Some\nAssistant:\n");
  assert_int_equal(text.prompt, text.text.size);
  afina_formatted_free(&text);

  assert_int_equal(afina_template_find(&form, "none", "en", &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "plain"));
  assert_int_equal(afina_template_find(&form, "", NULL, &error), AFINA_OK);
  assert_string_equal(form->name, "alpaca");
}

typedef struct pair {
  const char *answer, *reference;
  bool exact;
  double f1;
} pair;

static void test_answers(void **state) {
  (void)state;
  static const pair pairs[] = {
      {"The cat sat.", "a Cat  SAT", true, 1},
      {"É o Coração!", "coração é", false, 1},
      {"o gato e o rato", "os gatos e ratos", false, 1.0 / 3}, /* e, of 3 words and 3 */
      {"dois dois tres", "dois", false, 0.5},                  /* each word counts once */
      {"", "", true, 1},
      {"", "nada", false, 0},
      {"a", "the", false, 0}, /* nothing but articles: they stay */
      {"a", "A.", true, 1},
      {"e-mail", "email", true, 1},
      {"sim", "não", false, 0},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const pair *p = &pairs[i];
    afina_answer_score score;
    assert_int_equal(afina_score_answer(p->answer, strlen(p->answer), p->reference,
                                        strlen(p->reference), &score, NULL),
                     AFINA_OK);
    if (score.exact != p->exact || score.f1 - p->f1 > 1e-12 || p->f1 - score.f1 > 1e-12)
      fail_msg("'%s' for '%s': exact %d, F1 %g", p->answer, p->reference, score.exact, score.f1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json_and_lines),
      cmocka_unit_test(test_hostile_files),
      cmocka_unit_test(test_templates),
      cmocka_unit_test(test_answers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
