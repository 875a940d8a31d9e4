#include "csv_sniff.h"
#include "utf8.h"

enum { REPLACEMENT = 0xFFFD };

/* Windows-1252 from 80 to 9F, as the WHATWG Encoding Standard has it; the rest is Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

const char *afina_csv_encoding_name(afina_csv_encoding encoding) {
  switch (encoding) {
    case AFINA_CSV_UTF8: return "utf-8";
    case AFINA_CSV_UTF16_LE: return "utf-16le";
    case AFINA_CSV_UTF16_BE: return "utf-16be";
    case AFINA_CSV_WINDOWS_1252: return "windows-1252";
  }
  return "unknown";
}

/* One UTF-16 unit; `at` and the byte after it are within the data. */
static uint32_t unit_at(const uint8_t *bytes, size_t at, bool big_endian) {
  const uint32_t first = bytes[at], second = bytes[at + 1];
  return big_endian ? first << 8 | second : second << 8 | first;
}

/* The code point at `at` < size of UTF-16 text; *used gets its length in bytes. */
static uint32_t utf16_next(const uint8_t *bytes, size_t size, size_t at, bool big_endian,
                           size_t *used) {
  *used = 1;
  if (size - at < 2) return REPLACEMENT;
  *used = 2;
  const uint32_t high = unit_at(bytes, at, big_endian);
  if (high < 0xD800 || high > 0xDFFF) return high;
  if (high > 0xDBFF || size - at < 4) return REPLACEMENT;
  const uint32_t low = unit_at(bytes, at + 2, big_endian);
  if (low < 0xDC00 || low > 0xDFFF) return REPLACEMENT;
  *used = 4;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static afina_status append_utf16(afina_buffer *out, const uint8_t *bytes, size_t size,
                                 bool big_endian, afina_error *error) {
  size_t at = size >= 2 && unit_at(bytes, 0, big_endian) == 0xFEFF ? 2 : 0;
  while (at < size) {
    uint8_t encoded[4];
    size_t used;
    const uint32_t code_point = utf16_next(bytes, size, at, big_endian, &used);
    AFINA_TRY(afina_buffer_append(out, encoded, afina_utf8_put(encoded, code_point), error));
    at += used;
  }
  return AFINA_OK;
}

static afina_status append_windows_1252(afina_buffer *out, const uint8_t *bytes, size_t size,
                                        afina_error *error) {
  for (size_t i = 0; i < size; i++) {
    const uint8_t byte = bytes[i];
    uint8_t encoded[4];
    const uint32_t code_point = byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte;
    AFINA_TRY(afina_buffer_append(out, encoded, afina_utf8_put(encoded, code_point), error));
  }
  return AFINA_OK;
}

static afina_status append_utf8(afina_buffer *out, const uint8_t *bytes, size_t size,
                                afina_error *error) {
  const size_t bom = size >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
  return size > bom ? afina_buffer_append(out, bytes + bom, size - bom, error) : AFINA_OK;
}

afina_status afina_csv_to_utf8(const void *data, size_t size, afina_csv_encoding encoding,
                               afina_buffer *out, afina_error *error) {
  const size_t before = out->size;
  afina_status status;
  switch (encoding) {
    case AFINA_CSV_UTF8: status = append_utf8(out, data, size, error); break;
    case AFINA_CSV_UTF16_LE: status = append_utf16(out, data, size, false, error); break;
    case AFINA_CSV_UTF16_BE: status = append_utf16(out, data, size, true, error); break;
    case AFINA_CSV_WINDOWS_1252: status = append_windows_1252(out, data, size, error); break;
    default: return afina_fail(error, AFINA_E_ARGUMENT, "there is no encoding %d", (int)encoding);
  }
  if (status != AFINA_OK) out->size = before;
  return status;
}
