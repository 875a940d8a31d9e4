/* safetensors: what is written is read back, what is damaged is refused by name, and no damage
 * crashes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rng.h"
#include "safetensors.h"

/* A file of `header` and data[data_size], in a block of exactly its size, so that ASan sees a read
 * beyond it. */
static afina_bytes file_of(const char *header, const void *data, size_t data_size) {
  const size_t length = strlen(header);
  afina_bytes file = {.data = malloc(8 + length + data_size), .size = 8 + length + data_size};
  assert_non_null(file.data);
  for (size_t i = 0; i < 8; i++) file.data[i] = (uint8_t)((uint64_t)length >> 8 * i);
  memcpy(file.data + 8, header, length);
  if (data)
    memcpy(file.data + 8 + length, data, data_size);
  else
    memset(file.data + 8 + length, 0, data_size);
  return file;
}

static void expect_failure(afina_bytes file, afina_status status, const char *words) {
  afina_safetensors *opened = NULL;
  afina_error error = {0};
  const afina_status got = afina_safetensors_open(&opened, file.data, file.size, &error);
  if (got != status || !strstr(error.message, words))
    fail_msg("expected '%s', got %s: %s", words, afina_status_name(got), error.message);
  assert_int_equal(error.status, status);
  assert_null(opened);
}

/* A header that must be refused, with 16 bytes of data behind it. */
static void refuse(const char *header, afina_status status, const char *words) {
  afina_bytes file = file_of(header, NULL, 16);
  expect_failure(file, status, words);
  afina_bytes_free(&file);
}

static const float weights[6] = {1, -2, 3.5f, 1e-40f, 0, 65504};
static const uint16_t halves[3] = {0x3c00, 0xc000, 0x0001};

static const afina_tensor_view sample[] = {
    {"transformer.wte.weight", AFINA_F32, 2, {2, 3}, (const uint8_t *)weights, sizeof weights},
    {"quote\" back\\slash \x01 caf\xc3\xa9", AFINA_F16, 1, {3}, (const uint8_t *)halves, 6},
    {"scalar", AFINA_BF16, 0, {0}, (const uint8_t *)halves, 2},
    {"empty", AFINA_I64, 3, {4, 0, 5}, NULL, 0},
};
enum { SAMPLES = sizeof sample / sizeof sample[0] };

static const afina_metadata metadata[] = {{"format", "pt"}, {"step", "12\n"}};

static afina_bytes write_sample(void) {
  afina_bytes file;
  assert_int_equal(afina_safetensors_write(sample, SAMPLES, metadata, 2, &file, NULL), AFINA_OK);
  return file;
}

static void what_is_written_is_read(void **state) {
  (void)state;
  afina_bytes file = write_sample();
  assert_int_equal((file.size - 32) % 8, 0); /* the data start at a multiple of 8 */
  afina_safetensors *opened;
  assert_int_equal(afina_safetensors_open(&opened, file.data, file.size, NULL), AFINA_OK);
  assert_int_equal(afina_safetensors_count(opened), SAMPLES);
  for (size_t i = 0; i < SAMPLES; i++) {
    const afina_tensor_view *view = afina_safetensors_get(opened, i);
    assert_string_equal(view->name, sample[i].name);
    assert_ptr_equal(view, afina_safetensors_find(opened, sample[i].name));
    assert_int_equal(view->dtype, sample[i].dtype);
    assert_int_equal(view->rank, sample[i].rank);
    assert_memory_equal(view->shape, sample[i].shape, sample[i].rank * sizeof(size_t));
    assert_int_equal(view->size, sample[i].size);
    if (view->size) assert_memory_equal(view->data, sample[i].data, view->size);
  }
  assert_null(afina_safetensors_find(opened, "absent"));
  assert_string_equal(afina_safetensors_metadata(opened, "step"), "12\n");
  assert_null(afina_safetensors_metadata(opened, "Step"));
  afina_safetensors_close(opened);
  afina_safetensors_close(NULL);
  afina_bytes_free(&file);
}

static void the_bytes_are_the_canonical_ones(void **state) {
  (void)state;
  const afina_tensor_view one = {"a", AFINA_I8, 1, {3}, (const uint8_t *)"xyz", 3};
  afina_bytes file;
  assert_int_equal(afina_safetensors_write(&one, 1, metadata, 1, &file, NULL), AFINA_OK);
  const char header[] =
      "{\"__metadata__\":{\"format\":\"pt\"},"
      "\"a\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[0,3]}}    ";
  assert_int_equal(file.size, 8 + sizeof header - 1 + 3);
  assert_int_equal(file.data[0], sizeof header - 1);
  assert_memory_equal(file.data + 8, header, sizeof header - 1);
  assert_memory_equal(file.data + file.size - 3, "xyz", 3);
  afina_bytes_free(&file);
  assert_int_equal(afina_safetensors_write(NULL, 0, NULL, 0, &file, NULL), AFINA_OK);
  assert_memory_equal(file.data + 8, "{}      ", 8);
  afina_bytes_free(&file);
}

static void the_writer_refuses_mistakes(void **state) {
  (void)state;
  afina_bytes file = {0};
  afina_error error;
  afina_tensor_view bad[2] = {sample[0], sample[0]};
  assert_int_equal(afina_safetensors_write(bad, 2, NULL, 0, &file, &error), AFINA_E_ARGUMENT);
  assert_non_null(strstr(error.message, "occurs twice"));
  assert_int_equal(error.status, AFINA_E_ARGUMENT);
  bad[0].size--;
  assert_int_equal(afina_safetensors_write(bad, 1, NULL, 0, &file, NULL), AFINA_E_ARGUMENT);
  bad[1].name = "__metadata__";
  assert_int_equal(afina_safetensors_write(bad + 1, 1, NULL, 0, &file, NULL), AFINA_E_ARGUMENT);
  const afina_metadata twice[2] = {{"k", "1"}, {"k", "2"}};
  assert_int_equal(afina_safetensors_write(sample, 1, twice, 2, &file, NULL), AFINA_E_ARGUMENT);
  assert_null(file.data);
}

#define TENSOR(dtype, shape, offsets) \
  "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define WHOLE TENSOR("F32", "[4]", "[0,16]")

static void hostile_headers_are_refused(void **state) {
  (void)state;
  const afina_status format = AFINA_E_FORMAT, unsupported = AFINA_E_UNSUPPORTED;
  refuse("", format, "JSON");
  refuse("[]", format, "object");
  refuse("{\"a\":" WHOLE, format, "JSON");
  refuse("{\"a\":" WHOLE "}x", format, "after the end");
  refuse("{\"a\":1}", format, "'a'");
  refuse("{\"a\":{}}", format, "dtype");
  refuse("{\"a\":" TENSOR("F8", "[16]", "[0,16]") "}", unsupported, "tensor 'a': unknown dtype");
  refuse("{\"a\":" TENSOR("f32", "[4]", "[0,16]") "}", unsupported, "'f32'");
  refuse("{\"a\":" TENSOR("U8", "[1,1,1,1,16]", "[0,16]") "}", unsupported, "dimensions");
  refuse("{\"a\":" TENSOR("F32", "4", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[-4]", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[4.5]", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[\"4\"]", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[1e300]", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[18446744073709551616]", "[0,16]") "}", format, "shape");
  refuse("{\"a\":" TENSOR("F32", "[3]", "[0,16]") "}", format, "another size");
  refuse("{\"a\":" TENSOR("F32", "[5]", "[0,16]") "}", format, "another size");
  /* Products that are 16 after they wrap around. */
  refuse("{\"a\":" TENSOR("U8", "[4294967296,4294967296]", "[0,0]") "}", format, "");
  refuse("{\"a\":" TENSOR("F32", "[4611686018427387908]", "[0,16]") "}", format, "");
  refuse("{\"a\":" TENSOR("U8", "[4503599627370496,4503599627370496,0]", "[0,16]") "}", format, "");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[0,17]") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[16,0]") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[-16,0]") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[0]") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[0,16,16]") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "{\"0\":0,\"1\":16}") "}", format, "data_offsets");
  refuse("{\"a\":" TENSOR("F32", "[4]", "[0.5,16.5]") "}", format, "data_offsets");
  refuse("{}", format, "belong to none");
  refuse("{\"a\":" TENSOR("F32", "[3]", "[0,12]") "}", format, "belong to none");
  refuse("{\"a\":" TENSOR("F32", "[3]", "[4,16]") "}", format, "hole");
  refuse("{\"a\":" WHOLE ",\"b\":" TENSOR("F32", "[1]", "[4,8]") "}", format, "overlaps");
  refuse("{\"a\":" WHOLE ",\"b\":" WHOLE "}", format, "overlaps");
  refuse("{\"a\":" TENSOR("F32", "[2]", "[8,16]") ",\"a\":" TENSOR("F32", "[2]", "[0,8]") "}",
         format, "'a' occurs twice");
  refuse("{\"__metadata__\":{\"k\":1},\"a\":" WHOLE "}", format, "'k' must be a string");
  refuse("{\"__metadata__\":[],\"a\":" WHOLE "}", format, "object");
  refuse("{\"__metadata__\":{},\"__metadata__\":{},\"a\":" WHOLE "}", format, "twice");
}

static void deep_headers_are_refused(void **state) {
  (void)state;
  enum { DEPTH = 200000 };
  char *header = malloc(DEPTH + 1);
  assert_non_null(header);
  memset(header, '[', DEPTH);
  header[DEPTH] = 0;
  refuse(header, AFINA_E_FORMAT, "nested");
  free(header);
}

static void wrong_lengths_are_refused(void **state) {
  (void)state;
  afina_bytes file = file_of("{\"a\":" WHOLE "}", NULL, 16);
  const size_t whole = file.size;
  for (size_t size = 0; size < whole; size++) { /* every truncation */
    afina_bytes part = {.data = malloc(size ? size : 1), .size = size};
    assert_non_null(part.data);
    memcpy(part.data, file.data, size);
    expect_failure(part, AFINA_E_FORMAT, "");
    afina_bytes_free(&part);
  }
  memset(file.data, 0xff, 8); /* 2^64 - 1 */
  expect_failure(file, AFINA_E_FORMAT, "longer than the file");
  memset(file.data, 0, 8);
  file.data[4] = 1; /* 2^32: nothing of it is left in 32 bits */
  expect_failure(file, AFINA_E_FORMAT, "longer than the file");
  afina_bytes_free(&file);
  afina_bytes large = {.size = AFINA_MAX_SAFETENSORS_HEADER + 9};
  large.data = calloc(1, large.size);
  assert_non_null(large.data);
  large.data[0] = 1;
  large.data[3] = AFINA_MAX_SAFETENSORS_HEADER >> 24;
  large.data[2] = (uint8_t)(AFINA_MAX_SAFETENSORS_HEADER >> 16);
  expect_failure(large, AFINA_E_LIMIT, "header above");
  afina_bytes_free(&large);
}

/* Searching among many names must not be quadratic: 50,000 take seconds then. */
static void many_tensors_are_found(void **state) {
  (void)state;
  enum { N = 50000 };
  afina_tensor_view *views = calloc(N, sizeof *views);
  char(*names)[16] = calloc(N, sizeof *names);
  uint8_t *data = calloc(N, 1);
  assert_true(views && names && data);
  for (size_t i = 0; i < N; i++) {
    data[i] = (uint8_t)(i * 7);
    snprintf(names[i], sizeof names[i], "t.%zu", i * 7919 % N);
    views[i] = (afina_tensor_view){names[i], AFINA_U8, 1, {1}, &data[i], 1};
  }
  afina_bytes file;
  assert_int_equal(afina_safetensors_write(views, N, NULL, 0, &file, NULL), AFINA_OK);
  afina_safetensors *opened;
  assert_int_equal(afina_safetensors_open(&opened, file.data, file.size, NULL), AFINA_OK);
  for (size_t i = 0; i < N; i++) {
    const afina_tensor_view *view = afina_safetensors_find(opened, names[i]);
    assert_non_null(view);
    assert_int_equal(view->data[0], data[i]);
  }
  afina_safetensors_close(opened);
  afina_bytes_free(&file);
  free(views);
  free(names);
  free(data);
}

/* Reads every byte that an opened file offers, and writes it anew: the second file must read the
 * same. */
static void use(const afina_bytes *file) {
  afina_safetensors *opened, *again;
  if (afina_safetensors_open(&opened, file->data, file->size, NULL) != AFINA_OK) return;
  const size_t count = afina_safetensors_count(opened);
  const afina_tensor_view *views = count ? afina_safetensors_get(opened, 0) : NULL;
  afina_bytes copy;
  afina_error error;
  const afina_status status = afina_safetensors_write(views, count, NULL, 0, &copy, &error);
  if (status != AFINA_OK) fail_msg("%s", error.message);
  assert_int_equal(afina_safetensors_open(&again, copy.data, copy.size, NULL), AFINA_OK);
  assert_int_equal(afina_safetensors_count(again), count);
  for (size_t i = 0; i < count; i++) {
    const afina_tensor_view *view = afina_safetensors_find(again, views[i].name);
    assert_non_null(view);
    assert_int_equal(view->size, views[i].size);
    if (view->size) assert_memory_equal(view->data, views[i].data, view->size);
  }
  afina_safetensors_close(again);
  afina_safetensors_close(opened);
  afina_bytes_free(&copy);
}

static void random_damage_does_no_harm(void **state) {
  (void)state;
  afina_bytes valid = write_sample();
  afina_rng rng;
  afina_rng_seed(&rng, 3);
  static const char spice[] = "{}[]\",:0123456789-.eE\\u ntf";
  for (int round = 0; round < 20000; round++) {
    afina_bytes file = {.size = valid.size};
    if (afina_rng_below(&rng, 8) == 0) file.size = afina_rng_below(&rng, valid.size);
    file.data = malloc(file.size ? file.size : 1);
    assert_non_null(file.data);
    memcpy(file.data, valid.data, file.size);
    for (size_t n = 1 + afina_rng_below(&rng, 4); n > 0 && file.size > 0; n--) {
      const bool text = afina_rng_below(&rng, 2) == 0;
      file.data[afina_rng_below(&rng, file.size)] =
          text ? (uint8_t)spice[afina_rng_below(&rng, sizeof spice - 1)]
               : (uint8_t)afina_rng_next(&rng);
    }
    use(&file);
    afina_bytes_free(&file);
  }
  afina_bytes_free(&valid);
}

/* Opens the tensors as a file, converts `name`, and closes; expects `status` and, on failure,
 * `words`. */
static void convert(const afina_tensor_view *views, size_t count, const char *name, afina_real *out,
                    size_t rows, size_t cols, const char *words) {
  afina_bytes file;
  assert_int_equal(afina_safetensors_write(views, count, NULL, 0, &file, NULL), AFINA_OK);
  afina_safetensors *opened;
  assert_int_equal(afina_safetensors_open(&opened, file.data, file.size, NULL), AFINA_OK);
  afina_error error = {0};
  const afina_status status = afina_tensor_to_real(opened, name, out, rows, cols, &error);
  if ((status == AFINA_OK) != !words || (words && !strstr(error.message, words)))
    fail_msg("expected '%s', got '%s'", words ? words : "", error.message);
  afina_safetensors_close(opened);
  afina_bytes_free(&file);
}

static void tensors_become_numbers(void **state) {
  (void)state;
  static const uint8_t brains[4] = {0x80, 0x3f, 0x00, 0xc0}; /* 1, -2 */
  static const int8_t q[4] = {127, -128, 0, 3};
  static const float scale[2] = {0.5f, 2};
  const afina_tensor_view views[] = {
      {"odd", AFINA_U8, 1, {1}, brains, 1}, /* what follows is not aligned */
      sample[0],
      {"h.0.ln_1.bias", AFINA_F16, 1, {3}, (const uint8_t *)halves, 6},
      {"h.0.attn.bias", AFINA_U8, 4, {1, 1, 2, 2}, brains, 4}, /* a mask: of no interest */
      {"b", AFINA_BF16, 1, {2}, brains, 4},
      {"q", AFINA_I8, 2, {2, 2}, (const uint8_t *)q, 4},
      {"q.scale", AFINA_F32, 1, {2}, (const uint8_t *)scale, 8},
  };
  const size_t n = sizeof views / sizeof views[0];
  afina_real out[6];
  convert(views, n, "transformer.wte.weight", out, 2, 3, NULL);
  for (size_t i = 0; i < 6; i++) assert_true(out[i] == (afina_real)weights[i]);
  convert(views, n, "wte.weight", out, 2, 3, NULL);                /* with the prefix added */
  convert(views, n, "transformer.h.0.ln_1.bias", out, 1, 3, NULL); /* with it taken away */
  assert_true(out[0] == 1 && out[1] == -2 && out[2] == (afina_real)0x1p-24);
  convert(views, n, "b", out, 1, 2, NULL);
  assert_true(out[0] == 1 && out[1] == -2);
  convert(views, n, "q", out, 2, 2, NULL);
  assert_true(out[0] == (afina_real)63.5 && out[1] == -64 && out[2] == 0 && out[3] == 6);
}

static void unfit_tensors_are_named(void **state) {
  (void)state;
  static const float bad[4] = {1, 2, INFINITY, NAN}, large[2] = {3e38f, 1};
  static const uint8_t bytes[4] = {1, 127, 3, 4};
  const afina_tensor_view views[] = {
      {"w", AFINA_F32, 2, {2, 2}, (const uint8_t *)bad, 16},
      {"i", AFINA_I32, 1, {1}, bytes, 4},
      {"q", AFINA_I8, 2, {2, 2}, bytes, 4},
      {"v", AFINA_I8, 1, {4}, bytes, 4},
      {"s", AFINA_I8, 2, {2, 2}, bytes, 4},
      {"s.scale", AFINA_F32, 1, {1}, (const uint8_t *)bad, 4},
      {"o", AFINA_I8, 2, {2, 2}, bytes, 4},
      {"o.scale", AFINA_F32, 1, {2}, (const uint8_t *)large, 8},
  };
  const size_t n = sizeof views / sizeof views[0];
  afina_real out[4];
  convert(views, n, "w", out, 2, 2, "'w': element 2 is not a finite number");
  convert(views, n, "w", out, 1, 4, "'w' has shape [2, 2], expected [4]");
  convert(views, n, "w", out, 4, 1, "'w' has shape [2, 2], expected [4, 1]");
  convert(views, n, "x", out, 2, 2, "'x' is missing");
  convert(views, n, "i", out, 1, 1, "'i' is I32");
  convert(views, n, "q", out, 2, 2, "'q.scale' is missing");
  convert(views, n, "v", out, 1, 4, "'v': a vector cannot be I8");
  convert(views, n, "s", out, 2, 2, "'s.scale' must be F32 of shape [2]");
  convert(views, n, "o", out, 2, 2, "'o': element 1"); /* finite scale, infinite product */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(the_bytes_are_the_canonical_ones),
      cmocka_unit_test(the_writer_refuses_mistakes),
      cmocka_unit_test(hostile_headers_are_refused),
      cmocka_unit_test(deep_headers_are_refused),
      cmocka_unit_test(wrong_lengths_are_refused),
      cmocka_unit_test(many_tensors_are_found),
      cmocka_unit_test(random_damage_does_no_harm),
      cmocka_unit_test(tensors_become_numbers),
      cmocka_unit_test(unfit_tensors_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
