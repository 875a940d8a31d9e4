/* SHA-256 (FIPS 180-4), for the fingerprints in reports. */
#ifndef AFINA_SHA256_H
#define AFINA_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct afina_sha256 {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} afina_sha256;

enum { AFINA_SHA256_HEX = 65 }; /* 64 digits and a terminator */

/* init, update any number of times, finish. */
void afina_sha256_init(afina_sha256 *sha);
void afina_sha256_update(afina_sha256 *sha, const void *data, size_t size);
/* Writes the digest in lower-case hexadecimal. */
void afina_sha256_finish(afina_sha256 *sha, char hex[AFINA_SHA256_HEX]);

#endif
