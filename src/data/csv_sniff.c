#include "csv_sniff.h"

#include <string.h>

#include "utf8.h"

static const char delimiters[] = {',', ';', '\t', '|'};

enum {
  RECORDS = 200, /* records that are counted, at most */
  FIELDS = 256,  /* more fields than this count as this many */
  OTHER = 0x7F /* stands for every character that is not ASCII: none of them means anything here */
};

/* The sample as a sequence of ASCII characters, whatever the encoding. */
typedef struct reader {
  const uint8_t *bytes;
  size_t size, at, step; /* step: bytes a unit, 2 in UTF-16 */
  bool big_endian;
} reader;

static int peek(const reader *in) {
  if (in->size - in->at < in->step) return -1;
  const uint8_t *unit = in->bytes + in->at;
  const uint8_t low = in->step == 2 && in->big_endian ? unit[1] : unit[0];
  const uint8_t high = in->step == 1 ? 0 : in->big_endian ? unit[0] : unit[1];
  return high == 0 && low < 0x80 ? low : OTHER;
}

static int take(reader *in) {
  const int c = peek(in);
  if (c >= 0) in->at += in->step;
  return c;
}

/* Reads one record; returns its fields (0 for an empty line) and sets *ended where a line break
 * closed it. A quote opens a field only at its start, and what follows a closing quote is taken as
 * it is: parsers are as lenient. */
static size_t count_fields(reader *in, char delimiter, bool *ended) {
  bool quoted = false, at_start = true, empty = true;
  size_t fields = 1;
  *ended = false;
  for (int c; (c = take(in)) >= 0;) {
    if (quoted) {
      if (c != '"') continue;
      if (peek(in) == '"')
        take(in);
      else
        quoted = false;
      continue;
    }
    if (c == '\n' || c == '\r') {
      if (c == '\r' && peek(in) == '\n') take(in);
      *ended = true;
      break;
    }
    empty = false;
    quoted = c == '"' && at_start;
    at_start = c == delimiter;
    if (at_start) fields++;
  }
  if (quoted) *ended = false;
  return empty ? 0 : fields < FIELDS ? fields : FIELDS;
}

/* How well a delimiter explains the sample: `agreeing` of `records` have `fields` fields. */
typedef struct fit {
  size_t records, agreeing, fields;
} fit;

static fit try_delimiter(reader in, char delimiter, bool complete) {
  size_t histogram[FIELDS + 1] = {0};
  fit result = {0};
  while (result.records < RECORDS && in.at < in.size) {
    bool ended;
    const size_t before = in.at;
    const size_t fields = count_fields(&in, delimiter, &ended);
    if (in.at == before) break; /* half a unit of UTF-16 is left */
    if (fields == 0) continue;
    if (!ended && !complete && result.records > 0) break;
    histogram[fields]++;
    result.records++;
  }
  for (size_t fields = 1; fields <= FIELDS; fields++)
    if (histogram[fields] > 0 && histogram[fields] >= result.agreeing) {
      result.agreeing = histogram[fields];
      result.fields = fields;
    }
  return result;
}

/* Whether `a` explains the sample better than `b`; both counts of records differ, hence the
 * products. */
static bool fits_better(const fit *a, const fit *b) {
  if (a->fields < 2) return false;
  if (b->fields < 2) return true;
  const size_t left = a->agreeing * b->records, right = b->agreeing * a->records;
  return left != right ? left > right : a->fields > b->fields;
}

static char find_delimiter(reader in, bool complete) {
  fit best = try_delimiter(in, delimiters[0], complete);
  char chosen = delimiters[0];
  for (size_t i = 1; i < sizeof delimiters; i++) {
    const fit other = try_delimiter(in, delimiters[i], complete);
    if (!fits_better(&other, &best)) continue;
    best = other;
    chosen = delimiters[i];
  }
  return chosen;
}

/* The delimiter that a first line "sep=;" tells, quoted or not, or 0; *skip: how long that line is.
 */
static char told_delimiter(reader in, size_t *skip) {
  size_t taken = 0;
  const bool quoted = peek(&in) == '"';
  if (quoted) taken += take(&in) >= 0;
  for (const char *word = "sep="; *word; word++, taken++)
    if ((take(&in) | ' ') != (*word | ' ')) return 0;
  const int told = take(&in);
  taken++;
  if (told < 0 || !memchr(delimiters, told, sizeof delimiters)) return 0;
  if (quoted && (taken++, take(&in) != '"')) return 0;
  const int end = take(&in);
  if (end != '\n' && end != '\r' && end != -1) return 0;
  taken += end != -1;
  if (end == '\r' && peek(&in) == '\n') taken++;
  *skip = taken;
  return (char)told;
}

static bool is_utf8(const uint8_t *bytes, size_t size, bool complete) {
  for (size_t at = 0; at < size;) {
    afina_utf8_kind kind;
    at += afina_utf8_scan(bytes + at, size - at, &kind);
    if (kind == AFINA_UTF8_CUT) return !complete;
    if (kind == AFINA_UTF8_INVALID) return false;
  }
  return true;
}

/* The unit at `at`, of which both bytes are there. */
static uint32_t unit_at(const uint8_t *bytes, size_t at, bool big_endian) {
  return big_endian ? (uint32_t)bytes[at] << 8 | bytes[at + 1]
                    : (uint32_t)bytes[at + 1] << 8 | bytes[at];
}

/* Whether bytes without a mark are UTF-16: ASCII in good part, as far as line breaks and delimiters
 * go at least. Where zero bytes got into a text of UTF-8, that can look the same, but then the rest
 * is valid UTF-8, which other scripts in UTF-16 are not. */
static bool is_utf16(const uint8_t *bytes, size_t size, bool complete, bool big_endian) {
  size_t ascii = 0, breaks = 0;
  bool pair = false; /* the unit before was the first half of a pair */
  if (complete && size % 2 != 0) return false;
  for (size_t at = 0; at + 2 <= size; at += 2) {
    const uint32_t unit = unit_at(bytes, at, big_endian);
    const bool second = unit >= 0xDC00 && unit <= 0xDFFF;
    if (unit == 0 || second != pair) return false;
    pair = unit >= 0xD800 && unit <= 0xDBFF;
    ascii += unit < 0x80;
    breaks += unit == '\n' || unit == '\r';
  }
  if (breaks == 0 || (pair && complete)) return false;
  return ascii > size / 4 || (ascii >= size / 32 && !is_utf8(bytes, size, complete));
}

static bool starts_with(const uint8_t *bytes, size_t size, const char *mark, size_t mark_size) {
  return size >= mark_size && memcmp(bytes, mark, mark_size) == 0;
}

afina_csv_format afina_csv_sniff(const void *data, size_t size, bool complete) {
  if (size > AFINA_CSV_SAMPLE) {
    size = AFINA_CSV_SAMPLE;
    complete = false;
  }
  const uint8_t *bytes = data;
  afina_csv_format format = {.encoding = AFINA_CSV_UTF8};
  if (starts_with(bytes, size, "\xEF\xBB\xBF", 3)) {
    format.bom = 3;
  } else if (starts_with(bytes, size, "\xFF\xFE", 2)) {
    format.bom = 2;
    format.encoding = AFINA_CSV_UTF16_LE;
  } else if (starts_with(bytes, size, "\xFE\xFF", 2)) {
    format.bom = 2;
    format.encoding = AFINA_CSV_UTF16_BE;
  } else if (is_utf16(bytes, size, complete, false)) {
    format.encoding = AFINA_CSV_UTF16_LE;
  } else if (is_utf16(bytes, size, complete, true)) {
    format.encoding = AFINA_CSV_UTF16_BE;
  } else if (!is_utf8(bytes, size, complete)) {
    format.encoding = AFINA_CSV_WINDOWS_1252;
  }
  const bool wide = format.encoding == AFINA_CSV_UTF16_LE || format.encoding == AFINA_CSV_UTF16_BE;
  const reader in = {.bytes = bytes,
                     .size = size,
                     .at = format.bom,
                     .step = wide ? 2 : 1,
                     .big_endian = format.encoding == AFINA_CSV_UTF16_BE};
  format.delimiter = told_delimiter(in, &format.skip);
  if (!format.delimiter) format.delimiter = find_delimiter(in, complete);
  return format;
}
