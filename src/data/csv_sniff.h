/* In what encoding and with what delimiter a CSV file is written. The page and the command line
 * both ask here, so that both read the same rows; the parsing proper is left to a CSV library of
 * each.
 *
 *     const size_t sample = size < AFINA_CSV_SAMPLE ? size : AFINA_CSV_SAMPLE;
 *     const afina_csv_format format = afina_csv_sniff(bytes, sample, sample == size);
 *     afina_buffer utf8 = {0};
 *     AFINA_TRY(afina_csv_to_utf8(bytes, size, format.encoding, &utf8, error)); */
#ifndef AFINA_CSV_SNIFF_H
#define AFINA_CSV_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "memory.h"
#include "status.h"

enum { AFINA_CSV_SAMPLE = 262144 }; /* bytes that are looked at, at most */

/* The numbers cross to JavaScript. */
typedef enum afina_csv_encoding {
  AFINA_CSV_UTF8 = 0,
  AFINA_CSV_UTF16_LE = 1,
  AFINA_CSV_UTF16_BE = 2,
  AFINA_CSV_WINDOWS_1252 = 3
} afina_csv_encoding;

typedef struct afina_csv_format {
  afina_csv_encoding encoding;
  size_t bom;     /* bytes of byte order mark at the start: 0, 2 or 3 */
  char delimiter; /* ',' ';' '\t' or '|' */
  size_t skip;    /* bytes of its UTF-8 text before the header: a first line "sep=;" and its end */
} afina_csv_format;

/* The name that TextDecoder knows: "utf-8", "utf-16le", "utf-16be" or "windows-1252". */
const char *afina_csv_encoding_name(afina_csv_encoding encoding);

/* Looks at the start of a file; bytes beyond AFINA_CSV_SAMPLE are ignored. `complete`: these are
 * all its bytes. Where they are not, a sequence cut at the end is not held against UTF-8, nor the
 * last record against a delimiter. Encoding: a byte order mark; else UTF-16 where the sample reads
 * as UTF-16 of ASCII in good part, with a line break and without U+0000; else UTF-8 where it is
 * valid UTF-8; else Windows-1252. Delimiter: that of a first line "sep=;", as spreadsheets write
 * it, which is no row; else the one by which the largest share of the first
 * records (empty ones aside) has the same number of fields, two or more; then the one with more
 * fields; then the first of , ; tab |. A comma where none divides. */
afina_csv_format afina_csv_sniff(const void *data, size_t size, bool complete);

/* Appends the file's text to `out` as UTF-8 without its byte order mark. Windows-1252 and UTF-16
 * decode as browsers do it: 81 8D 8F 90 9D to U+0081 ..., unpaired surrogates and an odd last byte
 * to U+FFFD. UTF-8 passes unchecked: afina_dataset_add replaces what is not valid. After
 * AFINA_E_MEMORY `out` is as before. AFINA_E_ARGUMENT: no such encoding. */
afina_status afina_csv_to_utf8(const void *data, size_t size, afina_csv_encoding encoding,
                               afina_buffer *out, afina_error *error);

#endif
