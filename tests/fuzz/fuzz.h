/* What a fuzz target says of its input; a violation stops the program, which is how libFuzzer
 * learns of it. */
#ifndef AFINA_FUZZ_H
#define AFINA_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define REQUIRE(condition)     \
  do {                         \
    if (!(condition)) abort(); \
  } while (0)

/* libFuzzer's entry; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
